using System.Collections.Immutable;
using Weir.Foundation.Measuring;

namespace Weir.Ledger;

/// <summary>What kind of question a query answers.</summary>
public enum QueryKind
{
    /// <summary>None of the others: lookups of single things, and what Weir asks for itself.</summary>
    Other,

    /// <summary>Sums by dimensions.</summary>
    Summary,

    /// <summary>A figure over time.</summary>
    Series,

    /// <summary>The largest groups.</summary>
    Top,

    /// <summary>How durations spread.</summary>
    Distribution,

    /// <summary>A figure by weekday and hour.</summary>
    Heatmap,

    /// <summary>Totals of several ranges.</summary>
    Totals,

    /// <summary>Use hour by hour.</summary>
    Spans,

    /// <summary>What each record cost.</summary>
    Costs,

    /// <summary>A list of records.</summary>
    Records,

    /// <summary>One record.</summary>
    Record,

    /// <summary>The records of sessions.</summary>
    Sessions,

    /// <summary>Records that were handed over.</summary>
    Handoffs,

    /// <summary>Sums held against records.</summary>
    Audit,
}

/// <summary>A query that took long. It holds names of what was asked for and never a value.</summary>
public sealed record SlowQuery
{
    /// <summary>What kind of question it was.</summary>
    public required QueryKind Kind { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Took { get; init; }

    /// <summary>The length of its range.</summary>
    public required TimeSpan Range { get; init; }

    /// <summary>The dimensions that it was grouped by.</summary>
    public required ImmutableArray<string> GroupBy { get; init; }

    /// <summary>The dimensions that were filtered by, each once.</summary>
    public required ImmutableArray<string> Filters { get; init; }

    /// <summary>How many rows it gave; null when it was interrupted or failed.</summary>
    public required int? Rows { get; init; }
}

/// <summary>
/// Measures questions to the ledger: how long each kind takes, and the slowest of the last hour. Its memory is bounded. Thread-safe.
/// </summary>
public sealed class QueryWatch
{
    /// <summary>How many of the slowest are known.</summary>
    public const int MostSlow = 50;

    private static readonly TimeSpan Reach = RecentDurations.Reach;
    private static readonly TimeSpan Span = RecentDurations.Span;
    private static readonly ImmutableArray<QueryKind> Kinds = [.. Enum.GetValues<QueryKind>()];

    private readonly TimeProvider clock;
    private readonly ImmutableArray<RecentDurations> durations;
    private readonly Lock gate = new();

    // Of each five minutes the slowest, so that those of any hour are among them.
    private readonly Queue<(long Span, PriorityQueue<SlowQuery, TimeSpan> Slow)> spans = new();

    internal QueryWatch(TimeProvider clock)
    {
        this.clock = clock;
        durations = [.. Kinds.Select(_ => new RecentDurations(clock))];
    }

    /// <summary>How long each kind took that was asked in the last hour.</summary>
    public ImmutableArray<(QueryKind Kind, DurationSummary Took)> Durations =>
        [.. Kinds.Select(kind => (kind, Took: durations[(int)kind].Read())).Where(one => one.Took is not null)!];

    /// <summary>The slowest of the last hour, the slowest first.</summary>
    public ImmutableArray<SlowQuery> Slowest
    {
        get
        {
            var oldest = clock.GetUtcNow() - Reach;
            lock (gate)
            {
                return
                [
                    .. spans
                        .SelectMany(span => span.Slow.UnorderedItems)
                        .Select(item => item.Element)
                        .Where(query => query.At >= oldest)
                        .OrderByDescending(query => query.Took)
                        .Take(MostSlow),
                ];
            }
        }
    }

    internal T Measure<T>(QueryKind kind, UsageQuery? asked, Func<T> read, Func<T, int>? rows)
    {
        var begun = durations[(int)kind].Begin();
        int? given = null;
        try
        {
            var result = read();
            given = rows?.Invoke(result);
            return result;
        }
        finally
        {
            var took = durations[(int)kind].End(begun);
            if (asked is not null)
            {
                Note(kind, asked, took, given);
            }
        }
    }

    private void Note(QueryKind kind, UsageQuery asked, TimeSpan took, int? rows)
    {
        var now = clock.GetUtcNow();
        var span = now.Ticks / Span.Ticks;
        lock (gate)
        {
            while (spans.TryPeek(out var first) && (first.Span + 1) * Span.Ticks <= now.Ticks - Reach.Ticks)
            {
                spans.Dequeue();
            }

            // A clock that was set back: what comes belongs to the newest span, which ends as it should.
            var newest = spans.Count > 0 ? spans.Last() : default;
            if (newest.Slow is null || newest.Span < span)
            {
                newest = (span, new PriorityQueue<SlowQuery, TimeSpan>());
                spans.Enqueue(newest);
            }

            if (newest.Slow.Count == MostSlow && newest.Slow.Peek().Took >= took)
            {
                return;
            }

            newest.Slow.Enqueue(
                new SlowQuery
                {
                    Kind = kind,
                    At = now,
                    Took = took,
                    Range = asked.To - asked.From,
                    GroupBy = [.. asked.GroupBy.Select(dimension => dimension.ToString())],
                    Filters = [.. asked.Filters.Select(filter => filter.Dimension.ToString()).Distinct()],
                    Rows = rows,
                },
                took
            );
            if (newest.Slow.Count > MostSlow)
            {
                newest.Slow.Dequeue();
            }
        }
    }
}
