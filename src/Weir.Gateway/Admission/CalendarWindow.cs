namespace Weir.Gateway.Admission;

/// <summary>
/// Cuts time into windows by the calendar of a zone: each moment is in exactly one, each begins where the one before ends,
/// and a day is as long as that day was (23, 25 hours). Pure; moments are UTC ticks, half-open.
/// </summary>
internal static class CalendarWindow
{
    // Beyond these, a date plus a month or a zone's offset would leave the calendar.
    private static readonly long Earliest = new DateTime(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly long Latest = new DateTime(9000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>The window that a moment is in.</summary>
    public static (long Start, long End) At(WindowConfig window, long utc)
    {
        utc = Math.Clamp(utc, Earliest, Latest);
        switch (window.Kind)
        {
            case WindowKind.Hour:
                return Hour(window.Zone, utc);
            case WindowKind.Day or WindowKind.Week or WindowKind.Month:
                var local =
                    new DateTime(utc, DateTimeKind.Utc) + window.Zone.GetUtcOffset(new DateTime(utc, DateTimeKind.Utc));
                var first = FirstDay(window, DateOnly.FromDateTime(local));
                var start = Midnight(window.Zone, first);
                var next = Next(window, first);
                var end = Midnight(window.Zone, next);
                // Where clocks went back over midnight, the date came twice, and the first time it came counts.
                while (utc >= end)
                {
                    (start, next) = (end, Next(window, next));
                    end = Midnight(window.Zone, next);
                }

                return (start, end);
            default:
                return (long.MinValue, long.MaxValue);
        }
    }

    /// <summary>
    /// By the zone's standard time: an hour that comes twice in autumn is two hours, and none overlaps another, whatever the
    /// summer time adds.
    /// </summary>
    private static (long Start, long End) Hour(TimeZoneInfo zone, long utc)
    {
        var offset = zone.BaseUtcOffset.Ticks;
        var start = utc + offset - ((utc + offset) % TimeSpan.TicksPerHour) - offset;
        return (start, start + TimeSpan.TicksPerHour);
    }

    private static DateOnly FirstDay(WindowConfig window, DateOnly day)
    {
        switch (window.Kind)
        {
            case WindowKind.Week:
                return day.AddDays(-(((int)day.DayOfWeek - (int)window.WeekStart + 7) % 7));
            case WindowKind.Month:
                var first = InMonth(day.Year, day.Month, window.MonthStart);
                if (first <= day)
                {
                    return first;
                }

                var before = new DateOnly(day.Year, day.Month, 1).AddMonths(-1);
                return InMonth(before.Year, before.Month, window.MonthStart);
            default:
                return day;
        }
    }

    private static DateOnly Next(WindowConfig window, DateOnly first)
    {
        switch (window.Kind)
        {
            case WindowKind.Week:
                return first.AddDays(7);
            case WindowKind.Month:
                var month = new DateOnly(first.Year, first.Month, 1).AddMonths(1);
                return InMonth(month.Year, month.Month, window.MonthStart);
            default:
                return first.AddDays(1);
        }
    }

    private static DateOnly InMonth(int year, int month, int day) =>
        new(year, month, Math.Min(day, DateTime.DaysInMonth(year, month)));

    /// <summary>When a day begins: the first moment that its date is, or that a later one is where the clocks skip it.</summary>
    private static long Midnight(TimeZoneInfo zone, DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        if (zone.IsInvalidTime(local))
        {
            return Jump(zone, local);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return local.Ticks - offset.Ticks;
    }

    /// <summary>The moment at which the clocks skip a local time.</summary>
    private static long Jump(TimeZoneInfo zone, DateTime local)
    {
        // Between two moments a day from it on either side the clocks jump once: halve until a tick is left.
        var (low, high) = (local.Ticks - (2 * TimeSpan.TicksPerDay), local.Ticks + (2 * TimeSpan.TicksPerDay));
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            var shown = middle + zone.GetUtcOffset(new DateTime(middle, DateTimeKind.Utc)).Ticks;
            (low, high) = shown >= local.Ticks ? (low, middle) : (middle, high);
        }

        return high;
    }
}
