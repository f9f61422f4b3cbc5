using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>Which sessions to list.</summary>
public sealed record SessionListQuery
{
    /// <summary>Whose.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From, inclusive, UTC: sessions that used something in the range, or began or ended in it.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>To, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Only of these programs; empty for all. Null stands for "unknown".</summary>
    public ImmutableArray<string?> Clients { get; init; } = [];

    /// <summary>Only of these projects; empty for all.</summary>
    public ImmutableArray<string?> Projects { get; init; } = [];

    /// <summary>Only of these people; empty for all.</summary>
    public ImmutableArray<string?> Users { get; init; } = [];

    /// <summary>Only those that run or wait for somebody.</summary>
    public bool ActiveOnly { get; init; }

    /// <summary>Only those whose id begins so; null for all.</summary>
    public string? IdPrefix { get; init; }
}

/// <summary>What a session does now.</summary>
public enum SessionState
{
    /// <summary>It said that it ended.</summary>
    Ended,

    /// <summary>Nothing happened for five minutes, and nothing is known to run.</summary>
    Idle,

    /// <summary>Somebody is asked for a permission and has not answered.</summary>
    Waiting,

    /// <summary>Something happened in the last five minutes, or a hook told of a prompt that is not answered yet.</summary>
    Active,
}

/// <summary>What happened in a session.</summary>
public readonly record struct SessionCounts
{
    /// <summary>Prompts.</summary>
    public long Prompts { get; init; }

    /// <summary>Subagents.</summary>
    public long Subagents { get; init; }

    /// <summary>Calls of tools.</summary>
    public long ToolCalls { get; init; }

    /// <summary>Of these, failed ones.</summary>
    public long ToolErrors { get; init; }

    /// <summary>Failures that the agent told of.</summary>
    public long Errors { get; init; }

    /// <summary>Compactions of the conversation.</summary>
    public long Compactions { get; init; }

    /// <summary>Prompts whose answer was told to be finished.</summary>
    public long Turns { get; init; }

    /// <summary>Questions for a permission.</summary>
    public long Permissions { get; init; }
}

/// <summary>One session: what is known of it, and what it used in the range asked for.</summary>
public sealed record SessionOverview
{
    /// <summary>The agent's own id.</summary>
    public required string Id { get; init; }

    /// <summary>The program; null when not known.</summary>
    public string? Client { get; init; }

    /// <summary>What it does now.</summary>
    public required SessionState State { get; init; }

    /// <summary>The first moment known, UTC.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>The last moment known, UTC.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>True when the agent's own log or a hook told of it; false when it is known from requests alone.</summary>
    public bool HasLog { get; init; }

    /// <summary>The machine; null for this one, or when not known.</summary>
    public string? Host { get; init; }

    /// <summary>The terminal, where a hook told it.</summary>
    public string? Terminal { get; init; }

    /// <summary>The process, where a hook told it.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The project: that of most requests, else the folder's.</summary>
    public string? Project { get; init; }

    /// <summary>The person: that of most requests.</summary>
    public string? User { get; init; }

    /// <summary>The folder it works in.</summary>
    public string? Folder { get; init; }

    /// <summary>The repository, where the agent tells it.</summary>
    public string? Repository { get; init; }

    /// <summary>The branch last seen.</summary>
    public string? Branch { get; init; }

    /// <summary>The program's version.</summary>
    public string? Version { get; init; }

    /// <summary>How it was started.</summary>
    public string? Entrypoint { get; init; }

    /// <summary>The session it was continued or forked from.</summary>
    public string? Parent { get; init; }

    /// <summary>Addresses of pull requests linked in it.</summary>
    public ImmutableArray<string> PullRequests { get; init; } = [];

    /// <summary>The models that served, the costliest first.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>What happened in the range.</summary>
    public SessionCounts Counts { get; init; }

    /// <summary>What was used in the range.</summary>
    public SessionSums Usage { get; init; }
}
