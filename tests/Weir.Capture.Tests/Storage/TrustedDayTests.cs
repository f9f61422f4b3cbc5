using System.Globalization;
using Weir.Capture.Storage;
using Weir.Testing;

namespace Weir.Capture.Tests.Storage;

/// <summary>A clock that is wrong costs a day or two of what is kept, and not all of it.</summary>
public sealed class TrustedDayTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Clock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_is_the_clocks_day_while_that_goes_on_as_days_do()
    {
        var day = Open();
        Assert.Equal("2026-05-13", Show(day));
        for (var i = 1; i < 5; i++)
        {
            clock.Run(TimeSpan.FromDays(1));
            Assert.Equal($"2026-05-{13 + i}", Show(day));
        }
    }

    [Fact]
    public void A_clock_that_jumps_ahead_is_followed_by_a_day_an_hour()
    {
        var day = Open();
        Assert.Equal("2026-05-13", Show(day));
        clock.Jump(TimeSpan.FromDays(3650));
        Assert.Equal("2026-05-13", Show(day));
        clock.Run(TimeSpan.FromMinutes(61));
        Assert.Equal("2026-05-14", Show(day));
        Assert.Equal("2026-05-14", Show(day));
        clock.Run(TimeSpan.FromHours(10));
        Assert.Equal("2026-05-24", Show(day));
        // Put right again, ages are counted from the true day.
        clock.Jump(TimeSpan.FromDays(-3650));
        Assert.Equal("2026-05-13", Show(day));
    }

    [Fact]
    public void Another_process_goes_on_where_the_last_one_was()
    {
        Assert.Equal("2026-05-13", Show(Open()));
        clock.Jump(TimeSpan.FromDays(3650));
        Assert.Equal("2026-05-14", Show(Open()));
        Assert.Equal("2026-05-15", Show(Open()));
    }

    [Fact]
    public void Who_was_away_for_a_week_has_caught_up_within_hours()
    {
        Assert.Equal("2026-05-13", Show(Open()));
        clock.Jump(TimeSpan.FromDays(7));
        var day = Open();
        Assert.Equal("2026-05-14", Show(day));
        clock.Run(TimeSpan.FromHours(6));
        Assert.Equal("2026-05-20", Show(day));
    }

    [Fact]
    public void A_clock_that_begins_in_1970_is_believed_once_it_is_set()
    {
        clock.Jump(DateTimeOffset.UnixEpoch - clock.GetUtcNow());
        var day = Open();
        Assert.Equal("1970-01-01", Show(day));
        clock.Jump(Clock.Start - clock.GetUtcNow());
        Assert.Equal("2026-05-13", Show(day));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("99999-01-01")]
    public void A_file_that_says_nothing_is_as_none(string text)
    {
        File.WriteAllText(folder.At(TrustedDay.FileName), text);

        Assert.Equal("2026-05-13", Show(Open()));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_hinders_nothing()
    {
        var day = new TrustedDay(folder.At("not", "there"), clock);

        Assert.Equal("2026-05-13", Show(day));
    }

    private TrustedDay Open() => new(folder.Path, clock);

    private static string Show(TrustedDay day) =>
        DateOnly.FromDayNumber(day.Today).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // What is shown jumps; what has passed does not.
    private sealed class Clock : TimeProvider
    {
        public static readonly DateTimeOffset Start = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

        private DateTimeOffset shown = Start;
        private long passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => shown;

        public override long GetTimestamp() => passed;

        public void Jump(TimeSpan by) => shown += by;

        public void Run(TimeSpan by)
        {
            shown += by;
            passed += by.Ticks;
        }
    }
}
