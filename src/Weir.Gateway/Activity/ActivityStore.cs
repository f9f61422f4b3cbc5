using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Activities;

/// <summary>The one writing connection to <c>activity.db</c>. Not thread-safe.</summary>
internal sealed class ActivityStore : IDisposable
{
    private const int MostStages = 10_000;

    private readonly SqliteConnection connection;
    private readonly PreparedStatement insert;

    /// <summary>Opens the file, which has been migrated.</summary>
    public ActivityStore(SqliteDatabase database)
    {
        connection = database.OpenWriter();
        try
        {
            // What was let go or renamed must not be readable in freed pages; rows are few, so that it costs nothing that is felt.
            Execute("PRAGMA secure_delete = ON; PRAGMA cache_size = -1000;");
            insert = new PreparedStatement(
                connection,
                $"INSERT INTO event ({ActivityRow.Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            );
            Newest = Number("SELECT seq FROM sqlite_sequence WHERE name = 'event'");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The steps of the file's schema.</summary>
    public static ImmutableArray<Migration> Migrations { get; } =
        Migration.Embedded(typeof(ActivityStore).Assembly, "Weir.Gateway.Activity.Migrations.");

    /// <summary>The highest number that was given; 0 for none.</summary>
    public long Newest { get; private set; }

    /// <summary>Stores events in one transaction.</summary>
    /// <returns>The last one's number.</returns>
    /// <exception cref="SqliteException">None is stored.</exception>
    public long Add(IReadOnlyList<ActivityEvent> events)
    {
        InTransaction(() =>
        {
            foreach (var happened in events)
            {
                ActivityRow.Bind(insert, happened);
                insert.Run();
            }

            return events.Count;
        });
        return Newest = Number("SELECT seq FROM sqlite_sequence WHERE name = 'event'");
    }

    /// <summary>The stages that budgets were last told to be at, of those that were told.</summary>
    public Dictionary<CounterName, int> Stages()
    {
        var reached = ActivityKinds.Of<StageReachedDetails>().Name;
        var left = ActivityKinds.Of<StageLeftDetails>().Name;
        using var rows = new PreparedStatement(
            connection,
            $"""
            SELECT id, {ActivityRow.Columns} FROM (
                SELECT * FROM event WHERE kind IN (?1, ?2) ORDER BY id DESC LIMIT {MostStages})
            ORDER BY id
            """
        );
        rows.Bind(1, reached);
        rows.Bind(2, left);
        var stages = new Dictionary<CounterName, int>();
        while (rows.Step())
        {
            if (
                ActivityRow.Read(rows)
                is not { Event: { Workspace: { } workspace, Subject: { Budget: { } rule } of } told }
            )
            {
                continue;
            }

            var scope = new ScopeValue
            {
                Organisation = of.Organisation,
                Team = of.Team,
                User = of.User,
                Key = of.Key,
                Model = of.Model,
                Provider = of.Provider,
                Tag = of.Tag,
            };
            var percent = told.Details switch
            {
                StageReachedDetails to => to.Percent,
                StageLeftDetails from => from.Now,
                _ => 0,
            };
            stages[CounterName.Of(workspace, rule, Measure.Cost, scope)] = percent;
        }

        return stages;
    }

    /// <summary>Lets go of what happened before a time.</summary>
    /// <param name="workspace">Whose; null for the instance's.</param>
    /// <param name="before">The time.</param>
    /// <returns>How many events went.</returns>
    public int Prune(WorkspaceId? workspace, DateTimeOffset before) =>
        InTransaction(() =>
        {
            // By number: what a clock that was set back wrote stays until what came before it goes.
            using var last = new PreparedStatement(
                connection,
                "SELECT coalesce(max(id), 0) FROM event WHERE workspace IS ?1 AND at < ?2"
            );
            last.Bind(1, workspace?.Value);
            last.Bind(2, before.ToUnixTimeMilliseconds());
            last.Step();
            return LetGo(workspace?.Value, last.Int64(0));
        });

    /// <summary>Lets go of the oldest of each workspace beyond a number.</summary>
    public int Trim(int most) =>
        InTransaction(() =>
        {
            var workspaces = new List<long?>();
            using (var rows = new PreparedStatement(connection, "SELECT DISTINCT workspace FROM event"))
            {
                while (rows.Step())
                {
                    workspaces.Add(rows.IsNull(0) ? null : rows.Int64(0));
                }
            }

            return workspaces.Sum(workspace =>
            {
                using var last = new PreparedStatement(
                    connection,
                    $"SELECT id FROM event WHERE workspace IS ?1 ORDER BY id DESC LIMIT 1 OFFSET {most}"
                );
                last.Bind(1, workspace);
                return last.Step() ? LetGo(workspace, last.Int64(0)) : 0;
            });
        });

    /// <summary>Puts other names in the place of a person's and of his keys'.</summary>
    public int Pseudonymise(
        WorkspaceId workspace,
        string name,
        string instead,
        IReadOnlyDictionary<string, string> keys
    )
    {
        var changed = InTransaction(() =>
            Replace(workspace, ["user_name", "actor"], name, instead)
            + keys.Sum(key => Replace(workspace, ["key_name", "actor"], key.Key, key.Value))
        );
        // What stood in the pages before stands in the log beside the file until it is emptied.
        Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        return changed;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        insert.Dispose();
        connection.Dispose();
    }

    private int Replace(WorkspaceId workspace, ReadOnlySpan<string> columns, string name, string instead)
    {
        var changed = 0;
        foreach (var column in columns)
        {
            using var update = new PreparedStatement(
                connection,
                $"UPDATE event SET {column} = ?1 WHERE workspace = ?2 AND {column} = ?3"
            );
            update.Bind(1, ActivitySubject.Name(instead));
            update.Bind(2, workspace.Value);
            update.Bind(3, ActivitySubject.Name(name));
            changed += update.Run();
        }

        return changed;
    }

    private int LetGo(long? workspace, long upTo)
    {
        if (upTo == 0)
        {
            return 0;
        }

        using var floor = new PreparedStatement(
            connection,
            "INSERT INTO floor (workspace, id) VALUES (?1, ?2) ON CONFLICT (workspace) DO UPDATE SET id = max(id, excluded.id)"
        );
        floor.Bind(1, workspace ?? 0);
        floor.Bind(2, upTo);
        floor.Run();
        using var delete = new PreparedStatement(connection, "DELETE FROM event WHERE workspace IS ?1 AND id <= ?2");
        delete.Bind(1, workspace);
        delete.Bind(2, upTo);
        return delete.Run();
    }

    private int InTransaction(Func<int> change)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            var changed = change();
            Execute("COMMIT");
            return changed;
        }
        catch
        {
            // On a full disk SQLite has rolled back by itself, and to roll back once more would be a failure.
            if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
            {
                Execute("ROLLBACK");
            }

            throw;
        }
    }

    private long Number(string sql)
    {
        using var row = new PreparedStatement(connection, sql);
        return row.Step() ? row.Int64(0) : 0;
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
