using System.Collections.Immutable;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>
/// How a half-open range is read: its whole days, hours and quarters from rollups, the ragged ends from records. All parts
/// together cover the range once.
/// </summary>
/// <param name="Cells">Spans of rollups; seconds since 1970, half-open.</param>
/// <param name="Records">Spans of records; microseconds since 1970, half-open.</param>
internal sealed record RangePlan(
    ImmutableArray<(RollupWidth Width, long From, long To)> Cells,
    ImmutableArray<(long From, long To)> Records
)
{
    private const long Second = 1_000_000;

    /// <summary>Plans a range of microseconds.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="widest">The widest rollup that may be used.</param>
    /// <param name="finest">The finest rollup that there is.</param>
    /// <param name="cuts">Moments, in order, that must not lie inside a cell: local midnights, for one. Microseconds.</param>
    public static RangePlan Of(
        long from,
        long to,
        RollupWidth widest,
        RollupWidth finest,
        params ReadOnlySpan<long> cuts
    )
    {
        var builder = new Builder(widest, finest);
        builder.AddCut(from, to, cuts);
        return new RangePlan([.. builder.Cells], [.. builder.Records]);
    }

    private sealed class Builder(RollupWidth widest, RollupWidth finest)
    {
        public List<(RollupWidth Width, long From, long To)> Cells { get; } = [];

        public List<(long From, long To)> Records { get; } = [];

        public void AddCut(long from, long to, ReadOnlySpan<long> cuts)
        {
            foreach (var cut in cuts)
            {
                if (cut > from && cut < to)
                {
                    Split(from, cut, widest);
                    from = cut;
                }
            }

            Split(from, to, widest);
        }

        private void Split(long from, long to, RollupWidth width)
        {
            if (from >= to)
            {
                return;
            }

            if (width < finest)
            {
                Add(from, to);
                return;
            }

            var step = width.Seconds() * Second;
            var first = RollupWidths.Ceiling(from, step);
            var last = RollupWidths.Floor(to, step);
            if (first >= last)
            {
                Split(from, to, width - 1);
                return;
            }

            Split(from, first, width - 1);
            Add(width, first / Second, last / Second);
            Split(last, to, width - 1);
        }

        // A year of days is one statement and not 365.
        private void Add(RollupWidth width, long from, long to)
        {
            if (Cells.Count > 0 && Cells[^1].Width == width && Cells[^1].To == from)
            {
                from = Cells[^1].From;
                Cells.RemoveAt(Cells.Count - 1);
            }

            Cells.Add((width, from, to));
        }

        private void Add(long from, long to)
        {
            if (Records.Count > 0 && Records[^1].To == from)
            {
                from = Records[^1].From;
                Records.RemoveAt(Records.Count - 1);
            }

            Records.Add((from, to));
        }
    }
}
