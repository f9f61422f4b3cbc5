using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// The words on records that more than one witness saw, and the other ids that such records go by. Belongs to the writer's
/// connection.
/// </summary>
internal sealed class Witnesses : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly PreparedStatement set;
    private readonly PreparedStatement addAlias;
    private readonly PreparedStatement findAlias;
    private readonly byte[] blob = new byte[RecordLimits.MaxRecordBytes];
    private bool anyAlias;

    public Witnesses(SqliteConnection connection)
    {
        this.connection = connection;
        set = new PreparedStatement(connection, "REPLACE INTO witness (record, source, word) VALUES (?, ?, ?)");
        addAlias = new PreparedStatement(connection, "REPLACE INTO alias (id, record) VALUES (?, ?)");
        findAlias = new PreparedStatement(connection, AliasOf);
        using var any = new PreparedStatement(connection, "SELECT 1 FROM alias LIMIT 1");
        anyAlias = any.Step();
    }

    private const string AliasOf = "SELECT record FROM alias WHERE id = ?";

    /// <summary>The id that a record is stored under.</summary>
    public RecordId Resolve(RecordId id) => anyAlias ? Resolve(findAlias, id) : id;

    /// <summary>As <see cref="Resolve(RecordId)"/>, over a reading connection.</summary>
    public static RecordId Resolve(SqliteConnection connection, RecordId id)
    {
        using var find = new PreparedStatement(connection, AliasOf);
        return Resolve(find, id);
    }

    /// <summary>Of ids, those that stand under another in the workspace, with that other.</summary>
    public static ImmutableDictionary<RecordId, RecordId> StandUnder(
        SqliteConnection connection,
        WorkspaceId workspace,
        IEnumerable<RecordId> ids
    )
    {
        using var find = new PreparedStatement(
            connection,
            "SELECT a.record, r.workspace FROM alias a LEFT JOIN record r ON r.id = a.record WHERE a.id = ?"
        );
        var found = ImmutableDictionary.CreateBuilder<RecordId, RecordId>();
        foreach (var id in ids)
        {
            find.Bind(1, id.Value);
            // An archived record's words have stayed, and say whose it is.
            if (
                find.Step()
                && (
                    find.IsNull(1)
                        ? Of(connection, new RecordId(find.Int64(0))) is [var word, ..] && word.Workspace == workspace
                        : find.Int64(1) == workspace.Value
                )
            )
            {
                found[id] = new RecordId(find.Int64(0));
            }

            find.Reset();
        }

        return found.ToImmutable();
    }

    /// <summary>Lets a record go by a second id.</summary>
    public void AddAlias(RecordId id, RecordId record)
    {
        addAlias.Bind(1, id.Value);
        addAlias.Bind(2, record.Value);
        addAlias.Run();
        anyAlias = true;
    }

    /// <summary>What a record becomes by another word on it, or by a new word of the same witness.</summary>
    /// <param name="known">As it stands.</param>
    /// <param name="seen">The word.</param>
    public UsageRecord Add(UsageRecord known, UsageRecord seen)
    {
        seen = seen with { Id = known.Id, AlsoSeenBy = UsageSources.None, Doubts = Doubts.None };
        if (known.SeenBy == seen.SeenBy)
        {
            return seen with { Doubts = known.Doubts };
        }

        var words = Of(connection, known.Id).ToDictionary(word => word.Source);
        if (words.Count == 0)
        {
            var only = known with { Doubts = Doubts.None };
            words.Add(known.Source, only);
            Set(only);
        }

        words[seen.Source] = seen;
        Set(seen);
        return RecordMerge.Fold(words.Values, known.Doubts & Doubts.Identity);
    }

    /// <summary>Sets what the words on a record were charged at, so that the next of them does not bring the old prices back.</summary>
    public void Reprice(UsageRecord priced)
    {
        if (priced.AlsoSeenBy != UsageSources.None)
        {
            foreach (var word in Of(connection, priced.Id))
            {
                Set(RecordMerge.RepriceWord(word, priced));
            }
        }
    }

    /// <summary>What each witness said of a record, in the order of their sources; empty when there is but one.</summary>
    public static ImmutableArray<UsageRecord> Of(SqliteConnection connection, RecordId record)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT word FROM witness WHERE record = $record ORDER BY source";
        command.Parameters.AddWithValue("$record", record.Value);
        var words = ImmutableArray.CreateBuilder<UsageRecord>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            if (RecordCodec.TryDecode(row.GetFieldValue<byte[]>(0), out var word))
            {
                words.Add(word);
            }
        }

        return words.ToImmutable();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        set.Dispose();
        addAlias.Dispose();
        findAlias.Dispose();
    }

    private void Set(UsageRecord word)
    {
        set.Bind(1, word.Id.Value);
        set.Bind(2, (long)word.Source);
        set.Bind(3, blob.AsSpan(0, RecordCodec.Encode(word, blob)));
        set.Run();
    }

    private static RecordId Resolve(PreparedStatement find, RecordId id)
    {
        find.Bind(1, id.Value);
        var found = find.Step() ? new RecordId(find.Int64(0)) : id;
        find.Reset();
        return found;
    }
}
