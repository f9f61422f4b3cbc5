using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Weir.Foundation;

namespace Weir.Identity;

/// <summary>
/// The API keys of a data folder (<c>control.db</c>). Verification reads an in-memory snapshot and never waits; changes
/// are stored first and then swapped in. Thread-safe. A key's text is shown once, when made; only its hash is kept.
/// </summary>
public sealed class KeyRing
{
    private KeyRing() { }

    /// <summary>Migrates and opens <c>control.db</c> in the data folder.</summary>
    public static KeyRingOpenResult Open(string dataFolder, TimeProvider clock) => throw new NotImplementedException();

    /// <summary>True for text that claims to be a Weir key (starts with <c>wk_</c>), valid or not.</summary>
    public static bool LooksLikeKey(ReadOnlySpan<char> text) => text.StartsWith("wk_", StringComparison.Ordinal);

    /// <summary>The principal behind a key; false for one that is unknown, revoked, expired or malformed.</summary>
    public bool TryVerify(ReadOnlySpan<char> text, [NotNullWhen(true)] out Principal? principal) =>
        throw new NotImplementedException();

    /// <summary>Makes a key; its text is in the result and nowhere else. Fails when the name is taken or a field is unfit.</summary>
    public Task<KeyChange> CreateAsync(WorkspaceId workspace, NewApiKey request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The workspace's keys, by name; revoked ones only when asked for.</summary>
    public Task<ImmutableArray<ApiKey>> ListAsync(
        WorkspaceId workspace,
        bool includeRevoked,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>Gives the key a new text; the old one goes on for <paramref name="overlap"/> (zero: ends now).</summary>
    public Task<KeyChange> RotateAsync(
        WorkspaceId workspace,
        string idOrName,
        TimeSpan overlap,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>Ends a key, now. Fails when the workspace has none of that id or name, or it is the last that may manage.</summary>
    public Task<KeyChange> RevokeAsync(WorkspaceId workspace, string idOrName, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>What <see cref="KeyRing.Open"/> came to: a ring, or the reason why there is none.</summary>
public sealed record KeyRingOpenResult(KeyRing? Keys, string? Refusal);

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

/// <summary>A key to be made.</summary>
public sealed record NewApiKey
{
    /// <summary>1 to 64 letters, digits, <c>.</c>, <c>_</c>, <c>-</c>; unique among the workspace's living keys.</summary>
    public required string Name { get; init; }

    /// <summary>At least one.</summary>
    public KeyScopes Scopes { get; init; } = KeyScopes.Gateway;

    /// <summary>The person it stands for.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public string? Project { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key as it is kept: all but its text.</summary>
public sealed record ApiKey
{
    /// <summary><c>key_…</c>, the same through rotations.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The first characters of its text, to tell keys apart: <c>wk_a1B2</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>What it may do.</summary>
    public required KeyScopes Scopes { get; init; }

    /// <summary>The person it stands for.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public string? Project { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it got its present text; null when it never was rotated.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null while it lives.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>The outcome of a change to a key.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Key">The key after the change; null when it failed.</param>
/// <param name="Text">The key's new text, where it got one.</param>
/// <param name="Reason">What to do about a failure, for a person.</param>
public sealed record KeyChange(KeyOutcome Outcome, ApiKey? Key, string? Text, string? Reason);

/// <summary>How a change to a key ended.</summary>
public enum KeyOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>No key of that id or name.</summary>
    NotFound,

    /// <summary>A living key has that name.</summary>
    NameTaken,

    /// <summary>A field is unfit; the reason names it.</summary>
    Invalid,

    /// <summary>The change would lock everybody out.</summary>
    LastAdmin,
}
