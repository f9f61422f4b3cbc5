using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Server.Configuration;

/// <summary>Spans of time as people write them.</summary>
internal static partial class Durations
{
    /// <summary>Reads <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c>, <c>2w</c>; false for anything else.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var count = int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
        span = match.Groups["unit"].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(count),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours(count),
            "d" => TimeSpan.FromDays(count),
            _ => TimeSpan.FromDays(7L * count),
        };
        return true;
    }

    /// <summary>The shortest text that reads back as the span.</summary>
    public static string ToText(TimeSpan span) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(span.TotalHours >= 1 && span.Ticks % TimeSpan.TicksPerHour == 0 ? $"{span.TotalHours}h"
                : span.TotalMinutes >= 1 && span.Ticks % TimeSpan.TicksPerMinute == 0 ? $"{span.TotalMinutes}m"
                : span.TotalSeconds >= 1 && span.Ticks % TimeSpan.TicksPerSecond == 0 ? $"{span.TotalSeconds}s"
                : $"{span.TotalMilliseconds}ms")}"
        );

    [GeneratedRegex(
        @"^(?<count>[0-9]{1,6})(?<unit>ms|s|m|h|d|w)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Pattern();
}
