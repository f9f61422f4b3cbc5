using System.Globalization;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>Answers about many requests as a terminal shows them: tables with small bars, of plain characters where it is a dumb one.</summary>
internal static class UsageViews
{
    private const int Width = 24;
    private const string Shades = " ░▒▓█";
    private const string PlainShades = " .:*#";

    private static bool IsDumb => CommonOptions.Variable("TERM") == "dumb";

    /// <summary>A series beside the period that it is compared with.</summary>
    public static void Show(UsageSeriesResult series, string[] groups)
    {
        Range(series.From, series.To);
        var before = series.Previous!;
        CommandRun.Note($"compared with {Figures.Time(before.From)} to {Figures.Time(before.To)}");
        var then = before.Series.ToDictionary(line => Name(line.Keys, groups), Sum, StringComparer.Ordinal);
        var table = new TextTable([
            .. groups.Select(name => name.ToUpperInvariant()),
            $">{series.Metric.ToUpperInvariant()}",
            ">BEFORE",
            ">CHANGE",
            "OVER TIME",
        ]);
        foreach (var line in series.Series)
        {
            then.Remove(Name(line.Keys, groups), out var sum);
            Add(line, Sum(line), sum, Trend([.. line.Points.Select(p => p.Value.Amount)]));
        }

        foreach (var line in before.Series.Where(line => then.ContainsKey(Name(line.Keys, groups))))
        {
            Add(line, default, Sum(line), "");
        }

        table.Write();

        void Add(SeriesLine line, SeriesValue now, SeriesValue was, string trend) =>
            table.Add(
                groups
                    .Select(name => Figures.Name(line.Keys.GetValueOrDefault(name)))
                    .Concat([
                        Text(now.Amount, IsMoney(series.Metric)),
                        Text(was.Amount, IsMoney(series.Metric)),
                        Change(now.Amount, was.Amount),
                        trend,
                    ])
            );
    }

    /// <summary>The largest members of a dimension.</summary>
    public static void Show(UsageTopResult top)
    {
        Range(top.From, top.To);
        var money = IsMoney(top.Metric);
        var most = top.Rows.Select(row => row.Value?.Amount ?? 0).DefaultIfEmpty(0).Max();
        var table = new TextTable(
            top.By.ToUpperInvariant(),
            $">{top.Metric.ToUpperInvariant()}",
            "",
            ">REQUESTS",
            ">COST"
        );
        foreach (var row in top.Rows)
        {
            Add(Figures.Name(row.Key), row);
        }

        if (top.Other is { } other)
        {
            Add($"{Figures.Count(other.Members)} others", other);
        }

        table.AddSpace();
        Add("total", top.Total, bar: false);
        table.Write();

        void Add(string name, RankedFigures of, bool bar = true) =>
            table.Add(
                name,
                of.Value is { } value ? Text(value.Amount, money) : Figures.Unknown,
                bar && most > 0 ? Bar((double)((of.Value?.Amount ?? 0) / most)) : "",
                Figures.Count(of.Requests),
                Figures.Cost(of.CostUsd, of.UnpricedRequests)
            );
    }

    /// <summary>A week of hours: the darker, the more in an hour.</summary>
    public static void Show(UsageHeatmapResult map)
    {
        Range(map.From, map.To);
        CommandRun.Note($"{map.Metric} by the clock of {map.Timezone}, the mean of an hour");
        decimal Mean(HeatmapHour hour) => hour.Hours == 0 ? 0 : hour.Value.Amount / (decimal)hour.Hours;
        var most = map.Days.Max(day => day.Hours.Max(Mean));
        var shades = IsDumb ? PlainShades : Shades;
        var table = new TextTable("", "0  3  6  9  12 15 18 21", ">SUM");
        foreach (var day in map.Days)
        {
            table.Add(
                day.Weekday,
                string.Concat(
                    day.Hours.Select(hour =>
                        Mean(hour) <= 0 ? ' ' : shades[(int)Math.Clamp(Math.Ceiling(Mean(hour) / most * 4), 1, 4)]
                    )
                ),
                Text(day.Hours.Sum(hour => hour.Value.Amount), IsMoney(map.Metric))
            );
        }

        table.Write();
    }

    /// <summary>How long requests took.</summary>
    public static void Show(UsageDistributionResult found)
    {
        Range(found.From, found.To);
        foreach (var group in found.Groups)
        {
            var name = string.Join(", ", group.Keys.Values.Select(Figures.Name));
            Console.Out.WriteLine(
                $"{name}{(name.Length == 0 ? "" : ": ")}{Figures.Count(group.Count)} measured, {Figures.Count(group.Unknown)} not; p50 {Time(group.P50)}, p90 {Time(group.P90)}, p95 {Time(group.P95)}, p99 {Time(group.P99)}"
            );
            var table = new TextTable(">FROM", ">TO", ">REQUESTS", "");
            var most = group.Bars.DefaultIfEmpty(0).Max();
            for (var i = 0; i < group.Bars.Count && most > 0; i++)
            {
                table.Add(
                    Time(found.EdgesMs[i]),
                    Time(found.EdgesMs[i + 1]),
                    Figures.Count(group.Bars[i]),
                    Bar((double)group.Bars[i] / most)
                );
            }

            table.Write();
        }
    }

    private static void Range(DateTimeOffset from, DateTimeOffset to) =>
        CommandRun.Note($"{Figures.Time(from)} to {Figures.Time(to)}");

    private static string Bar(double share) =>
        IsDumb ? new string('#', (int)Math.Ceiling(Math.Clamp(share, 0, 1) * Width)) : Meter.Of(share, Width).TrimEnd();

    private static string Trend(decimal[] values) => IsDumb ? "" : Sparkline.Of(values, Width * 2);

    private static string Change(decimal now, decimal was) =>
        was == 0 ? "" : ((now - was) / Math.Abs(was)).ToString("+0.0%;-0.0%;0%", CultureInfo.InvariantCulture);

    private static SeriesValue Sum(SeriesLine line) =>
        new(line.Points.Sum(point => point.Value.Amount), line.Points.Any(point => point.Value.IsMoney));

    private static string Name(IReadOnlyDictionary<string, string?> keys, string[] groups) =>
        string.Join('\n', groups.Select(name => keys.GetValueOrDefault(name) ?? "\0"));

    private static bool IsMoney(string metric) =>
        metric is "costUsd" or "billedUsd" or "savingsUsd" or "costPerRequest";

    private static string Text(decimal amount, bool money) =>
        money ? Figures.Usd(amount) : amount.ToString("#,0.####", CultureInfo.InvariantCulture);

    private static string Time(double? ms) =>
        ms switch
        {
            null => Figures.Unknown,
            < 1000 => ms.Value.ToString("0.###", CultureInfo.InvariantCulture) + " ms",
            _ => (ms.Value / 1000).ToString("#,0.##", CultureInfo.InvariantCulture) + " s",
        };
}
