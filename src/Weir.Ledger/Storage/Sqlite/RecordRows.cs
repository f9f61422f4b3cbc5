using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Ingest;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>Reads rows of the table <c>record</c>.</summary>
internal static class RecordRows
{
    /// <summary>How many columns <see cref="Columns"/> has.</summary>
    public const int ColumnCount = 47;

    /// <summary>The columns in the order that <see cref="Read"/> expects, of tables that go by the names of <see cref="Joins"/>.</summary>
    public const string Columns = """
        r.id, r.workspace, r.started_at, r.revision, r.sequence, k.source, k.status, d.dialect, d.streaming, d.quality,
        d.billing, d.http_status, r.duration, r.first_token, k.provider_id, k.model_id, k.requested_model_id, k.route_id,
        k.key_id, k.user_id, k.team_id, k.project_id, r.session_id, r.agent_id, r.parent_agent_id, k.client_id,
        d.error_type_id, r.handoff_reason_id, d.price_mode_id, d.price_version_id, r.input, r.cache_read,
        r.cache_write_5m, r.cache_write_1h, r.output, r.reasoning, r.web_searches, r.cost, r.requested_cost,
        r.upstream_ref, r.message_ref, r.tags, r.attempts, d.also_seen_by, d.doubts,
        d.upstream_dialect, d.dropped_id
        """;

    /// <summary>
    /// What a record's columns stand in beside <c>record</c> as <c>r</c>: <c>rollup_key</c> as <c>k</c>, <c>record_kind</c> as <c>d</c>. Left
    /// joins, so that SQLite leaves out the table that no column is asked of, and begins with the records.
    /// </summary>
    public const string Joins =
        "LEFT JOIN rollup_key k ON k.id = r.combination LEFT JOIN record_kind d ON d.id = r.kind";

    /// <summary>A command for <see cref="Find"/>, to be kept and run many times.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">What stands behind FROM, as <c>r</c>.</param>
    public static SqliteCommand FindCommand(SqliteConnection connection, string table = "record r")
    {
        var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM {table} {Joins} WHERE r.id = $id";
        command.Parameters.Add("$id", SqliteType.Integer);
        return command;
    }

    /// <summary>The newest revision of a record in whatever workspace; null when there is none.</summary>
    public static StoredRecord? Find(SqliteCommand command, NameTable names, RecordId id)
    {
        command.Parameters[0].Value = id.Value;
        using var row = command.ExecuteReader();
        return row.Read() ? Read(row, command.Connection!, names) : null;
    }

    /// <summary>The record in the reader's current row, its columns beginning at <paramref name="first"/>.</summary>
    /// <param name="row">A reader that stands on a row.</param>
    /// <param name="connection">The reader's connection: names that are not cached are read through it.</param>
    /// <param name="names">The names.</param>
    /// <param name="first">The ordinal of <c>r.id</c>.</param>
    public static StoredRecord Read(SqliteDataReader row, SqliteConnection connection, NameTable names, int first = 0)
    {
        string? Name(int column) => names.Text(connection, row.GetInt64(first + column));
        long? Number(int column) => row.IsDBNull(first + column) ? null : row.GetInt64(first + column);
        int? Small(int column) => row.IsDBNull(first + column) ? null : row.GetInt32(first + column);
        TimeSpan? Span(int column) => Number(column) is { } us ? new TimeSpan(us * TimeSpan.TicksPerMicrosecond) : null;
        Money? Nano(int column) => Number(column) is { } nano ? new Money(nano) : null;
        byte[] Blob(int column) => row.IsDBNull(first + column) ? [] : row.GetFieldValue<byte[]>(first + column);

        var record = new UsageRecord
        {
            Id = new RecordId(row.GetInt64(first)),
            Workspace = new WorkspaceId(row.GetInt32(first + 1)),
            StartedAt = RecordCodec.FromMicroseconds(row.GetInt64(first + 2)),
            Source = (UsageSource)row.GetByte(first + 5),
            Status = (RequestStatus)row.GetByte(first + 6),
            Dialect = (Dialect)row.GetByte(first + 7),
            Streaming = row.GetInt64(first + 8) != 0,
            Quality = (UsageQuality)row.GetByte(first + 9),
            Billing = (Billing)row.GetByte(first + 10),
            HttpStatus = Small(11) is { } status && status != RecordKinds.NoStatus ? status : null,
            Duration = Span(12),
            TimeToFirstToken = Span(13),
            Provider = Name(14),
            Model = Name(15),
            RequestedModel = Name(16),
            Route = Name(17),
            Key = Name(18),
            User = Name(19),
            Team = Name(20),
            Project = Name(21),
            Session = Name(22),
            Agent = Name(23),
            ParentAgent = Name(24),
            Client = Name(25),
            ErrorType = Name(26),
            HandoffReason = Name(27),
            PriceMode = Name(28),
            PriceVersion = Name(29),
            Usage = new TokenUsage
            {
                Input = Number(30),
                CacheRead = Number(31),
                CacheWrite5m = Number(32),
                CacheWrite1h = Number(33),
                Output = Number(34),
                Reasoning = Number(35),
            },
            WebSearches = Small(36),
            Cost = Nano(37),
            RequestedCost = Nano(38),
            UpstreamId = PackedId.Unpack(Blob(39)),
            MessageId = PackedId.Unpack(Blob(40)),
            Tags = RecordCodec.DecodeTags(Blob(41)),
            Attempts = RecordCodec.DecodeAttempts(Blob(42)),
            AlsoSeenBy = (UsageSources)row.GetByte(first + 43),
            Doubts = (Doubts)row.GetByte(first + 44),
            UpstreamDialect = (Dialect)row.GetByte(first + 45),
            Dropped = DroppedNames.Split(Name(46)),
        };
        return new StoredRecord(record, row.GetInt32(first + 3), row.GetInt64(first + 4));
    }
}
