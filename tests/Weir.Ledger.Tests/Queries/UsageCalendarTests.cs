using System.Globalization;

namespace Weir.Ledger.Tests.Queries;

public sealed class UsageCalendarTests
{
    [Theory]
    [InlineData("Europe/Berlin", 2024)]
    [InlineData("America/New_York", 2023)]
    [InlineData("America/Sao_Paulo", 2018)] // midnight that is not there
    [InlineData("Asia/Beirut", 2022)]
    [InlineData("Asia/Kolkata", 2023)]
    [InlineData("Asia/Kathmandu", 2021)]
    [InlineData("Australia/Lord_Howe", 2022)] // half an hour of daylight saving
    [InlineData("Pacific/Apia", 2011)] // a day that was left out
    [InlineData("Pacific/Chatham", 2022)]
    [InlineData("Africa/Casablanca", 2023)]
    [InlineData("America/Havana", 2022)] // midnight twice
    [InlineData("Atlantic/Azores", 2022)]
    [InlineData("America/Scoresbysund", 2022)]
    [InlineData("UTC", 2020)]
    public async Task Every_day_of_a_year_begins_where_node_sees_it_begin(string zone, int year)
    {
        var calendar = Calendar(zone);
        var dates = Enumerable.Range(-5, 376).Select(new DateOnly(year, 1, 1).AddDays).ToArray();

        var judged = await NodeClock.StartsAsync(zone, dates);

        Assert.Equal(judged, dates.Select(date => calendar.At(date.ToDateTime(default))));
        // The same by the axis; a day that was left out begins with the next and has no start of its own.
        var days = calendar.Starts(judged[0], judged[^1], UsageInterval.Day, 1000);
        Assert.Equal(judged.SkipLast(1).Distinct(), days);
        var hours = calendar.Starts(judged[0], judged[^1], UsageInterval.Hour, 20_000);
        Assert.Equal(
            await NodeClock.LocalAsync(zone, hours),
            hours.Select(hour => DateTime.SpecifyKind(hour.DateTime, DateTimeKind.Utc))
        );
        Assert.All(hours.Zip(hours.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalMinutes, 1, 60));
    }

    [Theory]
    [InlineData("2026-03-29", "2026-03-30", 23)]
    [InlineData("2026-10-25", "2026-10-26", 25)]
    [InlineData("2026-07-01", "2026-07-02", 24)]
    public void A_day_has_the_hours_of_its_clock(string from, string to, int hours)
    {
        var calendar = Calendar("Europe/Berlin");
        var (start, end) = (calendar.At(Date(from)), calendar.At(Date(to)));

        Assert.Equal(hours, calendar.Starts(start, end, UsageInterval.Hour, 100).Length);
        Assert.Single(calendar.Starts(start, end, UsageInterval.Day, 100));
    }

    [Fact]
    public void A_week_begins_on_the_day_that_was_asked_for()
    {
        string[] Weeks(DayOfWeek start)
        {
            var calendar = new UsageCalendar(UsageCalendar.FindZone("Asia/Kolkata")!, start);
            var (from, to) = (calendar.At(Date("2026-07-01")), calendar.At(Date("2026-07-09")));
            return [.. calendar.Starts(from, to, UsageInterval.Week, 9).Select(t => $"{t:yyyy-MM-ddTHH:mmzzz}")];
        }

        Assert.Equal(["2026-06-29T00:00+05:30", "2026-07-06T00:00+05:30"], Weeks(DayOfWeek.Monday));
        Assert.Equal(["2026-06-28T00:00+05:30", "2026-07-05T00:00+05:30"], Weeks(DayOfWeek.Sunday));
        Assert.Equal(["2026-06-27T00:00+05:30", "2026-07-04T00:00+05:30"], Weeks(DayOfWeek.Saturday));
    }

    [Theory]
    [InlineData("2026-03-01", "2026-04-01", "2026-02-01", "2026-03-01")] // a month, of its own length
    [InlineData("2026-01-01", "2027-01-01", "2025-01-01", "2026-01-01")]
    [InlineData("2026-03-30", "2026-04-06", "2026-03-23", "2026-03-30")] // a week, over the change of clocks
    [InlineData("2026-03-30", "2026-03-31", "2026-03-29", "2026-03-30")] // the day before has 23 hours
    public void The_period_before_is_one_of_the_calendar(string from, string to, string before, string until)
    {
        var calendar = Calendar("Europe/Berlin");

        var found = calendar.Before(calendar.At(Date(from)), calendar.At(Date(to)));

        Assert.Equal((calendar.At(Date(before)), calendar.At(Date(until))), found);
    }

    [Fact]
    public void A_range_within_days_is_compared_with_one_as_long()
    {
        var calendar = Calendar("Europe/Berlin");
        var from = new DateTimeOffset(2026, 3, 29, 10, 0, 0, TimeSpan.Zero);

        Assert.Equal((from.AddHours(-24), from), calendar.Before(from, from.AddHours(24)));
        Assert.Equal(
            (calendar.At(Date("2023-02-28")), calendar.At(Date("2023-03-01"))),
            calendar.YearBefore(calendar.At(Date("2024-02-29")), calendar.At(Date("2024-03-01")))
        );
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("Europe")]
    [InlineData("Europe/Nowhere")]
    [InlineData("right/Europe/Berlin")]
    [InlineData("zone.tab")]
    [InlineData("W. Europe Standard Time")]
    [InlineData("")]
    public void What_is_no_zone_is_none(string name) => Assert.Null(UsageCalendar.FindZone(name));

    private static UsageCalendar Calendar(string zone) => new(UsageCalendar.FindZone(zone)!, DayOfWeek.Monday);

    private static DateTime Date(string text) => DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
