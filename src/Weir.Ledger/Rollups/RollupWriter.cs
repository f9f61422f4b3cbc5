using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Rollups;

/// <summary>
/// Applies entries to the rollups inside the writer's transaction. One instance belongs to one writer connection and is
/// disposed with it; it may keep prepared statements. After a failure the writer disposes both and starts anew.
/// </summary>
/// <remarks>
/// A batch is summed up in memory first, in the finest span alone, then folded into the wider ones, so that each cell that
/// the batch touches is read and written once.
/// </remarks>
internal sealed class RollupWriter : IDisposable
{
    private const int KeyCacheLimit = 8_192;

    private readonly Dictionary<RollupKey, long> keyIds = [];
    private readonly Dictionary<Cell, RollupSums> cells = [];
    private readonly Dictionary<Cell, RollupSums> folded = [];
    private Statements? statements;

    /// <summary>Adds each entry's after and subtracts its before.</summary>
    public void Apply(
        SqliteConnection connection,
        SqliteTransaction transaction,
        NameTable names,
        IReadOnlyList<EntryDelta> deltas
    )
    {
        statements ??= new Statements(connection);
        cells.Clear();
        for (var i = 0; i < deltas.Count; i++)
        {
            var delta = deltas[i];
            if (delta.Before is { } before)
            {
                Add(before, delta.BeforeNames, -1);
            }

            Add(delta.After, delta.AfterNames, 1);
        }

        Fold(RollupWidth.Quarter, RollupWidth.Hour);
        Fold(RollupWidth.Hour, RollupWidth.Day);
        // Neighbouring cells lie in neighbouring pages when they are written in the table's order.
        foreach (var (cell, sums) in cells.OrderBy(c => c.Key))
        {
            statements.Merge(cell, sums);
        }

        cells.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => statements?.Dispose();

    private void Add(UsageRecord record, in RecordNames names, int sign)
    {
        var seconds = RollupWidths.Floor(RecordCodec.ToMicroseconds(record.StartedAt), 1_000_000) / 1_000_000;
        var wide = RollupKey.Of(record, names);
        SumsOf(wide, RollupWidth.Quarter, seconds).Add(record, sign);
        if (wide.HasLineage)
        {
            var lineage = wide with { Set = RollupKey.Lineage, Session = names.Session, Agent = names.Agent };
            SumsOf(lineage, RollupWidth.Hour, seconds).Add(record, sign);
        }
    }

    private RollupSums SumsOf(in RollupKey key, RollupWidth width, long seconds)
    {
        var cell = new Cell(key.Workspace, key.Set, width, RollupWidths.Floor(seconds, width.Seconds()), IdOf(key));
        if (!cells.TryGetValue(cell, out var sums))
        {
            cells[cell] = sums = new RollupSums();
        }

        return sums;
    }

    private void Fold(RollupWidth from, RollupWidth to)
    {
        folded.Clear();
        foreach (var (cell, sums) in cells)
        {
            if (cell.Width != from)
            {
                continue;
            }

            var wider = cell with { Width = to, Start = RollupWidths.Floor(cell.Start, to.Seconds()) };
            if (!folded.TryGetValue(wider, out var target))
            {
                folded[wider] = target = new RollupSums();
            }

            target.Add(sums);
        }

        foreach (var (cell, sums) in folded)
        {
            cells.Add(cell, sums);
        }
    }

    private long IdOf(in RollupKey key)
    {
        if (keyIds.TryGetValue(key, out var id))
        {
            return id;
        }

        if (keyIds.Count >= KeyCacheLimit)
        {
            keyIds.Clear();
        }

        return keyIds[key] = statements!.KeyId(key);
    }

    private readonly record struct Cell(int Workspace, int Set, RollupWidth Width, long Start, long Key)
        : IComparable<Cell>
    {
        public int CompareTo(Cell other)
        {
            var order = Workspace.CompareTo(other.Workspace);
            order = order != 0 ? order : Set.CompareTo(other.Set);
            order = order != 0 ? order : Width.CompareTo(other.Width);
            order = order != 0 ? order : Start.CompareTo(other.Start);
            return order != 0 ? order : Key.CompareTo(other.Key);
        }
    }

    private sealed class Statements : IDisposable
    {
        private const int FirstValue = 6; // the parameter after the five of the cell's key
        private readonly PreparedStatement findKey;
        private readonly PreparedStatement addKey;
        private readonly PreparedStatement read;
        private readonly PreparedStatement write;

        public Statements(SqliteConnection connection)
        {
            findKey = new PreparedStatement(
                connection,
                """
                SELECT id FROM rollup_key WHERE workspace = ? AND set_no = ? AND lineage = ? AND source = ? AND status = ?
                    AND provider_id = ? AND model_id = ? AND requested_model_id = ? AND route_id = ? AND key_id = ?
                    AND user_id = ? AND team_id = ? AND project_id = ? AND client_id = ? AND session_id = ? AND agent_id = ?
                """
            );
            addKey = new PreparedStatement(
                connection,
                """
                INSERT INTO rollup_key (workspace, set_no, lineage, source, status, provider_id, model_id,
                    requested_model_id, route_id, key_id, user_id, team_id, project_id, client_id, session_id, agent_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
            );
            read = new PreparedStatement(
                connection,
                """
                SELECT requests, errors, unpriced, estimated, input, cache_read, cache_write_5m, cache_write_1h, output,
                    reasoning, cost, billed, savings, latency, first_token
                FROM rollup WHERE workspace = ? AND set_no = ? AND width = ? AND start = ? AND key = ?
                """
            );
            write = new PreparedStatement(
                connection,
                "REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            );
        }

        public long KeyId(in RollupKey key)
        {
            Bind(findKey, key);
            var found = findKey.Step() ? findKey.Int64(0) : (long?)null;
            findKey.Reset();
            if (found is { } id)
            {
                return id;
            }

            Bind(addKey, key);
            addKey.Run();
            Bind(findKey, key);
            findKey.Step();
            id = findKey.Int64(0);
            findKey.Reset();
            return id;
        }

        /// <summary>Adds a difference to the stored cell. A cell that nothing is left of stays, as zeros.</summary>
        public void Merge(in Cell cell, RollupSums difference)
        {
            Bind(read, cell);
            if (read.Step())
            {
                for (var i = 0; i < RollupSums.Count; i++)
                {
                    difference.Values[i] = unchecked(difference.Values[i] + read.Int64(i));
                }

                Add(difference.Latency, read.Bytes(RollupSums.Count));
                Add(difference.FirstToken, read.Bytes(RollupSums.Count + 1));
            }

            read.Reset();
            Bind(write, cell);
            for (var i = 0; i < RollupSums.Count; i++)
            {
                write.Bind(FirstValue + i, difference.Values[i]);
            }

            write.Bind(FirstValue + RollupSums.Count, difference.Latency.Encode());
            write.Bind(FirstValue + RollupSums.Count + 1, difference.FirstToken.Encode());
            write.Run();
        }

        public void Dispose()
        {
            findKey.Dispose();
            addKey.Dispose();
            read.Dispose();
            write.Dispose();
        }

        private static void Add(Sketch to, ReadOnlySpan<byte> stored)
        {
            if (!to.TryAdd(stored))
            {
                throw new InvalidDataException("A stored sketch cannot be read.");
            }
        }

        private static void Bind(PreparedStatement to, in Cell cell)
        {
            to.Bind(1, cell.Workspace);
            to.Bind(2, cell.Set);
            to.Bind(3, (long)cell.Width);
            to.Bind(4, cell.Start);
            to.Bind(5, cell.Key);
        }

        private static void Bind(PreparedStatement to, in RollupKey key)
        {
            to.Bind(1, key.Workspace);
            to.Bind(2, key.Set);
            to.Bind(3, key.HasLineage ? 1 : 0);
            to.Bind(4, (long)key.Source);
            to.Bind(5, (long)key.Status);
            to.Bind(6, key.Provider);
            to.Bind(7, key.Model);
            to.Bind(8, key.RequestedModel);
            to.Bind(9, key.Route);
            to.Bind(10, key.Key);
            to.Bind(11, key.User);
            to.Bind(12, key.Team);
            to.Bind(13, key.Project);
            to.Bind(14, key.Client);
            to.Bind(15, key.Session);
            to.Bind(16, key.Agent);
        }
    }
}
