using Weir.Foundation;

namespace Weir.Identity;

/// <summary>Who makes a change, for checks and for the audit trail.</summary>
public sealed record Actor
{
    /// <summary>Where he acts: what he changes lies in this workspace.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>What he is.</summary>
    public required ActorKind Kind { get; init; }

    /// <summary>The id of his key or of himself; null for the system and for a command on the data folder.</summary>
    public string? Id { get; init; }

    /// <summary>What he is called.</summary>
    public required string Name { get; init; }

    /// <summary>The network address that he spoke from; null where there was none.</summary>
    public string? Address { get; init; }

    /// <summary>What he may do.</summary>
    public PermissionSet Permissions { get; init; }

    /// <summary>Weir itself.</summary>
    public static Actor System(WorkspaceId workspace) =>
        new()
        {
            Workspace = workspace,
            Kind = ActorKind.System,
            Name = "weir",
            Permissions = PermissionSet.All,
        };

    /// <summary>A command of somebody who owns the data folder.</summary>
    public static Actor LocalCommand { get; } =
        new()
        {
            Workspace = WorkspaceId.Default,
            Kind = ActorKind.Local,
            Name = "local",
            Permissions = PermissionSet.All,
        };

    /// <summary>
    /// Whether he may hand out permissions: those that he has, and any of one workspace when he manages roles.
    /// </summary>
    public bool MayGive(PermissionSet permissions) =>
        Permissions.Covers(
            Permissions.Has(Permission.RolesManage) ? permissions.Except(permissions.OfOneWorkspace()) : permissions
        );
}

/// <summary>What an <see cref="Actor"/> is. Stored by name.</summary>
public enum ActorKind
{
    /// <summary>A key.</summary>
    Key,

    /// <summary>A person who is signed in.</summary>
    User,

    /// <summary>Weir itself.</summary>
    System,

    /// <summary>A command on the data folder, by whoever owns it.</summary>
    Local,
}
