using FsCheck;
using FsCheck.Fluent;
using Weir.Insights.Limits;

namespace Weir.Insights.Tests.Limits;

public class LimitLearnerTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static LimitWindow Met(int day, long limit, double request = 0.02) =>
        new(
            Day.AddDays(day),
            limit,
            new LimitMet((long)(limit * (1 - request / 2)), (long)(limit * (1 + request / 2)))
        );

    private static LimitWindow Free(int day, long used) => new(Day.AddDays(day), used);

    private static LearnedLimit Learn(int day, long used, params LimitWindow[] past) =>
        LimitLearner.Learn(past, new RunningWindow(Day.AddDays(day), used));

    [Fact]
    public void NothingIsKnownOfNothing()
    {
        var learned = Learn(1, 0);
        Assert.Equal(LearnedLimitKind.Nothing, learned.Kind);
        Assert.Null(learned.AtLeast);
        Assert.Equal(new LimitEvidence(0, 0, 0, null, null), learned.Evidence);
    }

    [Fact]
    public void WithoutALimitThatWasMetThereIsOnlyALowerBound()
    {
        var learned = Learn(3, 40, Free(0, 100), Free(1, 300), Free(2, 0));
        Assert.Equal(LearnedLimitKind.LowerBound, learned.Kind);
        Assert.Equal(300, learned.AtLeast);
        Assert.Null(learned.Median);
        Assert.Null(learned.Low);
        Assert.Null(learned.Distribution);
        Assert.Equal(new LimitEvidence(0, 2, 0, Day, null), learned.Evidence);
    }

    [Fact]
    public void TheIntervalNarrowsAsLimitsAreMet()
    {
        var width = double.PositiveInfinity;
        foreach (var count in new[] { 1, 2, 4, 8, 16 })
        {
            var learned = Learn(count, 0, [.. Enumerable.Range(0, count).Select(day => Met(day, 1_000_000))]);
            Assert.Equal(LearnedLimitKind.Estimate, learned.Kind);
            Assert.Equal(count, learned.Evidence.LimitsMet);
            Assert.InRange(learned.Median!.Value, 970_000, 1_030_000);
            Assert.InRange(1_000_000, learned.Low!.Value, learned.High!.Value);
            Assert.True(learned.High / learned.Low < width, $"{count}: {learned.Low} to {learned.High}");
            width = (learned.High / learned.Low)!.Value;
        }

        Assert.True(width < 1.03);
    }

    [Fact]
    public void AFigureOfTheProvidersIsAsGoodAsALimitThatWasMet()
    {
        var readings = new[] { new QuotaReading(500_000, 50), new QuotaReading(900_000, 90, 1, QuotaRounding.Nearest) };
        var learned = LimitLearner.Learn([], new RunningWindow(Day, 900_000, readings));
        Assert.Equal(LearnedLimitKind.Estimate, learned.Kind);
        Assert.Equal(2, learned.Evidence.Readings);
        Assert.InRange(learned.Low!.Value, 990_000, 1_000_000);
        Assert.InRange(learned.High!.Value, 1_000_000, 1_010_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(250)]
    [InlineData(double.NaN)]
    public void AFigureThatSaysNothingIsPassedOver(double percent)
    {
        var learned = LimitLearner.Learn([], new RunningWindow(Day, 50, [new QuotaReading(50, percent)]));
        Assert.Equal(LearnedLimitKind.LowerBound, learned.Kind);
        Assert.Equal(0, learned.Evidence.Readings);
    }

    [Fact]
    public void ALargerPlanIsSeenAfterAFewWindows()
    {
        var before = Enumerable.Range(0, 12).Select(day => Met(day, 1_000_000));
        var after = Enumerable.Range(12, 3).Select(day => Met(day, 5_000_000));
        var learned = Learn(15, 0, [.. before, .. after]);
        Assert.InRange(learned.Median!.Value, 4_800_000, 5_200_000);
        Assert.True(learned.Low > 2_000_000);
        Assert.Equal(Day.AddDays(12), learned.Evidence.ChangedAt);
        Assert.Equal(3, learned.Evidence.LimitsMet);
    }

    [Fact]
    public void UsingMoreThanTheOldLimitIsEnoughToDropIt()
    {
        var before = Enumerable.Range(0, 12).Select(day => Met(day, 1_000_000));
        var learned = Learn(14, 0, [.. before, Free(12, 3_000_000), Free(13, 4_000_000)]);
        Assert.True(learned.Median > 3_000_000);
    }

    [Fact]
    public void ASmallerPlanIsSeen()
    {
        var before = Enumerable.Range(0, 12).Select(day => Met(day, 5_000_000));
        var after = Enumerable.Range(12, 3).Select(day => Met(day, 1_000_000));
        var learned = Learn(15, 0, [.. before, .. after]);
        Assert.InRange(learned.Median!.Value, 900_000, 1_100_000);
        Assert.True(learned.High < 3_000_000);
    }

    [Fact]
    public void OneMisreadMessageMovesLittle()
    {
        var honest = Enumerable.Range(0, 10).Select(day => Met(day, 1_000_000));
        var learned = Learn(11, 0, [.. honest, Met(10, 80_000)]);
        Assert.InRange(learned.Median!.Value, 950_000, 1_050_000);
    }

    [Fact]
    public void WhatTheRunningWindowUsedIsAFloor()
    {
        var learned = Learn(3, 1_200_000, Met(0, 1_000_000), Met(1, 1_150_000), Met(2, 900_000));
        Assert.True(learned.Low >= 1_190_000, $"{learned.Low}");
        Assert.Equal(1_200_000, learned.AtLeast);
    }

    [Fact]
    public void OldEvidenceFades()
    {
        var soon = Learn(4, 0, Met(0, 1_000_000), Met(1, 1_000_000), Met(2, 1_000_000), Met(3, 1_000_000));
        var late = Learn(400, 0, Met(0, 1_000_000), Met(1, 1_000_000), Met(2, 1_000_000), Met(3, 1_000_000));
        Assert.True(late.High / late.Low > 2 * (soon.High / soon.Low));
    }

    [Fact]
    public void TheUnitDoesNotMatter()
    {
        var small = Learn(4, 10_000, Met(0, 1_000_000), Free(1, 700_000), Met(2, 1_100_000), Free(3, 1_050_000));
        var large = Learn(
            4,
            10_000_000,
            Met(0, 1_000_000_000),
            Free(1, 700_000_000),
            Met(2, 1_100_000_000),
            Free(3, 1_050_000_000)
        );
        Assert.Equal(1000, large.Median!.Value / small.Median!.Value, 3.0);
        Assert.Equal(1000, large.Low!.Value / small.Low!.Value, 3.0);
        Assert.Equal(1000, large.High!.Value / small.High!.Value, 3.0);
    }

    [Fact]
    public void TheOrderOfTheWindowsDoesNotMatterAndWhatIsToComeIsNotLookedAt()
    {
        LimitWindow[] windows = [Met(0, 1_000_000), Free(1, 700_000), Met(2, 1_100_000), Free(3, 1_050_000)];
        var learned = Learn(4, 0, windows);
        Assert.Equal(learned.Median, Learn(4, 0, [.. windows.Reverse(), Met(9, 50)]).Median);
    }

    [Fact]
    public void AnyHistoryIsAnswered() =>
        Prop.ForAll<long[], long[], double>(
                (used, refused, percent) =>
                {
                    var windows = used.Select(
                        (amount, i) =>
                            new LimitWindow(
                                Day.AddHours(i * 5),
                                Math.Abs(amount % 1_000_000),
                                i < refused.Length ? new LimitMet(amount % 1000, refused[i]) : null,
                                [new QuotaReading(amount, percent, percent / 10)]
                            )
                    );
                    var learned = LimitLearner.Learn(windows, new RunningWindow(Day.AddDays(30), 5));
                    Assert.True(
                        learned.Kind != LearnedLimitKind.Estimate
                            || (
                                learned.Low <= learned.Median
                                && learned.Median <= learned.High
                                && learned.High < double.PositiveInfinity
                            )
                    );
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void AmountsAtTheEndsOfTheNumbersAreAnswered()
    {
        var learned = Learn(3, long.MaxValue, Met(0, 1), Met(1, long.MaxValue / 4), Free(2, long.MaxValue));
        Assert.Equal(LearnedLimitKind.Estimate, learned.Kind);
        Assert.True(double.IsFinite(learned.High!.Value));
    }

    [Fact]
    public void ADistributionGoesBothWays()
    {
        var belief = Learn(2, 0, Met(0, 1_000_000), Met(1, 1_200_000)).Distribution!;
        foreach (var probability in new[] { 0.05, 0.3, 0.5, 0.8, 0.95 })
        {
            Assert.Equal(probability, belief.Below(belief.Quantile(probability)), 6);
        }

        Assert.Equal(0, belief.Below(0));
        Assert.Equal(0, belief.Below(-1));
        Assert.Equal(1, belief.Below(1e18));
        Assert.Throws<ArgumentOutOfRangeException>(() => belief.Quantile(1.1));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.644853627, 0.95)]
    [InlineData(-1.959963985, 0.025)]
    [InlineData(3.090232306, 0.999)]
    public void TheNormalTableIsRight(double z, double probability) => Assert.Equal(probability, Normal.Below(z), 7);
}
