using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>
/// Questions about sessions and handoffs that sums cannot answer: single records in their order. Thread-safe; each reads one
/// consistent state. Cancelling a query interrupts it.
/// </summary>
public sealed class LineageQueries
{
    /// <summary>The bound of <see cref="RecordsAsync"/>.</summary>
    public const int MostRecords = 100_000;

    private readonly QueryConnections connections;
    private readonly NameTable names;

    internal LineageQueries(QueryConnections connections, NameTable names)
    {
        this.connections = connections;
        this.names = names;
    }

    /// <summary>
    /// The records of one session, oldest first; of more than <see cref="MostRecords"/> the newest. Empty when the workspace has
    /// no such session.
    /// </summary>
    public Task<ImmutableArray<UsageRecord>> RecordsAsync(
        WorkspaceId workspace,
        string session,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            QueryKind.Sessions,
            null,
            connection => Records(connection, workspace, session),
            null,
            cancellationToken
        );

    /// <summary>
    /// Of the ids that records were made under, those that stand under another's by now (another witness had told the request
    /// first), with that other's. What is not among them stands under its own, or nowhere in the workspace.
    /// </summary>
    public Task<ImmutableDictionary<RecordId, RecordId>> StandUnderAsync(
        WorkspaceId workspace,
        IEnumerable<RecordId> ids,
        CancellationToken cancellationToken
    ) => connections.ReadAsync(connection => Witnesses.StandUnder(connection, workspace, ids), cancellationToken);

    /// <summary>The sessions in which one person worked and, as far as is known, nobody else.</summary>
    public Task<ImmutableArray<string>> SessionsOfAsync(
        WorkspaceId workspace,
        string user,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync<ImmutableArray<string>>(
            connection =>
            {
                if (NameTable.Find(connection, workspace, user) is not { } id)
                {
                    return [];
                }

                var text = new QueryText();
                using var row = text.Prepare(
                    connection,
                    $"""
                    SELECT l.session_id FROM rollup_lineage l JOIN rollup_key k ON k.id = l.key
                    WHERE l.workspace = {text.Add(workspace.Value)} AND l.session_id <> 0 GROUP BY l.session_id
                    HAVING sum(k.user_id = {text.Add(id)}) > 0 AND sum(k.user_id NOT IN (0, {text.Add(id)})) = 0
                    """
                );
                var found = ImmutableArray.CreateBuilder<string>();
                while (row.Step())
                {
                    found.Add(names.Text(connection, row.Int64(0))!);
                }

                return found.ToImmutable();
            },
            cancellationToken
        );

    /// <summary>
    /// The sessions of a workspace that were seen between two moments, by the hour: what a session's times lie in, not the times
    /// themselves.
    /// </summary>
    public Task<ImmutableArray<SessionSpan>> SpansAsync(
        WorkspaceId workspace,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            connection =>
            {
                var text = new QueryText();
                using var row = text.Prepare(
                    connection,
                    $"""
                    SELECT session_id, min(first), max(last) FROM rollup_lineage
                    WHERE workspace = {text.Add(workspace.Value)} AND session_id <> 0 GROUP BY session_id
                    HAVING min(first) < {text.Add(Seconds(to))} AND max(last) > {text.Add(
                        Seconds(from) - SessionSpan.Hour
                    )}
                    """
                );
                var spans = ImmutableArray.CreateBuilder<SessionSpan>();
                while (row.Step())
                {
                    spans.Add(
                        new SessionSpan(names.Text(connection, row.Int64(0))!, row.Int64(1), row.Int64(2), row.Int64(0))
                    );
                }

                return spans.ToImmutable();
            },
            cancellationToken
        );

    /// <summary>
    /// The first and the last moment of sessions in one of the hours of their spans, by session; those that have nothing in it are
    /// left out.
    /// </summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="hour">The hour's start, in seconds since 1970: <see cref="SessionSpan.FirstHour"/> or <see cref="SessionSpan.LastHour"/>.</param>
    /// <param name="spans">The sessions, as <see cref="SpansAsync"/> gave them.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<ImmutableDictionary<string, (DateTimeOffset First, DateTimeOffset Last)>> TimesAsync(
        WorkspaceId workspace,
        long hour,
        IReadOnlyCollection<SessionSpan> spans,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            connection =>
            {
                var wanted = spans.ToDictionary(span => span.Number, span => span.Session);
                var text = new QueryText();
                using var row = text.Prepare(
                    connection,
                    $"""
                    SELECT r.session_id, r.started_at
                    FROM {RecordTables.Of(connection, workspace, hour * Second, (hour + SessionSpan.Hour) * Second)}
                    WHERE r.workspace = {text.Add(workspace.Value)} AND r.started_at >= {text.Add(hour * Second)}
                        AND r.started_at < {text.Add((hour + SessionSpan.Hour) * Second)}
                    ORDER BY r.started_at
                    """
                );
                var times = ImmutableDictionary.CreateBuilder<string, (DateTimeOffset First, DateTimeOffset Last)>(
                    StringComparer.Ordinal
                );
                while (row.Step())
                {
                    if (wanted.TryGetValue(row.Int64(0), out var session))
                    {
                        var at = RecordCodec.FromMicroseconds(row.Int64(1));
                        times[session] = times.TryGetValue(session, out var known) ? (known.First, at) : (at, at);
                    }
                }

                return times.ToImmutable();
            },
            cancellationToken
        );

    /// <summary>Records that another model or provider served than the one asked for, newest first.</summary>
    /// <param name="query">Which; its grouping means nothing here.</param>
    /// <param name="until">The newest moment to look at, inclusive; null for the end of the range.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<ImmutableArray<UsageRecord>> HandoffsAsync(
        UsageQuery query,
        DateTimeOffset? until,
        int limit,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            QueryKind.Handoffs,
            query,
            connection =>
            {
                using var filters = QueryFilters.Of(connection, query);
                var (from, to) = QueryRange.Of(connection, query, filters);
                to = until is { } end ? Math.Min(to, RecordCodec.ToMicroseconds(end) + 1) : to;
                return Newest(
                        connection,
                        query.Workspace,
                        (from, to),
                        limit,
                        text => HandedOver + filters.Conditions(text)
                    )
                    .ToImmutableArray();
            },
            records => records.Length,
            cancellationToken
        );

    /// <summary>
    /// The requests of a range that belong to a session, oldest first, with no more of each than what sharing its cost among tools
    /// and agents needs. Reads every record of the range.
    /// </summary>
    public Task<ImmutableArray<SessionRequest>> RequestsAsync(UsageQuery query, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            QueryKind.Sessions,
            query,
            connection => Requests(connection, query),
            requests => requests.Length,
            cancellationToken
        );

    /// <summary>The condition of the index on handoffs.</summary>
    internal const string HandedOver = " AND r.handoff_reason_id <> 0";

    private const long Second = 1_000_000;

    // Records between two moments, newest first; at most so many.
    private List<UsageRecord> Newest(
        SqliteConnection connection,
        WorkspaceId workspace,
        (long From, long To) range,
        int limit,
        Func<QueryText, string> conditions
    )
    {
        var found = new List<UsageRecord>();
        foreach (var (table, from, to) in RecordTables.NewestFirst(connection, workspace, range.From, range.To))
        {
            if (found.Count >= limit)
            {
                break;
            }

            var text = new QueryText();
            using var command = text.Command(
                connection,
                Newest(text, table, workspace, from, to, limit - found.Count, conditions(text))
            );
            using var row = command.ExecuteReader();
            while (row.Read())
            {
                found.Add(RecordRows.Read(row, connection, names).Record);
            }
        }

        return found;
    }

    /// <summary>Records of a table between two moments, newest first.</summary>
    internal static string Newest(
        QueryText text,
        string table,
        WorkspaceId workspace,
        long from,
        long to,
        int limit,
        string conditions
    ) =>
        $"""
            SELECT {RecordRows.Columns} FROM {table} {RecordRows.Joins}
            WHERE r.workspace = {text.Add(workspace.Value)}
                AND r.started_at >= {text.Add(from)} AND r.started_at < {text.Add(to)}{conditions}
            ORDER BY r.started_at DESC, r.id DESC LIMIT {text.Add(limit)}
            """;

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    private ImmutableArray<UsageRecord> Records(SqliteConnection connection, WorkspaceId workspace, string session)
    {
        var query = new UsageQuery
        {
            Workspace = workspace,
            From = DateTimeOffset.UnixEpoch,
            To = DateTimeOffset.MaxValue,
            Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), [session])],
        };
        using var filters = QueryFilters.Of(connection, query);
        var (from, to) = QueryRange.Of(connection, query, filters);
        if (from >= to)
        {
            return [];
        }

        var records = Newest(connection, workspace, (from, to), MostRecords, filters.Conditions);
        records.Reverse();
        return [.. records];
    }

    private ImmutableArray<SessionRequest> Requests(SqliteConnection connection, UsageQuery query)
    {
        using var filters = QueryFilters.Of(connection, query);
        var (from, to) = QueryRange.Of(connection, query, filters);
        var text = new QueryText();
        using var row = text.Prepare(
            connection,
            $"""
            SELECT r.session_id, r.agent_id, k.model_id, k.client_id, r.started_at, r.duration, k.source, k.status, d.quality,
                d.billing, r.input, r.cache_read, r.cache_write_5m, r.cache_write_1h, r.output, r.reasoning, r.cost,
                r.requested_cost, r.message_ref, r.id
            FROM {RecordTables.Of(connection, query.Workspace, from, to)} {RecordRows.Joins}
            WHERE r.workspace = {text.Add(query.Workspace.Value)}
                AND r.started_at >= {text.Add(from)} AND r.started_at < {text.Add(to)}
                AND r.session_id <> 0{filters.Conditions(text)}
            ORDER BY r.started_at, r.id
            """
        );
        var found = ImmutableArray.CreateBuilder<SessionRequest>();
        while (row.Step())
        {
            long? Number(int column) => row.IsNull(column) ? null : row.Int64(column);
            found.Add(
                new SessionRequest
                {
                    Id = new RecordId(row.Int64(19)),
                    Session = names.Text(connection, row.Int64(0))!,
                    Agent = names.Text(connection, row.Int64(1)),
                    Model = names.Text(connection, row.Int64(2)),
                    Client = names.Text(connection, row.Int64(3)),
                    StartedAt = RecordCodec.FromMicroseconds(row.Int64(4)),
                    Duration = Number(5) is { } took ? new TimeSpan(took * TimeSpan.TicksPerMicrosecond) : null,
                    Source = (UsageSource)row.Int64(6),
                    Status = (RequestStatus)row.Int64(7),
                    Quality = (UsageQuality)row.Int64(8),
                    Billing = (Billing)row.Int64(9),
                    Usage = new TokenUsage
                    {
                        Input = Number(10),
                        CacheRead = Number(11),
                        CacheWrite5m = Number(12),
                        CacheWrite1h = Number(13),
                        Output = Number(14),
                        Reasoning = Number(15),
                    },
                    Cost = Number(16) is { } cost ? new Money(cost) : null,
                    RequestedCost = Number(17) is { } asked ? new Money(asked) : null,
                    MessageId = PackedId.Unpack(row.Bytes(18)),
                }
            );
        }

        return found.ToImmutable();
    }
}

/// <summary>The hours between which a session's records lie.</summary>
/// <param name="Session">The session.</param>
/// <param name="FirstHour">The start of the first, in seconds since 1970.</param>
/// <param name="LastHour">The start of the last.</param>
/// <param name="Number">The session's number in the ledger.</param>
public readonly record struct SessionSpan(string Session, long FirstHour, long LastHour, long Number)
{
    /// <summary>An hour, in seconds.</summary>
    public const long Hour = 3600;
}

/// <summary>A request of a session: what sharing its cost needs. See <see cref="UsageRecord"/> for the fields.</summary>
public sealed record SessionRequest
{
    /// <summary>See <see cref="UsageRecord.Id"/>.</summary>
    public required RecordId Id { get; init; }

    /// <summary>See <see cref="UsageRecord.Session"/>.</summary>
    public required string Session { get; init; }

    /// <summary>See <see cref="UsageRecord.Agent"/>.</summary>
    public string? Agent { get; init; }

    /// <summary>See <see cref="UsageRecord.Model"/>.</summary>
    public string? Model { get; init; }

    /// <summary>See <see cref="UsageRecord.Client"/>.</summary>
    public string? Client { get; init; }

    /// <summary>See <see cref="UsageRecord.StartedAt"/>.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>See <see cref="UsageRecord.Duration"/>.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>See <see cref="UsageRecord.Source"/>.</summary>
    public UsageSource Source { get; init; }

    /// <summary>See <see cref="UsageRecord.Status"/>.</summary>
    public RequestStatus Status { get; init; }

    /// <summary>See <see cref="UsageRecord.Quality"/>.</summary>
    public UsageQuality Quality { get; init; }

    /// <summary>See <see cref="UsageRecord.Billing"/>.</summary>
    public Billing Billing { get; init; }

    /// <summary>See <see cref="UsageRecord.Usage"/>.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>See <see cref="UsageRecord.Cost"/>.</summary>
    public Money? Cost { get; init; }

    /// <summary>See <see cref="UsageRecord.RequestedCost"/>.</summary>
    public Money? RequestedCost { get; init; }

    /// <summary>See <see cref="UsageRecord.MessageId"/>.</summary>
    public string? MessageId { get; init; }
}
