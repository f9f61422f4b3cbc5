using Weir.Insights.Limits;

namespace Weir.Insights.Tests.Limits;

public class TimeToLimitTests
{
    private static readonly TimeSpan Five = TimeSpan.FromHours(5);
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A limit of a million, known well.</summary>
    private static LearnedLimit Limit(DateTimeOffset now, long used) =>
        LimitLearner.Learn(
            [
                .. Enumerable
                    .Range(1, 12)
                    .Select(day => new LimitWindow(Begin.AddDays(-day), 1_000_000, new LimitMet(995_000, 1_005_000))),
            ],
            new RunningWindow(now, used)
        );

    private static TimeToLimitForecast? Forecast(
        DateTimeOffset now,
        IReadOnlyList<UsagePoint> points,
        IReadOnlyList<StoppedSpan>? stops = null
    )
    {
        var used = points.Where(point => point.At >= Begin).Sum(point => point.Amount);
        return TimeToLimit.Forecast(Limit(now, used), used, points, Five, now, Begin + Five, stops);
    }

    private static List<UsagePoint> Steady(DateTimeOffset from, int minutes, long each) =>
        [.. Enumerable.Range(0, minutes).Select(minute => new UsagePoint(from.AddMinutes(minute), each))];

    [Fact]
    public void SteadyWorkMeetsTheLimitWhenItsRateSays()
    {
        // 5,000 a minute for two hours: 600,000 are gone, 80 minutes are left.
        var now = Begin.AddMinutes(120);
        var forecast = Forecast(now, Steady(Begin, 120, 5000))!;
        Assert.InRange(forecast.Median!.Value, now.AddMinutes(60), now.AddMinutes(115));
        Assert.True(forecast.Earliest < forecast.Median);
        Assert.True(forecast.Latest is null || forecast.Latest > forecast.Median);
        Assert.True(forecast.NotBeforeReset < 0.3);
    }

    [Fact]
    public void LittleWorkDoesNotMeetIt()
    {
        var forecast = Forecast(Begin.AddMinutes(120), Steady(Begin, 120, 100))!;
        Assert.True(forecast.NotBeforeReset > 0.97);
        Assert.Null(forecast.Median);
        Assert.Null(forecast.Earliest);
    }

    [Fact]
    public void MoreThatWasSeenMakesItSurer()
    {
        var now = Begin.AddMinutes(30);
        var alone = Forecast(now, Steady(Begin, 30, 8000))!;
        var known = Forecast(now, [.. Steady(Begin.AddMinutes(-600), 600, 8000), .. Steady(Begin, 30, 8000)])!;
        Assert.True(known.Latest - known.Earliest < (alone.Latest ?? Begin + Five) - alone.Earliest);
    }

    [Fact]
    public void ASilenceThatALimitForcedIsNoRest()
    {
        var now = Begin.AddMinutes(60);
        var points = new List<UsagePoint>();
        points.AddRange(Steady(Begin.AddHours(-10), 150, 6000));
        points.AddRange(Steady(Begin, 60, 6000));
        var rested = Forecast(now, points)!;
        var stopped = Forecast(now, points, [new StoppedSpan(Begin.AddHours(-10).AddMinutes(150), Begin)])!;
        Assert.True(stopped.NotBeforeReset < rested.NotBeforeReset);
    }

    [Fact]
    public void TheSameQuestionGetsTheSameAnswer()
    {
        var now = Begin.AddMinutes(77);
        Assert.Equal(Forecast(now, Steady(Begin, 77, 5000)), Forecast(now, Steady(Begin, 77, 5000)));
    }

    [Fact]
    public void WhereNothingIsKnownNothingIsForetold()
    {
        var now = Begin.AddMinutes(60);
        Assert.Null(Forecast(now, []));
        Assert.Null(Forecast(now, [new UsagePoint(now.AddMinutes(1), 500)]));
        Assert.Null(Forecast(Begin + Five, Steady(Begin, 60, 5000)));
        var bound = LimitLearner.Learn([], new RunningWindow(now, 300_000));
        Assert.Null(TimeToLimit.Forecast(bound, 300_000, Steady(Begin, 60, 5000), Five, now, Begin + Five));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            TimeToLimit.Forecast(bound, 0, [], TimeSpan.Zero, now, Begin + Five)
        );
    }

    [Fact]
    public void DrawsHaveTheMomentsTheyShould()
    {
        var draws = new Draws(7);
        const int Many = 100_000;
        var normal = Enumerable.Range(0, Many).Select(_ => draws.Normal()).ToList();
        Assert.Equal(0, normal.Average(), 0.02);
        Assert.Equal(1, normal.Average(value => value * value), 0.03);
        Assert.Equal(2.5, Enumerable.Range(0, Many).Average(_ => draws.Gamma(2.5)), 0.05);
        Assert.Equal(0.4, Enumerable.Range(0, Many).Average(_ => draws.Gamma(0.4)), 0.02);
        Assert.Equal(0.75, Enumerable.Range(0, Many).Average(_ => draws.Beta(3, 1)), 0.01);
        // The same on every machine.
        Assert.Equal(0.38982974839127149, new Draws(7).Uniform(), 15);
    }
}
