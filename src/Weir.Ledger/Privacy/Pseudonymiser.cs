using System.Text;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Privacy;

/// <summary>The statements that give a person another name in all that the ledger holds. Takes part in the open transaction.</summary>
internal sealed class Pseudonymiser(SqliteConnection connection, NameTable names, MonthMoves months, Pseudonym person)
{
    private const int PageRows = 500;

    private const string Revisions = """
        SELECT sequence, $also, before FROM entry
        WHERE workspace = $workspace AND sequence > $key AND instr(before, $name) > 0 ORDER BY sequence
        """;

    private const string SetRevision =
        "UPDATE entry SET before = $bytes WHERE sequence = $key AND workspace = $workspace";

    private const string Words = """
        SELECT record, source, word FROM witness
        WHERE (record, source) > ($key, $also) AND instr(word, $name) > 0 ORDER BY record, source
        """;

    private const string SetWord = "UPDATE witness SET word = $bytes WHERE record = $key AND source = $also";

    private readonly byte[] encoded = new byte[2 * RecordLimits.MaxRecordBytes];

    /// <summary>Renames him in records, sums, revisions and the words of witnesses.</summary>
    public (long Records, long Revisions, bool IsNameLeft) Run()
    {
        var records = Rename();
        using (
            var command = Command(
                $"INSERT INTO meta (key, value) VALUES ('{LedgerState.RenamedKey}', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1"
            )
        )
        {
            command.ExecuteNonQuery();
        }

        var revisions = Rewrite(Revisions, SetRevision) + Rewrite(Words, SetWord);
        var isLeft = !Forget(person.Name);
        foreach (var key in person.Keys.Keys)
        {
            Forget(key);
        }

        return (records, revisions, isLeft);
    }

    private long Rename()
    {
        if (NameTable.Find(connection, person.Workspace, person.Name) is not { } user)
        {
            return 0;
        }

        foreach (var (name, instead) in person.Keys)
        {
            if (NameTable.Find(connection, person.Workspace, name) is { } key)
            {
                Update("key_id", key, names.Intern(connection, person.Workspace, instead), user);
            }
        }

        return Update("user_id", user, names.Intern(connection, person.Workspace, person.Instead), user);
    }

    // The sums refer to a combination by its number: it goes on to be the same one, of another name.
    private long Update(string column, long from, long to, long user)
    {
        var records = (long)
            Bound(
                    $"""
                    SELECT count(*) FROM rollup_key k CROSS JOIN record r ON r.combination = k.id
                    WHERE k.workspace = $workspace AND k.user_id = $user AND k.{column} = $from AND $to <> 0
                    """
                )
                .ExecuteScalar()!;
        var combinations = new HashSet<long>();
        using (
            var row = Bound(
                    $"SELECT id FROM rollup_key WHERE workspace = $workspace AND user_id = $user AND {column} = $from AND $to <> 0"
                )
                .ExecuteReader()
        )
        {
            while (row.Read())
            {
                combinations.Add(row.GetInt64(0));
            }
        }

        records += months.Count(person.Workspace, combinations);
        Bound(
                $"UPDATE rollup_key SET {column} = $to WHERE workspace = $workspace AND user_id = $user AND {column} = $from"
            )
            .ExecuteNonQuery();
        return records;

        SqliteCommand Bound(string sql)
        {
            var command = Command(sql);
            command.Parameters.AddWithValue("$from", from);
            command.Parameters.AddWithValue("$to", to);
            command.Parameters.AddWithValue("$user", user);
            return command;
        }
    }

    // Page by page, in the order of the keys; only what has the name somewhere in its bytes is looked at.
    private long Rewrite(string select, string update)
    {
        var (rewritten, last) = (0L, (Key: long.MinValue, Also: 0L));
        while (Page(select, last) is { Count: > 0 } page)
        {
            foreach (var (key, also, bytes) in page)
            {
                last = (key, also);
                if (Renamed(bytes) is { } renamed)
                {
                    using var command = Command(update);
                    command.Parameters.AddWithValue("$key", key);
                    command.Parameters.AddWithValue("$also", also);
                    command.Parameters.AddWithValue("$bytes", renamed);
                    command.ExecuteNonQuery();
                    rewritten++;
                }
            }
        }

        return rewritten;
    }

    private List<(long Key, long Also, byte[] Bytes)> Page(string select, (long Key, long Also) after)
    {
        using var command = Command($"{select} LIMIT {PageRows}");
        command.Parameters.AddWithValue("$key", after.Key);
        command.Parameters.AddWithValue("$also", after.Also);
        command.Parameters.AddWithValue("$name", Encoding.UTF8.GetBytes(person.Name));
        using var row = command.ExecuteReader();
        List<(long, long, byte[])> page = [];
        while (row.Read())
        {
            page.Add((row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)));
        }

        return page;
    }

    private byte[]? Renamed(byte[] bytes)
    {
        if (
            !RecordCodec.TryDecode(bytes, out var record)
            || record.Workspace != person.Workspace
            || record.User != person.Name
        )
        {
            return null;
        }

        record = record with
        {
            User = person.Instead,
            Key = record.Key is { } key ? person.Keys.GetValueOrDefault(key, key) : null,
        };
        return encoded.AsSpan(0, RecordCodec.Encode(record, encoded)).ToArray();
    }

    // True when the text is gone, or never was there.
    private bool Forget(string text)
    {
        if (NameTable.Find(connection, person.Workspace, text) is not { } id)
        {
            return true;
        }

        using var used = Command(
            """
            SELECT EXISTS (
                SELECT 1 FROM record
                WHERE workspace = $workspace AND $id IN (session_id, agent_id, parent_agent_id, handoff_reason_id)
            ) OR EXISTS (
                SELECT 1 FROM record_kind WHERE $id IN (error_type_id, price_mode_id, price_version_id, dropped_id)
            ) OR EXISTS (
                SELECT 1 FROM rollup_key WHERE workspace = $workspace AND $id IN (provider_id, model_id, requested_model_id,
                    route_id, key_id, user_id, team_id, project_id, client_id)
            ) OR EXISTS (SELECT 1 FROM rollup_lineage WHERE workspace = $workspace AND $id IN (session_id, agent_id))
            OR EXISTS (SELECT 1 FROM rollup_tag WHERE workspace = $workspace AND $id IN (tag_id, value_id))
            OR EXISTS (SELECT 1 FROM archived_name WHERE name = $id)
            """
        );
        used.Parameters.AddWithValue("$id", id);
        if ((long)used.ExecuteScalar()! != 0)
        {
            return false;
        }

        using var delete = Command("DELETE FROM name WHERE id = $id AND workspace = $workspace");
        delete.Parameters.AddWithValue("$id", id);
        delete.ExecuteNonQuery();
        names.Forget(person.Workspace, text, id);
        return true;
    }

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$workspace", person.Workspace.Value);
        return command;
    }
}
