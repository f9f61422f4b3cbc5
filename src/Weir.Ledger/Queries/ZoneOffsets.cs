namespace Weir.Ledger.Queries;

/// <summary>
/// The stretches of time in which a zone's clock runs evenly. The runtime tells the offset of a moment but lists no changes, so
/// they are looked for: no zone has changed twice within twelve hours. Thread-safe.
/// </summary>
internal sealed class ZoneOffsets
{
    private const long Step = 12 * 3600;

    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly List<long> starts = [];
    private readonly List<long> offsets = [];

    /// <summary>Looks through a stretch; seconds since 1970, beyond the calendar's ends too.</summary>
    public ZoneOffsets(TimeZoneInfo zone, long from, long to)
    {
        Add(long.MinValue, Offset(zone, from));
        if (!zone.SupportsDaylightSavingTime && zone.GetAdjustmentRules().Length == 0)
        {
            return;
        }

        for (var at = from; at < to; at += Step)
        {
            var next = Math.Min(at + Step, to);
            var changed = Offset(zone, next);
            if (changed == offsets[^1])
            {
                continue;
            }

            var (before, after) = (at, next);
            while (after - before > 1)
            {
                var middle = before + ((after - before) / 2);
                (before, after) = Offset(zone, middle) == offsets[^1] ? (middle, after) : (before, middle);
            }

            Add(after, changed);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => starts.Count;

    /// <summary>The start of one; the first has none.</summary>
    public long Start(int index) => starts[index];

    /// <summary>Its end, exclusive; the last has none.</summary>
    public long End(int index) => index + 1 < starts.Count ? starts[index + 1] : long.MaxValue;

    /// <summary>The seconds that the local clock is ahead of UTC in it.</summary>
    public long OffsetIn(int index) => offsets[index];

    /// <summary>The one that a moment lies in.</summary>
    public int IndexAt(long seconds)
    {
        var found = starts.BinarySearch(seconds);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>What the local clock shows at a moment, as seconds since 1970.</summary>
    public long Local(long seconds) => seconds + offsets[IndexAt(seconds)];

    /// <summary>
    /// The first moment at which the local clock shows a time or a later one: the first of two where the time comes twice, the
    /// end of the gap where it does not come.
    /// </summary>
    public long First(long local)
    {
        for (var i = 0; ; i++)
        {
            // No offset is above a day, so the first stretch needs no care at its start.
            var at = i == 0 ? local - offsets[i] : Math.Max(starts[i], local - offsets[i]);
            if (at < End(i))
            {
                return at;
            }
        }
    }

    private static long Offset(TimeZoneInfo zone, long seconds) =>
        (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, Earliest, Latest))).TotalSeconds;

    private void Add(long start, long offset)
    {
        starts.Add(start);
        offsets.Add(offset);
    }
}
