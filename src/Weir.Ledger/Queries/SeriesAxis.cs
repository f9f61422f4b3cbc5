using System.Collections.Immutable;

namespace Weir.Ledger.Queries;

/// <summary>The intervals that a range touches. Not thread-safe: it remembers where it looked last.</summary>
internal sealed class SeriesAxis
{
    private const long Second = 1_000_000;

    private readonly ImmutableArray<long> starts;
    private int last;

    public SeriesAxis(UsageCalendar calendar, DateTimeOffset from, DateTimeOffset to, UsageInterval interval)
    {
        var offsets = calendar.Offsets(from, to);
        starts = [.. calendar.Seconds(offsets, from, to, interval)];
        Times = [.. starts.Select(at => UsageCalendar.Time(offsets, at))];
    }

    /// <summary>The starts, in order; empty for an empty range.</summary>
    public ImmutableArray<DateTimeOffset> Times { get; }

    /// <summary>The starts in seconds since 1970.</summary>
    public ImmutableArray<long> Starts => starts;

    /// <summary>Where one interval ends and the next begins, in microseconds since 1970: no cell may lie on both sides.</summary>
    public ImmutableArray<long> Cuts => [.. starts.Skip(1).Select(at => at * Second)];

    /// <summary>How many intervals a range touches, a few too many or too few at times.</summary>
    public static long CountPoints(DateTimeOffset from, DateTimeOffset to, UsageInterval interval) =>
        from >= to ? 0
        : interval == UsageInterval.Month ? ((to.Year - from.Year) * 12) + to.Month - from.Month + 2
        : ((to - from).Ticks / Length(interval).Ticks) + 2;

    /// <summary>The place of the interval that a moment of the range lies in.</summary>
    /// <param name="seconds">Seconds since 1970.</param>
    public int IndexOf(long seconds)
    {
        if (seconds >= starts[last] && (last + 1 == starts.Length || seconds < starts[last + 1]))
        {
            return last;
        }

        var found = starts.BinarySearch(seconds);
        return last = found >= 0 ? found : Math.Max(0, ~found - 1);
    }

    private static TimeSpan Length(UsageInterval interval) =>
        interval switch
        {
            UsageInterval.Minute => TimeSpan.FromMinutes(1),
            UsageInterval.Hour => TimeSpan.FromHours(1),
            UsageInterval.Day => TimeSpan.FromDays(1),
            UsageInterval.Week => TimeSpan.FromDays(7),
            _ => throw new ArgumentOutOfRangeException(nameof(interval)),
        };
}
