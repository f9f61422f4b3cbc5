using Weir.Server.Performance;

namespace Weir.Server.Tests.Performance;

public sealed class HeapGrowthTests
{
    private const double Mega = 1_000_000;
    private static readonly DateTimeOffset Start = new(2026, 7, 2, 0, 0, 0, TimeSpan.Zero);

    // Seeded: the same noise in every run.
    private readonly Random random = new(7);

    [Fact]
    public void Steady_growth_is_told_with_its_rate()
    {
        var growth = Of(72, at => (100 + (10 * at)) * Mega);

        Assert.NotNull(growth);
        Assert.Equal(10 * Mega, growth.BytesPerHour, 1.0);
        Assert.Equal(72, growth.Collections);
        Assert.Equal(71 / 12.0, growth.Over.TotalHours, 6);
    }

    [Fact]
    public void Growth_is_seen_through_noise_and_its_bound_is_below_it()
    {
        var growth = Of(144, at => (100 + (8 * at) + Noise(6)) * Mega);

        Assert.NotNull(growth);
        Assert.InRange(growth.BytesPerHour, 7 * Mega, 9 * Mega);
        Assert.InRange(growth.LeastBytesPerHour, 0, growth.BytesPerHour);
    }

    [Fact]
    public void Noise_is_none()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(Of(144, _ => (100 + Noise(30)) * Mega));
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_saw_tooth_is_none(double hours)
    {
        Assert.Null(Of(144, at => (100 + (40 * (at % hours))) * Mega));
    }

    [Fact]
    public void A_saw_tooth_that_climbs_is_told()
    {
        var growth = Of(144, at => (100 + (20 * (at % 0.5)) + (10 * at)) * Mega);

        Assert.InRange(growth!.BytesPerHour, 9 * Mega, 11 * Mega);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void A_step_is_none(double share)
    {
        Assert.Null(Of(144, at => (100 + (at > share * 12 ? 80 : 0) + Noise(4)) * Mega));
    }

    [Fact]
    public void Growth_that_ended_is_none()
    {
        Assert.Null(Of(144, at => (100 + (20 * Math.Min(at, 5)) + Noise(4)) * Mega));
    }

    [Fact]
    public void Growth_that_does_not_matter_is_none()
    {
        Assert.Null(Of(144, at => (1000 + (5 * at)) * Mega));
    }

    [Fact]
    public void Too_little_is_none()
    {
        Assert.Null(Of(HeapGrowth.LeastCollections - 1, at => (100 + (100 * at)) * Mega));
        Assert.Null(HeapGrowth.Of([]));
        Assert.Null(
            HeapGrowth.Of([.. Enumerable.Range(0, 50).Select(i => (Start.AddMinutes(i), (100 + (5.0 * i)) * Mega))])
        );
    }

    private double Noise(double width) => ((random.NextDouble() * 2) - 1) * width;

    // One collection each five minutes; told by hour.
    private static HeapGrowth? Of(int count, Func<double, double> bytes) =>
        HeapGrowth.Of([.. Enumerable.Range(0, count).Select(i => (Start.AddMinutes(5 * i), bytes(i / 12.0)))]);
}
