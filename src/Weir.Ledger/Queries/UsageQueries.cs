using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>
/// Questions to the ledger. Thread-safe; each reads one consistent state. Sums come from rollups; records are read for the
/// ragged ends of a range (less than a quarter of an hour each, an hour where session or agent are asked for), for points of
/// a minute, and for tags. Cancelling a query interrupts it.
/// </summary>
public sealed class UsageQueries
{
    /// <summary>The most points of a series, so that no request makes Weir fill its memory with empty ones.</summary>
    public const int MostPoints = 50_000;

    private const int MostRecords = 1000;

    private readonly QueryConnections connections;
    private readonly NameTable names;

    internal UsageQueries(QueryConnections connections, NameTable names)
    {
        this.connections = connections;
        this.names = names;
    }

    /// <summary>Sums per combination of the grouped dimensions, largest cost first, and their total.</summary>
    public Task<UsageSummary> SummaryAsync(UsageQuery query, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            connection =>
            {
                var sums = new GroupedSums(connection, names, query);
                sums.AddRange();
                var total = new RollupSums();
                var rows = ImmutableArray.CreateBuilder<UsageRow>(sums.Groups.Count);
                foreach (var (group, values) in sums.Groups)
                {
                    total.Add(values);
                    rows.Add(new UsageRow(sums.Texts(group), values.ToTotals()));
                }

                rows.Sort(LargestCostFirst);
                return new UsageSummary(rows.ToImmutable(), total.ToTotals());
            },
            cancellationToken
        );

    /// <summary>How many points a series over a range has.</summary>
    public static long CountPoints(DateTimeOffset from, DateTimeOffset to, UsageInterval interval) =>
        from >= to ? 0
        : interval == UsageInterval.Month ? ((to.Year - from.Year) * 12) + to.Month - from.Month + 1
        : ((to - SeriesSteps.Floor(from, interval)).Ticks / SeriesSteps.Length(interval).Ticks) + 1;

    /// <summary>
    /// One metric over time, per combination of the grouped dimensions, the largest sum first; every interval that the range
    /// touches has a point, the first and last of what lies in the range alone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There would be more than <see cref="MostPoints"/> points.</exception>
    public Task<ImmutableArray<UsageSeries>> SeriesAsync(
        UsageQuery query,
        UsageMetric metric,
        UsageInterval interval,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CountPoints(query.From, query.To, interval), MostPoints);
        return connections.ReadAsync(
            connection =>
            {
                var sums = new GroupedSums(connection, names, query);
                sums.Add(SeriesSteps.Plan(query, interval), SeriesSteps.ReadStep(interval));
                return SeriesSteps.Build(sums, query, metric, interval);
            },
            cancellationToken
        );
    }

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
        var after = new RecordCursor(long.MaxValue, long.MaxValue);
        if (cursor is not null && !RecordCursor.TryParse(cursor, out after))
        {
            throw new ArgumentException("not a cursor", nameof(cursor));
        }

        var count = Math.Clamp(limit, 1, MostRecords);
        return connections.ReadAsync(
            connection =>
            {
                var (from, to) = GroupedSums.Microseconds(query);
                using var command = connection.CreateCommand();
                var conditions = string.Concat(
                    query.Filters.Select(f =>
                        $" AND {DimensionColumn.Condition(f, "r", query.Workspace, connection, command)}"
                    )
                );
                command.CommandText = $"""
                    SELECT {RecordRows.Columns} FROM record r
                    WHERE r.workspace = $workspace AND r.started_at >= $from AND r.started_at < $to
                        AND (r.started_at, r.id) < ($afterTime, $afterId){conditions}
                    ORDER BY r.started_at DESC, r.id DESC LIMIT $limit
                    """;
                command.Parameters.AddWithValue("$workspace", query.Workspace.Value);
                command.Parameters.AddWithValue("$from", from);
                command.Parameters.AddWithValue("$to", to);
                command.Parameters.AddWithValue("$afterTime", after.StartedAt);
                command.Parameters.AddWithValue("$afterId", after.Id);
                command.Parameters.AddWithValue("$limit", count + 1);
                var items = ImmutableArray.CreateBuilder<StoredRecord>();
                using var row = command.ExecuteReader();
                while (row.Read())
                {
                    items.Add(RecordRows.Read(row, connection, names));
                }

                if (items.Count <= count)
                {
                    return new Page<StoredRecord>(items.ToImmutable(), null);
                }

                items.RemoveAt(count);
                return new Page<StoredRecord>(items.ToImmutable(), RecordCursor.Of(items[^1].Record).ToString());
            },
            cancellationToken
        );
    }

    /// <summary>One record; null when the workspace has none of that id.</summary>
    public Task<StoredRecord?> RecordAsync(WorkspaceId workspace, RecordId id, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            connection =>
            {
                using var command = RecordRows.FindCommand(connection);
                return RecordRows.Find(command, names, id) is { } found && found.Record.Workspace == workspace
                    ? found
                    : null;
            },
            cancellationToken
        );

    /// <summary>
    /// Counts the records of a range anew and compares with its rollups, by every dimension. A difference means a damaged
    /// file or a defect of Weir.
    /// </summary>
    public Task<LedgerAudit> AuditAsync(
        WorkspaceId workspace,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var query = new UsageQuery
        {
            Workspace = workspace,
            From = from,
            To = to,
            GroupBy =
            [
                .. Enum.GetValues<UsageDimensionKind>()
                    .Where(k => k != UsageDimensionKind.Tag)
                    .Select(k => new UsageDimension(k)),
            ],
        };
        return connections.ReadAsync(connection => LedgerAudit.Run(connection, names, query), cancellationToken);
    }

    private static int LargestCostFirst(UsageRow a, UsageRow b)
    {
        var order = b.Totals.Cost.CompareTo(a.Totals.Cost);
        order = order != 0 ? order : b.Totals.Requests.CompareTo(a.Totals.Requests);
        for (var i = 0; order == 0 && i < a.Keys.Length; i++)
        {
            order = string.CompareOrdinal(a.Keys[i], b.Keys[i]);
        }

        return order;
    }

    /// <summary>Where a page ended: the start and id of its last record.</summary>
    private readonly record struct RecordCursor(long StartedAt, long Id)
    {
        public static RecordCursor Of(UsageRecord record) =>
            new(RecordCodec.ToMicroseconds(record.StartedAt), record.Id.Value);

        public static bool TryParse(string text, out RecordCursor cursor)
        {
            cursor = default;
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            if (
                dot < 0
                || !ulong.TryParse(text.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, null, out var time)
                || !ulong.TryParse(text.AsSpan(dot + 1), NumberStyles.AllowHexSpecifier, null, out var id)
            )
            {
                return false;
            }

            cursor = new RecordCursor((long)time, (long)id);
            return true;
        }

        public override string ToString() => $"{(ulong)StartedAt:x}.{(ulong)Id:x}";
    }
}
