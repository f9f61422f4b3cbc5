using System.Collections.Immutable;
using System.Globalization;
using Weir.Client;
using Weir.Client.Json;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>
/// Summaries by hour, day, week or month: one summary for each period of the range, so that every figure of a row (the
/// quantiles and the unpriced too) is there. Periods start as a series' points do. The first and the last are cut at the
/// range's ends.
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
    public static ImmutableArray<DateTimeOffset> Starts(UsageQuery query, UsageInterval period) =>
        query.Calendar.Starts(query.From, query.To, period, Most);

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
        var starts = Starts(query, period);
        for (var i = 0; i < starts.Length; i++)
        {
            var (start, end) = (starts[i], i + 1 < starts.Length ? starts[i + 1] : query.To);
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
            ? LocalTimeConverter.ToText(start)
            : start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
