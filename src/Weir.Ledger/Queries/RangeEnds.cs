using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>
/// A range whose ragged ends are moved outwards to the next whole cell where fewer records are to be taken out than would be to be
/// added: a record costs two microseconds and more, a cell next to nothing.
/// </summary>
/// <param name="From">Where it begins, at most a cell early; microseconds since 1970.</param>
/// <param name="To">Where it ends, at most a cell late.</param>
/// <param name="Before">What of it lies before the range asked for, and is taken out.</param>
/// <param name="After">What of it lies after.</param>
internal readonly record struct RangeEnds(long From, long To, (long From, long To) Before, (long From, long To) After)
{
    /// <summary>Chooses.</summary>
    /// <param name="from">Inclusive, in microseconds since 1970.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="finest">The finest cells.</param>
    /// <param name="newest">When the last record began: behind it nothing is to be taken out.</param>
    public static RangeEnds Of(long from, long to, RollupWidth finest, long newest)
    {
        var step = finest.Seconds() * 1_000_000;
        var (first, last) = (RollupWidths.Ceiling(from, step), RollupWidths.Floor(to, step));
        if (first > last)
        {
            return new RangeEnds(from, to, default, default); // in the middle of one cell
        }

        var start = from - (first - step) < first - from ? first - step : from;
        var end = newest < to || last + step - to < to - last ? RollupWidths.Ceiling(to, step) : to;
        return new RangeEnds(start, end, (start, from), (to, end));
    }
}
