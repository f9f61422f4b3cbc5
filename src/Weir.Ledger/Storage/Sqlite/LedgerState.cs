using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>What <c>ledger.db</c> says of itself; changed in the transaction that stores records.</summary>
/// <param name="Position">How far the journal is stored.</param>
/// <param name="Written">Records stored from the journal since it was first made.</param>
/// <param name="Entries">The sequence of the newest entry; 0 when there is none.</param>
internal readonly record struct LedgerState(JournalPosition Position, long Written, long Entries)
{
    public const string SegmentKey = "journal_segment";
    public const string SequenceKey = "journal_sequence";
    public const string WrittenKey = "written";
    public const string EntriesKey = "entries";

    /// <summary>How often stored names were given to something else in place.</summary>
    public const string RenamedKey = "renamed";

    /// <summary>The last segment whose records are known to be on the disk.</summary>
    public const string RetiredKey = "retired_segment";

    /// <summary>Reads it; all zero in a new file.</summary>
    public static LedgerState Read(SqliteConnection connection)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT key, value FROM meta";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            values[rows.GetString(0)] = rows.GetInt64(1);
        }

        return new LedgerState(
            new JournalPosition(values.GetValueOrDefault(SegmentKey), values.GetValueOrDefault(SequenceKey)),
            values.GetValueOrDefault(WrittenKey),
            values.GetValueOrDefault(EntriesKey)
        );
    }

    /// <summary>The largest record id stored; default when there is none.</summary>
    public static RecordId HighestId(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT max(id) FROM record";
        return new RecordId(command.ExecuteScalar() as long? ?? 0);
    }
}
