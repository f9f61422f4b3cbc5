using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Sums up everything, group by group and hour by hour. Not thread-safe.</summary>
internal sealed class HourSink : SumSink
{
    private const long Hour = 3600;

    private readonly SortedDictionary<long, Dictionary<int, long[]>> hours = [];

    /// <inheritdoc />
    public override string CellColumns { get; } = string.Join(", ", Measures.OfCells);

    /// <inheritdoc />
    public override string RecordColumns { get; } = string.Join(", ", Measures.OfRecords);

    /// <summary>The hours by their starts in seconds since 1970; for each the sums (<see cref="Measures"/>) by group.</summary>
    public IReadOnlyDictionary<long, Dictionary<int, long[]>> Hours => hours;

    /// <inheritdoc />
    public override void AddCell(int group, long start, PreparedStatement row, int first, int sign)
    {
        var hour = RollupWidths.Floor(start, Hour);
        if (!hours.TryGetValue(hour, out var groups))
        {
            hours[hour] = groups = [];
        }

        if (!groups.TryGetValue(group, out var sums))
        {
            groups[group] = sums = new long[Measures.Count];
        }

        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = unchecked(sums[i] + (sign * row.Int64(first + i)));
        }
    }

    /// <inheritdoc />
    public override void AddRecord(int group, long seconds, PreparedStatement row, int first) =>
        AddCell(group, seconds, row, first, 1);
}
