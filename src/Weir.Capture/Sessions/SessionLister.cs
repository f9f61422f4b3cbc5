using System.Collections.Immutable;
using Weir.Capture.Joining;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>
/// Puts together what the agents' logs and the ledger know of sessions. A session that only the ledger knows is known there by the
/// hour: its exact times are looked up for those alone that may stand on the page. Thread-safe.
/// </summary>
internal sealed class SessionLister(SqliteDatabase database, UsageLedger ledger, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(3650);
    private readonly ProjectNames projects = new();

    /// <summary>One page, newest first.</summary>
    public async Task<Page<SessionOverview>> ListAsync(
        SessionListQuery query,
        PageCursor after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        if (query.ActiveOnly && now - SessionStates.Believed is var earliest && query.From < earliest)
        {
            query = query with { From = query.To > earliest ? earliest : query.To };
        }

        if (query.From >= query.To)
        {
            return new Page<SessionOverview>([], null);
        }

        var summary = await ledger.Queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = query.Workspace,
                From = query.From,
                To = query.To,
                GroupBy = SessionUse.GroupBy,
                Filters = Filters(query),
            },
            cancellationToken
        );
        var uses = SessionUse.Of(summary);
        using var store = new SessionStore(database);
        var candidates = Known(store, query, uses);
        await AddFromLedgerAsync(candidates, query, uses, after, limit, cancellationToken);

        var items = ImmutableArray.CreateBuilder<SessionOverview>();
        var spans = new List<SessionSpan>();
        string? next = null;
        foreach (var candidate in candidates.OrderByDescending(c => c.Place))
        {
            if (candidate.Place.CompareTo(after) >= 0)
            {
                continue;
            }

            var overview = Overview(store, candidate, query, now);
            if (query.ActiveOnly && overview.State is not (SessionState.Active or SessionState.Waiting))
            {
                continue;
            }

            if (items.Count == limit)
            {
                next = PageCursor.Of(items[^1].LastAt, items[^1].Id).ToString();
                break;
            }

            items.Add(overview);
            if (candidate.Stored is null)
            {
                spans.Add(candidate.Span);
            }
        }

        return new Page<SessionOverview>(
            await WithFirstTimesAsync(items, spans, query.Workspace, cancellationToken),
            next
        );
    }

    /// <summary>Sessions by their ids, with sums and counts of the last ten years; in no order.</summary>
    public async Task<ImmutableArray<SessionOverview>> FindAsync(
        WorkspaceId workspace,
        ImmutableArray<string> sessions,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var query = new SessionListQuery
        {
            Workspace = workspace,
            From = now - Remembered,
            To = now + TimeSpan.FromDays(1),
        };
        var summary = await ledger.Queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = workspace,
                From = query.From,
                To = query.To,
                GroupBy = SessionUse.GroupBy,
                Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), [.. sessions])],
            },
            cancellationToken
        );
        var uses = SessionUse.Of(summary);
        using var store = new SessionStore(database);
        var items = ImmutableArray.CreateBuilder<SessionOverview>();
        foreach (var session in sessions)
        {
            if (store.Find(workspace, session) is { } stored)
            {
                items.Add(Overview(store, Candidate.Of(stored, uses.GetValueOrDefault(session)), query, now));
                uses.Remove(session);
            }
        }

        if (uses.Count == 0)
        {
            return items.ToImmutable();
        }

        var known = await ledger.Lineage.SpansAsync(workspace, query.From, query.To, cancellationToken);
        var spans = known.Where(span => uses.ContainsKey(span.Session)).ToList();
        foreach (var hour in spans.GroupBy(span => span.LastHour))
        {
            foreach (
                var (session, times) in await ledger.Lineage.TimesAsync(
                    workspace,
                    hour.Key,
                    [.. hour],
                    cancellationToken
                )
            )
            {
                items.Add(Overview(session, uses[session], times.First, times.Last));
            }
        }

        return await WithFirstTimesAsync(items, spans, workspace, cancellationToken);
    }

    /// <summary>What is known of one session apart from sums over a range.</summary>
    public SessionOverview Overview(
        StoredSession stored,
        SessionUse? use,
        SessionCounts counts,
        IReadOnlyCollection<SessionEvent> events
    ) =>
        new()
        {
            Id = stored.Facts.Session,
            Client = stored.Facts.Client,
            State = SessionStates.Of(stored.Facts.LastAt, events, clock.GetUtcNow()),
            FirstAt = stored.Facts.FirstAt,
            LastAt = stored.Facts.LastAt,
            HasLog = true,
            Host = stored.Facts.Host,
            Terminal = stored.Facts.Terminal,
            ProcessId = stored.Facts.ProcessId,
            Project = use?.Project ?? ProjectOf(stored.Facts),
            User = use?.User,
            Folder = stored.Facts.Folder,
            Repository = stored.Facts.Repository,
            Branch = stored.Facts.Branch,
            Version = stored.Facts.Version,
            Entrypoint = stored.Facts.Entrypoint,
            Parent = stored.Facts.Parent,
            PullRequests =
            [
                .. events
                    .Where(e => e.Kind == SessionEventKind.PullRequest)
                    .OrderBy(e => e.StartedAt)
                    .Select(e => e.Name ?? e.Id)
                    .Distinct(StringComparer.Ordinal),
            ],
            Models = use?.Models ?? [],
            Counts = counts,
            Usage = use?.Sums ?? default,
        };

    /// <summary>A session that is known from its requests alone.</summary>
    public SessionOverview Overview(string session, SessionUse use, DateTimeOffset firstAt, DateTimeOffset lastAt) =>
        new()
        {
            Id = session,
            Client = use.Client,
            State = clock.GetUtcNow() - lastAt <= SessionStates.Active ? SessionState.Active : SessionState.Idle,
            FirstAt = firstAt,
            LastAt = lastAt,
            Project = use.Project,
            User = use.User,
            Models = use.Models,
            Usage = use.Sums,
        };

    private static ImmutableArray<UsageFilter> Filters(SessionListQuery query)
    {
        var filters = ImmutableArray.CreateBuilder<UsageFilter>();
        void Add(UsageDimensionKind kind, ImmutableArray<string?> values)
        {
            if (!values.IsEmpty)
            {
                filters.Add(new UsageFilter(new UsageDimension(kind), values));
            }
        }

        Add(UsageDimensionKind.Client, query.Clients);
        Add(UsageDimensionKind.Project, query.Projects);
        Add(UsageDimensionKind.User, query.Users);
        return filters.ToImmutable();
    }

    private string? ProjectOf(SessionFacts facts) => projects.Of(facts.Folder, facts.Host is null);

    /// <summary>Sessions that a log tells of.</summary>
    private List<Candidate> Known(SessionStore store, SessionListQuery query, Dictionary<string, SessionUse> uses)
    {
        var candidates = new List<Candidate>();
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stored in store.Alive(query.Workspace, query.From, query.To))
        {
            var facts = stored.Facts;
            met.Add(facts.Session);
            var use = uses.GetValueOrDefault(facts.Session);
            if (HasPrefix(query, facts.Session) && (use is not null || Passes(query, facts)))
            {
                candidates.Add(Candidate.Of(stored, use));
            }
        }

        foreach (var (session, use) in uses)
        {
            if (!met.Contains(session) && HasPrefix(query, session))
            {
                // The gateway may have seen it outside of the times that its log tells.
                candidates.Add(
                    store.Find(query.Workspace, session) is { } stored
                        ? Candidate.Of(stored, use)
                        : new Candidate(session, null, use, default)
                );
            }
        }

        return candidates;
    }

    private static bool HasPrefix(SessionListQuery query, string session) =>
        query.IdPrefix is null || session.StartsWith(query.IdPrefix, StringComparison.Ordinal);

    /// <summary>Whether a session that used nothing in the range stands in it.</summary>
    private bool Passes(SessionListQuery query, SessionFacts facts) =>
        (facts.FirstAt >= query.From || facts.LastAt < query.To)
        && (query.Clients.IsEmpty || query.Clients.Contains(facts.Client))
        && query.Users.IsEmpty
        && (query.Projects.IsEmpty || query.Projects.Contains(ProjectOf(facts)));

    private async Task AddFromLedgerAsync(
        List<Candidate> candidates,
        SessionListQuery query,
        Dictionary<string, SessionUse> uses,
        PageCursor after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (candidates.RemoveAll(c => c.Stored is null) == 0)
        {
            return;
        }

        var known = candidates.Select(c => c.Session).ToHashSet(StringComparer.Ordinal);
        var spans = await ledger.Lineage.SpansAsync(query.Workspace, query.From, query.To, cancellationToken);
        var hours = spans
            .Where(s => uses.ContainsKey(s.Session) && !known.Contains(s.Session) && HasPrefix(query, s.Session))
            .GroupBy(s => s.LastHour)
            .OrderByDescending(hour => hour.Key);
        foreach (var hour in hours)
        {
            if (hour.Key * 1_000_000 > after.At)
            {
                continue;
            }

            var ends = (hour.Key + SessionSpan.Hour) * 1_000_000;
            if (!query.ActiveOnly && candidates.Count(c => c.Place.CompareTo(after) < 0 && c.Place.At >= ends) > limit)
            {
                return;
            }

            var times = await ledger.Lineage.TimesAsync(query.Workspace, hour.Key, [.. hour], cancellationToken);
            candidates.AddRange(
                hour.Where(s => times.ContainsKey(s.Session))
                    .Select(s => new Candidate(
                        s.Session,
                        null,
                        uses[s.Session],
                        PageCursor.Of(times[s.Session].Last, s.Session)
                    )
                    {
                        Span = s,
                        LastAt = times[s.Session].Last,
                    })
            );
        }
    }

    private SessionOverview Overview(
        SessionStore store,
        Candidate candidate,
        SessionListQuery query,
        DateTimeOffset now
    )
    {
        if (candidate.Stored is not { } stored)
        {
            // The first hour stands for the first moment until the page is whole.
            return Overview(
                candidate.Session,
                candidate.Use!,
                DateTimeOffset.FromUnixTimeSeconds(candidate.Span.FirstHour),
                candidate.LastAt
            );
        }

        // Of one that was not heard of for long, only its end still tells anything.
        var events =
            now - stored.Facts.LastAt > SessionStates.Believed
                ? store.Events(stored, SessionEventKind.Life, SessionEventKind.Prompt, SessionEventKind.PullRequest)
                : store.Events(
                    stored,
                    SessionEventKind.Life,
                    SessionEventKind.Prompt,
                    SessionEventKind.PullRequest,
                    SessionEventKind.Turn,
                    SessionEventKind.Permission,
                    SessionEventKind.Tool
                );
        return Overview(stored, candidate.Use, store.Counts(stored, query.From, query.To), events);
    }

    private async Task<ImmutableArray<SessionOverview>> WithFirstTimesAsync(
        ImmutableArray<SessionOverview>.Builder items,
        List<SessionSpan> spans,
        WorkspaceId workspace,
        CancellationToken cancellationToken
    )
    {
        var firsts = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var hour in spans.GroupBy(s => s.FirstHour))
        {
            foreach (
                var (session, times) in await ledger.Lineage.TimesAsync(
                    workspace,
                    hour.Key,
                    [.. hour],
                    cancellationToken
                )
            )
            {
                firsts[session] = times.First;
            }
        }

        return
        [
            .. items.Select(item => firsts.TryGetValue(item.Id, out var first) ? item with { FirstAt = first } : item),
        ];
    }

    /// <summary>A session that may stand on the page.</summary>
    private sealed record Candidate(string Session, StoredSession? Stored, SessionUse? Use, PageCursor Place)
    {
        public SessionSpan Span { get; init; }

        public DateTimeOffset LastAt { get; init; }

        public static Candidate Of(StoredSession stored, SessionUse? use) =>
            new(stored.Facts.Session, stored, use, PageCursor.Of(stored.Facts.LastAt, stored.Facts.Session));
    }
}
