using System.Collections.Immutable;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>What follows from what happened. Pure: the same state and message give the same state.</summary>
internal static class TopModel
{
    // Sums are read again every minute: more changes than this in between are mended by the reading after.
    private const int MostRecent = 2000;

    /// <summary>The state after a message.</summary>
    public static TopState Next(TopState state, TopMessage message) =>
        message switch
        {
            AllRead read => Take(Take(state, (ListsRead)read), read),
            ListsRead read => Take(state, read),
            ReadFailed failed => state with
            {
                Failure = failed.Reason,
                AreListsStale = true,
                IsAllStale = state.IsAllStale || failed.IsAll,
            },
            SessionRead read => Take(state, read),
            SessionFailed failed when state.Open?.Id == failed.Id => state with
            {
                Open = state.Open with { Failure = failed.Reason, IsStale = false },
            },
            Linked linked => Take(state, linked.Link),
            Told told => Take(state, told.Message),
            Pressed pressed => TopKeys.Next(state, pressed.Key),
            Resized size => state with { Width = Math.Max(1, size.Width), Height = Math.Max(1, size.Height) },
            Ticked tick => Take(state, tick.Now),
            _ => state,
        };

    private static TopState Take(TopState state, ListsRead read) =>
        state with
        {
            Sessions = read.Sessions.Items,
            HasMoreSessions = read.Sessions.Next is not null,
            Block = read.Blocks.Blocks.LastOrDefault(block => block.IsActive),
            Limits = read.Limits,
            Failure = null,
        };

    private static TopState Take(TopState state, AllRead read)
    {
        var today = Today.Of(read.Summary);
        var minutes = Minutes.From(read.At, read.Tokens, read.Cost).At(state.Now);
        var asOf = today.AsOf;
        foreach (var change in state.Recent.Where(change => change.Sequence > asOf))
        {
            (today, minutes) = (today.With(change), minutes.With(change));
        }

        return state with
        {
            Today = today,
            Minutes = minutes,
            Recent = [],
            RecentCount = 0,
            Workspace = read.Workspace,
            Sources = read.Sources,
            Status = read.Status,
        };
    }

    private static TopState Take(TopState state, SessionRead read) =>
        state.Open?.Id != read.Id
            ? state
            : state with
            {
                Open = read.Detail is null
                    ? state.Open with
                    {
                        Failure = "it is not there any more",
                        IsStale = false,
                    }
                    : OpenSessionView.Read(state.Open, read.Detail),
            };

    private static TopState Take(TopState state, Link link) =>
        state with
        {
            Link = link,
            // Who comes back is told of requests from where it was, and of sessions and limits from now on alone.
            AreListsStale = state.AreListsStale || link is Link.Live,
        };

    private static TopState Take(TopState state, LiveMessage message) =>
        message switch
        {
            LiveChanges changes => changes.Changes.Aggregate(state, Take),
            LiveSessions sessions => state with
            {
                AreListsStale = true,
                Open =
                    state.Open is { } open && sessions.Sessions?.Contains(open.Id) != false
                        ? open with
                        {
                            IsStale = true,
                        }
                        : state.Open,
            },
            LiveLimits => state with { AreListsStale = true },
            LiveGap gap => state with { Gap = new FeedGap(state.Now, gap.Missed), IsAllStale = true },
            LiveSnapshot => state with { IsAllStale = true },
            _ => state,
        };

    private static TopState Take(TopState state, LiveChange change)
    {
        var isFull = state.RecentCount >= MostRecent;
        return state with
        {
            Today = state.Today?.With(change),
            Minutes = state.Minutes.At(state.Now).With(change),
            Recent = (isFull ? state.Recent.Dequeue() : state.Recent).Enqueue(change),
            RecentCount = isFull ? state.RecentCount : state.RecentCount + 1,
            AreListsStale = true,
            Open =
                state.Open is { } open && change.Request.Session == open.Id ? open with { IsStale = true } : state.Open,
        };
    }

    private static TopState Take(TopState state, DateTimeOffset now) =>
        state with
        {
            Now = now,
            Minutes = state.Minutes.At(now),
            IsAllStale = state.IsAllStale || state.Today?.To <= now,
        };
}
