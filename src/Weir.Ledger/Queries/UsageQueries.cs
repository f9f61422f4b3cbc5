using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>Questions to the ledger. Thread-safe; each reads a consistent state. Sums come from rollups, never from records.</summary>
public sealed class UsageQueries
{
    internal UsageQueries(SqliteDatabase database, NameTable names) { }

    /// <summary>Sums per combination of the grouped dimensions, largest cost first, and their total.</summary>
    public Task<UsageSummary> SummaryAsync(UsageQuery query, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>One metric over time, per combination of the grouped dimensions; every interval of the range has a point.</summary>
    public Task<ImmutableArray<UsageSeries>> SeriesAsync(
        UsageQuery query,
        UsageMetric metric,
        UsageInterval interval,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>Records, newest first, by keyset.</summary>
    public Task<Page<StoredRecord>> RecordsAsync(
        UsageQuery query,
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>One record; null when the workspace has none of that id.</summary>
    public Task<StoredRecord?> RecordAsync(WorkspaceId workspace, RecordId id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

/// <summary>What to read.</summary>
public sealed record UsageQuery
{
    /// <summary>Whose.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From, inclusive, on the request's start; UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>To, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The dimensions to group by, in order; empty for one row.</summary>
    public ImmutableArray<UsageDimension> GroupBy { get; init; } = [];

    /// <summary>All must hold.</summary>
    public ImmutableArray<UsageFilter> Filters { get; init; } = [];
}

/// <summary>A dimension of usage; <see cref="Tag"/> is set for <c>tag.NAME</c> alone.</summary>
public readonly record struct UsageDimension(UsageDimensionKind Kind, string? Tag = null)
{
    /// <summary>Reads the API's name (<c>model</c>, <c>tag.cost-centre</c>); false when there is none of that name.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UsageDimension dimension) =>
        throw new NotImplementedException();

    /// <summary>The API's name.</summary>
    public override string ToString() => throw new NotImplementedException();
}

/// <summary>The dimensions, as the contract lists them.</summary>
public enum UsageDimensionKind : byte
{
    /// <summary>The model that served.</summary>
    Model = 1,

    /// <summary>The model that was asked for.</summary>
    RequestedModel = 2,

    /// <summary>The provider that served.</summary>
    Provider = 3,

    /// <summary>The Weir key's name.</summary>
    Key = 4,

    /// <summary>The person.</summary>
    User = 5,

    /// <summary>The team.</summary>
    Team = 6,

    /// <summary>The project.</summary>
    Project = 7,

    /// <summary>The agent's session.</summary>
    Session = 8,

    /// <summary>The (sub)agent.</summary>
    Agent = 9,

    /// <summary>The calling program.</summary>
    Client = 10,

    /// <summary>Who saw it: gateway, transcript, otlp, hook, import.</summary>
    Source = 11,

    /// <summary>How it ended: ok, caller_aborted, rate_limited …</summary>
    Status = 12,

    /// <summary>The route.</summary>
    Route = 13,

    /// <summary>A tag by name.</summary>
    Tag = 14,
}

/// <summary>Holds when the dimension has one of the values; null stands for "unknown".</summary>
public sealed record UsageFilter(UsageDimension Dimension, ImmutableArray<string?> Values);

/// <summary>Sums over a range.</summary>
/// <param name="Rows">One per combination of keys.</param>
/// <param name="Total">Over all of them.</param>
public sealed record UsageSummary(ImmutableArray<UsageRow> Rows, UsageTotals Total);

/// <summary>One combination of keys, in the order of <see cref="UsageQuery.GroupBy"/>; null is "unknown".</summary>
public sealed record UsageRow(ImmutableArray<string?> Keys, UsageTotals Totals);

/// <summary>Sums of usage records.</summary>
public sealed record UsageTotals
{
    /// <summary>Records.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, ended otherwise than ok or by the caller.</summary>
    public long Errors { get; init; }

    /// <summary>Of these, with tokens but without a known price: their cost is in no sum.</summary>
    public long Unpriced { get; init; }

    /// <summary>Of these, with estimated tokens.</summary>
    public long Estimated { get; init; }

    /// <summary>Tokens by class; unknown counts as nothing.</summary>
    public TokenUsage Tokens { get; init; }

    /// <summary>List cost of those with a known price.</summary>
    public Money Cost { get; init; }

    /// <summary>Billed cost of those with a known price.</summary>
    public Money Billed { get; init; }

    /// <summary>What handoffs saved.</summary>
    public Money Savings { get; init; }

    /// <summary>Duration in milliseconds.</summary>
    public Percentiles Latency { get; init; }

    /// <summary>Time to first token in milliseconds.</summary>
    public Percentiles TimeToFirstToken { get; init; }
}

/// <summary>Quantiles within 1 %, in milliseconds; null when nothing was measured.</summary>
public readonly record struct Percentiles(double? P50, double? P95, double? P99);

/// <summary>What a series shows.</summary>
public enum UsageMetric
{
    /// <summary>Records.</summary>
    Requests,

    /// <summary>Failed records.</summary>
    Errors,

    /// <summary>Fresh input tokens.</summary>
    InputTokens,

    /// <summary>Cache-read tokens.</summary>
    CacheReadTokens,

    /// <summary>5-minute cache writes.</summary>
    CacheWrite5mTokens,

    /// <summary>1-hour cache writes.</summary>
    CacheWrite1hTokens,

    /// <summary>Output tokens.</summary>
    OutputTokens,

    /// <summary>Reasoning tokens.</summary>
    ReasoningTokens,

    /// <summary>All tokens.</summary>
    TotalTokens,

    /// <summary>List cost.</summary>
    CostUsd,

    /// <summary>Billed cost.</summary>
    BilledUsd,

    /// <summary>Savings.</summary>
    SavingsUsd,
}

/// <summary>The width of a series' points. Days and longer start at midnight UTC; weeks on Monday.</summary>
public enum UsageInterval
{
    /// <summary>Read from records: at most a day's range.</summary>
    Minute,

    /// <summary>An hour.</summary>
    Hour,

    /// <summary>A day.</summary>
    Day,

    /// <summary>A week.</summary>
    Week,

    /// <summary>A calendar month.</summary>
    Month,
}

/// <summary>One line of a series.</summary>
public sealed record UsageSeries(ImmutableArray<string?> Keys, ImmutableArray<UsagePoint> Points);

/// <summary>One point: the interval's start and the sum (money in dollars, exact).</summary>
public readonly record struct UsagePoint(DateTimeOffset Time, decimal Value);

/// <summary>A record as the ledger holds it now.</summary>
public sealed record StoredRecord(UsageRecord Record, int Revision, long Sequence);
