using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Pdf;

/// <summary>A <see cref="UsageReport"/> as PDF on A4: head, totals, chart, and a table over as many pages as it takes.</summary>
internal static class ReportFile
{
    private static readonly PaperColumn[] Figures =
    [
        new("Requests", 46),
        new("Errors", 36),
        new("Input", 62),
        new("Cached", 70),
        new("Output", 58),
        new("Cost", 56),
        new("Billed", 52),
    ];

    /// <summary>Draws it; the document is small enough to be made in memory.</summary>
    public static byte[] Draw(UsageReport report) =>
        Paper.Draw(
            report.Head,
            report.Summary.From,
            report.Summary.To,
            sheet =>
            {
                Totals(sheet, report.Summary.Total);
                Paper.Heading(sheet, "Cost over time");
                SeriesChart.Draw(sheet, report.Series);
                Table(sheet, report.GroupBy, report.Summary);
            }
        );

    /// <summary>The same without the chart: sums alone.</summary>
    public static void Sums(Sheet sheet, UsageSummaryResult summary)
    {
        Totals(sheet, summary.Total);
        Table(sheet, summary.Rows.Count == 0 ? [] : [.. summary.Rows[0].Keys.Keys], summary);
    }

    private static void Totals(Sheet sheet, UsageFigures total)
    {
        (string Name, string Value)[] figures =
        [
            ("Cost at list price", Paper.Usd(total.CostUsd)),
            ("Billed", Paper.Usd(total.BilledUsd)),
            ("Requests", Paper.Count(total.Requests)),
            ("Errors", Paper.Count(total.Errors)),
            ("Tokens", Short(Tokens(total))),
        ];
        var width = Sheet.Width / figures.Length;
        for (var i = 0; i < figures.Length; i++)
        {
            var x = Sheet.Left + (i * width);
            sheet.Text(figures[i].Name, Sheet.Small, Sheet.Faint, x, sheet.Y, width - 6);
            sheet.Text(figures[i].Value, Sheet.Large, Sheet.Dark, x, sheet.Y + 11, width - 6);
        }

        sheet.Y += 40;
        if (total.UnpricedRequests > 0)
        {
            var note =
                $"{Paper.Count(total.UnpricedRequests)} requests have no known price and are in no sum of money.";
            sheet.Y -= 4;
            Paper.Line(sheet, note);
            sheet.Y += 4;
        }
    }

    private static void Table(Sheet sheet, IReadOnlyList<string> groupBy, UsageSummaryResult summary)
    {
        if (groupBy.Count == 0)
        {
            return;
        }

        Paper.Heading(sheet, $"By {string.Join(", ", groupBy)}");
        var table = new PaperTable(sheet, [.. groupBy.Select(name => new PaperColumn(name, 0)), .. Figures]);
        foreach (var row in summary.Rows.Take(UsageReport.MostRows))
        {
            table.Add([.. groupBy.Select(name => row.Keys.GetValueOrDefault(name) ?? "unknown"), .. Of(row)]);
        }

        if (summary.Rows.Count > UsageReport.MostRows)
        {
            table.Note($"and {Paper.Count(summary.Rows.Count - UsageReport.MostRows)} more, in the total");
        }

        table.Total(["Total", .. groupBy.Skip(1).Select(_ => ""), .. Of(summary.Total)]);
    }

    private static string[] Of(UsageFigures figures) =>
        [
            Paper.Count(figures.Requests),
            Paper.Count(figures.Errors),
            Paper.Count(figures.InputTokens),
            Paper.Count(figures.CacheReadTokens + figures.CacheWrite5mTokens + figures.CacheWrite1hTokens),
            Paper.Count(figures.OutputTokens),
            Paper.Usd(figures.CostUsd),
            Paper.Usd(figures.BilledUsd),
        ];

    private static long Tokens(UsageFigures total) =>
        total.InputTokens
        + total.CacheReadTokens
        + total.CacheWrite5mTokens
        + total.CacheWrite1hTokens
        + total.OutputTokens;

    // Billions do not fit beside the other totals; the table has them whole.
    private static string Short(long value) =>
        value < 1_000_000_000
            ? Paper.Count(value)
            : string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:#,0.00} billion");
}
