using System.Collections.Immutable;

namespace Weir.Ledger.Rollups;

/// <summary>The numbers of a cell: their order, their columns, and how a record's row makes them.</summary>
internal static class Measures
{
    public const int Requests = 0;
    public const int Errors = 1;
    public const int Unpriced = 2;
    public const int Estimated = 3;
    public const int Input = 4;
    public const int CacheRead = 5;
    public const int CacheWrite5m = 6;
    public const int CacheWrite1h = 7;
    public const int Output = 8;
    public const int Reasoning = 9;
    public const int Cost = 10;
    public const int Billed = 11;
    public const int Savings = 12;

    /// <summary>How many there are.</summary>
    public const int Count = 13;

    /// <summary>All of them, in order.</summary>
    public static readonly ImmutableArray<int> All = [.. Enumerable.Range(0, Count)];

    /// <summary>The columns of <c>rollup</c> as <c>c</c>, in order.</summary>
    public static readonly string[] OfCells =
    [
        "c.requests",
        "c.errors",
        "c.unpriced",
        "c.estimated",
        "c.input",
        "c.cache_read",
        "c.cache_write_5m",
        "c.cache_write_1h",
        "c.output",
        "c.reasoning",
        "c.cost",
        "c.billed",
        "c.savings",
    ];

    /// <summary>The same for one record, of the tables of <see cref="Storage.Sqlite.RecordRows.Joins"/>; NULL reads as 0. See <see cref="RollupSums.Add(Foundation.UsageRecord, int)"/>.</summary>
    public static readonly string[] OfRecords =
    [
        "1",
        "k.status > 2",
        "r.cost IS NULL AND coalesce(r.input, r.cache_read, r.cache_write_5m, r.cache_write_1h, r.output) IS NOT NULL",
        "d.quality = 1",
        "r.input",
        "r.cache_read",
        "r.cache_write_5m",
        "r.cache_write_1h",
        "r.output",
        "r.reasoning",
        "r.cost",
        "CASE WHEN d.billing = 0 THEN r.cost END",
        "r.requested_cost - r.cost",
    ];
}
