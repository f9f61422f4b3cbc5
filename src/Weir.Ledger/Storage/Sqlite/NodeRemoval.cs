using Microsoft.Data.Sqlite;
using Weir.Foundation;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The statements that take out what one node recorded. Takes part in the connection's open transaction.</summary>
internal sealed class NodeRemoval(SqliteConnection connection, int node)
{
    /// <summary>How many records the node made.</summary>
    public long Count()
    {
        using var command = Command($"SELECT count(*) FROM record WHERE {IsOfNode("id")}");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The next ids of the node, ascending, at most <paramref name="limit"/>.</summary>
    public List<RecordId> Next(RecordId after, int limit)
    {
        using var command = Command(
            $"SELECT id FROM record WHERE id > $after AND {IsOfNode("id")} ORDER BY id LIMIT $limit"
        );
        command.Parameters.AddWithValue("$after", after.Value);
        command.Parameters.AddWithValue("$limit", limit);
        using var rows = command.ExecuteReader();
        List<RecordId> ids = [];
        while (rows.Read())
        {
            ids.Add(new RecordId(rows.GetInt64(0)));
        }

        return ids;
    }

    /// <summary>Deletes the node's records between the first and the last of <paramref name="ids"/>.</summary>
    public void DeleteRecords(List<RecordId> ids)
    {
        using var command = Command(
            $"""
            DELETE FROM witness WHERE record BETWEEN $first AND $last AND {IsOfNode("record")};
            DELETE FROM alias WHERE record BETWEEN $first AND $last AND {IsOfNode("record")};
            DELETE FROM record WHERE id BETWEEN $first AND $last AND {IsOfNode("id")}
            """
        );
        command.Parameters.AddWithValue("$first", ids[0].Value);
        command.Parameters.AddWithValue("$last", ids[^1].Value);
        command.ExecuteNonQuery();
    }

    /// <summary>Deletes the node's entries; readers pass over entries that have no record any more.</summary>
    public void DeleteEntries()
    {
        using var command = Command($"DELETE FROM entry WHERE {IsOfNode("record")}");
        command.ExecuteNonQuery();
    }

    private static string IsOfNode(string id) => $"(({id} >> {RecordId.NodeShift}) & {RecordId.MaxNode}) = $node";

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$node", node);
        return command;
    }
}
