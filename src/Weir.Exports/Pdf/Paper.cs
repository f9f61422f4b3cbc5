using System.Globalization;
using Weir.Client;

namespace Weir.Exports.Pdf;

/// <summary>What all pages on paper have in common: head, foot, and how numbers stand there.</summary>
internal static class Paper
{
    /// <summary>The height of a line of text.</summary>
    public const double LineHeight = 13;

    private const int MostFilters = 8;

    /// <summary>Draws a document: its head, what a view puts below, its foot.</summary>
    /// <exception cref="ExportException">There are no letters.</exception>
    public static byte[] Draw(PaperHead head, DateTimeOffset from, DateTimeOffset to, Action<Sheet> body)
    {
        if (PaperFonts.Missing is { } missing)
        {
            throw new ExportException(missing);
        }

        var sheet = new Sheet();
        sheet.Text(head.Title, Sheet.Title, Sheet.Dark, Sheet.Left, sheet.Y, Sheet.Width);
        sheet.Y += 28;
        var range = $"{head.WorkspaceName} · {Time(from)} to {Time(to)} UTC";
        foreach (var line in head.Filters.Take(MostFilters).Select(filter => $"only {filter}").Prepend(range))
        {
            Line(sheet, line);
        }

        if (head.Filters.Count > MostFilters)
        {
            Line(sheet, $"and {Count(head.Filters.Count - MostFilters)} more filters");
        }

        sheet.Y += 10;
        body(sheet);
        return sheet.Save(head.Title, $"{head.WorkspaceName} · made {Time(head.MadeAt)} UTC by Weir", head.MadeAt);
    }

    /// <summary>A line of plain text.</summary>
    public static void Line(Sheet sheet, string text)
    {
        sheet.Text(text, Sheet.Body, Sheet.Faint, Sheet.Left, sheet.Y, Sheet.Width);
        sheet.Y += LineHeight;
    }

    /// <summary>What the next part is called.</summary>
    public static void Heading(Sheet sheet, string text)
    {
        sheet.Text(text, Sheet.Large, Sheet.Dark, Sheet.Left, sheet.Y, Sheet.Width);
        sheet.Y += 22;
    }

    /// <summary>A group's name.</summary>
    public static string Name(IReadOnlyDictionary<string, string?> keys) =>
        keys.Count == 0 ? "all" : string.Join(" · ", keys.Values.Select(value => value ?? "unknown"));

    /// <summary>A time to the minute, UTC.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A whole number.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A figure as its kind is read: money, a rate in percent, a count; a rate of nothing is a dash.</summary>
    public static string Value(SeriesValue? value, string metric) =>
        value is not { } known ? "–"
        : known.IsMoney ? Usd(known.Amount)
        : metric is "errorRate" or "cacheHitRate" ? Percent(known.Amount)
        : known.Amount.ToString("#,0.####", CultureInfo.InvariantCulture);

    /// <summary>A share, of which 1 is all.</summary>
    public static string Percent(decimal share) => share.ToString("#,0.0 %", CultureInfo.InvariantCulture);

    /// <summary>Dollars: cents are enough to read; below a dollar the first figures that are not zero.</summary>
    public static string Usd(decimal? usd) =>
        usd is { } value
            ? (value < 0 ? "-$" : "$")
                + Math.Abs(value)
                    .ToString(Math.Abs(value) is > 0 and < 1 ? "0.00####" : "#,0.00", CultureInfo.InvariantCulture)
            : "unknown";

    /// <summary>Milliseconds, from a second on as seconds; unknown is a dash.</summary>
    public static string Milliseconds(double? value) =>
        value switch
        {
            null => "–",
            < 1000 => string.Create(CultureInfo.InvariantCulture, $"{value:0.#} ms"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:#,0.##} s"),
        };
}
