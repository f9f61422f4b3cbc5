using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Rollups;

/// <summary>The writer's statements over the tables of the rollups. Belongs to one connection.</summary>
internal sealed class RollupStatements : IDisposable
{
    private const int FirstValue = 6; // the parameter after the five of the cell's key

    private readonly PreparedStatement findKey;
    private readonly PreparedStatement addKey;
    private readonly PreparedStatement findLineage;
    private readonly PreparedStatement addLineage;
    private readonly PreparedStatement stretchLineage;
    private readonly PreparedStatement findTag;
    private readonly PreparedStatement addTag;
    private readonly PreparedStatement lastId;
    private readonly PreparedStatement read;
    private readonly PreparedStatement write;
    private readonly PreparedStatement remove;
    private readonly PreparedStatement nextWorkspace;
    private readonly PreparedStatement[] all;
    private readonly byte[] blob = new byte[Sketch.MostBytes];

    public RollupStatements(SqliteConnection connection)
    {
        findKey = new PreparedStatement(
            connection,
            """
            SELECT id FROM rollup_key WHERE workspace = ? AND lineage = ? AND source = ? AND status = ? AND provider_id = ?
                AND model_id = ? AND requested_model_id = ? AND route_id = ? AND key_id = ? AND user_id = ? AND team_id = ?
                AND project_id = ? AND client_id = ?
            """
        );
        addKey = new PreparedStatement(
            connection,
            """
            INSERT INTO rollup_key (workspace, lineage, source, status, provider_id, model_id, requested_model_id, route_id,
                key_id, user_id, team_id, project_id, client_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        );
        findLineage = new PreparedStatement(
            connection,
            "SELECT id FROM rollup_lineage WHERE key = ? AND session_id = ? AND agent_id = ?"
        );
        addLineage = new PreparedStatement(
            connection,
            "INSERT INTO rollup_lineage (key, session_id, agent_id, workspace, first, last) VALUES (?, ?, ?, ?, ?5, ?5)"
        );
        stretchLineage = new PreparedStatement(
            connection,
            "UPDATE rollup_lineage SET first = min(first, ?1), last = max(last, ?1) WHERE id = ?2 AND (first > ?1 OR last < ?1)"
        );
        findTag = new PreparedStatement(
            connection,
            "SELECT id FROM rollup_tag WHERE key = ? AND tag_id = ? AND value_id = ?"
        );
        addTag = new PreparedStatement(
            connection,
            "INSERT INTO rollup_tag (key, tag_id, value_id, workspace) VALUES (?, ?, ?, ?)"
        );
        lastId = new PreparedStatement(connection, "SELECT last_insert_rowid()");
        read = new PreparedStatement(
            connection,
            $"""
            SELECT {string.Join(", ", Measures.OfCells)}, c.latency, c.first_token FROM rollup c
            WHERE c.workspace = ? AND c.set_no = ? AND c.width = ? AND c.start = ? AND c.key = ?
            """
        );
        write = new PreparedStatement(
            connection,
            "REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        remove = new PreparedStatement(
            connection,
            "DELETE FROM rollup WHERE workspace = ? AND set_no = ? AND width = ? AND start = ? AND key = ?"
        );
        nextWorkspace = new PreparedStatement(connection, "SELECT min(workspace) FROM rollup WHERE workspace > ?");
        all =
        [
            findKey,
            addKey,
            findLineage,
            addLineage,
            stretchLineage,
            findTag,
            addTag,
            lastId,
            read,
            write,
            remove,
            nextWorkspace,
        ];
    }

    /// <summary>The id of a combination, stored now when it is new.</summary>
    public long IdOf(in RollupKey key)
    {
        Bind(findKey, key);
        if (One(findKey) is { } id)
        {
            return id;
        }

        Bind(addKey, key);
        return Add(addKey);
    }

    /// <summary>The id of a combination that extends another, stored now when it is new.</summary>
    /// <param name="key">The combination.</param>
    /// <param name="seconds">When it is used, in seconds since 1970.</param>
    public long IdOf(in RollupSubkey key, long seconds)
    {
        var (find, add) = key.Set == RollupSet.Lineage ? (findLineage, addLineage) : (findTag, addTag);
        Bind(find, key);
        if (One(find) is { } id)
        {
            return id;
        }

        Bind(add, key);
        add.Bind(4, key.Workspace);
        if (key.Set == RollupSet.Lineage)
        {
            add.Bind(5, RollupWidths.Floor(seconds, RollupWidth.Hour.Seconds()));
        }

        return Add(add);
    }

    /// <summary>Adds a difference to the stored row; one that nothing is left in is deleted.</summary>
    public void Merge(in RollupCell cell, RollupSums difference)
    {
        Bind(read, cell);
        var known = read.Step();
        if (known)
        {
            Add(difference, read);
        }

        read.Reset();
        if (difference.IsNothing)
        {
            Bind(remove, cell);
            remove.Run();
            return;
        }

        if (!known && cell.Set == RollupSet.Lineage)
        {
            Stretch(cell);
        }

        Bind(write, cell);
        for (var i = 0; i < Measures.Count; i++)
        {
            write.Bind(FirstValue + i, difference.Values[i]);
        }

        write.Bind(FirstValue + Measures.Count, difference.Latency.Encode(blob));
        write.Bind(FirstValue + Measures.Count + 1, difference.FirstToken.Encode(blob));
        write.Run();
    }

    /// <summary>Notes that a session was at work in the hour of a cell of its.</summary>
    public void Stretch(in RollupCell cell)
    {
        stretchLineage.Bind(1, cell.Start);
        stretchLineage.Bind(2, cell.Key);
        stretchLineage.Run();
    }

    /// <summary>The workspaces that have a row.</summary>
    public List<long> Workspaces()
    {
        var found = new List<long>();
        var after = long.MinValue;
        while (true)
        {
            nextWorkspace.Bind(1, after);
            if (One(nextWorkspace) is not { } next)
            {
                return found;
            }

            found.Add(after = next);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }

    private static long? One(PreparedStatement statement)
    {
        var found = statement.Step() && !statement.IsNull(0) ? statement.Int64(0) : (long?)null;
        statement.Reset();
        return found;
    }

    private long Add(PreparedStatement add)
    {
        add.Run();
        return One(lastId)!.Value;
    }

    private static void Add(RollupSums to, PreparedStatement cell)
    {
        for (var i = 0; i < Measures.Count; i++)
        {
            to.Values[i] = unchecked(to.Values[i] + cell.Int64(i));
        }

        Add(to.Latency, cell.Bytes(Measures.Count));
        Add(to.FirstToken, cell.Bytes(Measures.Count + 1));
    }

    private static void Add(Sketch to, ReadOnlySpan<byte> stored)
    {
        if (!to.TryAdd(stored))
        {
            throw new InvalidDataException("A stored sketch cannot be read.");
        }
    }

    private static void Bind(PreparedStatement to, in RollupCell cell)
    {
        to.Bind(1, cell.Workspace);
        to.Bind(2, (long)cell.Set);
        to.Bind(3, (long)cell.Width);
        to.Bind(4, cell.Start);
        to.Bind(5, cell.Key);
    }

    private static void Bind(PreparedStatement to, in RollupSubkey key)
    {
        to.Bind(1, key.Key);
        to.Bind(2, key.First);
        to.Bind(3, key.Second);
    }

    private static void Bind(PreparedStatement to, in RollupKey key)
    {
        to.Bind(1, key.Workspace);
        to.Bind(2, key.HasLineage ? 1 : 0);
        to.Bind(3, (long)key.Source);
        to.Bind(4, (long)key.Status);
        to.Bind(5, key.Provider);
        to.Bind(6, key.Model);
        to.Bind(7, key.RequestedModel);
        to.Bind(8, key.Route);
        to.Bind(9, key.Key);
        to.Bind(10, key.User);
        to.Bind(11, key.Team);
        to.Bind(12, key.Project);
        to.Bind(13, key.Client);
    }
}
