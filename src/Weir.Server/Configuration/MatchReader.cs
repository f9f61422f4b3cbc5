using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Weir.Gateway;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>Reads a route's <c>match</c>.</summary>
internal static class MatchReader
{
    private const long MostTokens = 100_000_000;

    private static readonly FrozenDictionary<string, DayOfWeek> Days = Enum.GetValues<DayOfWeek>()
        .ToFrozenDictionary(day => $"{day}"[..3].ToLowerInvariant(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The route with its conditions.</summary>
    public static RouteConfig Read(ConfigReading reading, MapReader? match, RouteConfig route)
    {
        if (match is null)
        {
            return route;
        }

        var read = route with
        {
            Model = match.Text("model"),
            Client = match.Text("client"),
            Key = match.Text("key"),
            Team = match.Text("team"),
            Headers = Headers(match),
            Background = match.Flag("background"),
            Thinking = match.Flag("thinking"),
            Tool = match.Text("tool"),
            WebSearch = match.Flag("webSearch"),
            Image = match.Flag("image"),
            TokensAbove = match.Whole("tokensAbove", 1, MostTokens),
            Subagent = Subagent(match),
            Schedule = match.Map("schedule") is { } schedule ? Schedule(reading, schedule) : null,
        };
        match.Finish();
        return read;
    }

    private static ImmutableSortedDictionary<string, string> Headers(MapReader match)
    {
        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        if (match.Map("header") is { } map)
        {
            foreach (var entry in map.Node.Entries)
            {
                if (map.Text(entry.Key.Text) is { } value)
                {
                    headers[entry.Key.Text] = value;
                }
            }
        }

        return headers.ToImmutable();
    }

    /// <summary>True, false, or which.</summary>
    private static SubagentConfig? Subagent(MapReader match) =>
        match.Take("subagent") is YamlScalar { Plain: true, Text: "true" or "false" }
            ? new SubagentConfig(match.Flag("subagent") == true, null)
        : match.Text("subagent") is { } name ? new SubagentConfig(true, name)
        : null;

    private static ScheduleConfig? Schedule(ConfigReading reading, MapReader map)
    {
        var faults = reading.Faults.Count();
        var days = DaysOf(map);
        var from = TimeOf(map, "from");
        var to = TimeOf(map, "to");
        var zone = ZoneOf(map);
        map.Finish();
        if (map.Keys.Count == 0)
        {
            map.Missing("from", "say when, as \"from: 09:00\" and \"to: 17:00\", or on which days");
        }

        return reading.Faults.Count() == faults ? new ScheduleConfig(days, from, to, zone) : null;
    }

    private static ImmutableArray<DayOfWeek> DaysOf(MapReader map)
    {
        var days = ImmutableSortedSet.CreateBuilder<DayOfWeek>();
        foreach (var (text, node, path) in map.Texts("days"))
        {
            var ends = text.Split('-');
            if (
                ends.Length > 2
                || !Days.TryGetValue(ends[0].Trim(), out var first)
                || !Days.TryGetValue(ends[^1].Trim(), out var last)
            )
            {
                map.Fault(
                    node,
                    path,
                    $"a day was expected, not \"{node.Text}\"",
                    "write mon, tue, wed, thu, fri, sat, sun, or from one to another, as mon-fri"
                );
                continue;
            }

            days.Add(first);
            for (var day = first; day != last; )
            {
                day = (DayOfWeek)(((int)day + 1) % 7);
                days.Add(day);
            }
        }

        return days.Count == 0 ? [.. Enum.GetValues<DayOfWeek>()] : [.. days];
    }

    /// <summary>A time of the day; midnight where none is written, or a wrong one, which is a fault.</summary>
    private static TimeOnly TimeOf(MapReader map, string key)
    {
        if (
            map.Text(key) is { } text
            && !TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            // The end of the day, as people write it: midnight of the next.
            && !(key == "to" && text == "24:00")
        )
        {
            map.Fault(key, $"a time of the day was expected, not \"{map.Written(key)}\"", "write it as 09:00");
            return default;
        }

        return TimeOnly.TryParseExact(
            map.Text(key),
            "HH:mm",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? time
            : default;
    }

    private static TimeZoneInfo ZoneOf(MapReader map)
    {
        if (map.Text("timeZone") is not { } id)
        {
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone))
        {
            return zone;
        }

        map.Fault(
            "timeZone",
            $"no time zone \"{map.Written("timeZone")}\" is known here",
            "write it as Europe/Berlin; without it times are in UTC"
        );
        return TimeZoneInfo.Utc;
    }
}
