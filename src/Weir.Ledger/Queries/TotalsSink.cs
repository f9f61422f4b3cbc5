using System.Collections.Immutable;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Queries;

/// <summary>Sums up everything, group by group. Not thread-safe.</summary>
internal sealed class TotalsSink : SumSink
{
    private const int Latency = Measures.Count;
    private const int FirstToken = Measures.Count + 1;

    private readonly FlatSums figures = new();
    private readonly List<RollupSums> sums = []; // their sketches, until they are told

    /// <inheritdoc />
    public override ImmutableArray<int> CellMeasures { get; } = Measures.All;

    /// <inheritdoc />
    public override bool WithSketches => true;

    /// <inheritdoc />
    public override string RecordColumns { get; } =
        string.Join(", ", Measures.OfRecords) + ", r.duration, r.first_token";

    /// <summary>The sums of the groups that have a record.</summary>
    public IEnumerable<(Group Group, RollupSums Sums)> Of(GroupTable groups)
    {
        for (var i = 0; i < figures.Count; i++)
        {
            if (figures[i][Measures.Requests] != 0)
            {
                var of = SketchesOf(i);
                figures[i].CopyTo(of.Values);
                yield return (groups[i], of);
            }
        }
    }

    /// <inheritdoc />
    public override void AddCell(int group, long start, in CellSums cell, int sign)
    {
        var to = figures.Of(group);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = unchecked(to[i] + (sign * cell.Measures[i]));
        }

        Add(group, cell.Latency, cell.FirstToken, sign);
    }

    /// <inheritdoc />
    public override void AddCells(in CellColumns cells)
    {
        figures.Add(cells);
        var (latencyAt, firstTokenAt) = (0, 0);
        foreach (var group in cells.Groups)
        {
            var latency = PageReader.NextSketch(cells.Latency, ref latencyAt);
            var firstToken = PageReader.NextSketch(cells.FirstToken, ref firstTokenAt);
            if (group >= 0)
            {
                Add(group, latency, firstToken, cells.Sign);
            }
        }
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign)
    {
        var to = figures.Of(group);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = unchecked(to[i] + (sign * row.Int64(first + i)));
        }

        var sketches = SketchesOf(group);
        if (!row.IsNull(first + Latency))
        {
            sketches.Latency.Add(row.Int64(first + Latency), sign);
        }

        if (!row.IsNull(first + FirstToken))
        {
            sketches.FirstToken.Add(row.Int64(first + FirstToken), sign);
        }
    }

    private RollupSums SketchesOf(int group)
    {
        while (sums.Count <= group)
        {
            sums.Add(new RollupSums());
        }

        return sums[group];
    }

    private void Add(int group, ReadOnlySpan<byte> latency, ReadOnlySpan<byte> firstToken, int sign)
    {
        var to = SketchesOf(group);
        if (
            (!latency.IsEmpty && !to.Latency.TryAdd(latency, sign))
            || (!firstToken.IsEmpty && !to.FirstToken.TryAdd(firstToken, sign))
        )
        {
            throw new InvalidDataException("A stored sketch cannot be read.");
        }
    }
}
