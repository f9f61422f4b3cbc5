using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;

namespace Weir.Ledger;

/// <summary>The groups with the largest of a figure, and what the others come to.</summary>
/// <param name="Rows">The largest first; of as much as another the one with more requests, then by key. No quantiles.</param>
/// <param name="OtherMembers">How many groups are in <paramref name="Other"/>.</param>
/// <param name="Other">The sum of those that are not among the rows.</param>
/// <param name="Total">The sum of all.</param>
public sealed record UsageTop(ImmutableArray<UsageRow> Rows, long OtherMembers, UsageTotals Other, UsageTotals Total)
{
    internal static UsageTop Read(SqliteConnection connection, UsageQuery query, UsageFigure figure, int limit)
    {
        var sink = new FigureSink();
        using var sums = new GroupedSums(connection, query, sink);
        sums.AddRange(RollupWidth.Month);
        using var texts = new GroupTexts(connection, query.GroupBy);
        var total = new long[Measures.Count];
        var candidates = new List<(int Group, decimal Value, long Requests)>(sink.Count);
        for (var group = 0; group < sink.Count; group++)
        {
            var of = sink.Of(group);
            if (of[Measures.Requests] != 0)
            {
                Add(total, of, 1);
                // A rate of nothing is behind every rate.
                candidates.Add((group, figure.RankOf(of) ?? decimal.MinValue, of[Measures.Requests]));
            }
        }

        var rows = Shown(candidates, limit)
            .Select(c => (Figures: c, Keys: texts.Of(sums.Groups[c.Group])))
            .Order(
                Comparer<((int Group, decimal Value, long Requests) Figures, ImmutableArray<string?> Keys)>.Create(
                    (a, b) =>
                        Largest(a.Figures, b.Figures) is var order and not 0
                            ? order
                            : UsageQueries.CompareKeys(a.Keys, b.Keys)
                )
            )
            .Take(limit)
            .ToList();
        var rest = total.ToArray();
        foreach (var row in rows)
        {
            Add(rest, sink.Of(row.Figures.Group), -1);
        }

        return new UsageTop(
            [.. rows.Select(row => new UsageRow(row.Keys, FigureSink.Totals(sink.Of(row.Figures.Group))))],
            candidates.Count - rows.Count,
            FigureSink.Totals(rest),
            FigureSink.Totals(total)
        );
    }

    /// <summary>Those whose texts decide what is shown: the largest, and all that tie with the last of these. Of many thousands few are put in order.</summary>
    private static IEnumerable<(int Group, decimal Value, long Requests)> Shown(
        List<(int Group, decimal Value, long Requests)> candidates,
        int limit
    )
    {
        if (candidates.Count <= limit)
        {
            return candidates;
        }

        var largest = new PriorityQueue<
            (int Group, decimal Value, long Requests),
            (int Group, decimal Value, long Requests)
        >(Comparer<(int Group, decimal Value, long Requests)>.Create((a, b) => Largest(b, a)));
        foreach (var candidate in candidates)
        {
            if (largest.Count < limit)
            {
                largest.Enqueue(candidate, candidate);
            }
            else
            {
                largest.EnqueueDequeue(candidate, candidate);
            }
        }

        var last = largest.Peek();
        return candidates.Where(candidate => Largest(candidate, last) <= 0);
    }

    private static int Largest(
        (int Group, decimal Value, long Requests) a,
        (int Group, decimal Value, long Requests) b
    ) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : b.Requests.CompareTo(a.Requests);

    private static void Add(long[] to, ReadOnlySpan<long> what, int sign)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = unchecked(to[i] + (sign * what[i]));
        }
    }
}
