using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>
/// Sessions of coding agents: what their logs tell of them, and what the ledger says they used. Thread-safe; each query reads over
/// connections of its own.
/// </summary>
public sealed class SessionQueries
{
    private const int MostItems = 1000;

    /// <summary>The longest range of <see cref="ActivityAsync"/>, which looks at every request.</summary>
    public static readonly TimeSpan LongestActivity = TimeSpan.FromDays(100);

    private readonly SqliteDatabase database;
    private readonly UsageLedger ledger;
    private readonly PriceBook prices;
    private readonly SessionLister lister;
    private readonly HandoffLister handoffs;

    internal SessionQueries(SqliteDatabase database, UsageLedger ledger, PriceBook prices, TimeProvider clock)
    {
        this.database = database;
        this.ledger = ledger;
        this.prices = prices;
        lister = new SessionLister(database, ledger, clock);
        handoffs = new HandoffLister(database, ledger);
    }

    /// <summary>Which sessions there was news of.</summary>
    public SessionChanges Changes { get; } = new();

    /// <summary>True for what <see cref="ListAsync"/> and <see cref="HandoffsAsync"/> gave as <see cref="Page{T}.Next"/>.</summary>
    public static bool IsCursor(string text) => PageCursor.TryParse(text, out _);

    /// <summary>Sessions, the one last heard of first, by keyset. Sums and counts are those of the range.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cursor">The page before's <see cref="Page{T}.Next"/>; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000; others are brought into that range.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="ArgumentException">The cursor is none (see <see cref="IsCursor"/>).</exception>
    public Task<Page<SessionOverview>> ListAsync(
        SessionListQuery query,
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var after = Place(cursor);
        return Task.Run(
            () => lister.ListAsync(query, after, Math.Clamp(limit, 1, MostItems), cancellationToken),
            cancellationToken
        );
    }

    /// <summary>
    /// Sessions by their whole ids, with sums and counts of the last ten years; those that the workspace has none of are left out.
    /// </summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="sessions">Which.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public Task<ImmutableArray<SessionOverview>> FindAsync(
        WorkspaceId workspace,
        ImmutableArray<string> sessions,
        CancellationToken cancellationToken
    ) => Task.Run(() => lister.FindAsync(workspace, sessions, cancellationToken), cancellationToken);

    /// <summary>One session with all that happened in it; null when the workspace has none of that id.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="session">The session's whole id.</param>
    /// <param name="catalogueOf">The catalogue that a provider's prices are in; null when it has none.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public Task<SessionTree?> TreeAsync(
        WorkspaceId workspace,
        string session,
        Func<string, string?> catalogueOf,
        CancellationToken cancellationToken
    ) => Task.Run(() => ReadTreeAsync(workspace, session, catalogueOf, cancellationToken), cancellationToken);

    /// <summary>Whether an agent's log or a hook told of a session.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="session">The session's whole id.</param>
    public Task<bool> HasLogAsync(WorkspaceId workspace, string session) =>
        Task.Run(() =>
        {
            using var store = new SessionStore(database);
            return store.Find(workspace, session) is not null;
        });

    /// <summary>What the sessions of a range did. Reads every request of the range.</summary>
    /// <param name="query">
    /// The range and what must hold of a request; its grouping means nothing here. With a filter only sessions count that have a
    /// request which passes.
    /// </param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is longer than <see cref="LongestActivity"/>.</exception>
    public Task<SessionActivity> ActivityAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.To - query.From, LongestActivity);
        return Task.Run(
            async () =>
            {
                var requests = await ledger.Lineage.RequestsAsync(query, cancellationToken);
                using var store = new SessionStore(database);
                var events = store.Events(
                    query.Workspace,
                    query.From,
                    query.To,
                    SessionEventKind.Tool,
                    SessionEventKind.Agent
                );
                var standUnder = await ledger.Lineage.StandUnderAsync(
                    query.Workspace,
                    ToolCallers.Named(events),
                    cancellationToken
                );
                return new ActivityCount(query.From, query.To, standUnder).Of(requests, events, !query.Filters.IsEmpty);
            },
            cancellationToken
        );
    }

    /// <summary>Handoffs, newest first, by keyset.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cursor">The page before's <see cref="Page{T}.Next"/>; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000; others are brought into that range.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    /// <exception cref="ArgumentException">The cursor is none (see <see cref="IsCursor"/>).</exception>
    public Task<Page<SessionHandoff>> HandoffsAsync(
        HandoffQuery query,
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var after = Place(cursor);
        return Task.Run(
            () => handoffs.ListAsync(query, after, Math.Clamp(limit, 1, MostItems), cancellationToken),
            cancellationToken
        );
    }

    private static PageCursor Place(string? cursor) =>
        cursor is null ? PageCursor.Start
        : PageCursor.TryParse(cursor, out var place) ? place
        : throw new ArgumentException("not a cursor", nameof(cursor));

    private async Task<SessionTree?> ReadTreeAsync(
        WorkspaceId workspace,
        string session,
        Func<string, string?> catalogueOf,
        CancellationToken cancellationToken
    )
    {
        var reading = ledger.Lineage.RecordsAsync(workspace, session, cancellationToken);
        StoredSession? stored;
        List<SessionEvent> events = [];
        SessionCounts counts = default;
        using (var store = new SessionStore(database))
        {
            stored = store.Find(workspace, session);
            if (stored is not null)
            {
                events = store.Events(stored);
                counts = store.Counts(stored, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
            }
        }

        var records = await reading;
        if (stored is null && records.IsEmpty)
        {
            return null;
        }

        var use = new SessionUse();
        foreach (var record in records)
        {
            use.Add(record);
        }

        var standUnder = await ledger.Lineage.StandUnderAsync(workspace, ToolCallers.Named(events), cancellationToken);
        var misses = new CacheMisses(prices.Current, catalogueOf);
        var root = TreeBuilder.Build(session, events, records, standUnder, misses);
        var overview = stored is null
            ? lister.Overview(session, use, records[0].StartedAt, records[^1].StartedAt)
            : lister.Overview(stored, use, counts, events);
        return new SessionTree(overview, root, records.Length >= LineageQueries.MostRecords);
    }
}
