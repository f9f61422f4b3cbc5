using Weir.Client;

namespace Weir.Exports.Pdf.Views;

/// <summary>A figure over time: the chart, and what each line comes to.</summary>
internal static class Lines
{
    private const int MostRows = 2_000;

    /// <summary>Draws it.</summary>
    public static void Draw(Sheet sheet, UsageSeriesResult series)
    {
        Paper.Heading(sheet, $"{series.Metric} by {series.Interval}");
        SeriesChart.Draw(sheet, series);
        var isMoney = series.Metric.EndsWith("Usd", StringComparison.Ordinal);
        string Told(decimal amount) => Paper.Value(new SeriesValue(amount, isMoney), series.Metric);
        var table = new PaperTable(
            sheet,
            new("Line", 0),
            new("Total", 90),
            new($"Least in a {series.Interval}", 90),
            new($"Most in a {series.Interval}", 90)
        );
        foreach (var line in series.Series.Take(MostRows))
        {
            var amounts = line.Points.Select(point => point.Value.Amount).ToList();
            table.Add([
                Paper.Name(line.Keys),
                Told(amounts.Sum()),
                Told(amounts.DefaultIfEmpty(0).Min()),
                Told(amounts.DefaultIfEmpty(0).Max()),
            ]);
        }

        if (series.Series.Count > MostRows)
        {
            table.Note($"and {Paper.Count(series.Series.Count - MostRows)} more, in the total");
        }

        table.Total(["Total", Told(Sum(series.Series)), "", ""]);
        if (series.Previous is { } before)
        {
            table.Note(
                $"{Paper.Time(before.From)} to {Paper.Time(before.To)} UTC, compared with: {Told(Sum(before.Series))}"
            );
        }
    }

    private static decimal Sum(IEnumerable<SeriesLine> lines) =>
        lines.Sum(line => line.Points.Sum(point => point.Value.Amount));
}
