using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Archive;

/// <summary>
/// Moves records between <c>record</c> and files. Takes part in the writer's open transactions: in whichever a process dies, each record
/// stands in one of the two. Belongs to the writer's connection.
/// </summary>
internal sealed class MonthMoves
{
    // Who saw the same request may have told it by a clock of another zone: as far apart as sightings are looked for.
    private static readonly long Apart = TimeSpan.FromHours(26).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly SqliteConnection connection;
    private readonly string folder;
    private readonly MonthIds ids;
    private readonly HashSet<long> unreadable = [];
    private List<ArchivedMonth> months;

    /// <summary>Reads which months there are.</summary>
    public MonthMoves(SqliteConnection connection, string dataFolder)
    {
        this.connection = connection;
        folder = Path.Combine(dataFolder, ArchivedMonth.Folder);
        ids = new MonthIds(folder);
        months = ArchivedMonth.All(connection);
    }

    /// <summary>The months that are archived, or on their way.</summary>
    public IReadOnlyList<ArchivedMonth> Months => months;

    /// <summary>The largest id of any archived record; default when there is none.</summary>
    public RecordId HighestId => new(months.Count == 0 ? 0 : months.Max(month => month.Highest));

    /// <summary>
    /// Brings back the months that may have what somebody else told of a record, or the record itself.
    /// </summary>
    /// <returns>False when one of them cannot be read: whether the record is known cannot be said.</returns>
    public bool Fetch(UsageRecord record, RecordId id)
    {
        if (months.Count == 0)
        {
            return true;
        }

        var started = RecordCodec.ToMicroseconds(record.StartedAt);
        return Fetch(month =>
            month.Workspace == record.Workspace.Value
            && month.Upto > month.Start
            && (
                (started >= month.Start - Apart && started < month.Upto + Apart)
                || (id.Value is var value && ids.Has(month, value))
            )
        );
    }

    /// <summary>How many archived records of a workspace are of some combinations. Files that cannot be read are passed over.</summary>
    public long Count(WorkspaceId workspace, HashSet<long> combinations)
    {
        var count = 0L;
        foreach (var month in months.Where(month => month.Workspace == workspace.Value && combinations.Count > 0))
        {
            try
            {
                using var reader = month.Open(folder);
                for (var i = 0; i < reader.Blocks.Length; i++)
                {
                    var block = reader.Read(i, c => c is RecordColumns.Combination or RecordColumns.StartedAt);
                    count += Enumerable
                        .Range(0, block.Count)
                        .Count(row =>
                            block.Number(RecordColumns.StartedAt, row) < month.Upto
                            && combinations.Contains(block.Number(RecordColumns.Combination, row)!.Value)
                        );
                }
            }
            catch (ArchiveException)
            {
                // Names stand in ledger.db alone: he is renamed there too.
            }
        }

        return count;
    }

    /// <summary>Brings back the month that has a record.</summary>
    public bool Fetch(WorkspaceId workspace, RecordId id) =>
        months.Count == 0
        || Fetch(month => month.Workspace == workspace.Value && month.Upto > month.Start && ids.Has(month, id.Value));

    /// <summary>Notes a month whose file is written and safe; no record has left yet.</summary>
    public ArchivedMonth Begin(ArchivedMonth month, IEnumerable<long> names)
    {
        using (
            var add = new PreparedStatement(
                connection,
                """
                INSERT INTO archived_month (workspace, start, upto, until, rows, sequence, highest, ids, file, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
            )
        )
        {
            add.Bind(1, month.Workspace);
            add.Bind(2, month.Start);
            add.Bind(3, month.Start);
            add.Bind(4, month.Until);
            add.Bind(5, month.Rows);
            add.Bind(6, month.Sequence);
            add.Bind(7, month.Highest);
            add.Bind(8, month.Ids.ToBytes());
            add.Bind(9, month.File);
            add.Bind(10, month.Digest);
            add.Run();
        }

        months = ArchivedMonth.All(connection);
        var stored = months.Single(one => one.File == month.File);
        using var name = new PreparedStatement(connection, "INSERT INTO archived_name (month, name) VALUES (?, ?)");
        foreach (var number in names)
        {
            name.Bind(1, stored.Id);
            name.Bind(2, number);
            name.Run();
        }

        return stored;
    }

    /// <summary>Lets the next records of a month go, which the file has.</summary>
    /// <param name="id">The month's number.</param>
    /// <param name="to">Up to when, exclusive.</param>
    /// <param name="rows">How many the file has from where it stands until there.</param>
    /// <returns>False when they are not those of the file any more (some changed, came or went since); nothing is done then.</returns>
    public bool Leave(long id, long to, long rows)
    {
        if (months.Find(one => one.Id == id) is not { } month)
        {
            return false;
        }

        using (
            var check = Between(
                "SELECT count(*), max(sequence) FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ?"
            )
        )
        {
            check.Step();
            if (check.Int64(0) != rows || check.Int64(1) > month.Sequence)
            {
                return false;
            }
        }

        // What a record was before its changes, and each witness's word, stay: they have names in them, which may have to go.
        using (
            var entries = Between(
                "DELETE FROM entry WHERE sequence IN (SELECT sequence FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ? AND revision = 1)"
            )
        )
        {
            entries.Run();
        }

        using (var delete = Between("DELETE FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ?"))
        {
            delete.Run();
        }

        using var upto = new PreparedStatement(connection, "UPDATE archived_month SET upto = ? WHERE id = ?");
        upto.Bind(1, to);
        upto.Bind(2, id);
        upto.Run();
        months = ArchivedMonth.All(connection);
        return true;

        PreparedStatement Between(string sql)
        {
            var statement = new PreparedStatement(connection, sql);
            statement.Bind(1, month.Workspace);
            statement.Bind(2, month.Upto);
            statement.Bind(3, to);
            return statement;
        }
    }

    /// <summary>Puts a month's records back and forgets its file, which stays where it is.</summary>
    /// <exception cref="ArchiveException">It cannot be read; nothing is changed.</exception>
    public void BringBack(ArchivedMonth month)
    {
        using var reader = month.Open(folder);
        Verify(reader);
        try
        {
            Insert(reader, month);
        }
        catch (ArchiveException changed)
        {
            // Not for the caller to go on after: some of it is inserted.
            throw new InvalidDataException("The file changed while it was read.", changed);
        }

        Forget(month);
    }

    private void Insert(MonthReader reader, ArchivedMonth month)
    {
        using var insert = new PreparedStatement(
            connection,
            $"INSERT OR IGNORE INTO record ({RecordColumns.Names}) VALUES ({RecordColumns.Places})"
        );
        using var entry = new PreparedStatement(
            connection,
            $"INSERT OR IGNORE INTO entry (sequence, record, workspace, revision, kind, at) VALUES (?, ?, ?, 1, {(int)EntryKind.Created}, 0)"
        );
        entry.Bind(3, month.Workspace);
        for (var i = 0; i < reader.Blocks.Length && reader.Blocks[i].First < month.Upto; i++)
        {
            var block = reader.Read(i);
            for (var row = 0; row < block.Count && block.Number(RecordColumns.StartedAt, row) < month.Upto; row++)
            {
                block.Bind(insert, row);
                insert.Run();
                if (block.Number(RecordColumns.Revision, row) == 1)
                {
                    entry.Bind(1, block.Number(RecordColumns.Sequence, row));
                    entry.Bind(2, block.Number(RecordColumns.Id, row));
                    entry.Run();
                }
            }
        }
    }

    /// <summary>Forgets a month and its file: its records are gone, or stand in <c>record</c> again.</summary>
    public void Forget(ArchivedMonth month)
    {
        foreach (
            var sql in (string[])
                ["DELETE FROM archived_name WHERE month = ?", "DELETE FROM archived_month WHERE id = ?"]
        )
        {
            using var delete = new PreparedStatement(connection, sql);
            delete.Bind(1, month.Id);
            delete.Run();
        }

        months = ArchivedMonth.All(connection);
    }

    private bool Fetch(Func<ArchivedMonth, bool> mayHave)
    {
        var isKnown = true;
        foreach (var month in months.ToArray())
        {
            try
            {
                if (mayHave(month))
                {
                    if (!unreadable.Contains(month.Id))
                    {
                        BringBack(month);
                    }
                    else
                    {
                        isKnown = false;
                    }
                }
            }
            catch (ArchiveException)
            {
                // The writer goes on: what came is acknowledged, and has nowhere else to stay.
                unreadable.Add(month.Id);
                isKnown = false;
            }
        }

        return isKnown;
    }

    // Half of a file must not be brought back in a transaction that then goes on.
    private static void Verify(MonthReader reader)
    {
        for (var i = 0; i < reader.Blocks.Length; i++)
        {
            reader.Read(i, _ => false);
        }
    }
}
