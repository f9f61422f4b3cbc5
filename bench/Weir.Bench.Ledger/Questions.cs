using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Bench.Ledger;

/// <summary>What pages ask, and the same in SQL over the plain records where it is a sum over many.</summary>
internal static class Questions
{
    /// <summary>All of them. The moment is the end of the range, near the end of the year.</summary>
    public static ImmutableArray<Question> All { get; } =
    [
        Sums("summary, a day by model", 1, "model"),
        Sums("summary, a week by model", 7, "model"),
        Sums("summary, a month by person", 30, "user"),
        Sums("summary, a month by project and model", 30, "project", "model"),
        Sums("summary, a year by model", 360, "model"),
        Sums("summary, a year by person", 360, "user"),
        new(
            "the ten dearest sessions of a month",
            30,
            (ledger, to) =>
                ledger.Queries.TopAsync(
                    Query(to, 30, "session"),
                    UsageFigure.Named("costUsd")!,
                    10,
                    CancellationToken.None
                ),
            """
            SELECT session, count(*), sum(input), sum(cache_read), sum(cache_write), sum(output), sum(cost)
            FROM r WHERE {range} GROUP BY session ORDER BY 7 DESC LIMIT 10
            """
        ),
        new(
            "durations of a month by model",
            30,
            (ledger, to) =>
                ledger.Queries.DistributionAsync(
                    Query(to, 30, "model"),
                    UsageDuration.Whole,
                    UsageScale.Log,
                    40,
                    CancellationToken.None
                ),
            "SELECT model, count(*), approx_quantile(duration, [0.5, 0.75, 0.9, 0.95, 0.99]) FROM r WHERE {range} GROUP BY model"
        ),
        new(
            "heatmap of a quarter of a year",
            90,
            (ledger, to) => ledger.Queries.HeatmapAsync(Query(to, 90), UsageMetric.CostUsd, CancellationToken.None),
            "SELECT dayofweek(t), hour(t), sum(cost) FROM r WHERE {range} GROUP BY ALL"
        ),
        Sums("summary, a month by tag", 30, "tag.cost-centre"),
        Line("series, a day by hour and model", 1, UsageInterval.Hour, "model"),
        Line("series, a month by day and model", 30, UsageInterval.Day, "model"),
        Line("series, a year by day and model", 360, UsageInterval.Day, "model"),
        Line("series, a year by week and team", 360, UsageInterval.Week, "team"),
        new(
            "series, a year by day of Berlin and model",
            360,
            (ledger, to) =>
                ledger.Queries.SeriesAsync(
                    Query(to, 360, "model") with
                    {
                        Calendar = new UsageCalendar(
                            TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
                            DayOfWeek.Monday
                        ),
                    },
                    UsageMetric.CostUsd,
                    UsageInterval.Day,
                    CancellationToken.None
                ),
            "SELECT date_trunc('day', t + INTERVAL 1 HOUR), model, sum(cost) FROM r WHERE {range} GROUP BY ALL"
        ),
        new(
            "series, a year by day of one person's models",
            360,
            (ledger, to) =>
                ledger.Queries.SeriesAsync(
                    Query(to, 360, "model") with
                    {
                        Filters =
                        [
                            new UsageFilter(new UsageDimension(UsageDimensionKind.User), ["person-7@example.com"]),
                        ],
                    },
                    UsageMetric.CostUsd,
                    UsageInterval.Day,
                    CancellationToken.None
                ),
            "SELECT date_trunc('day', t), model, sum(cost) FROM r WHERE {range} AND user_name = 'person-7@example.com' GROUP BY ALL"
        ),
        new(
            "the newest hundred requests",
            30,
            (ledger, to) => ledger.Queries.RecordsAsync(Query(to, 30), null, 100, CancellationToken.None),
            null
        ),
        new(
            "the newest hundred failed requests",
            30,
            (ledger, to) =>
                ledger.Queries.RecordsAsync(
                    Query(to, 30) with
                    {
                        Filters =
                        [
                            new UsageFilter(
                                new UsageDimension(UsageDimensionKind.Status),
                                ["upstream_error", "rate_limited"]
                            ),
                        ],
                    },
                    null,
                    100,
                    CancellationToken.None
                ),
            null
        ),
        new(
            "a hundred requests of a rare kind in a year",
            360,
            (ledger, to) =>
                ledger.Queries.RecordsAsync(
                    Query(to, 360) with
                    {
                        Filters =
                        [
                            new UsageFilter(new UsageDimension(UsageDimensionKind.Model), ["lab/model-14"]),
                            new UsageFilter(new UsageDimension(UsageDimensionKind.Status), ["rate_limited"]),
                        ],
                    },
                    null,
                    100,
                    CancellationToken.None
                ),
            null
        ),
    ];

    private static Question Sums(string name, int days, params string[] by) =>
        new(
            name,
            days,
            (ledger, to) => ledger.Queries.SummaryAsync(Query(to, days, by), CancellationToken.None),
            $"""
            SELECT {string.Join(
                ", ",
                by.Select(Column)
            )}, count(*), sum(input), sum(cache_read), sum(cache_write), sum(output),
                sum(cost), approx_quantile(duration, 0.95), approx_quantile(first_token, 0.95)
            FROM r WHERE {"{range}"} GROUP BY {string.Join(", ", by.Select(Column))}
            """
        );

    private static Question Line(string name, int days, UsageInterval interval, string by) =>
        new(
            name,
            days,
            (ledger, to) =>
                ledger.Queries.SeriesAsync(Query(to, days, by), UsageMetric.CostUsd, interval, CancellationToken.None),
            $"""
            SELECT date_trunc('{interval.ToString().ToLowerInvariant()}', t), {Column(by)}, sum(cost)
            FROM r WHERE {"{range}"} GROUP BY ALL
            """
        );

    private static string Column(string dimension) =>
        dimension switch
        {
            "user" => "user_name",
            "tag.cost-centre" => "tag",
            _ => dimension,
        };

    private static UsageQuery Query(DateTimeOffset to, int days, params string[] by) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            From = to.AddDays(-days),
            To = to,
            GroupBy =
            [
                .. by.Select(name =>
                    UsageDimension.TryParse(name, out var dimension) ? dimension : throw new ArgumentException(name)
                ),
            ],
        };
}

/// <summary>A question.</summary>
/// <param name="Name">What is asked.</param>
/// <param name="Days">How long the range is.</param>
/// <param name="AskAsync">Asks the ledger; the range ends at the moment.</param>
/// <param name="Sql">Asks DuckDB, the range to be filled in; null where it has nothing to scan.</param>
internal sealed record Question(string Name, int Days, Func<UsageLedger, DateTimeOffset, Task> AskAsync, string? Sql);
