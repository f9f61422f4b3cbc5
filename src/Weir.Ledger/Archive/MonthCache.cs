using Microsoft.Data.Sqlite;
using Weir.Foundation.Measuring;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Archive;

/// <summary>
/// Archived months that queries have asked for, unpacked into tables of a file in <c>cache</c>, a table for each month. It begins empty
/// and may be deleted whenever nobody has the ledger open. Months that no query is reading go when the records of all come to more than a
/// bound, those asked for longest ago first. Thread-safe.
/// </summary>
internal sealed class MonthCache : IDisposable
{
    /// <summary>The name that queries know it by.</summary>
    public const string Schema = "cache";

    private readonly string folder;
    private readonly SqliteDatabase database;
    private readonly long mostRows;
    private readonly CacheCounts counts;
    private readonly Lock gate = new();
    private readonly Dictionary<long, Held> held = []; // by the month's number
    private SqliteConnection? writer;
    private long clock;

    /// <summary>Prepares; nothing is made before a month is asked for.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="file">The file's name, of this process alone: who looks a ledger over beside a server has one of its own.</param>
    /// <param name="mostRows">How many records it keeps beyond what queries under way need.</param>
    /// <param name="counts">What it counts.</param>
    public MonthCache(string dataFolder, string file, long mostRows, CacheCounts counts)
    {
        this.counts = counts;
        folder = Path.Combine(dataFolder, ArchivedMonth.Folder);
        database = new SqliteDatabase(Path.Combine(dataFolder, "cache", file));
        this.mostRows = mostRows;
    }

    /// <summary>Has months ready and keeps them until <see cref="Release"/>.</summary>
    /// <exception cref="ArchiveException">A file cannot be read.</exception>
    public void Hold(IReadOnlyCollection<ArchivedMonth> months)
    {
        lock (gate)
        {
            writer ??= Begin();
            foreach (var month in months)
            {
                if (held.ContainsKey(month.Id))
                {
                    counts.Hit();
                    continue;
                }

                counts.Miss();
                Fill(month);
                held[month.Id] = new Held(month);
            }

            foreach (var month in months)
            {
                held[month.Id].Readers++;
                held[month.Id].Used = ++clock;
            }

            Evict();
            counts.Hold(held.Count);
        }
    }

    /// <summary>Ends what <see cref="Hold"/> began.</summary>
    public void Release(IReadOnlyCollection<ArchivedMonth> months)
    {
        lock (gate)
        {
            foreach (var month in months)
            {
                held[month.Id].Readers--;
            }
        }
    }

    /// <summary>Lets a reading connection see the months; once for each connection.</summary>
    public void AttachTo(SqliteConnection reader)
    {
        using var command = reader.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM pragma_database_list WHERE name = '{Schema}'";
        if ((long)command.ExecuteScalar()! == 0)
        {
            command.CommandText = $"ATTACH $path AS {Schema}";
            command.Parameters.AddWithValue("$path", database.Path);
            command.ExecuteNonQuery();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            if (writer is not null)
            {
                writer.Dispose();
                writer = null;
                Delete();
            }
        }
    }

    private SqliteConnection Begin()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(database.Path)!);
        Delete();
        var connection = database.OpenWriter();
        // What a crash leaves of it is thrown away: nothing has to reach the disk.
        Execute(connection, "PRAGMA synchronous = OFF;");
        return connection;
    }

    private void Delete()
    {
        foreach (var ending in (string[])["", "-wal", "-shm"])
        {
            File.Delete(database.Path + ending);
        }
    }

    private void Fill(ArchivedMonth month)
    {
        using var reader = month.Open(folder);
        using var transaction = writer!.BeginTransaction(deferred: false);
        Execute(
            writer,
            $"""
            CREATE TABLE {month.Table} ({RecordColumns.Names.Replace(
                "id, workspace",
                "id INTEGER PRIMARY KEY, workspace",
                StringComparison.Ordinal
            )})
            """
        );
        using (
            var insert = new PreparedStatement(
                writer,
                $"INSERT INTO {month.Table} ({RecordColumns.Names}) VALUES ({RecordColumns.Places})"
            )
        )
        {
            for (var i = 0; i < reader.Blocks.Length; i++)
            {
                var block = reader.Read(i);
                for (var row = 0; row < block.Count; row++)
                {
                    block.Bind(insert, row);
                    insert.Run();
                }
            }
        }

        Execute(
            writer,
            $"""
            CREATE INDEX {month.Table}_by_time ON {month.Table} (workspace, started_at);
            CREATE INDEX {month.Table}_by_handoff ON {month.Table} (workspace, started_at) WHERE handoff_reason_id <> 0;
            """
        );
        transaction.Commit();
    }

    private void Evict()
    {
        var rows = held.Values.Sum(one => one.Month.Rows);
        foreach (var one in held.Values.Where(one => one.Readers == 0).OrderBy(one => one.Used).ToArray())
        {
            if (rows <= mostRows)
            {
                return;
            }

            Execute(writer!, $"DROP TABLE {one.Month.Table}");
            held.Remove(one.Month.Id);
            counts.Evict();
            rows -= one.Month.Rows;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class Held(ArchivedMonth month)
    {
        public ArchivedMonth Month { get; } = month;

        public int Readers { get; set; }

        public long Used { get; set; }
    }
}
