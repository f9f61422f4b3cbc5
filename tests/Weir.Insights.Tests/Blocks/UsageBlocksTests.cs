using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Insights.Blocks;

namespace Weir.Insights.Tests.Blocks;

public class UsageBlocksTests
{
    private static readonly DateTimeOffset Ten = new(2024, 1, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Ten.AddDays(30);

    private static BlockEntry Entry(
        DateTimeOffset at,
        long input = 1000,
        long output = 500,
        decimal cost = 0.01m,
        string model = "claude-sonnet-4-20250514"
    ) => new(at, new TokenUsage { Input = input, Output = output }, Money.FromUsd(cost), model);

    private static IReadOnlyList<UsageBlock> Of(params BlockEntry[] entries) => UsageBlocks.Of(entries, Later);

    // The examples that ccusage publishes in its own tests.

    [Fact]
    public void NothingMakesNoBlock() => Assert.Empty(Of());

    [Fact]
    public void EntriesWithinFiveHoursAreOneBlock()
    {
        var block = Assert.Single(Of(Entry(Ten), Entry(Ten.AddHours(1)), Entry(Ten.AddHours(2))));
        Assert.Equal((Ten, Ten.AddHours(5), 3), (block.Start, block.End, block.Entries));
        Assert.Equal((3000L, 1500L), (block.Tokens.Input, block.Tokens.Output));
        Assert.Equal(Money.FromUsd(0.03m), block.Cost);
    }

    [Fact]
    public void AnEntrySixHoursLaterComesAfterAGap()
    {
        var blocks = Of(Entry(Ten), Entry(Ten.AddHours(6)));
        Assert.Equal([false, true, false], blocks.Select(block => block.IsGap));
        Assert.Equal((Ten.AddHours(5), Ten.AddHours(6)), (blocks[1].Start, blocks[1].End));
    }

    [Fact]
    public void ASilenceOfMoreThanFiveHoursIsAGap()
    {
        var blocks = Of(Entry(Ten), Entry(Ten.AddHours(2)), Entry(Ten.AddHours(8)));
        Assert.Equal([2, 0, 1], blocks.Select(block => block.Entries));
    }

    [Fact]
    public void EntriesAreTakenByTime()
    {
        var block = Assert.Single(Of(Entry(Ten.AddHours(2)), Entry(Ten), Entry(Ten.AddHours(1))));
        Assert.Equal((Ten, Ten.AddHours(2)), (block.FirstAt, block.LastAt));
    }

    [Fact]
    public void ModelsAreNamedOnceInTheOrderTheyWereMet() =>
        Assert.Equal(
            ["sonnet", "opus"],
            Of(
                Entry(Ten, model: "sonnet"),
                Entry(Ten.AddHours(1), model: "opus"),
                Entry(Ten.AddHours(2), model: "sonnet")
            )[0].Models
        );

    [Fact]
    public void AnUnknownCostAddsNothing() =>
        Assert.Equal(Money.FromUsd(0.01m), Of(Entry(Ten), Entry(Ten.AddHours(1)) with { Cost = null })[0].Cost);

    [Fact]
    public void ABlockBeginsAtTheFullHour() =>
        Assert.Equal(Ten, Of(Entry(new DateTimeOffset(2024, 1, 1, 10, 55, 30, TimeSpan.Zero)))[0].Start);

    [Fact]
    public void TheHourIsTheUtcHourWhateverTheZone()
    {
        var india = new DateTimeOffset(2024, 1, 1, 16, 25, 0, TimeSpan.FromMinutes(330));
        var block = Assert.Single(Of(Entry(india)));
        Assert.Equal(Ten, block.Start);
        Assert.Equal(TimeSpan.Zero, block.Start.Offset);
    }

    [Fact]
    public void TheBurnRateIsBetweenTheFirstAndTheLastRequest()
    {
        var block = Assert.Single(Of(Entry(Ten), Entry(Ten.AddMinutes(1), 2000, 1000, 0.02m)));
        Assert.Equal(new BurnRate(4500, 4500, Money.FromUsd(1.8m)), block.BurnRate);
    }

    [Fact]
    public void CachedTokensCountInTheRateAndNotInItsIndicator()
    {
        var cached = new TokenUsage
        {
            Input = 500,
            Output = 200,
            CacheWrite5m = 2000,
            CacheRead = 8000,
        };
        var block = Assert.Single(Of(Entry(Ten), new BlockEntry(Ten.AddMinutes(1), cached, Money.FromUsd(0.02m))));
        Assert.Equal(new BurnRate(12200, 2200, Money.FromUsd(1.8m)), block.BurnRate);
    }

    [Fact]
    public void OneMomentHasNoRate() => Assert.Null(Of(Entry(Ten), Entry(Ten))[0].BurnRate);

    // The edges.

    [Fact]
    public void ExactlyFiveHoursIsStillTheSameBlock()
    {
        Assert.Single(Of(Entry(Ten), Entry(Ten.AddHours(5))));
        var blocks = Of(Entry(Ten), Entry(Ten.AddHours(3)), Entry(Ten.AddHours(5).AddTicks(1)));
        Assert.Equal([2, 1], blocks.Select(block => block.Entries));
        Assert.Equal(Ten.AddHours(5), blocks[1].Start);
    }

    [Fact]
    public void ABlockIsActiveUntilItsEndOrFiveHoursOfSilence()
    {
        var entries = new[] { Entry(Ten.AddMinutes(50)), Entry(Ten.AddHours(2)) };
        Assert.True(UsageBlocks.Of(entries, Ten.AddHours(5).AddTicks(-1))[0].IsActive);
        Assert.False(UsageBlocks.Of(entries, Ten.AddHours(5))[0].IsActive);
    }

    [Fact]
    public void AnActiveBlockIsProjectedToItsEnd()
    {
        var entries = new[] { Entry(Ten), Entry(Ten.AddMinutes(60), 2000, 1000, 0.02m) };
        var now = Ten.AddMinutes(90);
        var block = UsageBlocks.Of(entries, now)[0];
        // 4,500 tokens and 3 cents in an hour; three and a half hours are left.
        Assert.Equal(
            new BlockProjection(TimeSpan.FromMinutes(210), 4500 + 15750, Money.FromUsd(0.135m)),
            block.Project(now)
        );
        Assert.Null(UsageBlocks.Of(entries, Later)[0].Project(Later));
    }

    [Fact]
    public void AnAbsurdRateStopsAtWhatAnAmountHolds()
    {
        var block = Assert.Single(Of(Entry(Ten, cost: 4_000_000_000m), Entry(Ten.AddTicks(1), cost: 4_000_000_000m)));
        Assert.Equal(long.MaxValue, block.BurnRate!.CostPerHour.NanoUsd);
    }

    [Fact]
    public void AnAbsurdProjectionStopsThereToo()
    {
        var entries = new[] { Entry(Ten, cost: 1), Entry(Ten.AddTicks(10), cost: 1) };
        var block = Assert.Single(UsageBlocks.Of(entries, Ten.AddMinutes(1)));
        Assert.Equal(long.MaxValue, block.Project(Ten.AddMinutes(1))!.Cost.NanoUsd);
    }

    [Fact]
    public void ALengthBelowAMinuteIsABug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => UsageBlocks.Of([], Ten, TimeSpan.FromSeconds(59)));

    /// <summary>The same by another way: each request looks back for the block that it belongs to.</summary>
    [Fact]
    public void ASlowSecondCountAgrees() =>
        Prop.ForAll(
                Gen.ListOf(Gen.Choose(0, 60 * 60)).ToArbitrary(),
                Gen.Choose(1, 7).ToArbitrary(),
                (minutes, hours) =>
                {
                    var times = minutes.Select(minute => Ten.AddMinutes(7).AddMinutes(minute)).ToList();
                    var length = TimeSpan.FromHours(hours);
                    var blocks = UsageBlocks.Of(times.Select(at => Entry(at)), Later, length);
                    Assert.Equal(
                        Slow([.. times.Order()], length),
                        blocks.Where(block => !block.IsGap).Select(block => (block.Start, block.Entries))
                    );
                    Assert.Equal(
                        times
                            .Order()
                            .Zip(times.Order().Skip(1))
                            .Where(pair => pair.Second - pair.First > length)
                            .Select(pair => (pair.First + length, pair.Second)),
                        blocks.Where(block => block.IsGap).Select(block => (block.Start, block.End))
                    );
                    Assert.Equal(times.Count * 1500L, blocks.Sum(block => block.Tokens.Total));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void SumsByTheHourMakeTheSameBlocks() =>
        Prop.ForAll(
                Gen.Choose(0, 40 * 60).ListOf().ToArbitrary(),
                minutes =>
                {
                    var entries = minutes.Select(minute => Entry(Ten.AddMinutes(minute))).ToList();
                    var spans = entries
                        .OrderBy(entry => entry.At)
                        .GroupBy(entry => (Hour: entry.At.UtcTicks / TimeSpan.TicksPerHour, entry.At.Minute == 0))
                        .Select(hour => new BlockSpan(
                            hour.First().At,
                            hour.Last().At,
                            hour.LongCount(),
                            hour.Aggregate(default(TokenUsage), (sum, entry) => sum + entry.Tokens),
                            hour.Aggregate(Money.Zero, (sum, entry) => sum + entry.Cost!.Value),
                            ["claude-sonnet-4-20250514"]
                        ));
                    Assert.Equal(
                        UsageBlocks.Of(entries, Ten.AddHours(39)).Select(Seen),
                        UsageBlocks.Of(spans, Ten.AddHours(39)).Select(Seen)
                    );
                }
            )
            .QuickCheckThrowOnFailure();

    private static string Seen(UsageBlock block) =>
        $"{block.Start:O} {block.End:O} {block.FirstAt:O} {block.LastAt:O} {block.IsActive} {block.Entries} {block.Tokens} {block.Cost} {string.Join(',', block.Models)}";

    private static List<(DateTimeOffset Start, long Entries)> Slow(IReadOnlyList<DateTimeOffset> times, TimeSpan length)
    {
        DateTimeOffset StartOf(int i)
        {
            if (
                i > 0
                && times[i] - times[i - 1] <= length
                && StartOf(i - 1) is var before
                && times[i] - before <= length
            )
            {
                return before;
            }

            return new DateTimeOffset(times[i].Year, times[i].Month, times[i].Day, times[i].Hour, 0, 0, TimeSpan.Zero);
        }

        return [.. Enumerable.Range(0, times.Count).GroupBy(StartOf).Select(group => (group.Key, group.LongCount()))];
    }
}
