using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Weir.Client.Json;

namespace Weir.Client;

/// <summary>Sums of usage over a half-open range, on the requests' start.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Rows">One for each combination of the grouped dimensions, largest cost first.</param>
/// <param name="Total">Over all rows.</param>
public sealed record UsageSummaryResult(
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<UsageSummaryRow> Rows,
    UsageFigures Total
)
{
    /// <summary>
    /// The newest change of the ledger that the sums hold, as <c>/live</c> numbers them: what <c>/live</c> tells with a
    /// higher number is to be added. Null for a summary by period, which is read in several steps.
    /// </summary>
    public long? AsOf { get; init; }

    /// <summary>Since when single requests are kept, where that is later than the range begins: older ones are gone. Null when none of the range is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RecordsSince { get; init; }

    /// <summary>Since when sums are kept, where that is later than the range begins. Null when none of the range is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SumsSince { get; init; }
}

/// <summary>Sums of usage records. Token classes are disjoint; reasoning is a part of output.</summary>
public record UsageFigures : RequestSums
{
    /// <summary>With nothing in it yet.</summary>
    public UsageFigures() { }

    /// <summary>Sums, and how long they took.</summary>
    [SetsRequiredMembers]
    public UsageFigures(RequestSums sums, LatencyFigures latency, LatencyFigures timeToFirstToken)
        : base(sums)
    {
        LatencyMs = latency;
        TimeToFirstTokenMs = timeToFirstToken;
    }

    /// <summary>From the request's start to its last byte.</summary>
    [JsonPropertyOrder(1)]
    public required LatencyFigures LatencyMs { get; init; }

    /// <summary>From the request's start to its first content.</summary>
    [JsonPropertyOrder(1)]
    public required LatencyFigures TimeToFirstTokenMs { get; init; }
}

/// <summary>Sums for one combination of dimensions.</summary>
public sealed record UsageSummaryRow : UsageFigures
{
    /// <summary>With nothing in it yet.</summary>
    public UsageSummaryRow() { }

    /// <summary>Sums, and what they are of.</summary>
    [SetsRequiredMembers]
    public UsageSummaryRow(UsageFigures figures, IReadOnlyDictionary<string, string?> keys)
        : base(figures) => Keys = keys;

    /// <summary>The value of each grouped dimension; null is "unknown".</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyDictionary<string, string?> Keys { get; init; }
}

/// <summary>Quantiles in milliseconds, within 1 %; null when nothing was measured.</summary>
public sealed record LatencyFigures(double? P50, double? P95, double? P99);

/// <summary>A metric over time.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Interval">The width of a point.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Series">One line for each combination of the grouped dimensions.</param>
public sealed record UsageSeriesResult(
    string Metric,
    string Interval,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<SeriesLine> Series
)
{
    /// <summary>The IANA name of the zone that intervals begin in.</summary>
    public string Timezone { get; init; } = "UTC";

    /// <summary>
    /// The same for the period that <c>compare</c> named; not there unless it did. Points pair by their place: the first with
    /// the first. One may have more points than the other, as months do.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SeriesPeriod? Previous { get; init; }

    /// <summary>Since when single requests are kept, where that is later than the range begins: older ones are gone. Null when none of the range is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RecordsSince { get; init; }

    /// <summary>Since when sums are kept, where that is later than the range begins. Null when none of the range is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SumsSince { get; init; }
}

/// <summary>The period to compare with: the one before, or the same a year earlier.</summary>
public sealed record SeriesPeriod(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SeriesLine> Series);

/// <summary>One line of a series.</summary>
public sealed record SeriesLine(IReadOnlyDictionary<string, string?> Keys, IReadOnlyList<SeriesPoint> Points);

/// <summary>One point: the interval's start, with the zone's offset then, and the sum in it (money is a decimal string, counts are numbers).</summary>
public sealed record SeriesPoint(
    [property: JsonConverter(typeof(LocalTimeConverter))] DateTimeOffset Time,
    [property: JsonConverter(typeof(SeriesValueConverter))] SeriesValue Value
);

/// <summary>A sum: an amount of money or a count.</summary>
public readonly record struct SeriesValue(decimal Amount, bool IsMoney);

/// <summary>One page of requests, newest first.</summary>
/// <param name="Items">The requests.</param>
/// <param name="Next">The <c>cursor</c> of the following page; null at the end.</param>
public sealed record RequestPage(IReadOnlyList<RequestItem> Items, string? Next)
{
    /// <summary>Since when single requests are kept, where that is later than the range begins: older ones are gone. Null when none of the range is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RecordsSince { get; init; }
}

/// <summary>One request to a model, as the ledger holds it now. What is unknown is null.</summary>
public sealed record RequestItem
{
    /// <summary><c>req_…</c>, as the caller saw it in <c>x-weir-request-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>1 at first, one more with each later change.</summary>
    public required int Revision { get; init; }

    /// <summary>When the request reached Weir.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Until the last byte went to the caller.</summary>
    public required double? DurationMs { get; init; }

    /// <summary>Until the first content.</summary>
    public required double? TimeToFirstTokenMs { get; init; }

    /// <summary>The model that served, as the upstream named it.</summary>
    public required string? Model { get; init; }

    /// <summary>The model that was asked for.</summary>
    public required string? RequestedModel { get; init; }

    /// <summary>The provider that served.</summary>
    public required string? Provider { get; init; }

    /// <summary>The name of the Weir key.</summary>
    public required string? Key { get; init; }

    /// <summary>The person.</summary>
    public required string? User { get; init; }

    /// <summary>The team.</summary>
    public required string? Team { get; init; }

    /// <summary>The project.</summary>
    public required string? Project { get; init; }

    /// <summary>The coding agent's session.</summary>
    public required string? Session { get; init; }

    /// <summary>The (sub)agent.</summary>
    public required string? Agent { get; init; }

    /// <summary>The agent that started it.</summary>
    public required string? ParentAgent { get; init; }

    /// <summary>The calling program.</summary>
    public required string? Client { get; init; }

    /// <summary><c>gateway</c>, <c>transcript</c>, <c>otlp</c>, <c>hook</c> or <c>import</c>.</summary>
    public required string Source { get; init; }

    /// <summary>How it ended: <c>ok</c>, <c>caller_aborted</c>, <c>rate_limited</c> …</summary>
    public required string Status { get; init; }

    /// <summary>The HTTP status that the caller got.</summary>
    public required int? HttpStatus { get; init; }

    /// <summary>The provider's word for the failure.</summary>
    public required string? ErrorType { get; init; }

    /// <summary>The route that chose the target.</summary>
    public required string? Route { get; init; }

    /// <summary>Why another model or provider served than the one asked for.</summary>
    public required string? HandoffReason { get; init; }

    /// <summary>The caller's dialect: <c>anthropic_messages</c>, <c>openai_chat</c> …</summary>
    public required string? Dialect { get; init; }

    /// <summary>
    /// The dialect that the request was translated into for its upstream, <c>bedrock_converse</c> among them; null when it was
    /// relayed as it came.
    /// </summary>
    public required string? UpstreamDialect { get; init; }

    /// <summary>
    /// What of the request was left out because its upstream's dialect has no word for it: <c>cache_control</c>, <c>top_k</c> …,
    /// sorted. Empty when nothing was.
    /// </summary>
    public required IReadOnlyList<string> Dropped { get; init; }

    /// <summary>Whether a stream was asked for.</summary>
    public required bool Streaming { get; init; }

    /// <summary>The pricing mode other than the standard one.</summary>
    public required string? PriceMode { get; init; }

    /// <summary>Fresh prompt tokens; null when not reported.</summary>
    public required long? InputTokens { get; init; }

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes.</summary>
    public required long? CacheWrite5mTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public required long? CacheWrite1hTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public required long? OutputTokens { get; init; }

    /// <summary>The part of them that was reasoning.</summary>
    public required long? ReasoningTokens { get; init; }

    /// <summary>Web searches billed by the piece.</summary>
    public required int? WebSearches { get; init; }

    /// <summary>List cost; null when the price is unknown.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CostUsd { get; init; }

    /// <summary>What somebody really pays; null when unknown.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? BilledUsd { get; init; }

    /// <summary>What serving another model than the one asked for saved.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? SavingsUsd { get; init; }

    /// <summary><c>metered</c>, <c>subscription</c>, <c>free</c>, <c>simulated</c> or <c>cache</c>.</summary>
    public required string Billing { get; init; }

    /// <summary>The prices that the cost was computed with.</summary>
    public required string? PriceVersion { get; init; }

    /// <summary>Whether the tokens were estimated.</summary>
    public required bool Estimated { get; init; }

    /// <summary><c>none</c>, <c>estimated</c>, <c>reported</c> or <c>measured</c>.</summary>
    public required string Quality { get; init; }

    /// <summary>Who saw the request, the one whose word goes first at the head.</summary>
    public required IReadOnlyList<string> SeenBy { get; init; }

    /// <summary>
    /// What those who saw it do not agree on: <c>tokens</c>, <c>model</c>, <c>lineage</c> (session or agent); or <c>identity</c>
    /// when more than one other request could be the same, and it was joined with none.
    /// </summary>
    public required IReadOnlyList<string> Doubts { get; init; }

    /// <summary>The provider's request id.</summary>
    public required string? UpstreamId { get; init; }

    /// <summary>The id inside the answer.</summary>
    public required string? MessageId { get; init; }

    /// <summary>Free-form attribution.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The requests sent upstream, in order.</summary>
    public required IReadOnlyList<RequestAttempt> Attempts { get; init; }

    /// <summary>
    /// What it was before each of its changes, oldest first; empty when it never changed, not there in lists and exports.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EarlierRevision>? Earlier { get; init; }

    /// <summary>What each of several who saw it said; empty when there was but one, not there in lists and exports.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RequestSighting>? Sightings { get; init; }
}

/// <summary>What one of several who saw a <see cref="RequestItem"/> said of it.</summary>
public sealed record RequestSighting
{
    /// <summary>Who: <c>gateway</c>, <c>transcript</c>, <c>otlp</c>, <c>hook</c>, <c>import</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The request's time as told there.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The model.</summary>
    public required string? Model { get; init; }

    /// <summary>The session.</summary>
    public required string? Session { get; init; }

    /// <summary>The agent.</summary>
    public required string? Agent { get; init; }

    /// <summary>Fresh prompt tokens; null when not reported.</summary>
    public required long? InputTokens { get; init; }

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes, or for a time that was not told.</summary>
    public required long? CacheWrite5mTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public required long? CacheWrite1hTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public required long? OutputTokens { get; init; }

    /// <summary>What these would cost at list price; null when unknown.</summary>
    public required decimal? CostUsd { get; init; }

    /// <summary><c>none</c>, <c>estimated</c>, <c>reported</c> or <c>measured</c>.</summary>
    public required string Quality { get; init; }
}

/// <summary>What a <see cref="RequestItem"/> was before a change: its tokens and its price.</summary>
public sealed record EarlierRevision
{
    /// <summary>Its number, from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>When it was replaced.</summary>
    public required DateTimeOffset ReplacedAt { get; init; }

    /// <summary><c>enriched</c> when more became known, <c>repriced</c> when other prices were applied.</summary>
    public required string ReplacedBy { get; init; }

    /// <summary>Fresh prompt tokens; null when not reported.</summary>
    public required long? InputTokens { get; init; }

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes.</summary>
    public required long? CacheWrite5mTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public required long? CacheWrite1hTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public required long? OutputTokens { get; init; }

    /// <summary>The part of them that was reasoning.</summary>
    public required long? ReasoningTokens { get; init; }

    /// <summary>List cost then; null when the price was unknown.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CostUsd { get; init; }

    /// <summary>What somebody really paid by it; null when unknown.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? BilledUsd { get; init; }

    /// <summary>The prices that the cost was computed with.</summary>
    public required string? PriceVersion { get; init; }

    /// <summary><c>none</c>, <c>estimated</c>, <c>reported</c> or <c>measured</c>.</summary>
    public required string Quality { get; init; }
}

/// <summary>One request sent upstream on behalf of a <see cref="RequestItem"/>.</summary>
public sealed record RequestAttempt
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The model sent, or named by the upstream.</summary>
    public required string? Model { get; init; }

    /// <summary>Its start, after the request's.</summary>
    public required double OffsetMs { get; init; }

    /// <summary>How long it took.</summary>
    public required double? DurationMs { get; init; }

    /// <summary>How it ended.</summary>
    public required string Status { get; init; }

    /// <summary>The upstream's HTTP status.</summary>
    public required int? HttpStatus { get; init; }

    /// <summary>The provider's word for the failure.</summary>
    public required string? ErrorType { get; init; }

    /// <summary>The provider's request id.</summary>
    public required string? UpstreamId { get; init; }

    /// <summary>Fresh prompt tokens.</summary>
    public required long? InputTokens { get; init; }

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes.</summary>
    public required long? CacheWrite5mTokens { get; init; }

    /// <summary>Prompt tokens written to the cache for an hour.</summary>
    public required long? CacheWrite1hTokens { get; init; }

    /// <summary>Generated tokens.</summary>
    public required long? OutputTokens { get; init; }

    /// <summary>The part of them that was reasoning.</summary>
    public required long? ReasoningTokens { get; init; }

    /// <summary>List cost; null when unknown.</summary>
    [JsonConverter(typeof(UsdConverter))]
    public required decimal? CostUsd { get; init; }

    /// <summary>Whether the tokens were estimated.</summary>
    public required bool Estimated { get; init; }
}
