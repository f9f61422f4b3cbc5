using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Storage.Sqlite;

/// <summary>
/// What many records have in common and no sum is made by: a row of <c>record_kind</c> for each combination, named by its number in the
/// records. Belongs to the writer's connection; after a failure it is made anew with it.
/// </summary>
internal sealed class RecordKinds : IDisposable
{
    private const int MostKept = 8_192;

    private const string Columns =
        "dialect, upstream_dialect, streaming, quality, billing, http_status, error_type_id, price_mode_id, price_version_id, dropped_id, also_seen_by, doubts";

    private readonly Dictionary<Kind, long> known = [];
    private readonly PreparedStatement find;
    private readonly PreparedStatement add;
    private readonly PreparedStatement last;

    public RecordKinds(SqliteConnection connection)
    {
        find = new PreparedStatement(
            connection,
            $"SELECT id FROM record_kind WHERE ({Columns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        add = new PreparedStatement(
            connection,
            $"INSERT INTO record_kind ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        last = new PreparedStatement(connection, "SELECT last_insert_rowid()");
    }

    /// <summary>The number of a record's kind, stored now when it is new.</summary>
    public long IdOf(UsageRecord record, in RecordNames names)
    {
        var kind = new Kind(
            record.Dialect,
            record.UpstreamDialect,
            record.Streaming,
            record.Quality,
            record.Billing,
            record.HttpStatus ?? NoStatus,
            names.ErrorType,
            names.PriceMode,
            names.PriceVersion,
            names.Dropped,
            record.AlsoSeenBy,
            record.Doubts
        );
        if (known.TryGetValue(kind, out var id))
        {
            return id;
        }

        if (known.Count >= MostKept)
        {
            known.Clear();
        }

        return known[kind] = Find(kind) ?? Add(kind);
    }

    /// <summary>What stands for "no status": rows with NULL would each be another.</summary>
    public const int NoStatus = -1;

    /// <inheritdoc />
    public void Dispose()
    {
        find.Dispose();
        add.Dispose();
        last.Dispose();
    }

    private long? Find(in Kind kind)
    {
        Bind(find, kind);
        var id = find.Step() ? find.Int64(0) : (long?)null;
        find.Reset();
        return id;
    }

    private long Add(in Kind kind)
    {
        Bind(add, kind);
        add.Run();
        last.Step();
        var id = last.Int64(0);
        last.Reset();
        return id;
    }

    private static void Bind(PreparedStatement to, in Kind kind)
    {
        to.Bind(1, (long)kind.Dialect);
        to.Bind(2, (long)kind.UpstreamDialect);
        to.Bind(3, kind.Streaming ? 1 : 0);
        to.Bind(4, (long)kind.Quality);
        to.Bind(5, (long)kind.Billing);
        to.Bind(6, (long)kind.HttpStatus);
        to.Bind(7, kind.ErrorType);
        to.Bind(8, kind.PriceMode);
        to.Bind(9, kind.PriceVersion);
        to.Bind(10, kind.Dropped);
        to.Bind(11, (long)kind.AlsoSeenBy);
        to.Bind(12, (long)kind.Doubts);
    }

    private readonly record struct Kind(
        Dialect Dialect,
        Dialect UpstreamDialect,
        bool Streaming,
        UsageQuality Quality,
        Billing Billing,
        int HttpStatus,
        long ErrorType,
        long PriceMode,
        long PriceVersion,
        long Dropped,
        UsageSources AlsoSeenBy,
        Doubts Doubts
    );
}
