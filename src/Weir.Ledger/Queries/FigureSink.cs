using System.Collections.Immutable;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Sums up everything but quantiles, group by group. Not thread-safe.</summary>
internal sealed class FigureSink : SumSink
{
    private readonly FlatSums sums = new();

    /// <inheritdoc />
    public override ImmutableArray<int> CellMeasures => Measures.All;

    /// <inheritdoc />
    public override string RecordColumns { get; } = string.Join(", ", Measures.OfRecords);

    /// <summary>How many groups have had a number so far.</summary>
    public int Count => sums.Count;

    /// <summary>The sums of a group (<see cref="Measures"/>).</summary>
    public ReadOnlySpan<long> Of(int group) => sums[group];

    /// <inheritdoc />
    public override void AddCell(int group, long start, in CellSums cell, int sign)
    {
        var to = sums.Of(group);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = unchecked(to[i] + (sign * cell.Measures[i]));
        }
    }

    /// <inheritdoc />
    public override void AddCells(in CellColumns cells) => sums.Add(cells);

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign)
    {
        var to = sums.Of(group);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = unchecked(to[i] + (sign * row.Int64(first + i)));
        }
    }

    /// <summary>The sums of the groups that have a record.</summary>
    public IEnumerable<(Group Group, RollupSums Sums)> Of(GroupTable groups)
    {
        for (var i = 0; i < sums.Count; i++)
        {
            if (sums[i][Measures.Requests] != 0)
            {
                var of = new RollupSums();
                sums[i].CopyTo(of.Values);
                yield return (groups[i], of);
            }
        }
    }

    /// <summary>Sums as the facade tells them.</summary>
    public static UsageTotals Totals(ReadOnlySpan<long> of)
    {
        var told = new RollupSums();
        of.CopyTo(told.Values);
        return told.ToTotals();
    }
}
