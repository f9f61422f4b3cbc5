using Weir.Foundation;

namespace Weir.Identity.Tests;

/// <summary>Who makes changes in tests.</summary>
internal static class Actors
{
    /// <summary>Somebody who may everything in the workspace default.</summary>
    public static Actor Admin { get; } = Of(WorkspaceId.Default);

    /// <summary>Somebody who may everything, or just what is named, in a workspace.</summary>
    public static Actor Of(WorkspaceId workspace, params ReadOnlySpan<Permission> permissions) =>
        new()
        {
            Workspace = workspace,
            Kind = ActorKind.Key,
            Id = "key_tester",
            Name = "tester",
            Address = "192.0.2.7",
            Permissions = permissions.IsEmpty ? PermissionSet.All : PermissionSet.Of(permissions),
        };
}
