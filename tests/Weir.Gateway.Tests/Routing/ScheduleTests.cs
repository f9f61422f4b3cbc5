using System.Globalization;
using Weir.Gateway.Routing;

namespace Weir.Gateway.Tests.Routing;

public sealed class ScheduleTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static bool Holds(string from, string to, string days, TimeZoneInfo zone, string utc) =>
        Schedule.Holds(
            new ScheduleConfig(
                [.. days.Split(',').Select(Enum.Parse<DayOfWeek>)],
                TimeOnly.Parse(from, CultureInfo.InvariantCulture),
                TimeOnly.Parse(to, CultureInfo.InvariantCulture),
                zone
            ),
            DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture)
        );

    // 2026-07-02 is a Thursday.
    [Theory]
    [InlineData("2026-07-02T08:59:59Z", false)]
    [InlineData("2026-07-02T09:00:00Z", true)]
    [InlineData("2026-07-02T16:59:59Z", true)]
    [InlineData("2026-07-02T17:00:00Z", false)]
    [InlineData("2026-07-03T12:00:00Z", false)]
    public void A_day_begins_at_from_and_ends_before_to(string utc, bool expected) =>
        Assert.Equal(expected, Holds("09:00", "17:00", "Thursday", TimeZoneInfo.Utc, utc));

    [Theory]
    [InlineData("2026-07-02T21:59:00Z", false)]
    [InlineData("2026-07-02T22:00:00Z", true)]
    [InlineData("2026-07-03T05:59:00Z", true)]
    [InlineData("2026-07-03T06:00:00Z", false)]
    [InlineData("2026-07-02T03:00:00Z", false)]
    public void A_night_belongs_to_the_day_that_it_begins_on(string utc, bool expected) =>
        Assert.Equal(expected, Holds("22:00", "06:00", "Thursday", TimeZoneInfo.Utc, utc));

    [Theory]
    [InlineData("2026-07-02T00:00:00Z", true)]
    [InlineData("2026-07-02T23:59:59Z", true)]
    [InlineData("2026-07-03T00:00:00Z", false)]
    public void From_midnight_to_midnight_is_the_whole_day(string utc, bool expected) =>
        Assert.Equal(expected, Holds("00:00", "00:00", "Thursday", TimeZoneInfo.Utc, utc));

    // Berlin is two hours ahead in July and one in January: its clock tells, and its day.
    [Theory]
    [InlineData("2026-07-02T07:00:00Z", "Thursday", true)]
    [InlineData("2026-07-02T06:59:00Z", "Thursday", false)]
    [InlineData("2026-01-01T08:00:00Z", "Thursday", true)]
    [InlineData("2026-01-01T07:59:00Z", "Thursday", false)]
    public void The_clock_is_the_zones(string utc, string day, bool expected) =>
        Assert.Equal(expected, Holds("09:00", "17:00", day, Berlin, utc));
}
