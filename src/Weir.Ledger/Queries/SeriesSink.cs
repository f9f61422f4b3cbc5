using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Sums up one metric, group by group and interval by interval. Not thread-safe.</summary>
internal sealed class SeriesSink : SumSink
{
    private readonly SeriesAxis axis;
    private readonly bool isMoney;
    private readonly List<(long[] Points, long Requests)> lines = [];
    private int[] places = []; // of each cell of the page at hand, among a line's points

    public SeriesSink(SeriesAxis axis, UsageMetric metric)
    {
        this.axis = axis;
        isMoney = metric is UsageMetric.CostUsd or UsageMetric.BilledUsd or UsageMetric.SavingsUsd;
        var measures = MeasuresOf(metric);
        CellMeasures = [Measures.Requests, .. measures];
        RecordColumns = $"1, {string.Join(", ", measures.Select(m => Measures.OfRecords[m]))}";
    }

    /// <inheritdoc />
    public override ImmutableArray<int> CellMeasures { get; }

    /// <inheritdoc />
    public override string RecordColumns { get; }

    /// <summary>The lines of the groups that have a record.</summary>
    public IEnumerable<(Group Group, ImmutableArray<UsagePoint> Points, decimal Sum)> Of(GroupTable groups)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Requests != 0)
            {
                var points = lines[i].Points;
                yield return (
                    groups[i],
                    [.. axis.Times.Select((time, at) => new UsagePoint(time, Value(points[at])))],
                    Sum(points)
                );
            }
        }
    }

    /// <inheritdoc />
    public override void AddCell(int group, long start, in CellSums cell, int sign)
    {
        var line = LineOf(group);
        ref var point = ref line.Points[axis.IndexOf(start)];
        foreach (var value in cell.Measures[1..])
        {
            point = unchecked(point + (sign * value));
        }

        lines[group] = line with { Requests = line.Requests + (sign * cell.Measures[0]) };
    }

    /// <inheritdoc />
    public override void AddCells(in CellColumns cells)
    {
        if (places.Length < cells.Groups.Length)
        {
            places = new int[cells.Groups.Length * 2];
        }

        var (slot, point, most) = (-1L, 0, -1);
        for (var i = 0; i < cells.Groups.Length; i++)
        {
            most = Math.Max(most, cells.Groups[i]);
            if (cells.Slots[i] != slot)
            {
                slot = cells.Slots[i];
                point = axis.IndexOf(cells.Day + (slot * cells.Width));
            }

            places[i] = point;
        }

        if (most < 0)
        {
            return;
        }

        LineOf(most);
        var all = CollectionsMarshal.AsSpan(lines);
        var requests = cells.Measure(0);
        for (var i = 0; i < requests.Length; i++)
        {
            if (cells.Groups[i] >= 0)
            {
                all[cells.Groups[i]].Requests += cells.Sign * requests[i];
            }
        }

        for (var m = 1; m < CellMeasures.Length; m++)
        {
            var values = cells.Measure(m);
            for (var i = 0; i < values.Length; i++)
            {
                if (cells.Groups[i] >= 0)
                {
                    ref var sum = ref all[cells.Groups[i]].Points[places[i]];
                    sum = unchecked(sum + (cells.Sign * values[i]));
                }
            }
        }
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign)
    {
        var line = LineOf(group);
        ref var point = ref line.Points[axis.IndexOf(seconds)];
        for (var i = 1; i < CellMeasures.Length; i++)
        {
            point = unchecked(point + (sign * row.Int64(first + i)));
        }

        lines[group] = line with { Requests = line.Requests + sign };
    }

    private (long[] Points, long Requests) LineOf(int group)
    {
        while (lines.Count <= group)
        {
            if ((lines.Count + 1L) * axis.Times.Length > UsageQueries.MostPointsInAll)
            {
                throw new TooManyGroupsException(
                    $"the series would have more than {UsageQueries.MostPointsInAll} points in all"
                );
            }

            lines.Add((new long[axis.Times.Length], 0));
        }

        return lines[group];
    }

    private decimal Value(long sum) =>
        sum == 0 ? 0
        : isMoney ? new Money(sum).ToUsd()
        : sum;

    // Of whole numbers as long as they are few enough: a division for each point took a fifth of a short question.
    private decimal Sum(long[] points)
    {
        var sum = (Int128)0;
        foreach (var point in points)
        {
            sum += point;
        }

        return sum >= long.MinValue && sum <= long.MaxValue
            ? Value((long)sum)
            : points.Aggregate(0m, (all, point) => all + Value(point));
    }

    private static ImmutableArray<int> MeasuresOf(UsageMetric metric) =>
        metric switch
        {
            UsageMetric.Requests => [Measures.Requests],
            UsageMetric.Errors => [Measures.Errors],
            UsageMetric.InputTokens => [Measures.Input],
            UsageMetric.CacheReadTokens => [Measures.CacheRead],
            UsageMetric.CacheWrite5mTokens => [Measures.CacheWrite5m],
            UsageMetric.CacheWrite1hTokens => [Measures.CacheWrite1h],
            UsageMetric.OutputTokens => [Measures.Output],
            UsageMetric.ReasoningTokens => [Measures.Reasoning],
            UsageMetric.TotalTokens =>
            [
                Measures.Input,
                Measures.CacheRead,
                Measures.CacheWrite5m,
                Measures.CacheWrite1h,
                Measures.Output,
            ],
            UsageMetric.CostUsd => [Measures.Cost],
            UsageMetric.BilledUsd => [Measures.Billed],
            UsageMetric.SavingsUsd => [Measures.Savings],
            _ => throw new ArgumentOutOfRangeException(nameof(metric)),
        };
}
