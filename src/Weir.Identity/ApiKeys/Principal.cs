using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Identity;

/// <summary>Who makes a request, as a key or a session says.</summary>
public sealed record Principal
{
    /// <summary>The tenant.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The key's id; null for the local user and for a session.</summary>
    public string? KeyId { get; init; }

    /// <summary>The key's name; null for the local user and for a session.</summary>
    public string? KeyName { get; init; }

    /// <summary>What it may do: what it was given, as far as its owner may do it, and only his own workspace.</summary>
    public required PermissionSet Permissions { get; init; }

    /// <summary>What it may do beyond <see cref="Permissions"/> with single things: all of one kind. Usually none.</summary>
    public ImmutableArray<GrantedResource> Grants { get; init; } = [];

    /// <summary>The person it belongs to, whose roles bound it; null for a key of nobody's.</summary>
    public string? OwnerId { get; init; }

    /// <summary>The person it stands for.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public string? Project { get; init; }

    /// <summary>From where it may be used and for what; null for everywhere and everything.</summary>
    public KeyBounds? Bounds { get; init; }

    /// <summary>The local user: a caller on the loopback without a key.</summary>
    public static Principal Local { get; } =
        new() { Workspace = WorkspaceId.Default, Permissions = PermissionSet.Of(Permission.GatewayUse) };
}
