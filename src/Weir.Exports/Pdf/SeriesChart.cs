using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Pdf;

/// <summary>A figure over time as stacked bars, drawn with lines and areas: it prints sharp at any size.</summary>
internal static class SeriesChart
{
    private const double Height = 150;
    private const double Axis = 52;
    private const int MostLines = 6;

    /// <summary>The colours of lines, in order.</summary>
    // Told apart also by who sees no red or no green, and in grey (Okabe and Ito).
    public static readonly Ink[] Colours =
    [
        new(0x0072B2),
        new(0xE69F00),
        new(0x009E73),
        new(0xCC79A7),
        new(0x56B4E9),
        new(0xD55E00),
        new(0x9AA3AE),
    ];

    /// <summary>Draws it at the sheet's place, with what its colours mean below.</summary>
    public static void Draw(Sheet sheet, UsageSeriesResult series)
    {
        var lines = Lines(series);
        var isMoney = series.Metric.EndsWith("Usd", StringComparison.Ordinal);
        var points = lines.Count == 0 ? 0 : lines[0].Values.Length;
        var most = Enumerable.Range(0, points).Select(i => lines.Sum(line => line.Values[i])).DefaultIfEmpty(0).Max();
        var step = Step((double)most);
        var top = step * Math.Max(1, Math.Ceiling((double)most / step));
        var (left, width, y0) = (Sheet.Left + Axis, Sheet.Width - Axis, sheet.Y + Height);
        for (var value = 0.0; value <= top + (step / 2); value += step)
        {
            var y = y0 - (value / top * Height);
            sheet.Across(left, y);
            var label = (isMoney ? "$" : "") + value.ToString("#,0.########", CultureInfo.InvariantCulture);
            sheet.Text(label, Sheet.Small, Sheet.Faint, Sheet.Left, y - 5, Axis - 6, toRight: true);
        }

        var slot = points == 0 ? width : width / points;
        var gap = slot > 4 ? slot * 0.18 : 0;
        for (var i = 0; i < points; i++)
        {
            var y = y0;
            for (var line = 0; line < lines.Count; line++)
            {
                var height = (double)lines[line].Values[i] / top * Height;
                if (height > 0)
                {
                    y -= height;
                    sheet.Area(Colours[line], left + (i * slot) + (gap / 2), y, slot - gap, height);
                }
            }
        }

        Times(sheet, series, left, slot, y0 + 4);
        sheet.Y = y0 + 20;
        Legend(sheet, lines);
    }

    private static void Times(Sheet sheet, UsageSeriesResult series, double left, double slot, double y)
    {
        var points = series.Series.Count == 0 ? [] : series.Series[0].Points;
        var format = series.Interval is "hour" ? "MM-dd HH:mm" : "yyyy-MM-dd";
        var every = Math.Max(1, (int)Math.Ceiling(62 / slot));
        for (var i = 0; i < points.Count; i += every)
        {
            var text = points[i].Time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
            sheet.Text(text, Sheet.Small, Sheet.Faint, left + (i * slot), y, 60);
        }
    }

    private static void Legend(Sheet sheet, List<(string Name, decimal[] Values)> lines)
    {
        var x = Sheet.Left + Axis;
        const double width = 155;
        for (var i = 0; i < lines.Count; i++)
        {
            if (x + width > Sheet.Right + 1)
            {
                (x, sheet.Y) = (Sheet.Left + Axis, sheet.Y + 12);
            }

            sheet.Area(Colours[i], x, sheet.Y + 1.5, 7, 7);
            sheet.Text(lines[i].Name, Sheet.Small, Sheet.Dark, x + 11, sheet.Y, width - 16);
            x += width;
        }

        sheet.Y += 22;
    }

    // The largest ones, and one line for all the rest.
    private static List<(string Name, decimal[] Values)> Lines(UsageSeriesResult series)
    {
        var lines = series
            .Series.Take(MostLines)
            .Select(line => (Paper.Name(line.Keys), line.Points.Select(point => point.Value.Amount).ToArray()))
            .ToList();
        if (series.Series.Count > MostLines)
        {
            var rest = new decimal[lines[0].Item2.Length];
            foreach (var line in series.Series.Skip(MostLines))
            {
                for (var i = 0; i < rest.Length; i++)
                {
                    rest[i] += line.Points[i].Value.Amount;
                }
            }

            lines.Add(("all others", rest));
        }

        return lines;
    }

    /// <summary>1, 2 or 5 times a power of ten, so that about four lines stand below the largest bar.</summary>
    public static double Step(double most)
    {
        if (most <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most / 4)));
        return (most / 4 / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
