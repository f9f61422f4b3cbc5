using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

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

    /// <summary>Where days, weeks and months begin.</summary>
    public UsageCalendar Calendar { get; init; } = UsageCalendar.Utc;
}

/// <summary>Sums over a range.</summary>
/// <param name="Rows">One per combination of keys.</param>
/// <param name="Total">Over all of them.</param>
public sealed record UsageSummary(ImmutableArray<UsageRow> Rows, UsageTotals Total)
{
    /// <summary>The newest entry (<see cref="LedgerEntry.Sequence"/>) that the sums hold; 0 while the ledger is empty.</summary>
    public long Sequence { get; init; }
}

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

/// <summary>The width of a series' points, as <see cref="UsageQuery.Calendar"/> has them.</summary>
public enum UsageInterval
{
    /// <summary>Read from records: at most a day's range.</summary>
    Minute,

    /// <summary>An hour of the local clock.</summary>
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

/// <summary>One point: the interval's start, with the zone's offset then, and the sum (money in dollars, exact).</summary>
public readonly record struct UsagePoint(DateTimeOffset Time, decimal Value);

/// <summary>A workspace's newest records as they stood after one entry of the ledger.</summary>
/// <param name="Records">Newest first.</param>
/// <param name="Sequence">The newest entry that they show; what came later has a higher number. 0 in an empty ledger.</param>
public sealed record LedgerSnapshot(ImmutableArray<StoredRecord> Records, long Sequence);

/// <summary>A record as the ledger holds it now.</summary>
public sealed record StoredRecord(UsageRecord Record, int Revision, long Sequence);

/// <summary>A record as it was before a change.</summary>
/// <param name="Record">The record then.</param>
/// <param name="Revision">Its number, from 1.</param>
/// <param name="ReplacedBy">What kind of change ended it.</param>
/// <param name="ReplacedAt">When.</param>
public sealed record EarlierRecord(UsageRecord Record, int Revision, EntryKind ReplacedBy, DateTimeOffset ReplacedAt);
