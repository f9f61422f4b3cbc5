using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Ledger.Archive;
using Weir.Ledger.Ingest;
using Weir.Ledger.Queries;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>
/// What the gateway's requests came to, span by span and by whoever made them: what the counters of budgets and limits are made
/// of anew after a restart. Reads every record of the range, about a second for each million. Thread-safe.
/// </summary>
public sealed class SpendHistory
{
    // What an upstream reports may be absurd, and a sum beyond 64 bits is an error of SQLite's: ten thousand dollars, or 10^13 tokens.
    private const string Most = "10000000000000";

    private readonly QueryConnections connections;
    private readonly NameTable names;

    internal SpendHistory(QueryConnections connections, NameTable names)
    {
        this.connections = connections;
        this.names = names;
    }

    /// <summary>
    /// Sums of requests that went through the gateway, for each of some ranges, in no order; and the newest entry that
    /// is in them, all of one moment.
    /// </summary>
    /// <exception cref="SqliteException">The ledger cannot be read.</exception>
    public (long Sequence, ImmutableArray<ImmutableArray<SpendSum>> Sums) Read(ImmutableArray<SpendRange> ranges) =>
        connections.Read(
            connection =>
                (EntryRows.Newest(connection), ranges.Select(range => ReadAll(connection, range)).ToImmutableArray()),
            CancellationToken.None
        );

    // Of archived months apart: of one combination and span there may then be two sums.
    private ImmutableArray<SpendSum> ReadAll(SqliteConnection connection, SpendRange range) =>
        [
            .. RecordTables
                .OfAll(
                    connection,
                    range.Workspace,
                    RecordCodec.ToMicroseconds(range.From),
                    range.To is { } end ? RecordCodec.ToMicroseconds(end) : long.MaxValue
                )
                .SelectMany(table => Read(connection, range, table)),
        ];

    private ImmutableArray<SpendSum> Read(SqliteConnection connection, SpendRange range, string table)
    {
        var tags = range.WithTags ? "r.tags" : "NULL";
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT r.workspace, k.provider_id, k.requested_model_id, k.key_id, k.user_id, k.team_id, d.billing,
                r.started_at / $width, {tags}, count(*), sum(min(r.cost, {Most})), sum(min(r.input, {Most})),
                sum(min(r.cache_read, {Most})), sum(min(r.cache_write_5m, {Most})), sum(min(r.cache_write_1h, {Most})),
                sum(min(r.output, {Most})), sum(min(r.reasoning, {Most}))
            FROM (SELECT DISTINCT workspace FROM rollup_key) w CROSS JOIN {table} ON r.workspace = w.workspace {RecordRows.Joins}
            WHERE ($workspace IS NULL OR w.workspace = $workspace)
                AND r.started_at >= $from AND r.started_at < $to AND k.source = {(int)UsageSource.Gateway}
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
            """;
        var us = range.Width.Ticks / TimeSpan.TicksPerMicrosecond;
        command.Parameters.AddWithValue("$width", us);
        command.Parameters.AddWithValue("$from", RecordCodec.ToMicroseconds(range.From));
        command.Parameters.AddWithValue("$to", range.To is { } end ? RecordCodec.ToMicroseconds(end) : long.MaxValue);
        command.Parameters.AddWithValue("$workspace", (object?)range.Workspace?.Value ?? DBNull.Value);
        var sums = ImmutableArray.CreateBuilder<SpendSum>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            string? Name(int column) => names.Text(connection, row.GetInt64(column));
            long? Number(int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
            sums.Add(
                new SpendSum
                {
                    Workspace = new WorkspaceId(row.GetInt32(0)),
                    Provider = Name(1),
                    RequestedModel = Name(2),
                    Key = Name(3),
                    User = Name(4),
                    Team = Name(5),
                    Billing = (Billing)row.GetByte(6),
                    From = RecordCodec.FromMicroseconds(row.GetInt64(7) * us),
                    Tags = row.IsDBNull(8)
                        ? ImmutableSortedDictionary<string, string>.Empty
                        : RecordCodec.DecodeTags(row.GetFieldValue<byte[]>(8)),
                    Requests = row.GetInt64(9),
                    Cost = new Money(Number(10) ?? 0),
                    Usage = new TokenUsage
                    {
                        Input = Number(11),
                        CacheRead = Number(12),
                        CacheWrite5m = Number(13),
                        CacheWrite1h = Number(14),
                        Output = Number(15),
                        Reasoning = Number(16),
                    },
                }
            );
        }

        return sums.ToImmutable();
    }
}

/// <summary>A range to be summed.</summary>
/// <param name="From">On the request's start, inclusive.</param>
/// <param name="Width">How long a span is, counted from 1970: whole microseconds, above zero.</param>
/// <param name="WithTags">Whether requests with other tags are other sums; without, sums have no tags.</param>
public readonly record struct SpendRange(DateTimeOffset From, TimeSpan Width, bool WithTags)
{
    /// <summary>On the request's start, exclusive; null for no end.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whose; null for every workspace's.</summary>
    public WorkspaceId? Workspace { get; init; }
}

/// <summary>What the requests of one combination came to in one span.</summary>
public sealed record SpendSum
{
    /// <summary>Whose.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>Who served; null for unknown, as in all that follow.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that was asked for.</summary>
    public string? RequestedModel { get; init; }

    /// <summary>The key's name.</summary>
    public string? Key { get; init; }

    /// <summary>The person.</summary>
    public string? User { get; init; }

    /// <summary>The team.</summary>
    public string? Team { get; init; }

    /// <summary>Who pays.</summary>
    public Billing Billing { get; init; }

    /// <summary>The span's start.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>The tags that all of them have; empty where they were not asked for.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Records.</summary>
    public long Requests { get; init; }

    /// <summary>List cost of those with a known price.</summary>
    public Money Cost { get; init; }

    /// <summary>Tokens by class; null where none of them has the class.</summary>
    public TokenUsage Usage { get; init; }
}
