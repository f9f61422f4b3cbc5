using Weir.Foundation;

namespace Weir.Identity;

/// <summary>Who makes a request, as its key says.</summary>
public sealed record Principal
{
    /// <summary>The tenant.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The key's id; null for the local user.</summary>
    public string? KeyId { get; init; }

    /// <summary>The key's name; null for the local user.</summary>
    public string? KeyName { get; init; }

    /// <summary>What the key may do.</summary>
    public required KeyScopes Scopes { get; init; }

    /// <summary>The person it stands for.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public string? Project { get; init; }

    /// <summary>The local user: a caller on the loopback without a key.</summary>
    public static Principal Local { get; } = new() { Workspace = WorkspaceId.Default, Scopes = KeyScopes.Gateway };
}

/// <summary>What a key may do. Stored: bits never change.</summary>
[Flags]
public enum KeyScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Send requests to models.</summary>
    Gateway = 1,

    /// <summary>Read usage and configuration through the management API.</summary>
    Read = 2,

    /// <summary>Change keys and configuration through the management API.</summary>
    Admin = 4,

    /// <summary>Deliver logs, OTLP and hooks.</summary>
    Ingest = 8,
}
