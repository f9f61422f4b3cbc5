using System.Collections.Immutable;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Queries;

/// <summary>Gathers how long requests took, group by group. Not thread-safe.</summary>
internal sealed class DistributionSink(UsageDuration of) : SumSink
{
    private readonly List<Line> lines = [];

    /// <inheritdoc />
    public override ImmutableArray<int> CellMeasures { get; } = [Measures.Requests];

    /// <inheritdoc />
    public override bool WithSketches => true;

    /// <inheritdoc />
    public override string RecordColumns { get; } =
        $"1, {(of == UsageDuration.Whole ? "r.duration" : "r.first_token")}";

    /// <summary>The groups by number.</summary>
    public IReadOnlyList<Line> Lines => lines;

    /// <inheritdoc />
    public override void AddCell(int group, long start, in CellSums cell, int sign) =>
        Add(LineOf(group), cell.Measures[0], of == UsageDuration.Whole ? cell.Latency : cell.FirstToken, sign);

    /// <inheritdoc />
    public override void AddCells(in CellColumns cells)
    {
        var requests = cells.Measure(0);
        var sketches = of == UsageDuration.Whole ? cells.Latency : cells.FirstToken;
        var at = 0;
        for (var i = 0; i < cells.Groups.Length; i++)
        {
            var sketch = PageReader.NextSketch(sketches, ref at);
            if (cells.Groups[i] >= 0)
            {
                Add(LineOf(cells.Groups[i]), requests.IsEmpty ? 0 : requests[i], sketch, cells.Sign);
            }
        }
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign)
    {
        var line = LineOf(group);
        line.Requests += sign;
        if (!row.IsNull(first + 1))
        {
            line.Sketch.Add(row.Int64(first + 1), sign);
        }
    }

    private static void Add(Line line, long requests, ReadOnlySpan<byte> sketch, int sign)
    {
        line.Requests += sign * requests;
        if (!line.Sketch.TryAdd(sketch, sign))
        {
            throw new InvalidDataException("A stored sketch cannot be read.");
        }
    }

    private Line LineOf(int group)
    {
        if (group >= UsageDistribution.MostGroups)
        {
            throw new TooManyGroupsException(
                $"the distribution would have more than {UsageDistribution.MostGroups} groups"
            );
        }

        while (lines.Count <= group)
        {
            lines.Add(new Line());
        }

        return lines[group];
    }

    /// <summary>One group's.</summary>
    public sealed class Line
    {
        public long Requests { get; set; }

        public Sketch Sketch { get; } = new();
    }
}
