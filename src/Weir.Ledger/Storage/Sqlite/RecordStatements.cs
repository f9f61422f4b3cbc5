using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>The writer's statements over <c>record</c>, <c>sighting</c> and <c>entry</c>. Belongs to one connection.</summary>
internal sealed class RecordStatements : IDisposable
{
    private const string Columns = """
        (id, workspace, started_at, revision, sequence, source, status, dialect, streaming, quality, billing, http_status,
        duration, first_token, provider_id, model_id, requested_model_id, route_id, key_id, user_id, team_id, project_id,
        session_id, agent_id, parent_agent_id, client_id, error_type_id, handoff_reason_id, price_mode_id,
        price_version_id, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning, web_searches, cost,
        requested_cost, upstream_ref, message_ref, tags, attempts, also_seen_by, doubts, upstream_dialect, dropped_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    private readonly PreparedStatement insert;
    private readonly PreparedStatement replace;
    private readonly PreparedStatement addSighting;
    private readonly PreparedStatement addEntry;
    private readonly byte[] blob = new byte[2 * RecordLimits.MaxRecordBytes];

    public RecordStatements(SqliteConnection connection)
    {
        insert = new PreparedStatement(connection, $"INSERT INTO record {Columns} ON CONFLICT (id) DO NOTHING");
        replace = new PreparedStatement(connection, $"REPLACE INTO record {Columns}");
        addSighting = new PreparedStatement(
            connection,
            "INSERT OR IGNORE INTO sighting (run, hash, place, workspace) VALUES (?, ?, ?, ?)"
        );
        addEntry = new PreparedStatement(
            connection,
            "INSERT INTO entry (sequence, record, workspace, revision, kind, at, before) VALUES (?, ?, ?, ?, ?, ?, ?)"
        );
    }

    /// <summary>Stores a first revision; false when the id is there already, and nothing is changed.</summary>
    public bool TryCreate(UsageRecord record, in RecordNames names, long sequence)
    {
        Bind(insert, record, names, 1, sequence);
        if (insert.Run() == 0)
        {
            return false;
        }

        AddSighting(record, record.UpstreamId, sequence);
        AddSighting(record, record.MessageId, sequence);
        return true;
    }

    /// <summary>Stores a later revision in the place of the earlier.</summary>
    public void Replace(UsageRecord before, UsageRecord after, in RecordNames names, int revision, long sequence)
    {
        Bind(replace, after, names, revision, sequence);
        replace.Run();
        AddSighting(after, after.UpstreamId == before.UpstreamId ? null : after.UpstreamId, sequence);
        AddSighting(after, after.MessageId == before.MessageId ? null : after.MessageId, sequence);
    }

    /// <summary>Stores an entry.</summary>
    public void AddEntry(in EntryDelta delta, long atMilliseconds)
    {
        var after = delta.After!;
        addEntry.Bind(1, delta.Sequence);
        addEntry.Bind(2, after.Id.Value);
        addEntry.Bind(3, after.Workspace.Value);
        addEntry.Bind(4, delta.Revision);
        addEntry.Bind(5, (long)delta.Kind);
        addEntry.Bind(6, atMilliseconds);
        addEntry.Bind(7, delta.Before is { } before ? blob.AsSpan(0, RecordCodec.Encode(before, blob)) : []);
        addEntry.Run();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        insert.Dispose();
        replace.Dispose();
        addSighting.Dispose();
        addEntry.Dispose();
    }

    private void AddSighting(UsageRecord record, string? reference, long sequence)
    {
        if (reference is not null)
        {
            addSighting.Bind(1, Sightings.Run(sequence));
            addSighting.Bind(2, Sightings.Hash(record.Workspace, reference));
            addSighting.Bind(3, Sightings.Place(sequence));
            addSighting.Bind(4, record.Workspace.Value);
            addSighting.Run();
        }
    }

    private void Bind(PreparedStatement to, UsageRecord record, in RecordNames names, int revision, long sequence)
    {
        to.Bind(1, record.Id.Value);
        to.Bind(2, record.Workspace.Value);
        to.Bind(3, RecordCodec.ToMicroseconds(record.StartedAt));
        to.Bind(4, revision);
        to.Bind(5, sequence);
        to.Bind(6, (long)record.Source);
        to.Bind(7, (long)record.Status);
        to.Bind(8, (long)record.Dialect);
        to.Bind(9, record.Streaming ? 1 : 0);
        to.Bind(10, (long)record.Quality);
        to.Bind(11, (long)record.Billing);
        to.Bind(12, (long?)record.HttpStatus);
        to.Bind(13, record.Duration?.Ticks / TimeSpan.TicksPerMicrosecond);
        to.Bind(14, record.TimeToFirstToken?.Ticks / TimeSpan.TicksPerMicrosecond);
        to.Bind(15, names.Provider);
        to.Bind(16, names.Model);
        to.Bind(17, names.RequestedModel);
        to.Bind(18, names.Route);
        to.Bind(19, names.Key);
        to.Bind(20, names.User);
        to.Bind(21, names.Team);
        to.Bind(22, names.Project);
        to.Bind(23, names.Session);
        to.Bind(24, names.Agent);
        to.Bind(25, names.ParentAgent);
        to.Bind(26, names.Client);
        to.Bind(27, names.ErrorType);
        to.Bind(28, names.HandoffReason);
        to.Bind(29, names.PriceMode);
        to.Bind(30, names.PriceVersion);
        to.Bind(31, record.Usage.Input);
        to.Bind(32, record.Usage.CacheRead);
        to.Bind(33, record.Usage.CacheWrite5m);
        to.Bind(34, record.Usage.CacheWrite1h);
        to.Bind(35, record.Usage.Output);
        to.Bind(36, record.Usage.Reasoning);
        to.Bind(37, (long?)record.WebSearches);
        to.Bind(38, record.Cost?.NanoUsd);
        to.Bind(39, record.RequestedCost?.NanoUsd);
        to.Bind(40, record.UpstreamId);
        to.Bind(41, record.MessageId);
        to.Bind(42, RecordCodec.EncodeTags(record, blob));
        to.Bind(43, RecordCodec.EncodeAttempts(record, blob));
        to.Bind(44, (long)record.AlsoSeenBy);
        to.Bind(45, (long)record.Doubts);
        to.Bind(46, (long)record.UpstreamDialect);
        to.Bind(47, names.Dropped);
    }
}
