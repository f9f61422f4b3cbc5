using System.Collections.Immutable;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Sums up everything, group by group and hour by hour. Not thread-safe.</summary>
internal sealed class HourSink : SumSink
{
    private const long Hour = 3600;

    private readonly SortedDictionary<long, Dictionary<int, long[]>> hours = [];

    /// <inheritdoc />
    public override ImmutableArray<int> CellMeasures { get; } = Measures.All;

    /// <inheritdoc />
    public override string RecordColumns { get; } = string.Join(", ", Measures.OfRecords);

    /// <summary>The hours by their starts in seconds since 1970; for each the sums (<see cref="Measures"/>) by group.</summary>
    public IReadOnlyDictionary<long, Dictionary<int, long[]>> Hours => hours;

    /// <inheritdoc />
    public override void AddCell(int group, long start, in CellSums cell, int sign)
    {
        var sums = SumsOf(group, start);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = unchecked(sums[i] + (sign * cell.Measures[i]));
        }
    }

    /// <inheritdoc />
    public override void AddCells(in CellColumns cells)
    {
        for (var i = 0; i < cells.Groups.Length; i++)
        {
            if (cells.Groups[i] < 0)
            {
                continue;
            }

            var sums = SumsOf(cells.Groups[i], cells.Day + (cells.Slots[i] * cells.Width));
            for (var m = 0; m < sums.Length; m++)
            {
                sums[m] = cells.Measure(m) is { IsEmpty: false } values
                    ? unchecked(sums[m] + (cells.Sign * values[i]))
                    : sums[m];
            }
        }
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first, int sign)
    {
        var sums = SumsOf(group, seconds);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = unchecked(sums[i] + (sign * row.Int64(first + i)));
        }
    }

    private long[] SumsOf(int group, long seconds)
    {
        var hour = RollupWidths.Floor(seconds, Hour);
        if (!hours.TryGetValue(hour, out var groups))
        {
            hours[hour] = groups = [];
        }

        if (!groups.TryGetValue(group, out var sums))
        {
            groups[group] = sums = new long[Measures.Count];
        }

        return sums;
    }
}
