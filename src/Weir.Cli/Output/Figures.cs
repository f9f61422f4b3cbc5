using System.Globalization;

namespace Weir.Cli.Output;

/// <summary>Numbers, money and names as people read them.</summary>
internal static class Figures
{
    /// <summary>What stands where nothing is known.</summary>
    public const string Unknown = "unknown";

    /// <summary>Dollars: cents from one dollar on, four decimals below; never 0 for an amount that is not.</summary>
    public static string Usd(decimal? usd) =>
        usd switch
        {
            null => Unknown,
            0 => "$0",
            < 0 => "-" + Usd(-usd),
            >= 1 => usd.Value.ToString("$#,0.00", CultureInfo.InvariantCulture),
            < 0.0001m => "<$0.0001",
            _ => usd.Value.ToString("$0.0000", CultureInfo.InvariantCulture),
        };

    /// <summary>A cost beside requests whose price is not known.</summary>
    public static string Cost(decimal? usd, long unpriced) =>
        usd is null || unpriced == 0 ? Usd(usd) : $"{Usd(usd)} + {Unknown}";

    /// <summary>A count with separated thousands.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A day and minute in UTC.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A day and minute in the terminal's zone.</summary>
    public static string LocalTime(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A minute of the day in the terminal's zone.</summary>
    public static string LocalClock(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A length of time in its two largest units: <c>3d 4h</c>, <c>2h 13m</c>, <c>5m</c>; below a minute <c>&lt;1m</c>.</summary>
    public static string Span(TimeSpan span) =>
        span.TotalMinutes < 1 ? "<1m"
        : span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m")
        : span.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Hours}h {span.Minutes}m")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays}d {span.Hours}h");

    /// <summary>
    /// A name that somebody else chose, fit for a terminal: no control characters (they could move the cursor or change
    /// what is shown), and not longer than a line.
    /// </summary>
    public static string Name(string? name)
    {
        if (name is null)
        {
            return "(unknown)";
        }

        var text = string.Create(
            Math.Min(name.Length, 80),
            name,
            static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = Harmless(source[i]);
                }
            }
        );
        return name.Length > 80 ? text[..79] + "…" : text;
    }

    /// <summary>The lines of somebody else's text, likewise fit for a terminal, of any length; tabs become spaces.</summary>
    public static IEnumerable<string> Lines(string text) =>
        text.ReplaceLineEndings("\n")
            .Split('\n')
            .Select(line => string.Concat(line.Replace("\t", "    ", StringComparison.Ordinal).Select(Harmless)));

    private static char Harmless(char c) => char.IsControl(c) || IsDirection(c) ? '\uFFFD' : c;

    // Bidirectional overrides turn what follows around.
    private static bool IsDirection(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
