namespace Weir.Capture;

/// <summary>What an event of a session is. Stored: a number is never changed and never used again.</summary>
internal enum SessionEventKind : byte
{
    /// <summary>Not set.</summary>
    None = 0,

    /// <summary>Somebody asked the agent something. Id: the agent's id of it.</summary>
    Prompt = 1,

    /// <summary>A subagent ran. Id: the agent's id; Name: its type; Parent: the tool call that started it.</summary>
    Agent = 2,

    /// <summary>A tool was called. Id: the call's; Name: the tool's; Parent: the message id of the answer that called it.</summary>
    Tool = 3,

    /// <summary>The conversation was compacted. Name: <c>auto</c>, <c>manual</c>; Tokens: before it.</summary>
    Compaction = 4,

    /// <summary>A limit was met or neared. Name: the message, when it is known to hold no more than the limit.</summary>
    Limit = 5,

    /// <summary>A request failed. Name: the error's type.</summary>
    Error = 6,

    /// <summary>A pull request was linked. Name: its address.</summary>
    PullRequest = 7,

    /// <summary>The agent had finished answering a prompt.</summary>
    Turn = 8,

    /// <summary>The agent waited for a permission. Name: the tool's.</summary>
    Permission = 9,

    /// <summary>A tool server was connected, or failed to. Name: the server's.</summary>
    McpServer = 10,

    /// <summary>The session began, was taken up again or ended. Name: <c>start</c>, <c>resume</c>, <c>end</c> …</summary>
    Life = 11,
}

/// <summary>
/// Something that happened in an agent's session: no content, only names, ids, numbers and times. Events of one session with the
/// same kind and id are one event, whoever tells it and in whichever order: the earliest start, the latest end, and of everything
/// else what is known.
/// </summary>
internal sealed record SessionEvent
{
    /// <summary>What it is.</summary>
    public required SessionEventKind Kind { get; init; }

    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>Its id inside the session; the agent's own where it has one.</summary>
    public required string Id { get; init; }

    /// <summary>When it began, UTC; null when only its end was seen.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC; null when it has not, or has no length.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long the agent says it took, where it says so itself.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The subagent it happened in; null for the main one.</summary>
    public string? Agent { get; init; }

    /// <summary>What it belongs to: see <see cref="SessionEventKind"/>.</summary>
    public string? Parent { get; init; }

    /// <summary>See <see cref="SessionEventKind"/>.</summary>
    public string? Name { get; init; }

    /// <summary>Tokens, where the kind has a number of them.</summary>
    public long? Tokens { get; init; }

    /// <summary>Whether it succeeded; null when not told.</summary>
    public bool? Succeeded { get; init; }
}

/// <summary>
/// What is known of a session itself. Of two, the later word on each thing stands. A value: every line of a log tells some.
/// </summary>
internal readonly record struct SessionFacts
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>The program: <c>claude-code</c>, <c>codex</c> …</summary>
    public required string Client { get; init; }

    /// <summary>The first and the last moment seen, UTC.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>See <see cref="FirstAt"/>.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>The session it was continued or forked from.</summary>
    public string? Parent { get; init; }

    /// <summary>The program's version.</summary>
    public string? Version { get; init; }

    /// <summary>The folder it works in.</summary>
    public string? Folder { get; init; }

    /// <summary>The repository, as <c>owner/name</c> or an address, where the agent tells it.</summary>
    public string? Repository { get; init; }

    /// <summary>The branch last seen.</summary>
    public string? Branch { get; init; }

    /// <summary>How it was started: <c>cli</c>, <c>sdk-py</c>, <c>vscode</c> …</summary>
    public string? Entrypoint { get; init; }

    /// <summary>The machine; null for this one.</summary>
    public string? Host { get; init; }

    /// <summary>The terminal it runs in, where a hook told it.</summary>
    public string? Terminal { get; init; }

    /// <summary>The process, where a hook told it.</summary>
    public int? ProcessId { get; init; }
}
