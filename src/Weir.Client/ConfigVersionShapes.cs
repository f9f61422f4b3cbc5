using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>A page of a document's versions, newest first.</summary>
/// <param name="Items">The versions.</param>
/// <param name="Next">What <c>cursor</c> must be for the next page; null on the last.</param>
public sealed record ConfigVersionPage(IReadOnlyList<ConfigVersionItem> Items, string? Next);

/// <summary>One accepted text of a configuration: from whom, when and why.</summary>
public record ConfigVersionItem
{
    /// <summary>Its number, from 1, one more with each accepted text of the workspace.</summary>
    public required long Version { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// How it came: <c>api</c>, <c>file</c>, <c>start</c> (the file had changed while no server ran) or <c>rollback</c>.
    /// </summary>
    public required string Source { get; init; }

    /// <summary><c>key</c>, <c>user</c>, <c>system</c> or <c>local</c> (a command on the data folder).</summary>
    public required string ActorKind { get; init; }

    /// <summary>The id of his key or of himself; null for the system and for a local command.</summary>
    public required string? ActorId { get; init; }

    /// <summary>What its author was called; <c>file</c> where a file brought it.</summary>
    public required string Actor { get; init; }

    /// <summary>What its author said of it; null for nothing.</summary>
    public required string? Comment { get; init; }

    /// <summary>The version that it brought back; null for none.</summary>
    public required long? Restores { get; init; }

    /// <summary>Names its text, as <c>etag</c> of the configuration does.</summary>
    public required string Etag { get; init; }

    /// <summary>Whether its text is the one in force.</summary>
    public required bool InForce { get; init; }
}

/// <summary>A version with its text.</summary>
public sealed record ConfigVersionDetail : ConfigVersionItem
{
    /// <summary>The text, comments included, with every secret masked; a rollback brings the secrets back.</summary>
    public required string Text { get; init; }
}

/// <summary>What one version changed of another.</summary>
/// <param name="From">The older of the two as a rule; null where there was nothing before.</param>
/// <param name="To">The other.</param>
/// <param name="Same">Whether both are the same text. Keys are masked: where only they differ, this is false and the diff is empty.</param>
/// <param name="Added">How many lines are in <paramref name="To"/> alone.</param>
/// <param name="Removed">How many lines are in <paramref name="From"/> alone.</param>
/// <param name="Diff">A unified diff from one to the other, keys masked; empty where no line differs.</param>
public sealed record ConfigDiff(long? From, long To, bool Same, int Added, int Removed, string Diff);

/// <summary>A version to bring back.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Comment">Why, at most 500 characters on one line; null for nothing.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfigRollback(long? Version, string? Comment = null);
