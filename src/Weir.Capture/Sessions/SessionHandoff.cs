using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>What was handed over.</summary>
public enum HandoffKind
{
    /// <summary>A request, to another model or provider than the one asked for.</summary>
    Model,

    /// <summary>Work, to a subagent.</summary>
    Subagent,

    /// <summary>A session, to one that continued or forked it.</summary>
    Session,
}

/// <summary>One handoff.</summary>
public sealed record SessionHandoff
{
    /// <summary>What was handed over.</summary>
    public required HandoffKind Kind { get; init; }

    /// <summary>The request's, the subagent's or the new session's id.</summary>
    public required string Id { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The session it happened in: of a session the new one; null for a request outside of any.</summary>
    public string? Session { get; init; }

    /// <summary>Of a request, its record.</summary>
    public UsageRecord? Request { get; init; }

    /// <summary>Of a subagent, the agent that started it; null for the main one.</summary>
    public string? FromAgent { get; init; }

    /// <summary>Of a subagent, its type; null when not known.</summary>
    public string? AgentType { get; init; }

    /// <summary>Of a subagent, the tool's call that started it; null when not known.</summary>
    public string? ToolCall { get; init; }

    /// <summary>Of a session, the one it came from.</summary>
    public string? FromSession { get; init; }

    /// <summary>What it used: the request, the subagent, the new session in its whole life.</summary>
    public SessionSums Usage { get; init; }
}

/// <summary>Which handoffs to list.</summary>
public sealed record HandoffQuery
{
    /// <summary>Whose.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From, inclusive, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>To, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Of these kinds.</summary>
    public ImmutableArray<HandoffKind> Kinds { get; init; } =
    [HandoffKind.Model, HandoffKind.Subagent, HandoffKind.Session];

    /// <summary>Of one session alone; null for all.</summary>
    public string? Session { get; init; }
}
