using Weir.Foundation.Measuring;
using Weir.Testing;

namespace Weir.Foundation.Tests.Measuring;

public sealed class RecentDurationsTests
{
    private readonly FakeClock clock = new();
    private readonly RecentDurations durations;

    public RecentDurationsTests() => durations = new RecentDurations(clock);

    [Fact]
    public void Nothing_is_null() => Assert.Null(durations.Read());

    [Fact]
    public void Count_mean_and_maximum_are_exact_and_quantiles_within_three_percent()
    {
        for (var i = 1; i <= 1000; i++)
        {
            durations.Count(TimeSpan.FromMilliseconds(i));
        }

        var summary = durations.Read()!;

        Assert.Equal(1000, summary.Count);
        Assert.Equal(500.5, summary.Mean.TotalMilliseconds);
        Assert.Equal(1000, summary.Max.TotalMilliseconds);
        Assert.InRange(summary.P50.TotalMilliseconds, 500 * 0.97, 500 * 1.03);
        Assert.InRange(summary.P95.TotalMilliseconds, 950 * 0.97, 950 * 1.03);
        Assert.InRange(summary.P99.TotalMilliseconds, 990 * 0.97, 990 * 1.03);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(4711)]
    [InlineData(long.MaxValue)]
    public void A_single_one_is_itself(long ticks)
    {
        durations.Count(TimeSpan.FromTicks(ticks));

        var summary = durations.Read()!;

        Assert.Equal(ticks, summary.Max.Ticks);
        Assert.InRange(summary.P50.Ticks, ticks * 0.97, ticks * 1.0);
    }

    [Fact]
    public void An_hour_and_some_minutes_later_it_is_forgotten()
    {
        durations.Count(TimeSpan.FromSeconds(1));
        clock.Advance(RecentDurations.Reach);
        durations.Count(TimeSpan.FromSeconds(2));

        Assert.Equal(2, durations.Read()!.Count);

        clock.Advance(RecentDurations.Span);

        Assert.Equal((1, TimeSpan.FromSeconds(2)), (durations.Read()!.Count, durations.Read()!.Max));

        clock.Advance(RecentDurations.Reach * 3);

        Assert.Null(durations.Read());
    }

    [Fact]
    public void What_is_begun_and_ended_is_measured()
    {
        var begun = durations.Begin();
        clock.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(TimeSpan.FromMilliseconds(250), durations.End(begun));
        Assert.Equal(TimeSpan.FromMilliseconds(250), durations.Read()!.Max);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-7)]
    [InlineData(-5000)]
    public void A_clock_that_went_back_behind_its_start_loses_none(int minutes)
    {
        durations.Count(TimeSpan.FromSeconds(1));
        clock.Set(clock.GetUtcNow().AddMinutes(minutes));
        durations.Count(TimeSpan.FromSeconds(2));

        Assert.Equal(2, durations.Read()!.Count);
    }

    [Fact]
    public void None_is_lost_between_threads()
    {
        Parallel.For(0, 20_000, i => durations.Count(TimeSpan.FromTicks(i)));

        Assert.Equal((20_000, 19_999), (durations.Read()!.Count, durations.Read()!.Max.Ticks));
    }
}
