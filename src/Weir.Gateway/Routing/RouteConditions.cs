using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation;

namespace Weir.Gateway.Routing;

/// <summary>
/// The conditions that a route's <c>match</c> names, cheapest first: those that look into the body come after all that a
/// request is told by otherwise.
/// </summary>
internal static class RouteConditions
{
    /// <summary>The conditions of a route; empty for one that matches everything.</summary>
    public static ImmutableArray<RouteCondition> Of(RouteConfig route)
    {
        var all = ImmutableArray.CreateBuilder<RouteCondition>();
        Name(all, "model", route.Model, static (in RouteQuestion q) => q.Model);
        Name(all, "client", route.Client, static (in RouteQuestion q) => q.Client);
        Name(all, "key", route.Key, static (in RouteQuestion q) => q.Key);
        Name(all, "team", route.Team, static (in RouteQuestion q) => q.Team);
        foreach (var (header, value) in route.Headers)
        {
            Name(
                all,
                $"header {header}",
                value,
                (in RouteQuestion q) => q.Headers.TryGetValue(header, out var sent) ? sent.ToString() : null,
                Unrecorded
            );
        }

        if (route.Schedule is { } schedule)
        {
            all.Add(
                new RouteCondition(
                    "schedule",
                    InWords(schedule),
                    (in RouteQuestion q) => Schedule.Holds(schedule, q.At),
                    (in RouteQuestion q) =>
                        TimeZoneInfo
                            .ConvertTime(q.At, schedule.Zone)
                            .ToString("ddd HH:mm", CultureInfo.InvariantCulture)
                )
            );
        }

        Flag(all, "thinking", route.Thinking, static (in RouteQuestion q) => q.HasThinking, Unrecorded);
        if (route.Subagent is { } subagent)
        {
            AddSubagent(all, subagent);
        }

        Flag(
            all,
            "background",
            route.Background,
            static (in RouteQuestion q) => ClaudeCodeHelpers.Is(q),
            static (in RouteQuestion q) => ClaudeCodeHelpers.MayBe(q) ? null : false
        );
        Flag(
            all,
            "webSearch",
            route.WebSearch,
            static (in RouteQuestion q) => q.Traits is { OffersWebSearch: true },
            Unrecorded
        );
        if (route.Tool is { } tool)
        {
            AddTool(all, tool);
        }

        Flag(all, "image", route.Image, static (in RouteQuestion q) => q.Traits is { HasImage: true }, Unrecorded);
        if (route.TokensAbove is { } bound)
        {
            all.Add(
                new RouteCondition(
                    "tokensAbove",
                    string.Create(CultureInfo.InvariantCulture, $"{bound}"),
                    (in RouteQuestion q) => q.Traits?.IsAbove(bound, q.Model) == true,
                    static (in RouteQuestion q) =>
                        string.Create(CultureInfo.InvariantCulture, $"about {q.Traits?.EstimatedTokens ?? 0}")
                )
                {
                    Recorded = Unrecorded,
                }
            );
        }

        return all.ToImmutable();
    }

    /// <summary>Whether some condition of the route's looks into the body.</summary>
    public static bool LooksInside(RouteConfig route) =>
        route
            is { Background: not null }
                or { WebSearch: not null }
                or { Tool: not null }
                or { Image: not null }
                or { TokensAbove: not null }
                or { Subagent: not null };

    private static bool? Unrecorded(in RouteQuestion question) => null;

    private static void Name(
        ImmutableArray<RouteCondition>.Builder all,
        string name,
        string? wanted,
        RouteCondition.Finding value,
        RouteCondition.Memory? recorded = null
    )
    {
        if (wanted is null)
        {
            return;
        }

        var pattern = new NamePattern(wanted);
        all.Add(
            new RouteCondition(
                name,
                wanted,
                (in RouteQuestion q) => value(q) is { } has && pattern.Matches(has),
                (in RouteQuestion q) => value(q) ?? "missing"
            )
            {
                Recorded = recorded,
            }
        );
    }

    private static void Flag(
        ImmutableArray<RouteCondition>.Builder all,
        string name,
        bool? wanted,
        RouteCondition.Test value,
        RouteCondition.Memory recorded
    )
    {
        if (wanted is { } flag)
        {
            all.Add(
                new RouteCondition(
                    name,
                    Word(flag),
                    (in RouteQuestion q) => value(q) == flag,
                    (in RouteQuestion q) => Word(value(q))
                )
                {
                    Recorded = (in RouteQuestion q) => recorded(q) is { } was ? was == flag : null,
                }
            );
        }
    }

    private static void AddTool(ImmutableArray<RouteCondition>.Builder all, string tool)
    {
        var pattern = new NamePattern(tool);
        all.Add(
            new RouteCondition(
                "tool",
                tool,
                (in RouteQuestion q) => q.Traits is { } traits && Any(traits.Tools, pattern),
                static (in RouteQuestion q) =>
                    q.Traits is { Tools: { IsEmpty: false } tools }
                        ? string.Create(CultureInfo.InvariantCulture, $"none of the {tools.Length} that are offered")
                        : "not offered, as no tool is"
            )
            {
                Recorded = Unrecorded,
            }
        );
    }

    private static void AddSubagent(ImmutableArray<RouteCondition>.Builder all, SubagentConfig wanted)
    {
        var pattern = wanted.Name is { } name ? new NamePattern(name) : (NamePattern?)null;
        all.Add(
            new RouteCondition(
                "subagent",
                wanted.Name ?? Word(wanted.Is),
                (in RouteQuestion q) =>
                    Subagents.Is(q) == wanted.Is && (pattern is not { } only || Any(Subagents.NamesOf(q), only)),
                static (in RouteQuestion q) => Subagents.Is(q) ? q.Agent ?? "true" : "false"
            )
            {
                // The mark in the instructions is in no record, nor is their first line: only the id is.
                Recorded = (in RouteQuestion q) =>
                    q.Agent is not { } agent ? null
                    : !wanted.Is ? false
                    : pattern is not { } only || only.Matches(agent) ? true
                    : null,
            }
        );
    }

    private static bool Any(ImmutableArray<string> names, in NamePattern pattern)
    {
        foreach (var name in names)
        {
            if (pattern.Matches(name))
            {
                return true;
            }
        }

        return false;
    }

    private static string Word(bool flag) => flag ? "true" : "false";

    private static string InWords(ScheduleConfig schedule)
    {
        var days = schedule.Days.Length == 7 ? "daily" : string.Join(", ", schedule.Days.Select(d => $"{d}"[..3]));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{days} {schedule.From:HH:mm}-{schedule.To:HH:mm} {schedule.Zone.Id}"
        );
    }
}
