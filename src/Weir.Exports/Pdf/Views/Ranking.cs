using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Pdf.Views;

/// <summary>The largest of a figure: a bar for each, and the sums behind it.</summary>
internal static class Ranking
{
    private const double Names = 190;
    private const double Values = 80;

    /// <summary>Draws it.</summary>
    public static void Draw(Sheet sheet, UsageTopResult top)
    {
        Paper.Heading(sheet, $"{top.By} by {top.Metric}");
        var most = top.Rows.Select(row => Math.Max(0, row.Value?.Amount ?? 0)).DefaultIfEmpty(0).Max();
        var room = Sheet.Width - Names - Values - 16;
        foreach (var row in top.Rows)
        {
            sheet.Need(Paper.LineHeight);
            sheet.Text(row.Key ?? "unknown", Sheet.Small, Sheet.Dark, Sheet.Left, sheet.Y, Names - 6);
            var share = most == 0 ? 0 : (double)(Math.Max(0, row.Value?.Amount ?? 0) / most);
            sheet.Area(SeriesChart.Colours[0], Sheet.Left + Names, sheet.Y + 1, share * room, 7);
            sheet.Text(
                Paper.Value(row.Value, top.Metric),
                Sheet.Small,
                Sheet.Dark,
                Sheet.Right - Values,
                sheet.Y,
                Values,
                toRight: true
            );
            sheet.Y += Paper.LineHeight;
        }

        sheet.Y += 14;
        sheet.Need(80);
        var table = new PaperTable(
            sheet,
            new("", 22),
            new(top.By, 0),
            new(top.Metric, 76),
            new("Share of cost", 60),
            new("Requests", 54),
            new("Errors", 44),
            new("Cost", 66)
        );
        var rank = 0;
        foreach (var row in top.Rows)
        {
            var number = (++rank).ToString(CultureInfo.InvariantCulture);
            table.Add([number, row.Key ?? "unknown", .. Of(row, top)]);
        }

        if (top.Other is { } other)
        {
            table.Add(["", $"{Paper.Count(other.Members)} others", .. Of(other, top)]);
        }

        table.Total(["", "Total", .. Of(top.Total, top)]);
    }

    private static string[] Of(RankedFigures row, UsageTopResult top) =>
        [
            Paper.Value(row.Value, top.Metric),
            row.CostUsd is { } cost && top.Total.CostUsd is { } all and not 0 ? Paper.Percent(cost / all) : "–",
            Paper.Count(row.Requests),
            Paper.Count(row.Errors),
            Paper.Usd(row.CostUsd),
        ];
}
