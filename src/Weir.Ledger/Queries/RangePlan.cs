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
    /// <param name="finest">The finest rollup that there is; the only one from <paramref name="folded"/> on.</param>
    /// <param name="folded">Up to where wider rollups are kept, in seconds since 1970; a whole hour.</param>
    public static RangePlan Of(long from, long to, RollupWidth widest, RollupWidth finest, long folded)
    {
        var cells = ImmutableArray.CreateBuilder<(RollupWidth, long, long)>();
        var records = ImmutableArray.CreateBuilder<(long, long)>();
        var edge = Math.Max(from, Math.Min(to, folded * Second));
        Split(from, edge, widest, finest, cells, records);
        Split(edge, to, finest, finest, cells, records);
        return new RangePlan(cells.ToImmutable(), records.ToImmutable());
    }

    private static void Split(
        long from,
        long to,
        RollupWidth width,
        RollupWidth finest,
        ImmutableArray<(RollupWidth, long, long)>.Builder cells,
        ImmutableArray<(long, long)>.Builder records
    )
    {
        if (from >= to)
        {
            return;
        }

        if (width < finest)
        {
            records.Add((from, to));
            return;
        }

        var step = width.Seconds() * Second;
        var first = RollupWidths.Ceiling(from, step);
        var last = RollupWidths.Floor(to, step);
        if (first >= last)
        {
            Split(from, to, width - 1, finest, cells, records);
            return;
        }

        Split(from, first, width - 1, finest, cells, records);
        cells.Add((width, first / Second, last / Second));
        Split(last, to, width - 1, finest, cells, records);
    }
}
