using System.Collections.Immutable;
using Weir.Cli.Output;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>Which sessions are shown, in which order, and which of them is marked.</summary>
internal static class SessionChoice
{
    /// <summary>The sessions that pass the filter, sorted.</summary>
    public static ImmutableArray<SessionItem> Shown(TopState state)
    {
        var words = state.Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var sessions = (state.Sessions ?? [])
            .Where(session => !state.RunningOnly || IsRunning(session))
            .Where(session => Array.TrueForAll(words, word => Holds(session, word)));
        var sorted = state.Sort switch
        {
            SessionSort.Cost => sessions.OrderByDescending(session => session.CostUsd ?? 0),
            SessionSort.Tokens => sessions.OrderByDescending(SessionTreeText.Tokens),
            SessionSort.Project => sessions.OrderBy(
                session => session.Project ?? "\uFFFF",
                StringComparer.OrdinalIgnoreCase
            ),
            SessionSort.State => sessions.OrderBy(session => Order(session.State)),
            _ => sessions.OrderByDescending(session => session.LastAt),
        };
        var all = sorted
            .ThenByDescending(session => session.LastAt)
            .ThenBy(session => session.Id, StringComparer.Ordinal);
        return state.IsReversed ? [.. all.Reverse()] : [.. all];
    }

    /// <summary>The marked one's place; 0 when it is not shown any more, -1 when none is.</summary>
    public static int Place(TopState state, ImmutableArray<SessionItem> shown)
    {
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i].Id == state.Selected)
            {
                return i;
            }
        }

        return shown.IsEmpty ? -1 : 0;
    }

    /// <summary>Whether it runs, or waits for somebody.</summary>
    public static bool IsRunning(SessionItem session) => session.State is "active" or "waiting";

    private static int Order(string state) =>
        state switch
        {
            "waiting" => 0,
            "active" => 1,
            "idle" => 2,
            _ => 3,
        };

    private static bool Holds(SessionItem session, string word) =>
        new[]
        {
            session.Id,
            session.State,
            session.Client,
            session.Project,
            session.Branch,
            session.Host,
            session.Terminal,
            session.User,
            session.Folder,
        }
            .Concat(session.Models)
            .Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);
}
