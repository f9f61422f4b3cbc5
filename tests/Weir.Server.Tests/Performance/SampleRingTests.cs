using Weir.Server.Performance;

namespace Weir.Server.Tests.Performance;

public sealed class SampleRingTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly SampleRing ring = new();

    [Fact]
    public void An_hour_shows_each_sample_and_no_more()
    {
        Fill(TimeSpan.FromHours(2), i => i);

        var steps = ring.Read(TimelineRange.Hour, Start.AddHours(2));

        Assert.Equal(359, steps.Length);
        Assert.Equal(Start.AddHours(1) + SampleRing.Pace, steps[0].Time);
        Assert.Equal(719, steps[^1].Mean[0]);
        Assert.Equal(719, ring.Latest![0]);
    }

    [Fact]
    public void A_day_shows_means_and_maxima_of_five_minutes()
    {
        Fill(TimeSpan.FromMinutes(10), i => i);

        var steps = ring.Read(TimelineRange.Day, Start.AddMinutes(10));

        Assert.Equal([Start, Start.AddMinutes(5)], steps.Select(step => step.Time));
        Assert.Equal([14.5, 44.5], steps.Select(step => step.Mean[0]));
        Assert.Equal([29.0, 59.0], steps.Select(step => step.Max[0]));
    }

    [Fact]
    public void A_week_is_put_together_by_half_hours_and_older_is_forgotten()
    {
        Fill(TimeSpan.FromDays(8), i => i);

        var steps = ring.Read(TimelineRange.Week, Start.AddDays(8));

        Assert.Equal(336, steps.Length);
        Assert.Equal(Start.AddDays(1), steps[0].Time);
        Assert.Equal((8 * 8640) - 1, steps[^1].Max[0]);
        Assert.Equal((8 * 8640) - 90.5, steps[^1].Mean[0]);
    }

    [Fact]
    public void What_is_not_known_is_in_no_mean()
    {
        Fill(TimeSpan.FromMinutes(5), i => i % 2 == 0 ? double.NaN : 10);

        var step = Assert.Single(ring.Read(TimelineRange.Day, Start.AddMinutes(5)));

        Assert.Equal((10.0, 10.0), (step.Mean[0], step.Max[0]));
        Assert.True(double.IsNaN(step.Mean[1]));
        Assert.True(double.IsNaN(step.Max[1]));
    }

    [Fact]
    public void Nothing_is_known_before_the_first()
    {
        Assert.Null(ring.Latest);
        Assert.All(TimelineRange.All, range => Assert.Empty(ring.Read(range, Start)));
    }

    // The first measure gets the value, the others are not known.
    private void Fill(TimeSpan time, Func<int, double> value)
    {
        for (var i = 0; i * SampleRing.Pace < time; i++)
        {
            var values = Measures.All.Select(_ => double.NaN).ToArray();
            values[0] = value(i);
            ring.Add(Start + (i * SampleRing.Pace), values);
        }
    }
}
