namespace Weir.Gateway.Routing;

/// <summary>Whether a time is one of a schedule's. Pure.</summary>
internal static class Schedule
{
    /// <summary>Whether the schedule holds at that time, by the clock of its zone.</summary>
    public static bool Holds(ScheduleConfig schedule, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, schedule.Zone);
        var time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        var today = schedule.Days.Contains(local.DayOfWeek);
        if (schedule.From < schedule.To)
        {
            return today && time >= schedule.From && time < schedule.To;
        }

        var yesterday = (DayOfWeek)(((int)local.DayOfWeek + 6) % 7);
        return (today && time >= schedule.From) || (time < schedule.To && schedule.Days.Contains(yesterday));
    }
}
