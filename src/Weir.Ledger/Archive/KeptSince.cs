using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Archive;

/// <summary>
/// What workspaces keep no longer: the table <c>kept_since</c>, and the deleting. What started before the moment that records are kept since is
/// neither in the ledger nor taken in any more, so that an old log that is read again counts nothing twice. Takes part in the
/// writer's open transactions; belongs to its connection.
/// </summary>
internal sealed class KeptSince
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<int, (long Records, long Sums)> since = [];

    /// <summary>Reads it.</summary>
    public KeptSince(SqliteConnection connection)
    {
        this.connection = connection;
        using var row = new PreparedStatement(connection, "SELECT workspace, records, sums FROM kept_since");
        while (row.Step())
        {
            since[(int)row.Int64(0)] = (row.Int64(1), row.Int64(2));
        }
    }

    /// <summary>Since when a workspace's records and sums are kept, in microseconds since 1970; the beginning of time where all are.</summary>
    public static (long Records, long Sums) Of(SqliteConnection connection, int workspace)
    {
        using var row = StatementCache.Prepare(connection, "SELECT records, sums FROM kept_since WHERE workspace = ?");
        row.Bind(1, workspace);
        return row.Step() ? (row.Int64(0), row.Int64(1)) : (long.MinValue, long.MinValue);
    }

    /// <summary>True for a record that would be deleted at once.</summary>
    public bool IsGone(int workspace, long startedAt) =>
        since.TryGetValue(workspace, out var kept) && startedAt < kept.Records;

    /// <summary>Moves the moments forward; they never go back.</summary>
    public void Advance(int workspace, long records, long sums)
    {
        var (hadRecords, hadSums) = since.GetValueOrDefault(workspace, (long.MinValue, long.MinValue));
        sums = Math.Max(sums, hadSums);
        since[workspace] = (Math.Max(Math.Max(records, sums), hadRecords), sums);
        using var set = new PreparedStatement(
            connection,
            "REPLACE INTO kept_since (workspace, records, sums) VALUES (?, ?, ?)"
        );
        set.Bind(1, workspace);
        set.Bind(2, since[workspace].Records);
        set.Bind(3, since[workspace].Sums);
        set.Run();
    }

    /// <summary>Deletes the oldest records that are kept no longer, with what they were before and who said what of them.</summary>
    /// <returns>How many; 0 when there are no more.</returns>
    public int DeleteRecords(int workspace, int limit)
    {
        if (!since.TryGetValue(workspace, out var kept))
        {
            return 0;
        }

        var ids = new List<(long Id, long? Entry)>();
        using (
            var row = new PreparedStatement(
                connection,
                "SELECT id, revision, sequence FROM record WHERE workspace = ? AND started_at < ? ORDER BY started_at LIMIT ?"
            )
        )
        {
            row.Bind(1, workspace);
            row.Bind(2, kept.Records);
            row.Bind(3, limit);
            while (row.Step())
            {
                ids.Add((row.Int64(0), row.Int64(1) == 1 ? row.Int64(2) : null));
            }
        }

        using var record = new PreparedStatement(connection, "DELETE FROM record WHERE id = ?");
        using var entry = new PreparedStatement(connection, "DELETE FROM entry WHERE sequence = ?");
        foreach (var (id, created) in ids)
        {
            record.Bind(1, id);
            record.Run();
            if (created is { } sequence)
            {
                entry.Bind(1, sequence);
                entry.Run();
            }
        }

        DeleteWords(ids.Select(id => id.Id));
        return ids.Count;
    }

    /// <summary>Deletes what records were before, and who said what of them.</summary>
    public void DeleteWords(IEnumerable<long> ids)
    {
        using var entry = new PreparedStatement(connection, "DELETE FROM entry WHERE record = ? AND revision > 1");
        using var witness = new PreparedStatement(connection, "DELETE FROM witness WHERE record = ?");
        foreach (var id in ids)
        {
            entry.Bind(1, id);
            entry.Run();
            witness.Bind(1, id);
            witness.Run();
        }
    }

    /// <summary>Deletes the sums that are kept no longer.</summary>
    /// <returns>How many cells and pages.</returns>
    public int DeleteSums(int workspace)
    {
        if (!since.TryGetValue(workspace, out var kept) || kept.Sums == long.MinValue)
        {
            return 0;
        }

        var deleted = 0;
        foreach (var table in (string[])["rollup", "rollup_page"])
        {
            foreach (var set in RollupWidths.Sets.Add(RollupSet.Single))
            {
                foreach (var width in Enum.GetValues<RollupWidth>())
                {
                    using var delete = new PreparedStatement(
                        connection,
                        $"DELETE FROM {table} WHERE workspace = ? AND set_no = ? AND width = ? AND start < ?"
                    );
                    delete.Bind(1, workspace);
                    delete.Bind(2, (long)set);
                    delete.Bind(3, (long)width);
                    delete.Bind(4, RollupWidths.Floor(kept.Sums, 1_000_000) / 1_000_000);
                    deleted += delete.Run();
                }
            }
        }

        return deleted;
    }
}
