using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Queries;

/// <summary>
/// One page of a list of records, newest first: what is frequent is found among the newest; of what is not the rollups tell where it is.
/// Not thread-safe.
/// </summary>
internal sealed class RequestList : IDisposable
{
    private const int MostPassing = 500; // combinations that SQLite is told by name, and then looks at no others
#if DEBUG
    private const int NearRecords = 20; // so that tests go beyond
#else
    private const int NearRecords = 2_000;
#endif
    private const string Live = "record r";

    private readonly SqliteConnection connection;
    private readonly NameTable names;
    private readonly UsageQuery query;
    private readonly RecordCursor after;
    private readonly int count;
    private readonly QueryFilters filters;
    private readonly MatchingSpans? spans;
    private readonly List<long>? passing;
    private readonly SqliteCommand live;
    private readonly ImmutableArray<StoredRecord>.Builder items = ImmutableArray.CreateBuilder<StoredRecord>();
    private long archived;

    private RequestList(SqliteConnection connection, NameTable names, UsageQuery query, RecordCursor after, int count)
    {
        this.connection = connection;
        this.names = names;
        this.query = query;
        this.after = after;
        this.count = count;
        filters = QueryFilters.Of(connection, query);
        spans = MatchingSpans.Of(connection, query, filters);
        passing = spans is null ? null : CombinationTable.Of(connection).Passing(filters, MostPassing);
        live = Command(Live);
    }

    /// <summary>Reads a page.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="names">What names stand for.</param>
    /// <param name="query">Which; its grouping means nothing here.</param>
    /// <param name="after">The record that the page before ended with.</param>
    /// <param name="count">How many at most.</param>
    public static Page<StoredRecord> Read(
        SqliteConnection connection,
        NameTable names,
        UsageQuery query,
        RecordCursor after,
        int count
    )
    {
        using var list = new RequestList(connection, names, query, after, count);
        list.Fill();
        if (list.items.Count <= count)
        {
            return new Page<StoredRecord>(list.items.ToImmutable(), null);
        }

        list.items.RemoveAt(count);
        return new Page<StoredRecord>(list.items.ToImmutable(), RecordCursor.Of(list.items[^1].Record).ToString());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        live.Dispose();
        spans?.Dispose();
        filters.Dispose();
    }

    private void Fill()
    {
        var (from, to) = QueryRange.Of(connection, query, filters);
        to = Math.Min(to, after.StartedAt == long.MaxValue ? long.MaxValue : after.StartedAt + 1);
        archived = RecordTables.ArchivedUpto(connection, query.Workspace, from, to);
        if (spans is null)
        {
            Add(from, to);
            return;
        }

        var near = Math.Max(from, Nth(connection, query.Workspace, to, NearRecords));
        from = Math.Max(from, Oldest(connection, query.Workspace));
        // Of archived months those alone are unpacked that rollups name.
        near = Math.Max(near, Math.Min(to, archived));
        Add(near, to);
        foreach (var (first, last) in spans.Between(from, near))
        {
            if (items.Count > count)
            {
                break;
            }

            Add(first, last);
        }
    }

    private void Add(long from, long to)
    {
        if (from >= archived)
        {
            Add(live, from, to);
            return;
        }

        foreach (var (table, first, last) in RecordTables.NewestFirst(connection, query.Workspace, from, to))
        {
            if (items.Count > count)
            {
                break;
            }

            using var command = Command(table);
            Add(command, first, last);
        }
    }

    private void Add(SqliteCommand command, long from, long to)
    {
        command.Parameters[1].Value = from;
        command.Parameters[2].Value = to;
        command.Parameters[3].Value = count + 1 - items.Count;
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            items.Add(RecordRows.Read(row, connection, names));
        }
    }

    // Its second to fourth values are the range and how many.
    private SqliteCommand Command(string table)
    {
        var text = new QueryText();
        var (workspace, from, to, most) = (text.Add(query.Workspace.Value), text.Add(0), text.Add(0), text.Add(0));
        return text.Command(
            connection,
            $"""
            SELECT {RecordRows.Columns} FROM {table} {RecordRows.Joins}
            WHERE r.workspace = {workspace} AND r.started_at >= {from} AND r.started_at < {to}
                AND (r.started_at, r.id) < ({text.Add(after.StartedAt)}, {text.Add(after.Id)}){filters.Conditions(text)}
                {(passing is null ? "" : $"AND r.combination IN ({text.List(passing)})")}
            ORDER BY r.started_at DESC, r.id DESC LIMIT {most}
            """
        );
    }

    /// <summary>When the oldest record started; the end of time when there is none.</summary>
    private static long Oldest(SqliteConnection connection, WorkspaceId workspace)
    {
        using var row = StatementCache.Prepare(
            connection,
            """
            SELECT min(at) FROM (
                SELECT min(started_at) AS at FROM record WHERE workspace = ?1
                UNION ALL SELECT min(start) FROM archived_month WHERE workspace = ?1 AND upto > start
            )
            """
        );
        row.Bind(1, workspace.Value);
        return row.Step() && !row.IsNull(0) ? row.Int64(0) : long.MaxValue;
    }

    /// <summary>When the n-th newest record before a moment started; the beginning of time when there are fewer.</summary>
    private static long Nth(SqliteConnection connection, WorkspaceId workspace, long before, int n)
    {
        using var row = StatementCache.Prepare(
            connection,
            "SELECT started_at FROM record WHERE workspace = ? AND started_at < ? ORDER BY started_at DESC LIMIT 1 OFFSET ?"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, before);
        row.Bind(3, n);
        return row.Step() ? row.Int64(0) : long.MinValue;
    }
}

/// <summary>Where a page ended: the start and id of its last record.</summary>
internal readonly record struct RecordCursor(long StartedAt, long Id)
{
    /// <summary>Before the first record.</summary>
    public static RecordCursor Start => new(long.MaxValue, long.MaxValue);

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
