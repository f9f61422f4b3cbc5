using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>
/// Questions to the ledger. Thread-safe; each reads one consistent state over a connection of its own. Sums come from
/// rollups; records are read for the ragged ends of a range (less than a quarter of an hour each; less than an hour where
/// session, agent or a tag is asked for), for points of a minute, and where two tags, or a tag and session or agent, are
/// asked for together. Cancelling a query interrupts it. Sums are kept modulo 2⁶⁴.
/// </summary>
public sealed class UsageQueries
{
    /// <summary>The most points of a series' line, so that no request makes Weir fill its memory with empty ones.</summary>
    public const int MostPoints = 50_000;

    /// <summary>The most points of all lines of a series.</summary>
    public const int MostPointsInAll = 2_000_000;

    private const int MostRecords = 1000;
    private static readonly TimeSpan MostMinutes = TimeSpan.FromDays(1);

    private readonly QueryConnections connections;
    private readonly NameTable names;

    internal UsageQueries(QueryConnections connections, NameTable names)
    {
        this.connections = connections;
        this.names = names;
    }

    /// <summary>
    /// Sums per combination of the grouped dimensions, largest cost first, and their total. A combination without records has
    /// no row.
    /// </summary>
    public Task<UsageSummary> SummaryAsync(UsageQuery query, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            QueryKind.Summary,
            query,
            connection => Summary(connection, query),
            answer => answer.Rows.Length,
            cancellationToken
        );

    /// <summary>How many points a line of a series has at most.</summary>
    public static long CountPoints(DateTimeOffset from, DateTimeOffset to, UsageInterval interval) =>
        SeriesAxis.CountPoints(from.ToUniversalTime(), to.ToUniversalTime(), interval);

    /// <summary>
    /// One metric over time, per combination of the grouped dimensions, the largest sum first; every interval that the range
    /// touches has a point, the first and last of what lies in the range alone. Without grouping there is one line, also over
    /// nothing.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A line would have more than <see cref="MostPoints"/> points (<see cref="CountPoints"/> tells), or minutes are asked for
    /// over more than a day.
    /// </exception>
    /// <exception cref="TooManyGroupsException">All lines would have more than <see cref="MostPointsInAll"/> points.</exception>
    public Task<ImmutableArray<UsageSeries>> SeriesAsync(
        UsageQuery query,
        UsageMetric metric,
        UsageInterval interval,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CountPoints(query.From, query.To, interval), MostPoints);
        if (interval == UsageInterval.Minute)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(query.To - query.From, MostMinutes);
        }

        return connections.ReadAsync(
            QueryKind.Series,
            query,
            connection => Series(connection, query, metric, interval),
            lines => lines.Sum(line => line.Points.Length),
            cancellationToken
        );
    }

    /// <summary>The groups with the largest of a figure, what the others come to, and the total.</summary>
    /// <param name="query">Which, and by what.</param>
    /// <param name="figure">What they are ordered by, the largest first.</param>
    /// <param name="limit">How many rows at most; above zero.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<UsageTop> TopAsync(
        UsageQuery query,
        UsageFigure figure,
        int limit,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            QueryKind.Top,
            query,
            connection => UsageTop.Read(connection, query, figure, limit),
            answer => answer.Rows.Length,
            cancellationToken
        );

    /// <summary>How long requests took.</summary>
    /// <param name="query">Which, and by what.</param>
    /// <param name="of">What of them.</param>
    /// <param name="scale">How the histogram's edges lie.</param>
    /// <param name="buckets">How many bars at most, 1 to <see cref="UsageDistribution.MostBuckets"/>.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <exception cref="TooManyGroupsException">More than <see cref="UsageDistribution.MostGroups"/>.</exception>
    public Task<UsageDistribution> DistributionAsync(
        UsageQuery query,
        UsageDuration of,
        UsageScale scale,
        int buckets,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            QueryKind.Distribution,
            query,
            connection => UsageDistribution.Read(connection, query, of, scale, buckets),
            answer => answer.Groups.Length,
            cancellationToken
        );

    /// <summary>One metric by weekday and hour of the query's calendar; its grouping means nothing here.</summary>
    public Task<UsageHeatmap> HeatmapAsync(UsageQuery query, UsageMetric metric, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            QueryKind.Heatmap,
            query,
            connection => UsageHeatmap.Read(connection, query, metric),
            null,
            cancellationToken
        );

    /// <summary>The totals of several questions, all of one state of the ledger; their grouping means nothing here.</summary>
    public Task<ImmutableArray<UsageTotals>> TotalsAsync(
        ImmutableArray<UsageQuery> queries,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync<ImmutableArray<UsageTotals>>(
            QueryKind.Totals,
            queries.IsEmpty ? null : queries[0],
            connection => [.. queries.Select(query => Summary(connection, query with { GroupBy = [] }).Total)],
            totals => totals.Length,
            cancellationToken
        );

    /// <summary>
    /// What was used hour by hour, by time, with the first and the last moment of each hour; hours without use are left out.
    /// </summary>
    /// <param name="query">Which; its grouping means nothing here, and its ends count in whole microseconds.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<ImmutableArray<UsageSpan>> SpansAsync(UsageQuery query, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            QueryKind.Spans,
            query,
            connection =>
            {
                using var spans = new HourSpans(connection, query);
                return spans.Read();
            },
            spans => spans.Length,
            cancellationToken
        );

    /// <summary>What each record of a range cost, by time; of too many the latest. Reads every one of them.</summary>
    /// <param name="query">Which; its grouping means nothing here.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<ImmutableArray<UsageCost>> CostsAsync(
        UsageQuery query,
        int most,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            QueryKind.Costs,
            query,
            connection => Costs(connection, query, most),
            costs => costs.Length,
            cancellationToken
        );

    /// <summary>True for what <see cref="RecordsAsync"/> gave as <see cref="Page{T}.Next"/>.</summary>
    public static bool IsCursor(string text) => RecordCursor.TryParse(text, out _);

    /// <summary>Records, newest first, by keyset.</summary>
    /// <param name="query">Which; its grouping means nothing here.</param>
    /// <param name="cursor">The page before's <see cref="Page{T}.Next"/>; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000; others are brought into that range.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <exception cref="ArgumentException">The cursor is none (see <see cref="IsCursor"/>).</exception>
    public Task<Page<StoredRecord>> RecordsAsync(
        UsageQuery query,
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var after = RecordCursor.Start;
        if (cursor is not null && !RecordCursor.TryParse(cursor, out after))
        {
            throw new ArgumentException("not a cursor", nameof(cursor));
        }

        var count = Math.Clamp(limit, 1, MostRecords);
        return connections.ReadAsync(
            QueryKind.Records,
            query,
            connection => RequestList.Read(connection, names, query, after, count),
            page => page.Items.Length,
            cancellationToken
        );
    }

    /// <summary>
    /// The newest records of a query's range, and the entry that they are up to: who follows <see cref="UsageFeed"/> from
    /// there misses nothing and sees nothing twice.
    /// </summary>
    /// <param name="query">Which; its grouping means nothing here.</param>
    /// <param name="limit">How many at most, 1 to 1,000; others are brought into that range.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    public Task<LedgerSnapshot> NewestAsync(UsageQuery query, int limit, CancellationToken cancellationToken)
    {
        var count = Math.Clamp(limit, 1, MostRecords);
        return connections.ReadAsync(
            QueryKind.Records,
            query,
            connection => new LedgerSnapshot(
                RequestList.Read(connection, names, query, RecordCursor.Start, count).Items,
                EntryRows.Newest(connection)
            ),
            snapshot => snapshot.Records.Length,
            cancellationToken
        );
    }

    /// <summary>One record, by its id or by one that another witness gave it; null when the workspace has none of that id.</summary>
    public Task<StoredRecord?> RecordAsync(WorkspaceId workspace, RecordId id, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            QueryKind.Record,
            null,
            connection =>
            {
                var stands = Witnesses.Resolve(connection, id);
                using var command = RecordRows.FindCommand(connection);
                var found = RecordRows.Find(command, names, stands);
                if (found is null && RecordTables.OfId(connection, workspace, stands, connections.Ids) is { } table)
                {
                    using var archived = RecordRows.FindCommand(connection, table);
                    found = RecordRows.Find(archived, names, stands);
                }

                return found is not null && found.Record.Workspace == workspace ? found : null;
            },
            null,
            cancellationToken
        );

    /// <summary>
    /// What each witness said of a record, in the order of their sources, as records with its id; empty when there was but one,
    /// or the workspace has none of that id.
    /// </summary>
    public Task<ImmutableArray<UsageRecord>> WordsAsync(
        WorkspaceId workspace,
        RecordId id,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            connection =>
            {
                var words = Witnesses.Of(connection, Witnesses.Resolve(connection, id));
                return words.IsEmpty || words[0].Workspace == workspace ? words : [];
            },
            cancellationToken
        );

    /// <summary>
    /// What a record was before each of its changes, oldest first; empty when it never changed, or the workspace has none
    /// of that id.
    /// </summary>
    public Task<ImmutableArray<EarlierRecord>> EarlierAsync(
        WorkspaceId workspace,
        RecordId id,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            connection => EntryRows.ReadEarlier(connection, workspace, Witnesses.Resolve(connection, id)),
            cancellationToken
        );

    /// <summary>Since when a workspace keeps its records and its sums; null where it keeps all.</summary>
    public Task<(DateTimeOffset? Records, DateTimeOffset? Sums)> KeptSinceAsync(
        WorkspaceId workspace,
        CancellationToken cancellationToken
    ) =>
        connections.ReadAsync(
            connection =>
            {
                var (records, sums) = KeptSince.Of(connection, workspace.Value);
                return (Moment(records), Moment(sums));

                static DateTimeOffset? Moment(long at) => at == long.MinValue ? null : RecordCodec.FromMicroseconds(at);
            },
            cancellationToken
        );

    /// <summary>
    /// Counts the records of a range anew and holds every rollup against the count. A difference means a damaged file or a
    /// defect of Weir. Reads the whole range several times over.
    /// </summary>
    public async Task<LedgerAudit> AuditAsync(
        WorkspaceId workspace,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var (start, end) = (RecordCodec.ToMicroseconds(from), RecordCodec.ToMicroseconds(to));
        // What was deleted on purpose is no difference.
        start = Math.Max(
            start,
            (await connections.ReadAsync(c => KeptSince.Of(c, workspace.Value), cancellationToken)).Records
        );
        var audit = new LedgerAudit(0, 0, 0);
        // Month by month where they are archived, so that no more than one is unpacked at a time.
        while (start < end)
        {
            var next = await connections.ReadAsync(
                connection => RecordTables.NextEnd(connection, workspace, start, end),
                cancellationToken
            );
            var part = await connections.ReadAsync(
                QueryKind.Audit,
                null,
                connection => new LedgerAuditor(connection, workspace).Run(start, next),
                null,
                cancellationToken
            );
            audit = new LedgerAudit(
                audit.Records + part.Records,
                audit.Combinations + part.Combinations,
                audit.Differences + part.Differences
            );
            start = next;
        }

        return audit;
    }

    private static UsageSummary Summary(SqliteConnection connection, UsageQuery query)
    {
        var sink = new TotalsSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(RollupWidth.Month);
        using var texts = new GroupTexts(connection, query.GroupBy);
        var total = new RollupSums();
        var rows = ImmutableArray.CreateBuilder<UsageRow>();
        foreach (var (group, values) in sink.Of(sums.Groups))
        {
            total.Add(values);
            rows.Add(new UsageRow(texts.Of(group), values.ToTotals()));
        }

        rows.Sort(LargestCostFirst);
        return new UsageSummary(rows.ToImmutable(), total.ToTotals()) { Sequence = EntryRows.Newest(connection) };
    }

    private static ImmutableArray<UsageSeries> Series(
        SqliteConnection connection,
        UsageQuery query,
        UsageMetric metric,
        UsageInterval interval
    )
    {
        var axis = new SeriesAxis(query.Calendar, query.From, query.To, interval);
        var sink = new SeriesSink(axis, metric);
        using var sums = new GroupedSums(connection, query, sink);
        if (interval == UsageInterval.Minute)
        {
            sums.AddRecords();
        }
        else
        {
            sums.AddRange(RollupWidth.Day, axis.Cuts.AsSpan());
        }

        using var texts = new GroupTexts(connection, query.GroupBy);
        var lines = sink.Of(sums.Groups)
            .Select(line => (Series: new UsageSeries(texts.Of(line.Group), line.Points), line.Sum))
            .ToList();
        if (lines.Count == 0 && query.GroupBy.IsEmpty)
        {
            return [new UsageSeries([], [.. axis.Times.Select(time => new UsagePoint(time, 0))])];
        }

        lines.Sort((a, b) => b.Sum != a.Sum ? b.Sum.CompareTo(a.Sum) : CompareKeys(a.Series.Keys, b.Series.Keys));
        return [.. lines.Select(line => line.Series)];
    }

    private static ImmutableArray<UsageCost> Costs(SqliteConnection connection, UsageQuery query, int most)
    {
        using var filters = QueryFilters.Of(connection, query);
        var (from, to) = QueryRange.Of(connection, query, filters);
        using var texts = new GroupTexts(connection, [new UsageDimension(UsageDimensionKind.Model)]);
        var costs = new List<UsageCost>();
        foreach (var (table, first, last) in RecordTables.NewestFirst(connection, query.Workspace, from, to))
        {
            if (costs.Count >= most)
            {
                break;
            }

            var text = new QueryText();
            using var row = text.Prepare(
                connection,
                $"""
                SELECT r.started_at, k.model_id, r.cost FROM {table} {RecordRows.Joins}
                WHERE r.workspace = {text.Add(query.Workspace.Value)} AND r.cost > 0
                    AND r.started_at >= {text.Add(first)} AND r.started_at < {text.Add(last)}{filters.Conditions(text)}
                ORDER BY r.started_at DESC LIMIT {text.Add(most - costs.Count)}
                """
            );
            while (row.Step())
            {
                costs.Add(
                    new UsageCost(
                        RecordCodec.FromMicroseconds(row.Int64(0)),
                        texts.Of(new Group([row.Int64(1)]))[0],
                        new Money(row.Int64(2))
                    )
                );
            }
        }

        costs.Reverse();
        return [.. costs];
    }

    private static int LargestCostFirst(UsageRow a, UsageRow b)
    {
        var order = b.Totals.Cost.CompareTo(a.Totals.Cost);
        order = order != 0 ? order : b.Totals.Requests.CompareTo(a.Totals.Requests);
        return order != 0 ? order : CompareKeys(a.Keys, b.Keys);
    }

    internal static int CompareKeys(ImmutableArray<string?> a, ImmutableArray<string?> b)
    {
        var order = 0;
        for (var i = 0; order == 0 && i < a.Length; i++)
        {
            order = string.CompareOrdinal(a[i], b[i]);
        }

        return order;
    }
}
