using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Pdf.Views;

/// <summary>A figure by weekday and hour: a grid whose darkness tells, and the numbers of each day.</summary>
internal static class WeekGrid
{
    private const double Names = 62;
    private const double CellHeight = 22;
    private static readonly (int R, int G, int B) Light = (0xE8, 0xF1, 0xF8);
    private static readonly (int R, int G, int B) Dark = (0x00, 0x4B, 0x7C);

    /// <summary>Draws it.</summary>
    public static void Draw(Sheet sheet, UsageHeatmapResult map)
    {
        Paper.Heading(sheet, $"{map.Metric} by weekday and hour, {map.Timezone}");
        var most = map.Days.SelectMany(day => day.Hours).Max(hour => Math.Max(0, hour.Value.Amount));
        var width = (Sheet.Width - Names) / 24;
        for (var hour = 0; hour < 24; hour += 3)
        {
            var text = hour.ToString("00", CultureInfo.InvariantCulture);
            sheet.Text(text, Sheet.Small, Sheet.Faint, Sheet.Left + Names + (hour * width), sheet.Y, width * 3);
        }

        sheet.Y += 12;
        foreach (var day in map.Days)
        {
            sheet.Text(Name(day), Sheet.Small, Sheet.Dark, Sheet.Left, sheet.Y + 6, Names - 6);
            for (var hour = 0; hour < day.Hours.Count; hour++)
            {
                var share = most == 0 ? 0 : (double)(Math.Max(0, day.Hours[hour].Value.Amount) / most);
                var x = Sheet.Left + Names + (hour * width);
                sheet.Area(Shade(share), x, sheet.Y, width - 1, CellHeight - 1);
            }

            sheet.Y += CellHeight;
        }

        sheet.Y += 6;
        Paper.Line(sheet, $"the darkest is {Told(most, map)}");
        sheet.Y += 10;
        var table = new PaperTable(
            sheet,
            new("Weekday", 0),
            new("Total", 90),
            new("Most in an hour of the day", 120),
            new("at", 50)
        );
        foreach (var day in map.Days)
        {
            var largest = day.Hours.Max(hour => hour.Value.Amount);
            var at = Enumerable.Range(0, day.Hours.Count).First(hour => day.Hours[hour].Value.Amount == largest);
            table.Add([
                Name(day),
                Told(day.Hours.Sum(hour => hour.Value.Amount), map),
                Told(largest, map),
                largest == 0 ? "–" : at.ToString("00':00'", CultureInfo.InvariantCulture),
            ]);
        }

        table.Total(["Total", Told(map.Days.Sum(day => day.Hours.Sum(hour => hour.Value.Amount)), map), "", ""]);
    }

    private static string Name(HeatmapDay day) => char.ToUpperInvariant(day.Weekday[0]) + day.Weekday[1..];

    private static string Told(decimal amount, UsageHeatmapResult map) =>
        Paper.Value(new SeriesValue(amount, map.Metric.EndsWith("Usd", StringComparison.Ordinal)), map.Metric);

    private static Ink Shade(double share)
    {
        int Mix(int light, int dark) => (int)Math.Round(light + ((dark - light) * share));
        return new Ink((Mix(Light.R, Dark.R) << 16) | (Mix(Light.G, Dark.G) << 8) | Mix(Light.B, Dark.B));
    }
}
