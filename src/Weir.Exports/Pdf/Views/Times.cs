using Weir.Client;

namespace Weir.Exports.Pdf.Views;

/// <summary>How long requests took: a histogram for the largest groups, and the quantiles of all.</summary>
internal static class Times
{
    private const int MostCharts = 6;
    private const double Height = 84;

    /// <summary>Draws it.</summary>
    public static void Draw(Sheet sheet, UsageDistributionResult times)
    {
        var what = times.Of == "durationMs" ? "Duration" : "Time to first token";
        Paper.Heading(sheet, what);
        foreach (var group in times.Groups.Take(MostCharts).Where(group => group.Bars.Count > 0))
        {
            Chart(sheet, times, group);
        }

        sheet.Need(80);
        var table = new PaperTable(
            sheet,
            new("Group", 0),
            new("Measured", 50),
            new("Unknown", 46),
            new("Least", 44),
            new("Median", 44),
            new("75 %", 44),
            new("90 %", 44),
            new("95 %", 44),
            new("99 %", 44),
            new("Most", 48)
        );
        foreach (var group in times.Groups)
        {
            table.Add([
                Paper.Name(group.Keys),
                Paper.Count(group.Count),
                Paper.Count(group.Unknown),
                .. new[] { group.Min, group.P50, group.P75, group.P90, group.P95, group.P99, group.Max }.Select(
                    Paper.Milliseconds
                ),
            ]);
        }
    }

    private static void Chart(Sheet sheet, UsageDistributionResult times, DistributionGroup group)
    {
        sheet.Need(Height + 44);
        sheet.Text(Paper.Name(group.Keys), Sheet.SmallBold, Sheet.Dark, Sheet.Left, sheet.Y, Sheet.Width);
        sheet.Y += 12;
        var most = Math.Max(1, group.Bars.Max());
        var slot = Sheet.Width / group.Bars.Count;
        var y0 = sheet.Y + Height;
        var every = Math.Max(1, (int)Math.Ceiling(44 / slot));
        for (var i = 0; i < group.Bars.Count; i++)
        {
            var (x, height) = (Sheet.Left + (i * slot), (double)group.Bars[i] / most * Height);
            if (height > 0)
            {
                sheet.Area(SeriesChart.Colours[0], x + (slot * 0.06), y0 - height, slot * 0.88, height);
            }

            if (i % every == 0)
            {
                sheet.Text(Paper.Milliseconds(times.EdgesMs[i]), Sheet.Small, Sheet.Faint, x, y0 + 3, 44);
            }
        }

        sheet.Across(y0);
        sheet.Y = y0 + 22;
    }
}
