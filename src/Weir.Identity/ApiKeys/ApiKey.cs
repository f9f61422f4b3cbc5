using System.Collections.Immutable;
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

    /// <summary>At least one word of <see cref="KeyScopes"/>.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [KeyScopes.Gateway];

    /// <summary>The id or the name of the person whose roles bound it; null for nobody.</summary>
    public string? Owner { get; init; }

    /// <summary>The person it stands for: 1 to 128 characters without control characters, or null, then its owner.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for: as <see cref="User"/>.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for: as <see cref="User"/>.</summary>
    public string? Project { get; init; }

    /// <summary>The models that it may ask for, <c>*</c> for any run of characters; empty for all. At most 100.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>The networks that it may be used from, as <c>10.0.0.0/8</c> or one address; empty for all. At most 100.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>The origins of the pages that may use it, as <c>https://example.com</c>; empty for every caller. At most 100.</summary>
    public ImmutableArray<string> Origins { get; init; } = [];

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

    /// <summary>What it was given, in words of <see cref="KeyScopes"/>.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>The id of the person whose roles bound it; null for nobody.</summary>
    public string? Owner { get; init; }

    /// <summary>The person it stands for.</summary>
    public string? User { get; init; }

    /// <summary>The team it stands for.</summary>
    public string? Team { get; init; }

    /// <summary>The project it stands for.</summary>
    public string? Project { get; init; }

    /// <summary>The models that it may ask for; empty for all.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>The networks that it may be used from; empty for all.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    /// <summary>The origins of the pages that may use it; empty for every caller.</summary>
    public ImmutableArray<string> Origins { get; init; } = [];

    /// <summary>What it is bound to; null for nothing.</summary>
    public KeyBounds? Bounds => KeyBounds.Of(Models, Networks, Origins);

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The id of who made it; null for a key that is older than this, or made by Weir.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it got its present text; null when it never was rotated.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null while it lives.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last let in, to the minute; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>The outcome of a change to a key. Its <see cref="ToString"/> leaves the text out.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Key">The key after the change; null when it failed.</param>
/// <param name="Text">The key's new text, where it got one.</param>
/// <param name="Reason">What to do about a failure, for a person; with <see cref="ChangeOutcome.Done"/>, a warning or null.</param>
public sealed record KeyChange(ChangeOutcome Outcome, ApiKey? Key, string? Text, string? Reason)
{
    internal static KeyChange Failed(ChangeOutcome outcome, string reason) => new(outcome, null, null, reason);

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
