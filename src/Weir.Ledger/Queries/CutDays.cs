using System.Collections.Immutable;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>
/// Days of UTC that one moment alone cuts, as a zone's midnight does: what lies on one side of it is the day's sums without those of the other
/// side, so that of the finest cells the smaller part is read.
/// </summary>
/// <param name="cuts">The moments in order, in microseconds since 1970.</param>
/// <param name="step">How long the finest cells are, in seconds.</param>
internal sealed class CutDays(ImmutableArray<long> cuts, long step)
{
    private const long Second = 1_000_000;

    /// <summary>How a day is cut; null when it is not, more than once, inside a finest cell, or not all of it is in the range.</summary>
    /// <param name="day">The day's start in seconds since 1970.</param>
    /// <param name="from">The range's start likewise.</param>
    /// <param name="to">Its end, exclusive.</param>
    /// <returns>The smaller part, and the start of the other.</returns>
    public (long From, long To, long Other)? Of(long day, long from, long to)
    {
        var end = day + RollupWidth.Day.Seconds();
        if (day < from || end > to)
        {
            return null;
        }

        var found = cuts.BinarySearch((day * Second) + 1);
        var at = found < 0 ? ~found : found;
        if (
            at == cuts.Length
            || cuts[at] >= end * Second
            || (at + 1 < cuts.Length && cuts[at + 1] < end * Second)
            || cuts[at] % (step * Second) != 0
        )
        {
            return null;
        }

        var cut = cuts[at] / Second;
        return cut - day < end - cut ? (day, cut, cut) : (cut, end, day);
    }
}
