using Weir.Foundation;

namespace Weir.Capture;

/// <summary>
/// What one witness tells of one request to a model. Sightings of the same request, from this witness and from others, become
/// one record. Texts are null when unknown and never empty. Immutable.
/// </summary>
internal sealed record Sighting
{
    /// <summary>Whose word it is.</summary>
    public required UsageSource Source { get; init; }

    /// <summary>The program that made the request: <c>claude-code</c>, <c>codex</c>, <c>gemini-cli</c>, <c>opencode</c> …</summary>
    public required string Client { get; init; }

    /// <summary>The witness's time of the request, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long the request took; null when not told.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How it ended.</summary>
    public RequestStatus Status { get; init; } = RequestStatus.Ok;

    /// <summary>The HTTP status of a failure; null when not told.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The provider's word for a failure.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The provider, by the name of its price catalogue: <c>anthropic</c>, <c>openai</c>, <c>google</c>, <c>openrouter</c> …</summary>
    public string? Provider { get; init; }

    /// <summary>The model that served, as the witness names it.</summary>
    public string? Model { get; init; }

    /// <summary>The model asked for, where the witness tells it apart.</summary>
    public string? RequestedModel { get; init; }

    /// <summary>The id inside the answer (<c>msg_…</c>, <c>resp_…</c>).</summary>
    public string? MessageId { get; init; }

    /// <summary>The provider's request id (<c>req_…</c>).</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// What tells this request from every other of the same client where the answer has no id of its own: stable, however often
    /// and in whichever file the request is met. Null when <see cref="MessageId"/> or <see cref="RequestId"/> is there.
    /// </summary>
    public string? OwnId { get; init; }

    /// <summary>Tokens by class.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>The pricing mode other than the standard one.</summary>
    public string? PriceMode { get; init; }

    /// <summary>Web searches billed by the piece; null when not told.</summary>
    public int? WebSearches { get; init; }

    /// <summary>Who pays, where the witness shows it; null when it does not.</summary>
    public Billing? Billing { get; init; }

    /// <summary>The agent's session.</summary>
    public string? Session { get; init; }

    /// <summary>The subagent; null for the main one.</summary>
    public string? Agent { get; init; }

    /// <summary>The agent that started <see cref="Agent"/>; null when it was the main one.</summary>
    public string? ParentAgent { get; init; }

    /// <summary>The folder the agent works in, as it wrote it.</summary>
    public string? Folder { get; init; }

    /// <summary>The project, where it was found out before; null to be found by <see cref="Folder"/>.</summary>
    public string? Project { get; init; }

    /// <summary>The branch that was checked out.</summary>
    public string? Branch { get; init; }

    /// <summary>Who was signed in, where the witness tells it.</summary>
    public string? User { get; init; }

    /// <summary>
    /// Whether it stands in a subagent's copy of another conversation: it is then the request with the same
    /// <see cref="MessageId"/>, whatever its <see cref="RequestId"/>, and an equal word of the main conversation wins over it.
    /// </summary>
    public bool IsSidechain { get; init; }
}
