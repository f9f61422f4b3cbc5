using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;

namespace Weir.Ledger;

/// <summary>A metric by the local clock's weekday and hour.</summary>
/// <param name="Days">Seven, from the first day of the calendar's week.</param>
public sealed record UsageHeatmap(ImmutableArray<UsageHeatmapDay> Days)
{
    internal static UsageHeatmap Read(SqliteConnection connection, UsageQuery query, UsageMetric metric)
    {
        query = query with { GroupBy = [] };
        var axis = new SeriesAxis(query.Calendar, query.From, query.To, UsageInterval.Hour);
        var sink = new SeriesSink(axis, metric);
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(RollupWidth.Day, axis.Cuts.AsSpan());
        var (values, ticks) = (new decimal[7, 24], new long[7, 24]);
        var line = sink.Of(sums.Groups).Select(l => l.Points).FirstOrDefault();
        for (var i = 0; i < axis.Times.Length; i++)
        {
            var start = axis.Times[i];
            var end = i + 1 < axis.Times.Length ? axis.Times[i + 1] : query.To;
            var (day, hour) = (((int)start.DayOfWeek - (int)query.Calendar.WeekStart + 7) % 7, start.Hour);
            ticks[day, hour] +=
                (end < query.To ? end : query.To).UtcTicks - (start > query.From ? start : query.From).UtcTicks;
            values[day, hour] += line.IsDefault ? 0 : line[i].Value;
        }

        return new UsageHeatmap([
            .. Enumerable
                .Range(0, 7)
                .Select(day => new UsageHeatmapDay(
                    (DayOfWeek)(((int)query.Calendar.WeekStart + day) % 7),
                    [
                        .. Enumerable
                            .Range(0, 24)
                            .Select(hour => new UsageHeatmapHour(
                                values[day, hour],
                                Math.Round((decimal)ticks[day, hour] / TimeSpan.TicksPerHour, 6)
                            )),
                    ]
                )),
        ]);
    }
}

/// <summary>A day of the week.</summary>
/// <param name="Weekday">Which.</param>
/// <param name="Hours">Twenty-four, from midnight.</param>
public sealed record UsageHeatmapDay(DayOfWeek Weekday, ImmutableArray<UsageHeatmapHour> Hours);

/// <summary>An hour of a day of the week.</summary>
/// <param name="Value">The sum over all such hours of the range (money in dollars, exact).</param>
/// <param name="Hours">
/// How many such hours the range held, to six decimals: the hour that came twice counts twice, the one that was left out
/// not at all, one cut by the range's ends in part.
/// </param>
public readonly record struct UsageHeatmapHour(decimal Value, decimal Hours);
