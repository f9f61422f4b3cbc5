using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Weir.Ledger.Queries;

namespace Weir.Ledger;

/// <summary>
/// Where hours, days, weeks and months begin: a time zone and the first day of its weeks. A day begins at the first moment of
/// its date: with the first of two midnights where there are two, after the gap where there is none. A date that a zone left
/// out has no day. Immutable.
/// </summary>
public sealed partial class UsageCalendar
{
    private const int LongestName = 64;
    private const long Margin = 40 * 86_400L; // a month and what a zone can be off

    /// <summary>A calendar of a zone (see <see cref="FindZone"/>).</summary>
    public UsageCalendar(TimeZoneInfo zone, DayOfWeek weekStart)
    {
        Zone = zone;
        WeekStart = weekStart;
    }

    /// <summary>UTC, weeks from Monday.</summary>
    public static UsageCalendar Utc { get; } = new(TimeZoneInfo.Utc, DayOfWeek.Monday);

    /// <summary>The zone.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>The first day of a week.</summary>
    public DayOfWeek WeekStart { get; }

    /// <summary>The zone of an IANA name (<c>Europe/Berlin</c>, <c>UTC</c>); null when this machine knows none of that name.</summary>
    public static TimeZoneInfo? FindZone(string name)
    {
        if (name is "UTC" or "Etc/UTC" or "Z")
        {
            return TimeZoneInfo.Utc;
        }

        // The name becomes a path on Unix, and a folder of zones holds more than zones.
        return
            name.Length <= LongestName
            && ZoneName().IsMatch(name)
            && !name.StartsWith("right/", StringComparison.OrdinalIgnoreCase)
            && !name.StartsWith("posix", StringComparison.OrdinalIgnoreCase)
            && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            && zone.HasIanaId
            ? zone
            : null;
    }

    /// <summary>A moment with the offset that the zone's clock has then.</summary>
    public DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, Zone);

    /// <summary>The first moment at which the zone's clock shows a time or a later one.</summary>
    public DateTimeOffset At(DateTime local)
    {
        var wanted = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Utc));
        var seconds = wanted.ToUnixTimeSeconds();
        var offsets = new ZoneOffsets(Zone, seconds - (2 * 86_400), seconds + (2 * 86_400));
        var fraction = wanted.Ticks % TimeSpan.TicksPerSecond;
        return Local(DateTimeOffset.FromUnixTimeSeconds(offsets.First(seconds)).AddTicks(fraction));
    }

    /// <summary>The starts of the intervals that a range touches, in order; none longer than it is allowed to be.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive; an empty range touches nothing.</param>
    /// <param name="interval">How long they are.</param>
    /// <param name="most">Stops after one more than these.</param>
    public ImmutableArray<DateTimeOffset> Starts(
        DateTimeOffset from,
        DateTimeOffset to,
        UsageInterval interval,
        int most
    )
    {
        var offsets = Offsets(from, to);
        return [.. Seconds(offsets, from, to, interval).Take(most + 1).Select(at => Time(offsets, at))];
    }

    /// <summary>
    /// The range before one: as many months, weeks or days where it is whole ones of the calendar, else as long.
    /// </summary>
    public (DateTimeOffset From, DateTimeOffset To) Before(DateTimeOffset from, DateTimeOffset to)
    {
        var (start, end) = (Local(from).DateTime, Local(to).DateTime);
        if (At(start.Date) != from || At(end.Date) != to)
        {
            return (from - (to - from), from);
        }

        if (start.Day == 1 && end.Day == 1)
        {
            var months = ((end.Year - start.Year) * 12) + end.Month - start.Month;
            return (At(start.Date.AddMonths(-months)), from);
        }

        // Whole weeks are whole days too.
        return (At(start.Date - (end.Date - start.Date)), from);
    }

    /// <summary>The range that the same dates and times were a year earlier; the 28th where there is no 29th of February.</summary>
    public (DateTimeOffset From, DateTimeOffset To) YearBefore(DateTimeOffset from, DateTimeOffset to) =>
        (At(Local(from).DateTime.AddYears(-1)), At(Local(to).DateTime.AddYears(-1)));

    /// <summary>The zone's clock about a range.</summary>
    internal ZoneOffsets Offsets(DateTimeOffset from, DateTimeOffset to) =>
        new(Zone, from.ToUnixTimeSeconds() - Margin, to.ToUnixTimeSeconds() + Margin);

    /// <summary>A moment as its point in an answer has it.</summary>
    internal static DateTimeOffset Time(ZoneOffsets offsets, long seconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(Math.Max(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds()));
        var offset = TimeSpan.FromSeconds(offsets.OffsetIn(offsets.IndexAt(seconds)));
        return offset == TimeSpan.Zero ? time : time.ToOffset(offset);
    }

    /// <summary>The starts in seconds since 1970.</summary>
    internal IEnumerable<long> Seconds(
        ZoneOffsets offsets,
        DateTimeOffset from,
        DateTimeOffset to,
        UsageInterval interval
    )
    {
        if (from >= to)
        {
            return [];
        }

        var (first, end) = (from.ToUnixTimeSeconds(), to.UtcTicks);
        return interval is UsageInterval.Minute or UsageInterval.Hour
            ? Clock(offsets, first, end, interval == UsageInterval.Minute ? 60 : 3600)
            : Dates(offsets, first, end, interval);
    }

    private static bool IsBefore(long seconds, long endTicks) =>
        seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        && seconds
            < (endTicks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;

    // The clock's full hours, and each moment at which the clock is set: what lies between two is an hour or less of one kind.
    private static IEnumerable<long> Clock(ZoneOffsets offsets, long from, long endTicks, long step)
    {
        var stretch = offsets.IndexAt(from);
        var at = Math.Max(
            offsets.Start(stretch),
            Floor(from + offsets.OffsetIn(stretch), step) - offsets.OffsetIn(stretch)
        );
        while (IsBefore(at, endTicks))
        {
            yield return at;
            at = Floor(at + offsets.OffsetIn(stretch), step) + step - offsets.OffsetIn(stretch);
            if (at >= offsets.End(stretch))
            {
                at = offsets.End(stretch);
                stretch++;
            }
        }
    }

    private IEnumerable<long> Dates(ZoneOffsets offsets, long from, long endTicks, UsageInterval interval)
    {
        var date = FloorDate(Floor(offsets.Local(from), 86_400) / 86_400, interval);
        var at = offsets.First(date * 86_400);
        while (IsBefore(at, endTicks))
        {
            date = NextDate(date, interval);
            var next = date > LastDate ? long.MaxValue : offsets.First(date * 86_400);
            if (next > from && next > at)
            {
                yield return at;
            }

            at = next;
        }
    }

    private static readonly long LastDate = DateTimeOffset.MaxValue.ToUnixTimeSeconds() / 86_400;

    private long FloorDate(long date, UsageInterval interval) =>
        interval switch
        {
            // The first of 1970 was a Thursday.
            UsageInterval.Week => date - Modulo(date + (int)DayOfWeek.Thursday - (int)WeekStart, 7),
            UsageInterval.Month => date - Day(date).Day + 1,
            _ => date,
        };

    private static long NextDate(long date, UsageInterval interval) =>
        interval switch
        {
            UsageInterval.Week => date + 7,
            UsageInterval.Month => date + DateTime.DaysInMonth(Day(date).Year, Day(date).Month),
            _ => date + 1,
        };

    private static DateTime Day(long date) => DateTime.UnixEpoch.AddDays(date);

    private static long Floor(long value, long step) => value - Modulo(value, step);

    private static long Modulo(long value, long step) => ((value % step) + step) % step;

    [GeneratedRegex(
        @"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ZoneName();
}
