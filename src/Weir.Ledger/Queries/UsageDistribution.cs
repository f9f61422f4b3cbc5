using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;

namespace Weir.Ledger;

/// <summary>How long requests took, per combination of the grouped dimensions, most requests first.</summary>
/// <param name="Edges">
/// In milliseconds: a bar lies between two that follow each other, the lower one in it. One more than there are bars; empty
/// when nothing was measured. Every group has the same, and all are edges of the ledger's own buckets: the counts are exact.
/// </param>
/// <param name="Groups">The groups; one without measured requests has bars of nothing.</param>
public sealed record UsageDistribution(ImmutableArray<double> Edges, ImmutableArray<UsageDistributionGroup> Groups)
{
    /// <summary>The most groups of an answer.</summary>
    public const int MostGroups = 1000;

    /// <summary>The most bars of a histogram.</summary>
    public const int MostBuckets = 200;

    internal static UsageDistribution Read(
        SqliteConnection connection,
        UsageQuery query,
        UsageDuration of,
        UsageScale scale,
        int buckets
    )
    {
        var sink = new DistributionSink(of);
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(RollupWidth.Month);
        using var texts = new GroupTexts(connection, query.GroupBy);
        var groups = sink
            .Lines.Select((line, i) => (Line: line, Group: sums.Groups[i]))
            .Where(g => g.Line.Requests != 0)
            .Select(g => (g.Line, Keys: texts.Of(g.Group), Buckets: SketchBuckets.Of(g.Line.Sketch)))
            .ToList();
        var all = groups.SelectMany(g => g.Buckets.Select(b => b.Bucket)).ToHashSet();
        ImmutableArray<int> edges = all.Count == 0 ? [] : EdgesOf(all.Min(), all.Max() + 1, scale, buckets);
        groups.Sort(
            (a, b) =>
                a.Line.Requests != b.Line.Requests
                    ? b.Line.Requests.CompareTo(a.Line.Requests)
                    : UsageQueries.CompareKeys(a.Keys, b.Keys)
        );
        return new UsageDistribution(
            [.. edges.Select(Milliseconds)],
            [.. groups.Select(g => GroupOf(g.Keys, g.Line, g.Buckets, edges))]
        );
    }

    // The wanted edges, each moved to the nearest that the ledger's buckets have.
    private static ImmutableArray<int> EdgesOf(int first, int end, UsageScale scale, int buckets)
    {
        var (low, high) = (SketchBuckets.Low(first), SketchBuckets.Low(end));
        var edges = new SortedSet<int> { first, end };
        for (var i = 1; i < buckets; i++)
        {
            var part = (double)i / buckets;
            var wanted =
                scale == UsageScale.Linear
                    ? low + ((high - low) * part)
                    : Math.Max(1, low) * Math.Pow(high / Math.Max(1, low), part);
            var under = Sketch.BucketOf((long)Math.Min(wanted, long.MaxValue / 2));
            var near = wanted - SketchBuckets.Low(under) <= SketchBuckets.Low(under + 1) - wanted ? under : under + 1;
            edges.Add(Math.Clamp(near, first, end));
        }

        return [.. edges];
    }

    private static UsageDistributionGroup GroupOf(
        ImmutableArray<string?> keys,
        DistributionSink.Line line,
        ImmutableArray<(int Bucket, long Count)> buckets,
        ImmutableArray<int> edges
    )
    {
        var bars = new long[Math.Max(0, edges.Length - 1)];
        foreach (var (bucket, count) in buckets)
        {
            var found = edges.BinarySearch(bucket);
            bars[found >= 0 ? found : ~found - 1] += count;
        }

        var counted = buckets.Sum(b => b.Count);
        double? At(double quantile) => line.Sketch.QuantileMs(quantile);
        return new UsageDistributionGroup(keys, counted, line.Requests - counted, [.. bars])
        {
            Min = buckets.IsEmpty ? null : Milliseconds(buckets[0].Bucket),
            Max = buckets.IsEmpty ? null : Milliseconds(buckets[^1].Bucket + 1),
            P50 = At(0.5),
            P75 = At(0.75),
            P90 = At(0.9),
            P95 = At(0.95),
            P99 = At(0.99),
        };
    }

    private static double Milliseconds(int bucket) => SketchBuckets.Low(bucket) / 1000;
}

/// <summary>One group's distribution.</summary>
/// <param name="Keys">In the order of <see cref="UsageQuery.GroupBy"/>; null is "unknown".</param>
/// <param name="Count">Requests that were measured.</param>
/// <param name="Unknown">Requests that were not.</param>
/// <param name="Bars">How many lie between two edges.</param>
public sealed record UsageDistributionGroup(
    ImmutableArray<string?> Keys,
    long Count,
    long Unknown,
    ImmutableArray<long> Bars
)
{
    /// <summary>No request took less; milliseconds, null when nothing was measured, as all that follow.</summary>
    public double? Min { get; init; }

    /// <summary>Every request took less.</summary>
    public double? Max { get; init; }

    /// <summary>The median, within 1 %, as the other quantiles.</summary>
    public double? P50 { get; init; }

    /// <summary>Three of four took at most so long.</summary>
    public double? P75 { get; init; }

    /// <summary>Nine of ten.</summary>
    public double? P90 { get; init; }

    /// <summary>95 of a hundred.</summary>
    public double? P95 { get; init; }

    /// <summary>99 of a hundred.</summary>
    public double? P99 { get; init; }
}

/// <summary>What of a request is measured.</summary>
public enum UsageDuration
{
    /// <summary>From its start to its last byte.</summary>
    Whole,

    /// <summary>From its start to its first content.</summary>
    FirstToken,
}

/// <summary>How the edges of a histogram lie.</summary>
public enum UsageScale
{
    /// <summary>Each a multiple of the one before.</summary>
    Log,

    /// <summary>Evenly.</summary>
    Linear,
}
