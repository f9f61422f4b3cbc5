using System.Collections.Immutable;

namespace Weir.Cli.Top;

/// <summary>What a state looks like. Pure: the same state gives the same lines.</summary>
internal static class TopView
{
    /// <summary>The screen: exactly as many lines as it is high, none wider than it is.</summary>
    public static ImmutableArray<Line> Screen(TopState state)
    {
        var lines = state switch
        {
            { IsHelpShown: true } => Help(state.Width),
            { Open: { } open } => OpenSessionView.Lines(state, open),
            _ => Overview(state),
        };
        return
        [
            .. lines
                .Concat(Enumerable.Repeat(Line.Empty, state.Height))
                .Take(Math.Max(0, state.Height - 1))
                .Append(Foot(state))
                .Select(line => line.Fit(state.Width)),
        ];
    }

    /// <summary>All of it as lines of text, for who has no screen.</summary>
    public static IEnumerable<string> Plain(TopState state, int width)
    {
        var lines = new List<Line>();
        lines.AddRange(HeaderView.Lines(state, width));
        lines.AddRange(AlertLines(state, width, int.MaxValue));
        lines.Add(Line.Empty);
        lines.AddRange(BlockView.Lines(state, width, int.MaxValue));
        lines.Add(Line.Empty);
        lines.Add(SessionsView.Title(state, width));
        lines.AddRange(SessionsView.Lines(state, width, int.MaxValue, isMarked: false));
        if (ModelsView.Wanted(state) > 0)
        {
            lines.Add(Line.Empty);
            lines.AddRange(ModelsView.Lines(state, width, int.MaxValue));
        }

        return lines.Select(line => line.Text.TrimEnd());
    }

    private static IEnumerable<Line> Overview(TopState state)
    {
        var layout = TopLayout.Of(state);
        var space = layout.IsSpaced ? [Line.Empty] : Array.Empty<Line>();
        var lines = HeaderView.Lines(state, state.Width);
        lines = layout.Alerts > 0 ? lines.Concat(space).Concat(AlertLines(state, state.Width, layout.Alerts)) : lines;
        lines = lines.Concat(space).Concat(BlockView.Lines(state, state.Width, layout.Block)).Concat(space);
        lines = layout.HasTitle ? lines.Append(SessionsView.Title(state, state.Width)) : lines;
        var sessions = SessionsView.Lines(state, state.Width, layout.SessionRows, isMarked: true).ToList();
        var empty = Math.Max(0, layout.SessionRows + 1 - sessions.Count);
        lines = lines.Concat(sessions);
        return layout.Models == 0
            ? lines
            : lines
                .Concat(Enumerable.Repeat(Line.Empty, empty))
                .Concat(space)
                .Concat(ModelsView.Lines(state, state.Width, layout.Models));
    }

    private static IEnumerable<Line> AlertLines(TopState state, int width, int most)
    {
        var alerts = Alerts.Of(state);
        // The last line that has room says how many have none.
        var shown = alerts.Count > most ? most - 1 : alerts.Count;
        foreach (var alert in alerts.Take(Math.Max(shown, 1)))
        {
            var more = alerts.Count > most && most == 1 ? $"(+{alerts.Count - 1}) " : "";
            yield return Line.Of($"! {more}{alert.Text}", alert.IsBad ? Tone.Bad : Tone.Warning).Fit(width);
        }

        if (alerts.Count > most && most > 1)
        {
            yield return Line.Of($"! {alerts.Count - shown} more", Tone.Warning);
        }
    }

    private static IEnumerable<Line> Help(int screen)
    {
        yield return Line.Of("Keys", Tone.Accent);
        var width = TopKeys.Help.Max(key => Cells.Width(key.Keys)) + 2;
        foreach (var (keys, what) in TopKeys.Help)
        {
            var line = Line.Of("  " + keys, Tone.Strong).PadTo(width + 2);
            foreach (var word in what.Split(' '))
            {
                if (line.Width + 1 + Cells.Width(word) > screen && line.Width > width + 2)
                {
                    yield return line;
                    line = Line.Empty.PadTo(width + 2);
                }

                line = line.Add(line.Width > width + 2 ? " " : "").Add(word);
            }

            yield return line;
        }
    }

    private static Line Foot(TopState state)
    {
        if (state.IsHelpShown)
        {
            return Line.Of("any key goes back   q ends", Tone.Faint);
        }

        if (state.IsTyping)
        {
            return Line.Of("/" + state.Filter, Tone.Strong)
                .Add("▏", Tone.Accent)
                .Add("  Enter keeps the filter   Esc ends it", Tone.Faint);
        }

        return state.Open is { } open
            ? Hints(["? keys", "q end", "Esc back", "↑↓ scroll", "←→ sideways"], state.Width)
                .AddAtRight(OpenSessionView.Position(state, open), state.Width, Tone.Faint)
            : Hints(
                ["? keys", "q end", "/ filter", "s sort", "Enter open", "↑↓ mark", "a running", "r reverse"],
                state.Width
            );
    }

    private static Line Hints(string[] hints, int width)
    {
        var line = Line.Empty;
        foreach (var hint in hints)
        {
            var next = line.Add(line.Pieces.IsEmpty ? "" : "   ").Add(hint, Tone.Faint);
            if (next.Width > width)
            {
                break;
            }

            line = next;
        }

        return line;
    }
}
