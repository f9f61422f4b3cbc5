using System.Collections.Immutable;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>The intervals that a range touches. Not thread-safe: it remembers where it looked last.</summary>
internal sealed class SeriesAxis
{
    private const long DaySeconds = 86_400;

    private readonly UsageInterval interval;
    private readonly DateTimeOffset first;
    private readonly long firstSeconds;
    private long lastDay = long.MinValue;
    private int lastMonth;

    public SeriesAxis(DateTimeOffset from, DateTimeOffset to, UsageInterval interval)
    {
        this.interval = interval;
        first = Floor(from, interval);
        firstSeconds = first.ToUnixTimeSeconds();
        var times = ImmutableArray.CreateBuilder<DateTimeOffset>();
        for (var time = first; time < to && from < to; time = Next(time))
        {
            times.Add(time);
            if (time > DateTimeOffset.MaxValue - TimeSpan.FromDays(32))
            {
                break; // the calendar ends inside the next interval
            }
        }

        Times = times.ToImmutable();
    }

    /// <summary>The starts, in order; empty for an empty range.</summary>
    public ImmutableArray<DateTimeOffset> Times { get; }

    /// <summary>The widest rollup whose cells each lie in one interval.</summary>
    public RollupWidth Widest => interval == UsageInterval.Hour ? RollupWidth.Hour : RollupWidth.Day;

    /// <summary>How many intervals a range touches, an interval or so too many at times.</summary>
    public static long CountPoints(DateTimeOffset from, DateTimeOffset to, UsageInterval interval) =>
        from >= to ? 0
        : interval == UsageInterval.Month ? ((to.Year - from.Year) * 12) + to.Month - from.Month + 2
        : ((to - Floor(from, interval)).Ticks / Length(interval).Ticks) + 1;

    /// <summary>The place of the interval that a moment of the range lies in.</summary>
    /// <param name="seconds">Seconds since 1970.</param>
    public int IndexOf(long seconds) =>
        interval == UsageInterval.Month
            ? MonthOf(RollupWidths.Floor(seconds, DaySeconds))
            : (int)((seconds - firstSeconds) / (Length(interval).Ticks / TimeSpan.TicksPerSecond));

    private int MonthOf(long day)
    {
        if (day != lastDay)
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(day);
            (lastDay, lastMonth) = (day, ((time.Year - first.Year) * 12) + time.Month - first.Month);
        }

        return lastMonth;
    }

    private DateTimeOffset Next(DateTimeOffset time) =>
        interval == UsageInterval.Month ? time.AddMonths(1) : time + Length(interval);

    /// <summary>The start of the interval that a time lies in, UTC; weeks begin on Monday, as the first day of the calendar is.</summary>
    private static DateTimeOffset Floor(DateTimeOffset time, UsageInterval interval)
    {
        var utc = time.UtcDateTime;
        return new DateTimeOffset(
            interval == UsageInterval.Month
                ? new DateTime(utc.Year, utc.Month, 1)
                : new DateTime(utc.Ticks - (utc.Ticks % Length(interval).Ticks)),
            TimeSpan.Zero
        );
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
