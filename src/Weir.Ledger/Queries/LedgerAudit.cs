using Microsoft.Data.Sqlite;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger;

/// <summary>What <see cref="UsageQueries.AuditAsync"/> found.</summary>
/// <param name="Records">How many records were counted.</param>
/// <param name="Combinations">How many combinations of dimensions they have.</param>
/// <param name="Differences">How many combinations the rollups sum up otherwise.</param>
public sealed record LedgerAudit(long Records, int Combinations, int Differences)
{
    /// <summary>True when records and rollups agree.</summary>
    public bool IsSound => Differences == 0;

    internal static LedgerAudit Run(SqliteConnection connection, NameTable names, UsageQuery query)
    {
        var (from, to) = GroupedSums.Microseconds(query);
        var counted = new GroupedSums(connection, names, query);
        counted.Add(RangePlan.OfRecords(from, to), null);
        var differences = 0;
        // Each width is held against the records for itself, as far as it covers the range.
        foreach (var widest in new[] { RollupWidth.Hour, RollupWidth.Day })
        {
            var rolled = new GroupedSums(connection, names, query);
            rolled.Add(RangePlan.Of(from, to, widest, RollupWidth.Hour), null);
            differences += counted.Groups.Keys.Union(rolled.Groups.Keys).Count(g => !Same(counted, rolled, g));
        }

        var wide = query with { GroupBy = query.GroupBy.RemoveAll(DimensionColumn.IsLineage) };
        var countedWide = new GroupedSums(connection, names, wide);
        countedWide.Add(RangePlan.OfRecords(from, to), null);
        var quarters = new GroupedSums(connection, names, wide);
        quarters.Add(RangePlan.Of(from, to, RollupWidth.Quarter, RollupWidth.Quarter), null);
        differences += countedWide.Groups.Keys.Union(quarters.Groups.Keys).Count(g => !Same(countedWide, quarters, g));
        return new LedgerAudit(counted.Groups.Values.Sum(s => s.Values[0]), counted.Groups.Count, differences);
    }

    private static bool Same(GroupedSums a, GroupedSums b, Group group) =>
        a.Groups.TryGetValue(group, out var left)
        && b.Groups.TryGetValue(group, out var right)
        && left.Values.SequenceEqual(right.Values)
        && left.Latency.Encode().AsSpan().SequenceEqual(right.Latency.Encode())
        && left.FirstToken.Encode().AsSpan().SequenceEqual(right.FirstToken.Encode());
}
