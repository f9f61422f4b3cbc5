using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Sums up one metric, group by group and interval by interval. Not thread-safe.</summary>
internal sealed class SeriesSink : SumSink
{
    private readonly SeriesAxis axis;
    private readonly bool isMoney;
    private readonly int columns;
    private readonly List<(long[] Points, long Requests)> lines = [];

    public SeriesSink(SeriesAxis axis, UsageMetric metric)
    {
        this.axis = axis;
        isMoney = metric is UsageMetric.CostUsd or UsageMetric.BilledUsd or UsageMetric.SavingsUsd;
        var measures = MeasuresOf(metric);
        columns = measures.Length;
        CellColumns = $"c.requests, {string.Join(", ", measures.Select(m => Measures.OfCells[m]))}";
        RecordColumns = $"1, {string.Join(", ", measures.Select(m => Measures.OfRecords[m]))}";
    }

    /// <inheritdoc />
    public override string CellColumns { get; }

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
                    groups.Groups[i],
                    [.. axis.Times.Select((time, at) => new UsagePoint(time, Value(points[at])))],
                    points.Aggregate(0m, (sum, point) => sum + Value(point))
                );
            }
        }
    }

    /// <inheritdoc />
    public override void AddCell(int group, long start, PreparedStatement row, int first, int sign)
    {
        var line = LineOf(group);
        ref var point = ref line.Points[axis.IndexOf(start)];
        for (var i = 1; i <= columns; i++)
        {
            point = unchecked(point + (sign * row.Int64(first + i)));
        }

        lines[group] = line with { Requests = line.Requests + (sign * row.Int64(first)) };
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first) =>
        AddCell(group, seconds, row, first, 1);

    private (long[] Points, long Requests) LineOf(int group)
    {
        while (lines.Count <= group)
        {
            if ((lines.Count + 1L) * axis.Times.Length > UsageQueries.MostPointsInAll)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(group),
                    $"The series would have more than {UsageQueries.MostPointsInAll} points in all."
                );
            }

            lines.Add((new long[axis.Times.Length], 0));
        }

        return lines[group];
    }

    private decimal Value(long sum) => isMoney ? new Money(sum).ToUsd() : sum;

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
