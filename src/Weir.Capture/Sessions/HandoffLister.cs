using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>Puts together handoffs of requests, of work and of sessions. Thread-safe.</summary>
internal sealed class HandoffLister(SqliteDatabase database, UsageLedger ledger)
{
    /// <summary>One page, newest first.</summary>
    public async Task<Page<SessionHandoff>> ListAsync(
        HandoffQuery query,
        PageCursor after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new List<SessionHandoff>();
        if (query.Kinds.Contains(HandoffKind.Model))
        {
            found.AddRange(await ModelsAsync(query, after, limit, cancellationToken));
        }

        using (var store = new SessionStore(database))
        {
            if (query.Kinds.Contains(HandoffKind.Subagent))
            {
                found.AddRange(Subagents(store, query));
            }

            if (query.Kinds.Contains(HandoffKind.Session))
            {
                found.AddRange(Sessions(store, query));
            }
        }

        var page = found
            .Where(h => PlaceOf(h).CompareTo(after) < 0)
            .OrderByDescending(PlaceOf)
            .Take(limit + 1)
            .ToList();
        var next = page.Count > limit ? PlaceOf(page[limit - 1]).ToString() : null;
        return new Page<SessionHandoff>(
            await WithUsageAsync(query.Workspace, [.. page.Take(limit)], cancellationToken),
            next
        );
    }

    private static PageCursor PlaceOf(SessionHandoff handoff) =>
        PageCursor.Of(handoff.At, $"{(int)handoff.Kind}:{handoff.Session}:{handoff.Id}");

    private async Task<IEnumerable<SessionHandoff>> ModelsAsync(
        HandoffQuery query,
        PageCursor after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var usage = new UsageQuery
        {
            Workspace = query.Workspace,
            From = query.From,
            To = query.To,
            Filters = query.Session is { } session
                ? [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), [session])]
                : [],
        };
        DateTimeOffset? until = after == PageCursor.Start ? null : Storage.Times.FromMicroseconds(after.At);
        // Those of the cursor's own moment that were shown before are read once more: as many as there may be.
        for (var count = limit + 1; ; count *= 2)
        {
            var records = await ledger.Lineage.HandoffsAsync(usage, until, count, cancellationToken);
            var handoffs = records
                .Select(record => new SessionHandoff
                {
                    Kind = HandoffKind.Model,
                    Id = record.Id.ToString(),
                    At = record.StartedAt,
                    Session = record.Session,
                    Request = record,
                    Usage = SessionSums.Of(record),
                })
                .Where(h => PlaceOf(h).CompareTo(after) < 0)
                .ToList();
            // A moment that is cut in the middle is in another order here than in the ledger.
            if (records.Length < count || handoffs.Count > limit && handoffs[^1].At < handoffs[limit - 1].At)
            {
                return handoffs;
            }
        }
    }

    private static IEnumerable<SessionHandoff> Subagents(SessionStore store, HandoffQuery query)
    {
        var events = query.Session is { } session
            ? store.Find(query.Workspace, session) is { } stored
                ? store.Events(stored, SessionEventKind.Agent)
                : []
            : store.Events(query.Workspace, query.From, query.To, SessionEventKind.Agent);
        return events
            .Where(e => (e.StartedAt ?? e.EndedAt) is { } at && at >= query.From && at < query.To)
            .Select(e => new SessionHandoff
            {
                Kind = HandoffKind.Subagent,
                Id = e.Id,
                At = (e.StartedAt ?? e.EndedAt)!.Value,
                Session = e.Session,
                FromAgent = e.Agent == e.Id ? null : e.Agent,
                AgentType = e.Name,
                ToolCall = e.Parent,
            });
    }

    private static IEnumerable<SessionHandoff> Sessions(SessionStore store, HandoffQuery query) =>
        store
            .Continued(query.Workspace, query.From, query.To)
            .Where(s => query.Session is null || s.Facts.Session == query.Session || s.Facts.Parent == query.Session)
            .Select(s => new SessionHandoff
            {
                Kind = HandoffKind.Session,
                Id = s.Facts.Session,
                At = s.Facts.FirstAt,
                Session = s.Facts.Session,
                FromSession = s.Facts.Parent,
            });

    /// <summary>What subagents and sessions used in their whole lives.</summary>
    private async Task<ImmutableArray<SessionHandoff>> WithUsageAsync(
        WorkspaceId workspace,
        ImmutableArray<SessionHandoff> page,
        CancellationToken cancellationToken
    )
    {
        var sessions = page.Where(h => h.Kind != HandoffKind.Model)
            .Select(h => h.Session)
            .Distinct(StringComparer.Ordinal)
            .ToImmutableArray();
        if (sessions.IsEmpty)
        {
            return page;
        }

        var summary = await ledger.Queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = workspace,
                From = DateTimeOffset.UnixEpoch,
                To = DateTimeOffset.MaxValue,
                GroupBy = [new(UsageDimensionKind.Session), new(UsageDimensionKind.Agent)],
                Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), sessions)],
            },
            cancellationToken
        );
        var rows = summary.Rows.ToLookup(row => row.Keys[0], StringComparer.Ordinal);
        return
        [
            .. page.Select(handoff =>
                handoff.Kind == HandoffKind.Model
                    ? handoff
                    : handoff with
                    {
                        Usage = rows[handoff.Session]
                            .Where(row => handoff.Kind == HandoffKind.Session || row.Keys[1] == handoff.Id)
                            .Aggregate(default(SessionSums), (sum, row) => sum + SessionSums.Of(row.Totals)),
                    }
            ),
        ];
    }
}
