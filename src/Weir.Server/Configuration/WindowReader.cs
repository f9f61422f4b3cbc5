using System.Collections.Frozen;
using Weir.Gateway.Admission;

namespace Weir.Server.Configuration;

/// <summary>Reads over which time a budget is summed: <c>window</c>, <c>timeZone</c>, <c>weekStart</c>, <c>monthStart</c>.</summary>
internal static class WindowReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    private static readonly FrozenDictionary<string, WindowConfig> Words = new Dictionary<string, WindowConfig>(
        StringComparer.Ordinal
    )
    {
        ["hour"] = WindowConfig.Hour,
        ["day"] = WindowConfig.Day,
        ["week"] = WindowConfig.Week,
        ["month"] = WindowConfig.Month,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, DayOfWeek> Days = Enum.GetValues<DayOfWeek>()
        .ToFrozenDictionary(d => d.ToString().ToLowerInvariant(), d => d, StringComparer.Ordinal);

    /// <summary>The window; a month of the calendar in UTC where none is written.</summary>
    public static WindowConfig Read(MapReader map)
    {
        var window = Window(map);
        var zone = Zone(map);
        var weekStart = map.Word("weekStart", Days);
        var monthStart = map.Whole("monthStart", 1, 31);
        if (window.Kind == WindowKind.Sliding && map.Has("timeZone"))
        {
            map.Fault("timeZone", "a window that slides has no time zone", "remove it");
        }

        if (window.Kind != WindowKind.Week && map.Has("weekStart"))
        {
            map.Fault("weekStart", "belongs to \"window: week\"", "remove it");
        }

        if (window.Kind != WindowKind.Month && map.Has("monthStart"))
        {
            map.Fault("monthStart", "belongs to \"window: month\"", "remove it");
        }

        return window.Kind == WindowKind.Sliding
            ? window
            : window with
            {
                Zone = zone ?? TimeZoneInfo.Utc,
                WeekStart = weekStart ?? DayOfWeek.Monday,
                MonthStart = (int)(monthStart ?? 1),
            };
    }

    private static WindowConfig Window(MapReader map)
    {
        if (map.Text("window") is not { } text)
        {
            return WindowConfig.Month;
        }

        if (Words.TryGetValue(text, out var word))
        {
            return word;
        }

        if (Durations.TryParse(text, out var span) && span >= Shortest && span <= Longest)
        {
            return WindowConfig.Sliding(span);
        }

        map.Fault(
            "window",
            $"unknown window \"{map.Written("window")}\"",
            "write hour, day, week, month, or the span before now from 1m to 400d, as 5h or 30d"
        );
        return WindowConfig.Month;
    }

    private static TimeZoneInfo? Zone(MapReader map)
    {
        if (map.Text("timeZone") is not { } name)
        {
            return null;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        map.Fault(
            "timeZone",
            $"there is no time zone \"{map.Written("timeZone")}\"",
            "write it as Europe/Berlin or UTC"
        );
        return null;
    }
}
