using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The writer's statements over <c>record</c> and <c>entry</c>. Belongs to one connection.</summary>
internal sealed class RecordStatements : IDisposable
{
    private const string Columns = """
        (id, workspace, started_at, revision, sequence, combination, kind, duration, first_token, session_id, agent_id,
        parent_agent_id, handoff_reason_id, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning, web_searches,
        cost, requested_cost, upstream_ref, message_ref, tags, attempts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    private readonly PreparedStatement insert;
    private readonly PreparedStatement replace;
    private readonly PreparedStatement addEntry;
    private readonly RecordKinds kinds;
    private readonly byte[] blob = new byte[2 * RecordLimits.MaxRecordBytes];

    public RecordStatements(SqliteConnection connection)
    {
        kinds = new RecordKinds(connection);
        insert = new PreparedStatement(connection, $"INSERT INTO record {Columns} ON CONFLICT (id) DO NOTHING");
        replace = new PreparedStatement(connection, $"REPLACE INTO record {Columns}");
        addEntry = new PreparedStatement(
            connection,
            "INSERT INTO entry (sequence, record, workspace, revision, kind, at, before) VALUES (?, ?, ?, ?, ?, ?, ?)"
        );
    }

    /// <summary>Stores a first revision; false when the id is there already, and nothing is changed.</summary>
    /// <param name="record">The record.</param>
    /// <param name="names">Its names.</param>
    /// <param name="combination">The row of <c>rollup_key</c> that it is summed up in.</param>
    /// <param name="sequence">Its entry.</param>
    public bool TryCreate(UsageRecord record, in RecordNames names, long combination, long sequence)
    {
        Bind(insert, record, names, combination, 1, sequence);
        return insert.Run() != 0;
    }

    /// <summary>Stores a later revision in the place of the earlier.</summary>
    public void Replace(UsageRecord record, in RecordNames names, long combination, int revision, long sequence)
    {
        Bind(replace, record, names, combination, revision, sequence);
        replace.Run();
    }

    /// <summary>Stores an entry. When it was is kept of changes alone.</summary>
    public void AddEntry(in EntryDelta delta, long atMilliseconds)
    {
        var after = delta.After!;
        addEntry.Bind(1, delta.Sequence);
        addEntry.Bind(2, after.Id.Value);
        addEntry.Bind(3, after.Workspace.Value);
        addEntry.Bind(4, delta.Revision);
        addEntry.Bind(5, (long)delta.Kind);
        addEntry.Bind(6, delta.Revision == 1 ? 0 : atMilliseconds);
        addEntry.Bind(7, delta.Before is { } before ? blob.AsSpan(0, RecordCodec.Encode(before, blob)) : []);
        addEntry.Run();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        insert.Dispose();
        replace.Dispose();
        kinds.Dispose();
        addEntry.Dispose();
    }

    private void Bind(
        PreparedStatement to,
        UsageRecord record,
        in RecordNames names,
        long combination,
        int revision,
        long sequence
    )
    {
        to.Bind(1, record.Id.Value);
        to.Bind(2, record.Workspace.Value);
        to.Bind(3, RecordCodec.ToMicroseconds(record.StartedAt));
        to.Bind(4, revision);
        to.Bind(5, sequence);
        to.Bind(6, combination);
        to.Bind(7, kinds.IdOf(record, names));
        to.Bind(8, record.Duration?.Ticks / TimeSpan.TicksPerMicrosecond);
        to.Bind(9, record.TimeToFirstToken?.Ticks / TimeSpan.TicksPerMicrosecond);
        to.Bind(10, names.Session);
        to.Bind(11, names.Agent);
        to.Bind(12, names.ParentAgent);
        to.Bind(13, names.HandoffReason);
        to.Bind(14, record.Usage.Input);
        to.Bind(15, record.Usage.CacheRead);
        to.Bind(16, record.Usage.CacheWrite5m);
        to.Bind(17, record.Usage.CacheWrite1h);
        to.Bind(18, record.Usage.Output);
        to.Bind(19, record.Usage.Reasoning);
        to.Bind(20, (long?)record.WebSearches);
        to.Bind(21, record.Cost?.NanoUsd);
        to.Bind(22, record.RequestedCost?.NanoUsd);
        to.Bind(23, PackedId.Pack(record.UpstreamId));
        to.Bind(24, PackedId.Pack(record.MessageId));
        to.Bind(25, RecordCodec.EncodeTags(record, blob));
        to.Bind(26, RecordCodec.EncodeAttempts(record, blob));
    }
}
