using System.Collections.Immutable;
using Weir.Ledger.Queries;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>Sums by single dimensions, from sums by all of the wide set's. Not thread-safe.</summary>
/// <param name="kinds">The dimensions.</param>
internal sealed class SingleSums(ImmutableArray<UsageDimensionKind> kinds)
{
    /// <summary>
    /// The dimensions that hours have: those that pages ask of today. Each takes two bytes for a record, and as much again where there are
    /// few records.
    /// </summary>
    public static readonly ImmutableArray<UsageDimensionKind> OfHours =
    [
        UsageDimensionKind.Model,
        UsageDimensionKind.Provider,
    ];

    /// <summary>The dimensions that months have.</summary>
    public static readonly ImmutableArray<UsageDimensionKind> OfMonths = [.. DimensionColumn.Wide];

    private readonly ImmutableArray<int> places = [.. kinds.Select(kind => OfMonths.IndexOf(kind))];
    private readonly Dictionary<PageCell, RollupSums> sums = [];

    /// <summary>The columns of <c>rollup_key</c> as <c>k</c> that <see cref="Add"/> takes.</summary>
    public static string Columns { get; } = string.Join(", ", OfMonths.Select(kind => $"k.{DimensionColumn.Of(kind)}"));

    /// <summary>Whether the sums by a dimension alone stand in pages of a width. Those of days, which sessions have, are without sketches.</summary>
    public static bool Holds(UsageDimensionKind kind, RollupWidth width) =>
        width switch
        {
            RollupWidth.Hour => OfHours.Contains(kind),
            RollupWidth.Day => kind == UsageDimensionKind.Session,
            RollupWidth.Month => OfMonths.Contains(kind),
            _ => false,
        };

    /// <summary>Forgets everything.</summary>
    public void Clear() => sums.Clear();

    /// <summary>Adds what a combination came to.</summary>
    /// <param name="combination">Its values of <see cref="Columns"/>.</param>
    /// <param name="slot">Which span of the page it is of.</param>
    /// <param name="change">Its sums.</param>
    public void Add(ReadOnlySpan<long> combination, long slot, RollupSums change)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var cell = new PageCell(slot, (long)kinds[i], combination[places[i]], 0);
            if (!sums.TryGetValue(cell, out var sum))
            {
                sums[cell] = sum = new RollupSums();
            }

            sum.Add(change);
        }
    }

    /// <summary>The sums in the order of pages.</summary>
    public List<KeyValuePair<PageCell, RollupSums>> Changes()
    {
        var sorted = sums.ToList();
        sorted.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        return sorted;
    }
}
