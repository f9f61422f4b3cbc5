using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Queries;

/// <summary>The one dimension that a query is about, for each width that has pages of sums by it alone (<see cref="SingleSums.Holds"/>).</summary>
internal sealed class SingleDimension
{
    /// <summary>Finds it.</summary>
    /// <param name="query">What is asked.</param>
    /// <param name="withSketches">Whether sketches are asked for.</param>
    /// <param name="widest">The widest cells that may be used.</param>
    public SingleDimension(UsageQuery query, bool withSketches, RollupWidth widest)
    {
        var kinds = query.GroupBy.Concat(query.Filters.Select(f => f.Dimension)).Select(d => d.Kind).ToHashSet();
        // What is about none is the sum of any: of one with few values.
        OfHours = Of(RollupWidth.Hour, UsageDimensionKind.Provider);
        OfDays = withSketches ? null : Of(RollupWidth.Day, null);
        OfMonths = widest == RollupWidth.Month ? Of(RollupWidth.Month, UsageDimensionKind.Status) : null;

        UsageDimensionKind? Of(RollupWidth width, UsageDimensionKind? any) =>
            kinds.Count == 0 ? any
            : kinds.Count == 1 && SingleSums.Holds(kinds.First(), width) ? kinds.First()
            : null;
    }

    /// <summary>The dimension where hours have it; null where they do not.</summary>
    public UsageDimensionKind? OfHours { get; }

    /// <summary>The same of days, all sets together.</summary>
    public UsageDimensionKind? OfDays { get; }

    /// <summary>The same of months.</summary>
    public UsageDimensionKind? OfMonths { get; }
}
