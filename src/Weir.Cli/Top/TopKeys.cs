namespace Weir.Cli.Top;

/// <summary>What keys do.</summary>
internal static class TopKeys
{
    /// <summary>What a help page says: keys, and what they do.</summary>
    public static readonly (string Keys, string What)[] Help =
    [
        ("↑ ↓  j k", "mark another session; scroll an open one"),
        ("PgUp PgDn", "a page up or down"),
        ("Home End  g G", "the first, the last"),
        ("Enter", "open the marked session: its prompts, agents, tools and requests"),
        ("← →", "scroll an open session sideways"),
        ("Esc", "back; ends the filter"),
        ("/", "filter sessions as you type: words that all must be in the id, the state, the project, the branch …"),
        ("a", "only sessions that run, or wait for somebody; again for all"),
        ("s", "sort by the next column: last activity, cost, tokens, project, state"),
        ("l c t p w", "sort by last activity, cost, tokens, project, state (those that wait first)"),
        ("r", "the other way round"),
        ("Ctrl-R", "read everything again"),
        ("? h", "this page"),
        ("q  Ctrl-C", "end"),
    ];

    private const int LongestFilter = 60;
    private const int Sideways = 8;

    /// <summary>The state after a key.</summary>
    public static TopState Next(TopState state, ConsoleKeyInfo key) =>
        key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control } ? state with { IsOver = true }
        : key is { Key: ConsoleKey.R, Modifiers: ConsoleModifiers.Control } ? state with { IsAllStale = true }
        : state.IsTyping ? Type(state, key)
        : key.KeyChar == 'q' ? state with { IsOver = true }
        : state.IsHelpShown ? state with { IsHelpShown = false }
        : key.KeyChar is '?' or 'h' ? state with { IsHelpShown = true }
        : state.Open is { } open ? Look(state, open, key)
        : Choose(state, key);

    private static TopState Type(TopState state, ConsoleKeyInfo key) =>
        key.Key switch
        {
            ConsoleKey.Escape => state with { IsTyping = false, Filter = "" },
            ConsoleKey.Enter => state with { IsTyping = false },
            ConsoleKey.Backspace => state with { Filter = state.Filter.Length == 0 ? "" : state.Filter[..^1] },
            ConsoleKey.UpArrow => Mark(state, -1),
            ConsoleKey.DownArrow => Mark(state, 1),
            _ when !char.IsControl(key.KeyChar) && state.Filter.Length < LongestFilter => state with
            {
                Filter = state.Filter + key.KeyChar,
            },
            _ => state,
        };

    private static TopState Choose(TopState state, ConsoleKeyInfo key)
    {
        var page = Math.Max(1, TopLayout.Of(state).SessionRows - 1);
        return (key.Key, key.KeyChar) switch
        {
            (ConsoleKey.UpArrow, _) or (_, 'k') => Mark(state, -1),
            (ConsoleKey.DownArrow, _) or (_, 'j') => Mark(state, 1),
            (ConsoleKey.PageUp, _) => Mark(state, -page),
            (ConsoleKey.PageDown, _) or (_, ' ') => Mark(state, page),
            (ConsoleKey.Home, _) or (_, 'g') => Mark(state, -state.Sessions?.Count ?? 0),
            (ConsoleKey.End, _) or (_, 'G') => Mark(state, state.Sessions?.Count ?? 0),
            (ConsoleKey.Enter, _) => Open(state),
            (ConsoleKey.Escape, _) => state with { Filter = "" },
            (_, '/') => state with { IsTyping = true },
            (_, 'a') => state with { RunningOnly = !state.RunningOnly },
            (_, 's') => Sort(state, (SessionSort)(((int)state.Sort + 1) % Enum.GetValues<SessionSort>().Length)),
            (_, 'l') => Sort(state, SessionSort.Last),
            (_, 'c') => Sort(state, SessionSort.Cost),
            (_, 't') => Sort(state, SessionSort.Tokens),
            (_, 'p') => Sort(state, SessionSort.Project),
            (_, 'w') => Sort(state, SessionSort.State),
            (_, 'r') => state with { IsReversed = !state.IsReversed },
            _ => state,
        };
    }

    private static TopState Look(TopState state, OpenSession open, ConsoleKeyInfo key)
    {
        var page = Math.Max(1, OpenSessionView.Rows(state) - 1);
        var last = OpenSessionView.LastDown(state, open);
        return (key.Key, key.KeyChar) switch
        {
            (ConsoleKey.Escape or ConsoleKey.Backspace, _) => state with { Open = null },
            (ConsoleKey.UpArrow, _) or (_, 'k') => Scroll(open.Down - 1),
            (ConsoleKey.DownArrow, _) or (_, 'j') => Scroll(open.Down + 1),
            (ConsoleKey.PageUp, _) => Scroll(open.Down - page),
            (ConsoleKey.PageDown, _) or (_, ' ') => Scroll(open.Down + page),
            (ConsoleKey.Home, _) or (_, 'g') => Scroll(0),
            (ConsoleKey.End, _) or (_, 'G') => Scroll(last),
            (ConsoleKey.LeftArrow, _) => state with { Open = open with { Right = Math.Max(0, open.Right - Sideways) } },
            (ConsoleKey.RightArrow, _) => state with
            {
                Open = open with { Right = Math.Min(OpenSessionView.LastRight(state, open), open.Right + Sideways) },
            },
            _ => state,
        };

        TopState Scroll(int down) => state with { Open = open with { Down = Math.Clamp(down, 0, last) } };
    }

    private static TopState Sort(TopState state, SessionSort sort) => state with { Sort = sort, IsReversed = false };

    private static TopState Mark(TopState state, int by)
    {
        var shown = SessionChoice.Shown(state);
        var place = SessionChoice.Place(state, shown);
        return place < 0 ? state : state with { Selected = shown[Math.Clamp(place + by, 0, shown.Length - 1)].Id };
    }

    private static TopState Open(TopState state)
    {
        var shown = SessionChoice.Shown(state);
        var place = SessionChoice.Place(state, shown);
        return place < 0
            ? state
            : state with
            {
                Selected = shown[place].Id,
                Open = new OpenSession(shown[place].Id, null, null, IsStale: true, 0, 0),
            };
    }
}
