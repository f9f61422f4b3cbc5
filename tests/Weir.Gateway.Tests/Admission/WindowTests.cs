using FsCheck;
using FsCheck.Fluent;
using Weir.Gateway.Admission;

namespace Weir.Gateway.Tests.Admission;

public sealed class WindowTests
{
    [Theory]
    // The hours of each day are those that the zone's own rules give it.
    [InlineData("Europe/Berlin", "day", "2026-03-29T10:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z")]
    [InlineData("Europe/Berlin", "day", "2026-10-25T10:00Z", "2026-10-24T22:00Z", "2026-10-25T23:00Z")]
    [InlineData("America/New_York", "day", "2026-03-08T12:00Z", "2026-03-08T05:00Z", "2026-03-09T04:00Z")]
    [InlineData("UTC", "day", "2026-03-29T00:00Z", "2026-03-29T00:00Z", "2026-03-30T00:00Z")]
    // Clocks that skip midnight (Cairo, 2026-04-24), that go back over it (Havana, 2026-11-01), and a day that was not (Apia).
    [InlineData("Africa/Cairo", "day", "2026-04-24T12:00Z", "2026-04-23T22:00Z", "2026-04-24T21:00Z")]
    [InlineData("America/Havana", "day", "2026-11-01T12:00Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z")]
    [InlineData("Pacific/Apia", "day", "2011-12-30T09:59Z", "2011-12-29T10:00Z", "2011-12-30T10:00Z")]
    [InlineData("Pacific/Apia", "day", "2011-12-30T10:00Z", "2011-12-30T10:00Z", "2011-12-31T10:00Z")]
    [InlineData("Asia/Kolkata", "hour", "2026-07-02T12:31Z", "2026-07-02T12:30Z", "2026-07-02T13:30Z")]
    [InlineData("Europe/Berlin", "month", "2026-02-28T23:30Z", "2026-02-28T23:00Z", "2026-03-31T22:00Z")]
    [InlineData("UTC", "month", "2024-02-29T23:59Z", "2024-02-01T00:00Z", "2024-03-01T00:00Z")]
    [InlineData("UTC", "month 31", "2026-02-27T12:00Z", "2026-01-31T00:00Z", "2026-02-28T00:00Z")]
    [InlineData("UTC", "month 31", "2026-02-28T12:00Z", "2026-02-28T00:00Z", "2026-03-31T00:00Z")]
    [InlineData("UTC", "month 15", "2026-01-14T12:00Z", "2025-12-15T00:00Z", "2026-01-15T00:00Z")]
    [InlineData("UTC", "week Monday", "2026-11-22T12:00Z", "2026-11-16T00:00Z", "2026-11-23T00:00Z")]
    [InlineData("UTC", "week Sunday", "2026-11-22T12:00Z", "2026-11-22T00:00Z", "2026-11-29T00:00Z")]
    public void A_window_is_that_of_the_calendar(string zone, string window, string at, string start, string end)
    {
        var (from, to) = CalendarWindow.At(Window(window, zone), Utc(at));

        Assert.Equal((Utc(start), Utc(end)), (from, to));
    }

    [Fact]
    public void Windows_cut_time_without_a_gap_or_an_overlap()
    {
        var zones = new[]
        {
            "UTC",
            "Europe/Berlin",
            "America/Havana",
            "Africa/Cairo",
            "Pacific/Apia",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "America/Sao_Paulo",
            "Asia/Gaza",
        };
        var kinds = new[] { "hour", "day", "week Sunday", "week Monday", "month", "month 31", "month 29" };
        var cases =
            from zone in Gen.Elements(zones)
            from kind in Gen.Elements(kinds)
            from minutes in Gen.Choose(0, 60 * 24 * 365 * 60)
            select (zone, kind, minutes);

        Prop.ForAll(cases.ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

        static bool Holds((string Zone, string Kind, int Minutes) c)
        {
            var window = Window(c.Kind, c.Zone);
            var at = new DateTime(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(c.Minutes).Ticks;
            var (start, end) = CalendarWindow.At(window, at);
            return start <= at
                && at < end
                && CalendarWindow.At(window, start) == (start, end)
                && CalendarWindow.At(window, end - 1) == (start, end)
                && CalendarWindow.At(window, end).Start == end
                && CalendarWindow.At(window, start - 1).End == start;
        }
    }

    [Fact]
    public void A_sliding_window_counts_at_least_what_was_used_and_at_most_a_sixtieth_more()
    {
        var cases = Gen.Choose(0, int.MaxValue).ToArbitrary();

        Prop.ForAll(cases, Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

        static void Holds(int seed)
        {
            var chance = new Random(seed);
            var length = TimeSpan.FromSeconds(chance.Next(1, 100_000));
            var clock = new TwoClocks();
            var tally = Tally.For(WindowConfig.Sliding(length));
            var used = new List<(long At, long Amount)>();
            for (var i = 0; i < 300; i++)
            {
                clock.Advance(length * (chance.NextDouble() * (chance.Next(20) == 0 ? 2 : 0.05)));
                clock.SetWall(TimeSpan.FromDays(chance.Next(-1000, 1000)));
                var now = Moment.Now(clock);
                var amount = (long)chance.Next(1, 100);
                used.Add((now.Steady, amount));
                var place = tally.Reserve(now, amount, 0);
                tally.Settle(place, amount, 0, amount);
                var read = tally.Read(now).Spent;
                var least = used.Where(u => u.At > now.Steady - length.Ticks).Sum(u => u.Amount);
                var most = used.Where(u => u.At > now.Steady - (length.Ticks * 61 / 60) - 60).Sum(u => u.Amount);
                Assert.InRange(read, least, most);
            }
        }
    }

    [Fact]
    public void A_clock_that_is_set_wrong_and_right_again_finds_what_was_there()
    {
        var clock = new TwoClocks();
        var tally = Tally.For(WindowConfig.Month);
        tally.Settle(tally.Reserve(Moment.Now(clock), 5, 0), 5, 0, 7);
        foreach (var days in new[] { 400, -900, 10_000, -20_000, 33, 2_500_000, -730_000 })
        {
            clock.SetWall(TimeSpan.FromDays(days));
            Assert.Equal(0, tally.Read(Moment.Now(clock)).Taken);
            var place = tally.Reserve(Moment.Now(clock), 1, 0);
            tally.Settle(place, 1, 0, 0);
            clock.SetWall(TimeSpan.FromDays(-days));
            Assert.Equal(7, tally.Read(Moment.Now(clock)).Spent);
        }
    }

    [Fact]
    public void What_ends_in_a_later_window_is_charged_to_the_one_that_it_began_in()
    {
        var clock = new TwoClocks();
        var tally = Tally.For(WindowConfig.Day);
        var place = tally.Reserve(Moment.Now(clock), 5, 2);
        clock.Advance(TimeSpan.FromHours(12));

        Assert.Equal(default, tally.Read(Moment.Now(clock)));
        tally.Settle(place, 5, 2, 9);
        Assert.Equal(default, tally.Read(Moment.Now(clock)));
        clock.SetWall(TimeSpan.FromHours(-1));
        Assert.Equal(new Level(9, 0, 0), tally.Read(Moment.Now(clock)));
    }

    [Fact]
    public void The_time_until_room_is_that_of_the_oldest_use()
    {
        var clock = new TwoClocks();
        var tally = Tally.For(WindowConfig.Sliding(TimeSpan.FromMinutes(1)));
        tally.Reserve(Moment.Now(clock), 10, 0);
        clock.Advance(TimeSpan.FromSeconds(20));
        tally.Reserve(Moment.Now(clock), 10, 0);
        var now = Moment.Now(clock);

        Assert.Equal(TimeSpan.FromSeconds(41), tally.FreeAfter(now, 10));
        Assert.Equal(TimeSpan.FromSeconds(61), tally.FreeAfter(now, 11));
        Assert.Null(tally.FreeAfter(now, 21));
        Assert.Equal(TimeSpan.FromSeconds(61), tally.ResetAfter(now));
    }

    private static WindowConfig Window(string text, string zone)
    {
        var words = text.Split(' ');
        var window = words[0] switch
        {
            "hour" => WindowConfig.Hour,
            "day" => WindowConfig.Day,
            "week" => WindowConfig.Week with { WeekStart = Enum.Parse<DayOfWeek>(words[1]) },
            _ => WindowConfig.Month with
            {
                MonthStart =
                    words.Length > 1 ? int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture) : 1,
            },
        };
        return window with { Zone = TimeZoneInfo.FindSystemTimeZoneById(zone) };
    }

    private static long Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).UtcTicks;
}
