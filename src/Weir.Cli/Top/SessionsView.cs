using System.Collections.Immutable;
using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>The sessions of the last day as a table.</summary>
internal static class SessionsView
{
    private const int IdBeginning = 8;

    /// <summary>The table: its columns' names, then the sessions around the marked one.</summary>
    /// <param name="state">The state.</param>
    /// <param name="width">The room.</param>
    /// <param name="rows">At most so many sessions.</param>
    /// <param name="isMarked">Whether one is marked.</param>
    public static IEnumerable<Line> Lines(TopState state, int width, int rows, bool isMarked)
    {
        var shown = SessionChoice.Shown(state);
        if (shown.IsEmpty)
        {
            return [Line.Of(WhyNone(state), Tone.Faint).Fit(width)];
        }

        var place = SessionChoice.Place(state, shown);
        var first = Math.Clamp(place - (rows / 2), 0, Math.Max(0, shown.Length - rows));
        var cells = shown.Skip(first).Take(rows).Select(session => Row(session, state.Now)).ToList();
        return Columns
            .Lay(Headings(state), cells, width)
            .Select((line, i) => isMarked && i - 1 + first == place ? line.Selected() : line);
    }

    /// <summary>What stands above the table.</summary>
    public static Line Title(TopState state, int width)
    {
        var shown = SessionChoice.Shown(state);
        var running = shown.Count(SessionChoice.IsRunning);
        var all = state.Sessions?.Count ?? 0;
        var count = shown.Length == all ? Figures.Count(all) : $"{Figures.Count(shown.Length)} of {Figures.Count(all)}";
        var line = Line.Of("Sessions", Tone.Accent)
            .Add($"  {count}{(state.HasMoreSessions ? "+" : "")} of 24 hours, {Figures.Count(running)} running");
        line = state.RunningOnly ? line.Add("  running alone", Tone.Warning) : line;
        line = state.Filter.Length > 0 ? line.Add($"  filter: {state.Filter}", Tone.Warning) : line;
        return line.Fit(width);
    }

    private static string WhyNone(TopState state) =>
        state.Sessions is null ? "…"
        : state.Sessions.Count == 0 ? "there were no sessions in the last 24 hours"
        : state.Filter.Length > 0 ? "no session passes the filter: Esc ends it"
        : "no session runs: \"a\" shows all";

    private static ImmutableArray<Column> Headings(TopState state)
    {
        return
        [
            new(Named("STATE", SessionSort.State, isRising: true), 0),
            new(Named("PROJECT", SessionSort.Project, isRising: true), 0) { Least = 10, Most = 32 },
            new("CLIENT", 5) { Most = 16 },
            new("MODEL", 4) { Least = 12, Most = 28 },
            new("BRANCH", 8) { Least = 8, Most = 24 },
            new("WHERE", 9) { Least = 8, Most = 28 },
            new("SESSION", 6),
            new(Named("LAST", SessionSort.Last), 0) { IsRight = true },
            new("PROMPTS", 10) { IsRight = true },
            new("REQUESTS", 7) { IsRight = true },
            new("AGENTS", 12) { IsRight = true },
            new("TOOLS", 11) { IsRight = true },
            new("ERRORS", 3) { IsRight = true },
            new(Named("TOKENS", SessionSort.Tokens), 2) { IsRight = true },
            new(Named("COST", SessionSort.Cost), 0) { IsRight = true },
        ];

        string Named(string heading, SessionSort sort, bool isRising = false) =>
            sort != state.Sort ? heading
            : isRising != state.IsReversed ? heading + "▲"
            : heading + "▼";
    }

    private static Cell[] Row(SessionItem session, DateTimeOffset now)
    {
        var errors = Math.Max(session.Errors, session.AgentErrors);
        var id = Figures.Name(session.Id);
        return
        [
            new(
                Figures.Name(session.State),
                session.State switch
                {
                    "active" => Tone.Good,
                    "waiting" => Tone.Warning,
                    "ended" => Tone.Faint,
                    _ => Tone.Plain,
                }
            ),
            new(session.Project is null ? "" : Figures.Name(session.Project), Tone.Strong),
            new(Figures.Name(session.Client)),
            new(session.Models.Count == 0 ? "" : Figures.Name(session.Models[0])),
            new(session.Branch is null ? "" : Figures.Name(session.Branch)),
            new(Where(session), Tone.Faint),
            new(Cells.Take(id, IdBeginning), Tone.Faint),
            new(Figures.Span(now - session.LastAt)),
            new(Positive(session.Prompts)),
            new(Shorthand.Count(session.Requests)),
            new(Positive(session.Subagents)),
            new(Positive(session.ToolCalls)),
            new(Positive(errors), Tone.Bad),
            new(Shorthand.Count(SessionTreeText.Tokens(session))),
            new(Figures.Cost(session.CostUsd, session.UnpricedRequests)),
        ];
    }

    private static string Positive(long count) => count == 0 ? "" : Shorthand.Count(count);

    private static string Where(SessionItem session) =>
        string.Join(' ', new[] { session.Host, session.Terminal }.OfType<string>().Select(Figures.Name));
}
