using System.Text;

namespace Weir.Identity;

/// <summary>A key to be made.</summary>
public sealed record NewApiKey
{
    /// <summary>
    /// 1 to 64 ASCII letters, digits, <c>.</c>, <c>_</c>, <c>-</c>; unique among the workspace's living keys, case
    /// counting. Not beginning with <c>wk_</c> (a key's text pasted into the wrong field) nor <c>key_</c> (an id).
    /// </summary>
    public required string Name { get; init; }

    /// <summary>At least one.</summary>
    public KeyScopes Scopes { get; init; } = KeyScopes.Gateway;

    /// <summary>The person it stands for: 1 to 128 characters without control characters, or null.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for: as <see cref="User"/>.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for: as <see cref="User"/>.</summary>
    public string? Project { get; init; }

    /// <summary>When it ends by itself, kept to the millisecond; in the future; null for never.</summary>
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

/// <summary>The outcome of a change to a key. Its <see cref="ToString"/> leaves the text out.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Key">The key after the change; null when it failed.</param>
/// <param name="Text">The key's new text, where it got one.</param>
/// <param name="Reason">What to do about a failure, for a person; with <see cref="KeyOutcome.Done"/>, a warning or null.</param>
public sealed record KeyChange(KeyOutcome Outcome, ApiKey? Key, string? Text, string? Reason)
{
    internal static KeyChange Failed(KeyOutcome outcome, string reason) => new(outcome, null, null, reason);

    private bool PrintMembers(StringBuilder builder)
    {
        builder
            .Append("Outcome = ")
            .Append(Outcome)
            .Append(", Key = ")
            .Append(Key)
            .Append(", Reason = ")
            .Append(Reason);
        return true;
    }
}

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
