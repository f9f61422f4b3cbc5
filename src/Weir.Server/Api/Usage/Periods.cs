using System.Collections.Immutable;
using System.Globalization;
using Weir.Client;
using Weir.Client.Json;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>
/// Summaries by hour, day, week or month: one summary for each period of the range, so that every figure of a row (the
/// quantiles and the unpriced too) is there. Periods start as a series' points do: at UTC, weeks on Monday. The first and
/// the last are cut at the range's ends.
/// </summary>
internal static class Periods
{
    /// <summary>The most periods that one summary may have.</summary>
    public const int Most = 750;

    /// <summary>The period of a name that may stand in <c>groupBy</c>; null when it is none.</summary>
    public static UsageInterval? Named(string name) =>
        name switch
        {
            "hour" => UsageInterval.Hour,
            "day" => UsageInterval.Day,
            "week" => UsageInterval.Week,
            "month" => UsageInterval.Month,
            _ => null,
        };

    /// <summary>The starts of the periods that touch a range; stops after <see cref="Most"/> + 1.</summary>
    public static ImmutableArray<DateTimeOffset> Starts(DateTimeOffset from, DateTimeOffset to, UsageInterval period)
    {
        var starts = ImmutableArray.CreateBuilder<DateTimeOffset>();
        for (var start = Floor(from, period); start < to && starts.Count <= Most; start = Next(start, period))
        {
            starts.Add(start);
        }

        return starts.ToImmutable();
    }

    /// <summary>The summary, newest period last; periods in which nothing was used have no row.</summary>
    public static async Task<UsageSummaryResult> SummaryAsync(
        UsageQueries queries,
        UsageQuery query,
        UsageInterval period,
        CancellationToken cancellationToken
    )
    {
        var name = period.ToString().ToLowerInvariant();
        var rows = new List<UsageSummaryRow>();
        foreach (var start in Starts(query.From, query.To, period))
        {
            var end = Next(start, period);
            var part = query with
            {
                From = start > query.From ? start : query.From,
                To = end < query.To ? end : query.To,
            };
            var summary = UsageShapes.Summary(part, await queries.SummaryAsync(part, cancellationToken));
            rows.AddRange(
                summary
                    .Rows.Where(row => row.Requests > 0)
                    .Select(row =>
                        row with
                        {
                            Keys = ImmutableSortedDictionary
                                .CreateRange(StringComparer.Ordinal, row.Keys)
                                .Add(name, Label(start, period)),
                        }
                    )
            );
        }

        var whole = query with { GroupBy = [] };
        return new UsageSummaryResult(
            query.From,
            query.To,
            rows,
            UsageShapes.Summary(whole, await queries.SummaryAsync(whole, cancellationToken)).Total
        );
    }

    private static string Label(DateTimeOffset start, UsageInterval period) =>
        period == UsageInterval.Hour
            ? UtcTimeConverter.ToText(start)
            : start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset Floor(DateTimeOffset time, UsageInterval period)
    {
        var utc = time.ToUniversalTime();
        var day = new DateTimeOffset(utc.Date, TimeSpan.Zero);
        return period switch
        {
            UsageInterval.Hour => day.AddHours(utc.Hour),
            UsageInterval.Day => day,
            UsageInterval.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => day.AddDays(1 - day.Day),
        };
    }

    private static DateTimeOffset Next(DateTimeOffset start, UsageInterval period) =>
        period switch
        {
            UsageInterval.Hour => start.AddHours(1),
            UsageInterval.Day => start.AddDays(1),
            UsageInterval.Week => start.AddDays(7),
            _ => start.AddMonths(1),
        };
}
