using System.Collections.Immutable;
using Weir.Capture.Sessions;
using Weir.Client;
using Weir.Ledger;
using Weir.Server.Api.Sessions;

namespace Weir.Server.Api.Usage;

/// <summary>From the ledger's answers about many requests to the public API's.</summary>
internal static class AnalyticsShapes
{
    /// <summary>The largest members.</summary>
    public static UsageTopResult Top(UsageQuery query, UsageFigure figure, UsageTop top) =>
        new(
            query.GroupBy[0].ToString(),
            figure.Name,
            query.From,
            query.To,
            [.. top.Rows.Select(row => new TopMember(Sums(row.Totals, figure), row.Keys[0]))],
            top.OtherMembers == 0 ? null : new TopOther(Sums(top.Other, figure), top.OtherMembers),
            Sums(top.Total, figure)
        );

    /// <summary>A distribution.</summary>
    public static UsageDistributionResult Distribution(
        UsageQuery query,
        string of,
        UsageScale scale,
        UsageDistribution found
    ) =>
        new(
            of,
            scale.ToString().ToLowerInvariant(),
            query.From,
            query.To,
            found.Edges,
            [
                .. found.Groups.Select(group => new DistributionGroup
                {
                    Keys = UsageShapes.Keys(query.GroupBy, group.Keys),
                    Count = group.Count,
                    Unknown = group.Unknown,
                    Min = group.Min,
                    Max = group.Max,
                    P50 = UsageShapes.Rounded(group.P50),
                    P75 = UsageShapes.Rounded(group.P75),
                    P90 = UsageShapes.Rounded(group.P90),
                    P95 = UsageShapes.Rounded(group.P95),
                    P99 = UsageShapes.Rounded(group.P99),
                    Bars = group.Bars,
                }),
            ]
        );

    /// <summary>A heatmap.</summary>
    public static UsageHeatmapResult Heatmap(UsageQuery query, UsageMetric metric, UsageHeatmap found)
    {
        var name = UsageQueryReader.MetricName(metric);
        var money = UsageFigure.Named(name)!.IsMoney;
        return new UsageHeatmapResult(
            name,
            query.Calendar.Zone.Id,
            query.From,
            query.To,
            [
                .. found.Days.Select(day => new HeatmapDay(
                    day.Weekday.ToString().ToLowerInvariant(),
                    [
                        .. day.Hours.Select(hour => new HeatmapHour(
                            new SeriesValue(hour.Value, money),
                            (double)hour.Hours
                        )),
                    ]
                )),
            ]
        );
    }

    /// <summary>Sides by side.</summary>
    public static UsageComparison Comparison(
        UsageDimension? by,
        ImmutableArray<(UsageQuery Query, string? Key)> sides,
        ImmutableArray<UsageTotals> totals
    ) =>
        new(
            by?.ToString(),
            [
                .. sides.Select(
                    (side, i) =>
                        new ComparedSide(side.Query.From, side.Query.To, side.Key, UsageShapes.Figures(totals[i]))
                ),
            ],
            [
                .. UsageFigure.All.Select(figure => new ComparedFigure(
                    figure.Name,
                    [.. totals.Select(side => Compared(figure, figure.Of(totals[0]), figure.Of(side)))]
                )),
            ]
        );

    private static ComparedValue Compared(UsageFigure figure, decimal? first, decimal? value) =>
        new(
            Value(figure, value),
            Value(figure, value - first),
            first is null or 0 || value is null
                ? null
                : (double)
                    Math.Round((value.Value - first.Value) / Math.Abs(first.Value) * 100, 4, MidpointRounding.ToEven)
        );

    private static RankedFigures Sums(UsageTotals totals, UsageFigure figure) =>
        new(SessionShapesOf.Figures(SessionSums.Of(totals)), Value(figure, figure.Of(totals)));

    private static SeriesValue? Value(UsageFigure figure, decimal? value) =>
        value is { } known ? new SeriesValue(known, figure.IsMoney) : null;
}
