using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// Reads entries. What a record was after a revision is what the next revision's entry holds as its "before"; after the
/// newest revision it is the record's row.
/// </summary>
internal static class EntryRows
{
    /// <summary>The entries after a sequence, in order, at most <paramref name="limit"/>.</summary>
    public static ImmutableArray<LedgerEntry> ReadAfter(
        SqliteConnection connection,
        NameTable names,
        long after,
        int limit
    )
    {
        // One transaction, so that a row and the entries beside it are of one moment.
        using var transaction = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            {Select} JOIN record r ON r.id = e.record {RecordRows.Joins}
            WHERE e.sequence > $after ORDER BY e.sequence LIMIT $limit
            """;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$limit", limit);
        return Read(command, names);
    }

    /// <summary>
    /// Of the next entries those that correct a record of the gateway's, those of derived ids, and those of ids up to a highest one.
    /// </summary>
    public static (ImmutableArray<LedgerEntry> Entries, long Reached) ReadCorrections(
        SqliteConnection connection,
        NameTable names,
        long after,
        RecordId upTo,
        int limit
    )
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var last = Math.Max(after, Math.Min(after + limit, Newest(connection)));
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            {Select} CROSS JOIN record r ON r.id = e.record {RecordRows.Joins}
            WHERE k.source = {(int)
                UsageSource.Gateway} AND e.sequence > $after AND e.sequence <= $last AND (e.revision > 1 OR e.record <= $upTo OR
                (e.record >> {RecordId.NodeShift}) & {RecordId.MaxNode} BETWEEN {DerivedRecordId.FirstNode} AND {DerivedRecordId.LastNode})
            ORDER BY e.sequence
            """;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$last", last);
        command.Parameters.AddWithValue("$upTo", upTo.Value);
        return (Read(command, names), last);
    }

    private const string Select = $"SELECT {RecordRows.Columns}, e.sequence, e.revision, e.kind, e.before FROM entry e";

    private static ImmutableArray<LedgerEntry> Read(SqliteCommand command, NameTable names)
    {
        var connection = command.Connection!;
        using var next = connection.CreateCommand();
        next.CommandText = "SELECT before FROM entry WHERE record = $record AND revision = $revision AND revision > 1";
        var nextRecord = next.Parameters.Add("$record", SqliteType.Integer);
        var nextRevision = next.Parameters.Add("$revision", SqliteType.Integer);
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var stored = RecordRows.Read(row, connection, names);
            var revision = row.GetInt32(RecordRows.ColumnCount + 1);
            var record = stored.Record;
            if (revision < stored.Revision)
            {
                nextRecord.Value = record.Id.Value;
                nextRevision.Value = revision + 1;
                record = Decode((byte[])next.ExecuteScalar()!);
            }

            entries.Add(
                new LedgerEntry(
                    row.GetInt64(RecordRows.ColumnCount),
                    revision,
                    (EntryKind)row.GetByte(RecordRows.ColumnCount + 2),
                    row.IsDBNull(RecordRows.ColumnCount + 3)
                        ? null
                        : Decode(row.GetFieldValue<byte[]>(RecordRows.ColumnCount + 3)),
                    record
                )
            );
        }

        return entries.ToImmutable();
    }

    /// <summary>The newest words of witnesses other than the gateway on the records that the next entries changed.</summary>
    public static (ImmutableArray<UsageRecord> Words, long Reached) ReadWords(
        SqliteConnection connection,
        NameTable names,
        long after,
        int limit
    )
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {RecordRows.Columns}, e.sequence FROM entry e CROSS JOIN record r ON r.id = e.record AND r.sequence = e.sequence
            {RecordRows.Joins}
            WHERE (k.source <> {(int)
                UsageSource.Gateway} OR d.also_seen_by <> 0) AND e.sequence > $after AND e.sequence <= $last
            """;
        var last = Math.Min(after + limit, Newest(connection));
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$last", last);
        var words = ImmutableArray.CreateBuilder<UsageRecord>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            var record = RecordRows.Read(row, connection, names).Record;
            if (record.AlsoSeenBy == UsageSources.None)
            {
                words.Add(record);
            }
            else
            {
                words.AddRange(Witnesses.Of(connection, record.Id).Where(word => word.Source != UsageSource.Gateway));
            }
        }

        return (words.ToImmutable(), last);
    }

    /// <summary>The newest entry's sequence, also when that entry has been removed since; 0 when there never was one.</summary>
    public static long Newest(SqliteConnection connection)
    {
        using var row = StatementCache.Prepare(
            connection,
            $"SELECT value FROM meta WHERE key = '{LedgerState.EntriesKey}'"
        );
        return row.Step() ? row.Int64(0) : 0;
    }

    /// <summary>What a record was before each of its changes, oldest first; empty when it never changed.</summary>
    public static ImmutableArray<EarlierRecord> ReadEarlier(
        SqliteConnection connection,
        WorkspaceId workspace,
        RecordId record
    )
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT revision, kind, at, before FROM entry
            WHERE record = $record AND workspace = $workspace AND revision > 1 ORDER BY revision
            """;
        command.Parameters.AddWithValue("$record", record.Value);
        command.Parameters.AddWithValue("$workspace", workspace.Value);
        var earlier = ImmutableArray.CreateBuilder<EarlierRecord>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            earlier.Add(
                new EarlierRecord(
                    Decode(row.GetFieldValue<byte[]>(3)),
                    row.GetInt32(0) - 1,
                    (EntryKind)row.GetByte(1),
                    DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2))
                )
            );
        }

        return earlier.ToImmutable();
    }

    /// <summary>A follower's cursor; 0 when it has none.</summary>
    public static long ReadCursor(SqliteConnection connection, string follower)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence FROM cursor WHERE follower = $follower";
        command.Parameters.AddWithValue("$follower", follower);
        return command.ExecuteScalar() as long? ?? 0;
    }

    private static UsageRecord Decode(byte[] bytes) =>
        RecordCodec.TryDecode(bytes, out var record)
            ? record
            : throw new InvalidDataException("A stored revision cannot be read.");
}
