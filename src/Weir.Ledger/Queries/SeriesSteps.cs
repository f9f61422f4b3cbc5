using System.Collections.Immutable;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>The intervals of a series: where they begin, from what they are read, and how sums become points.</summary>
internal static class SeriesSteps
{
    /// <summary>The start of the interval that a time lies in, UTC; weeks begin on Monday.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time, UsageInterval interval)
    {
        var utc = time.UtcDateTime;
        var day = utc.Date;
        var start = interval switch
        {
            UsageInterval.Minute => new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMinute)),
            UsageInterval.Hour => new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerHour)),
            UsageInterval.Day => day,
            UsageInterval.Week => day == default ? day : day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => new DateTime(day.Year, day.Month, 1),
        };
        return new DateTimeOffset(start, TimeSpan.Zero);
    }

    /// <summary>How long an interval is; a month has no one length and counts as 31 days.</summary>
    public static TimeSpan Length(UsageInterval interval) =>
        interval switch
        {
            UsageInterval.Minute => TimeSpan.FromMinutes(1),
            UsageInterval.Hour => TimeSpan.FromHours(1),
            UsageInterval.Day => TimeSpan.FromDays(1),
            UsageInterval.Week => TimeSpan.FromDays(7),
            _ => TimeSpan.FromDays(31),
        };

    /// <summary>The spans that sums are read in, in seconds: intervals of a week or a month are added up from days.</summary>
    public static long ReadStep(UsageInterval interval) =>
        interval switch
        {
            UsageInterval.Minute => 60,
            UsageInterval.Hour => 3600,
            _ => 86_400,
        };

    /// <summary>From what a series is read: no rollup wider than its interval.</summary>
    public static RangePlan Plan(UsageQuery query, UsageInterval interval)
    {
        var (from, to) = GroupedSums.Microseconds(query);
        return interval == UsageInterval.Minute || !GroupedSums.RollupsCanAnswer(query)
            ? RangePlan.OfRecords(from, to)
            : RangePlan.Of(
                from,
                to,
                interval == UsageInterval.Hour ? RollupWidth.Hour : RollupWidth.Day,
                GroupedSums.NeedsLineage(query) ? RollupWidth.Hour : RollupWidth.Quarter
            );
    }

    /// <summary>Lines of points, gaps filled with zeros.</summary>
    public static ImmutableArray<UsageSeries> Build(
        GroupedSums sums,
        UsageQuery query,
        UsageMetric metric,
        UsageInterval interval
    )
    {
        var times = Times(query, interval);
        var lines = new Dictionary<Group, decimal[]>();
        if (query.GroupBy.IsEmpty)
        {
            lines[new Group(0, [])] = new decimal[times.Length]; // one line, also over nothing
        }

        foreach (var (group, values) in sums.Groups)
        {
            var line = new Group(0, group.Values);
            if (!lines.TryGetValue(line, out var points))
            {
                lines[line] = points = new decimal[times.Length];
            }

            var at = times.BinarySearch(Floor(DateTimeOffset.FromUnixTimeSeconds(group.Start), interval));
            points[at] += Value(values.ToTotals(), metric);
        }

        return
        [
            .. lines
                .OrderByDescending(l => l.Value.Sum())
                .Select(l => new UsageSeries(
                    sums.Texts(l.Key),
                    [.. times.Select((time, i) => new UsagePoint(time, l.Value[i]))]
                )),
        ];
    }

    private static ImmutableArray<DateTimeOffset> Times(UsageQuery query, UsageInterval interval)
    {
        var times = ImmutableArray.CreateBuilder<DateTimeOffset>();
        for (var time = Floor(query.From, interval); time < query.To; )
        {
            times.Add(time);
            if (time > DateTimeOffset.MaxValue - TimeSpan.FromDays(31))
            {
                break;
            }

            time = interval == UsageInterval.Month ? time.AddMonths(1) : time + Length(interval);
        }

        return times.ToImmutable();
    }

    private static decimal Value(UsageTotals totals, UsageMetric metric) =>
        metric switch
        {
            UsageMetric.Requests => totals.Requests,
            UsageMetric.Errors => totals.Errors,
            UsageMetric.InputTokens => totals.Tokens.Input ?? 0,
            UsageMetric.CacheReadTokens => totals.Tokens.CacheRead ?? 0,
            UsageMetric.CacheWrite5mTokens => totals.Tokens.CacheWrite5m ?? 0,
            UsageMetric.CacheWrite1hTokens => totals.Tokens.CacheWrite1h ?? 0,
            UsageMetric.OutputTokens => totals.Tokens.Output ?? 0,
            UsageMetric.ReasoningTokens => totals.Tokens.Reasoning ?? 0,
            UsageMetric.TotalTokens => totals.Tokens.Total,
            UsageMetric.CostUsd => totals.Cost.ToUsd(),
            UsageMetric.BilledUsd => totals.Billed.ToUsd(),
            UsageMetric.SavingsUsd => totals.Savings.ToUsd(),
            _ => throw new ArgumentOutOfRangeException(nameof(metric)),
        };
}
