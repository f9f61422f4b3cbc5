using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>A session from its prompts down to its requests.</summary>
/// <param name="Overview">What is known of it; its sums are those of its whole life.</param>
/// <param name="Root">The session itself: its total is the sum of all records that are shown, each once.</param>
/// <param name="IsCut">True when it has more requests than are shown: the newest are.</param>
public sealed record SessionTree(SessionOverview Overview, SessionNode Root, bool IsCut);

/// <summary>What a node is.</summary>
public enum SessionNodeKind
{
    /// <summary>The session itself. What cannot be placed stands right under it.</summary>
    Session,

    /// <summary>A prompt.</summary>
    Prompt,

    /// <summary>A subagent. Name: its type.</summary>
    Agent,

    /// <summary>A request to a model. Name: the model.</summary>
    Request,

    /// <summary>A call of a tool. Name: the tool.</summary>
    Tool,

    /// <summary>A compaction. Tokens: before it.</summary>
    Compaction,

    /// <summary>A limit was met or neared.</summary>
    Limit,

    /// <summary>A failure.</summary>
    Error,

    /// <summary>A pull request. Name: its address.</summary>
    PullRequest,

    /// <summary>A prompt was answered.</summary>
    Turn,

    /// <summary>A permission was asked for.</summary>
    Permission,

    /// <summary>A tool server was connected, or failed to.</summary>
    McpServer,

    /// <summary>The session began, went on or ended.</summary>
    Life,
}

/// <summary>One node of a session's tree.</summary>
public sealed record SessionNode
{
    /// <summary>What it is.</summary>
    public required SessionNodeKind Kind { get; init; }

    /// <summary>The agent's own id of it; of a request the record's.</summary>
    public required string Id { get; init; }

    /// <summary>See <see cref="SessionNodeKind"/>; null when not known.</summary>
    public string? Name { get; init; }

    /// <summary>The subagent it happened in; null for the main one.</summary>
    public string? Agent { get; init; }

    /// <summary>When it began, UTC; null when only its end is known.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it, or the last thing below it, ended; null when that is not known.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long it took: as the agent says, else from start to end; null when neither is known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether it succeeded; null when not told.</summary>
    public bool? Succeeded { get; init; }

    /// <summary>Of a compaction, the tokens before it.</summary>
    public long? Tokens { get; init; }

    /// <summary>Of a request, its record.</summary>
    public UsageRecord? Request { get; init; }

    /// <summary>Of a request, what it found missing in the provider's cache; null when nothing is known to be.</summary>
    public CacheMiss? CacheMiss { get; init; }

    /// <summary>What it used itself: a request its record, anything else nothing.</summary>
    public SessionSums Own { get; init; }

    /// <summary>What it and everything below it used.</summary>
    public SessionSums Total { get; init; }

    /// <summary>How long somebody was waited for, here and below.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>What stands below it, oldest first.</summary>
    public ImmutableArray<SessionNode> Children { get; init; } = [];
}

/// <summary>
/// A request that read less from the provider's cache than the one before it in the same agent and of the same model, although its
/// prompt was no shorter.
/// </summary>
/// <param name="Tokens">Tokens that stood in the cache before and were paid for anew, as fresh input or as a cache write.</param>
/// <param name="ExtraCost">What they cost more than reading them from the cache, at today's list; null when a price is not known.</param>
public sealed record CacheMiss(long Tokens, Money? ExtraCost);
