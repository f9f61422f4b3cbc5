using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>One page of sessions, the one last heard of first.</summary>
/// <param name="From">Inclusive: sums and counts are those of this range.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Items">The sessions.</param>
/// <param name="Next">The <c>cursor</c> of the following page; null at the end.</param>
public sealed record SessionPage(
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<SessionItem> Items,
    string? Next
);

/// <summary>Sums of requests. Token classes are disjoint; reasoning is a part of output.</summary>
public record SessionFigures : RequestSums;

/// <summary>One session of a coding agent: what is known of it, and what it used in the range. What is unknown is null.</summary>
public sealed record SessionItem : SessionFigures
{
    /// <summary>The agent's own id.</summary>
    [JsonPropertyOrder(-2)]
    public required string Id { get; init; }

    /// <summary>The program: <c>claude-code</c>, <c>codex</c> …</summary>
    [JsonPropertyOrder(-1)]
    public required string? Client { get; init; }

    /// <summary><c>active</c>, <c>waiting</c> (for a permission), <c>idle</c> or <c>ended</c>; now, not in the range.</summary>
    [JsonPropertyOrder(-1)]
    public required string State { get; init; }

    /// <summary>The first moment known.</summary>
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>The last moment known.</summary>
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Whether the agent's own log or a hook told of it; false when it is known from requests alone.</summary>
    public required bool HasLog { get; init; }

    /// <summary>The machine; null for the server's own.</summary>
    public required string? Host { get; init; }

    /// <summary>The terminal, where a hook told it.</summary>
    public required string? Terminal { get; init; }

    /// <summary>The process, where a hook told it.</summary>
    public required int? ProcessId { get; init; }

    /// <summary>The project.</summary>
    public required string? Project { get; init; }

    /// <summary>The person.</summary>
    public required string? User { get; init; }

    /// <summary>The folder it works in.</summary>
    public required string? Folder { get; init; }

    /// <summary>The repository.</summary>
    public required string? Repository { get; init; }

    /// <summary>The branch last seen.</summary>
    public required string? Branch { get; init; }

    /// <summary>The program's version.</summary>
    public required string? Version { get; init; }

    /// <summary>How it was started: <c>cli</c>, <c>sdk-py</c>, <c>vscode</c> …</summary>
    public required string? Entrypoint { get; init; }

    /// <summary>The session it was continued or forked from.</summary>
    public required string? ParentSession { get; init; }

    /// <summary>Addresses of pull requests.</summary>
    public required IReadOnlyList<string> PullRequests { get; init; }

    /// <summary>The models that served, the costliest first.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Prompts.</summary>
    public required long Prompts { get; init; }

    /// <summary>Subagents.</summary>
    public required long Subagents { get; init; }

    /// <summary>Calls of tools.</summary>
    public required long ToolCalls { get; init; }

    /// <summary>Of these, failed ones.</summary>
    public required long ToolErrors { get; init; }

    /// <summary>Failures that the agent told of; those of requests are <c>errors</c>.</summary>
    public required long AgentErrors { get; init; }

    /// <summary>Compactions of the conversation.</summary>
    public required long Compactions { get; init; }

    /// <summary>Prompts that were told to be answered.</summary>
    public required long Turns { get; init; }

    /// <summary>Questions for a permission.</summary>
    public required long Permissions { get; init; }
}

/// <summary>A session with all that happened in it.</summary>
/// <param name="Session">What is known of it, with the sums of its whole life.</param>
/// <param name="Tree">The session itself, with everything below it.</param>
/// <param name="IsCut">Whether it has more requests than the tree shows: it shows the newest.</param>
public sealed record SessionDetail(SessionItem Session, SessionTreeNode Tree, bool IsCut);

/// <summary>One node of a session's tree.</summary>
public sealed record SessionTreeNode
{
    /// <summary>
    /// <c>session</c>, <c>prompt</c>, <c>agent</c>, <c>request</c>, <c>tool</c>, <c>compaction</c>, <c>limit</c>, <c>error</c>,
    /// <c>pull_request</c>, <c>turn</c>, <c>permission</c>, <c>mcp_server</c> or <c>life</c>.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>The agent's own id of it; of a request that of <c>/usage/requests</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The tool's, the model's, the kind of agent's, the error's … name.</summary>
    public required string? Name { get; init; }

    /// <summary>The subagent it happened in; null for the main one.</summary>
    public required string? Agent { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it, or the last thing below it, ended.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long it took: as the agent says, else from start to end.</summary>
    public required double? DurationMs { get; init; }

    /// <summary>Whether it succeeded.</summary>
    public required bool? Succeeded { get; init; }

    /// <summary>Of a compaction, the tokens before it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tokens { get; init; }

    /// <summary>How long somebody was waited for, here and below; not there when nobody was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WaitedMs { get; init; }

    /// <summary>Of a request, more of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SessionTreeRequest? Request { get; init; }

    /// <summary>Of a request, what it found missing in the provider's cache; not there when nothing is known to be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CacheMissFigures? CacheMiss { get; init; }

    /// <summary>What it and everything below it used; null for nothing.</summary>
    public required SessionFigures? Usage { get; init; }

    /// <summary>Of a request with something below it that used anything, what the request itself used; not there else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SessionFigures? Own { get; init; }

    /// <summary>What stands below it, oldest first.</summary>
    public required IReadOnlyList<SessionTreeNode> Children { get; init; }
}

/// <summary>A request in a session's tree; <c>/usage/requests/{id}</c> tells all of it.</summary>
public sealed record SessionTreeRequest
{
    /// <summary>The model that was asked for.</summary>
    public required string? RequestedModel { get; init; }

    /// <summary>The provider that served.</summary>
    public required string? Provider { get; init; }

    /// <summary>How it ended.</summary>
    public required string Status { get; init; }

    /// <summary>The provider's word for the failure.</summary>
    public required string? ErrorType { get; init; }

    /// <summary>Why another model or provider served than the one asked for.</summary>
    public required string? HandoffReason { get; init; }

    /// <summary>The dialect that it was translated into for its upstream; null when it was relayed as it came.</summary>
    public required string? UpstreamDialect { get; init; }

    /// <summary>What of it was left out because that dialect has no word for it, sorted.</summary>
    public required IReadOnlyList<string> Dropped { get; init; }

    /// <summary>Who pays.</summary>
    public required string Billing { get; init; }

    /// <summary>The id in the answer.</summary>
    public required string? MessageId { get; init; }

    /// <summary>Who saw it.</summary>
    public required IReadOnlyList<string> SeenBy { get; init; }
}

/// <summary>What a request paid again for, that had stood in the provider's cache.</summary>
/// <param name="Tokens">Tokens.</param>
/// <param name="ExtraUsd">What they cost more than reading them from the cache; null when a price is not known.</param>
public sealed record CacheMissFigures(long Tokens, [property: JsonConverter(typeof(UsdConverter))] decimal? ExtraUsd);

/// <summary>What the sessions of a range did. Rows with the largest cost first.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Tools">
/// By tool; a request's tokens and cost are shared evenly among its calls, and stand in the row without a name when it made none.
/// </param>
/// <param name="McpServers">Tools of MCP servers, by server.</param>
/// <param name="Agents">By kind of agent; <c>main</c> is the session's own.</param>
/// <param name="Models">By model.</param>
/// <param name="Total">All requests of sessions.</param>
public sealed record SessionActivityResult(
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<ActivityItem> Tools,
    IReadOnlyList<ActivityItem> McpServers,
    IReadOnlyList<ActivityItem> Agents,
    IReadOnlyList<ActivityItem> Models,
    SessionFigures Total
);

/// <summary>The activity of one tool, server, kind of agent or model.</summary>
public sealed record ActivityItem : SessionFigures
{
    /// <summary>With nothing in it yet.</summary>
    public ActivityItem() { }

    /// <summary>Sums, and what they are of.</summary>
    [SetsRequiredMembers]
    public ActivityItem(SessionFigures figures, string? name, long calls, long failed, DurationFigures duration)
        : base(figures) => (Name, Calls, Failed, DurationMs) = (name, calls, failed, duration);

    /// <summary>Its name.</summary>
    [JsonPropertyOrder(-2)]
    public required string? Name { get; init; }

    /// <summary>Calls of the tool, agents begun (of <c>main</c>: sessions), requests to the model.</summary>
    [JsonPropertyOrder(-1)]
    public required long Calls { get; init; }

    /// <summary>Of these, those known to have failed.</summary>
    [JsonPropertyOrder(-1)]
    public required long Failed { get; init; }

    /// <summary>How long they took, where that is known.</summary>
    [JsonPropertyOrder(-1)]
    public required DurationFigures DurationMs { get; init; }
}

/// <summary>Quantiles in milliseconds; null when nothing was measured.</summary>
public sealed record DurationFigures(double? P50, double? P95);

/// <summary>One page of handoffs, newest first.</summary>
/// <param name="Items">The handoffs.</param>
/// <param name="Next">The <c>cursor</c> of the following page; null at the end.</param>
public sealed record HandoffPage(IReadOnlyList<HandoffItem> Items, string? Next);

/// <summary>
/// Something that was handed over: a request to another model or provider than the one asked for, work to a subagent, a session to
/// the one that continued it. What does not belong to the kind, or is unknown, is null.
/// </summary>
public sealed record HandoffItem
{
    /// <summary><c>model</c>, <c>subagent</c> or <c>session</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The request's, the subagent's or the new session's id.</summary>
    public required string Id { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The session it happened in; of a session the new one.</summary>
    public required string? Session { get; init; }

    /// <summary>Of a model, why: <c>route</c>, <c>fallback:overloaded</c> …</summary>
    public required string? Reason { get; init; }

    /// <summary>The model asked for.</summary>
    public required string? RequestedModel { get; init; }

    /// <summary>The provider tried first.</summary>
    public required string? RequestedProvider { get; init; }

    /// <summary>The model that served.</summary>
    public required string? Model { get; init; }

    /// <summary>The provider that served.</summary>
    public required string? Provider { get; init; }

    /// <summary>Of a subagent, the agent that started it; null for the main one.</summary>
    public required string? FromAgent { get; init; }

    /// <summary>Of a subagent, its type.</summary>
    public required string? AgentType { get; init; }

    /// <summary>Of a subagent, the call of the tool that started it.</summary>
    public required string? ToolCall { get; init; }

    /// <summary>Of a session, the one it came from.</summary>
    public required string? FromSession { get; init; }

    /// <summary>Requests of it.</summary>
    public required long Requests { get; init; }

    /// <summary>All tokens of it.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>What it cost.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CostUsd { get; init; }

    /// <summary>Of a model, what the model asked for would have cost.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? RequestedCostUsd { get; init; }

    /// <summary>Of a model, the difference.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? SavingsUsd { get; init; }
}
