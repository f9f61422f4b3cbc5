using FsCheck;
using FsCheck.Fluent;
using Weir.Capture.Limits;
using Weir.Foundation;
using Weir.Insights.Limits;
using Weir.Ledger;
using Weir.Wire.Limits;

namespace Weir.Capture.Tests.Limits;

public class LimitHistoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FiveHours = TimeSpan.FromHours(5);

    private static UsageCost Cost(DateTimeOffset at, decimal usd, string model = "claude-sonnet-5") =>
        new(at, model, Money.FromUsd(usd));

    private static LimitReading Told(
        DateTimeOffset at,
        string scope,
        double? percent,
        DateTimeOffset? resets,
        string? account = null
    ) =>
        new(
            at,
            "headers",
            scope,
            LimitReading.WindowOf(scope),
            percent,
            resets,
            Client: "claude-code",
            Account: account
        );

    private static LimitSaid Said(DateTimeOffset at, string? scope, DateTimeOffset? resets) =>
        new(
            at,
            "claude-code",
            "s",
            null,
            new LimitNotice(LimitNoticeKind.Reached, "claude-hit-session", scope, null, null, resets)
        );

    private static LimitPicture One(
        string scope,
        IReadOnlyList<LimitReading> readings,
        IReadOnlyList<LimitSaid> said,
        params UsageCost[] costs
    ) =>
        Assert.Single(
            new LimitHistory("claude-code", readings, said, [.. costs.OrderBy(cost => cost.At)], Now).Pictures(),
            picture => picture.Scope == scope
        );

    [Fact]
    public void NothingIsKnownOfNothing() => Assert.Empty(new LimitHistory("claude-code", [], [], [], Now).Pictures());

    [Fact]
    public void UseAloneGivesALowerBound()
    {
        var picture = One(
            "five_hour",
            [],
            [],
            Cost(Now.AddDays(-2), 3),
            Cost(Now.AddDays(-1), 7),
            Cost(Now.AddMinutes(-90), 2)
        );
        Assert.Equal(LearnedLimitKind.LowerBound, picture.Learned!.Kind);
        Assert.Equal(7e9, picture.Learned.AtLeast);
        Assert.Equal(
            (Now.AddHours(-2), Now.AddHours(3), false),
            (picture.Running!.Start, picture.Running.End, picture.Running.EndIsTold)
        );
        Assert.Equal(2_000_000_000, picture.Running.Used);
        Assert.Null(picture.UsedPercent(Now));
        Assert.Null(picture.Forecast);
    }

    [Fact]
    public void LimitsThatWereMetGiveAnEstimate()
    {
        var costs = new List<UsageCost>();
        var said = new List<LimitSaid>();
        for (var day = 1; day <= 6; day++)
        {
            var start = Now.Date.AddDays(-day).AddHours(8);
            costs.AddRange(
                Enumerable
                    .Range(0, 10)
                    .Select(i => Cost(new DateTimeOffset(start, TimeSpan.Zero).AddMinutes(1 + (10 * i)), 1))
            );
            said.Add(
                Said(
                    new DateTimeOffset(start, TimeSpan.Zero).AddMinutes(95),
                    "five_hour",
                    new DateTimeOffset(start, TimeSpan.Zero) + FiveHours
                )
            );
        }

        costs.AddRange(Enumerable.Range(0, 5).Select(i => Cost(Now.AddMinutes(-50 + (10 * i)), 1)));
        var picture = One("five_hour", [], said, [.. costs]);
        Assert.Equal(LearnedLimitKind.Estimate, picture.Learned!.Kind);
        Assert.Equal(6, picture.Learned.Evidence.LimitsMet);
        Assert.InRange(picture.Learned.Median!.Value, 9e9, 10.1e9);
        var (percent, isEstimate) = picture.UsedPercent(Now)!.Value;
        Assert.True(isEstimate);
        Assert.InRange(percent, 49, 56);
        Assert.NotNull(picture.Forecast);
    }

    [Fact]
    public void TheProvidersWordGoesBeforeTheEstimateWhileItsWindowRuns()
    {
        var resets = Now.AddMinutes(77);
        var readings = new[] { Told(Now.AddMinutes(-5), "five_hour", 40, resets) };
        var picture = One("five_hour", readings, [], Cost(Now.AddHours(-1), 4), Cost(Now.AddMinutes(-1), 1));
        Assert.Equal((40.0, false), picture.UsedPercent(Now)!.Value);
        Assert.Equal(
            (resets - FiveHours, resets, true),
            (picture.Running!.Start, picture.Running.End, picture.Running.EndIsTold)
        );
        // Four dollars were forty percent.
        Assert.InRange(picture.Learned!.Median!.Value, 9.7e9, 10.3e9);
        Assert.True(picture.UsedPercent(resets.AddSeconds(1)) is null or { IsEstimate: true });
    }

    [Fact]
    public void AWeekOfOneClassCountsItsModelsAlone()
    {
        var readings = new[] { Told(Now.AddHours(-1), "seven_day_opus", 50, Now.AddDays(3)) };
        var picture = One(
            "seven_day_opus",
            readings,
            [],
            Cost(Now.AddDays(-1), 6, "claude-opus-4-8"),
            Cost(Now.AddDays(-1), 30)
        );
        Assert.Equal("opus", picture.ModelClass);
        Assert.Equal(6_000_000_000, picture.Running!.Used);
        Assert.InRange(picture.Learned!.Median!.Value, 11.5e9, 12.5e9);
    }

    [Fact]
    public void TheUseOfSeveralAccountsCannotBeToldApart()
    {
        var readings = new[]
        {
            Told(Now.AddMinutes(-5), "five_hour", 40, Now.AddHours(1), "a"),
            Told(Now.AddMinutes(-4), "five_hour", 80, Now.AddHours(2), "b"),
        };
        var pictures = new LimitHistory("claude-code", readings, [], [Cost(Now.AddHours(-1), 4)], Now).Pictures();
        Assert.Equal(["a", "b"], pictures.Select(picture => picture.Account));
        Assert.All(pictures, picture => Assert.Null(picture.Learned));
        Assert.Equal([40.0, 80.0], pictures.Select(picture => picture.UsedPercent(Now)!.Value.Percent));
    }

    [Fact]
    public void APaceIsToldAndNotLearned()
    {
        var picture = One(
            "requests_per_minute",
            [Told(Now.AddSeconds(-10), "requests_per_minute", 12, Now.AddSeconds(50))],
            []
        );
        Assert.Null(picture.Learned);
        Assert.Equal((12.0, false), picture.UsedPercent(Now)!.Value);
    }

    [Theory]
    [InlineData(3, "five_hour")]
    [InlineData(100, "seven_day")]
    [InlineData(null, "five_hour")]
    public void AMessageThatNamesNoWindowIsOfTheOneThatItsResetFits(int? hours, string scope) =>
        Assert.Equal(scope, LimitHistory.ScopeOf(Said(Now, null, hours is { } away ? Now.AddHours(away) : null)));

    [Fact]
    public void WindowsAreToldOnceAndLieApart()
    {
        var end = Now.AddHours(-20);
        var windows = QuotaWindows.Find(
            FiveHours,
            [
                (end.AddHours(-4), end),
                (end.AddHours(-3), end.AddSeconds(40)),
                (end.AddHours(2), end.AddHours(4)),
                (Now, Now.AddDays(3)), // no five hours' end
            ],
            new UseLine(
                [Cost(end.AddDays(-1).AddMinutes(20), 1), Cost(end.AddMinutes(-1), 1), Cost(end.AddHours(5), 1)],
                null
            ),
            fillsIn: true,
            Now
        );
        Assert.Equal(
            [
                (end.AddDays(-1), end.AddDays(-1) + FiveHours, false),
                (end - FiveHours, end, true),
                (end, end.AddHours(4), true),
                (end.AddHours(5), end.AddHours(10), false),
            ],
            windows
        );
    }

    /// <summary>Ends that contradict one another are told by clocks that jump and by accounts that change.</summary>
    [Fact]
    public void WindowsLieApartWhateverWasTold() =>
        Prop.ForAll(
                Gen.Choose(0, 60)
                    .SelectMany(said => Gen.Choose(0, 11).Select(ahead => (Said: said, Ahead: ahead)))
                    .ListOf()
                    .ToArbitrary(),
                Gen.Choose(0, 60).ListOf().ToArbitrary(),
                (told, uses) =>
                {
                    var begin = Now.AddHours(-30);
                    var windows = QuotaWindows.Find(
                        FiveHours,
                        told.Select(word =>
                            (begin.AddHours(word.Said / 2.0), begin.AddHours((word.Said + word.Ahead) / 2.0))
                        ),
                        new UseLine([.. uses.Order().Select(half => Cost(begin.AddHours(half / 2.0), 1))], null),
                        fillsIn: true,
                        Now.AddDays(1)
                    );
                    Assert.All(windows, window => Assert.True(window.Start < window.End));
                    Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void OfMoreQuotasThanAPlanCanHaveTheLastToldAreLookedAt()
    {
        var pictures = new LimitHistory(
            "claude-code",
            [
                .. Enumerable
                    .Range(0, 5000)
                    .Select(i =>
                        Told(Now.AddSeconds(i - 5000), $"q{i:0000}", 50, Now.AddHours(2)) with
                        {
                            Window = FiveHours,
                        }
                    ),
            ],
            [.. Enumerable.Range(0, 5000).Select(i => Said(Now.AddSeconds(-i), $"seven_day_{i:0000}", null))],
            [Cost(Now.AddHours(-1), 1)],
            Now
        ).Pictures();

        Assert.Contains(pictures, picture => picture.Scope == "q4999");
        Assert.Contains(pictures, picture => picture.Scope == "seven_day_0000");
        Assert.Contains(pictures, picture => picture.Scope == "five_hour");
        Assert.InRange(pictures.Length, 3, 2 * LimitHistory.MostQuotas + 1);
    }

    [Fact]
    public void AnAbsurdUseIsAnAbsurdPercentageAndNoneBelowZero()
    {
        var learned = new LearnedLimit(LearnedLimitKind.Estimate, 1e9, 1, 2e9, null, new(1, 0, 0, null, null), null);
        var running = new QuotaWindow(Now.AddHours(-1), Now.AddHours(4), false, long.MaxValue);
        var picture = new LimitPicture("x", null, "five_hour", FiveHours, null, null, running, learned, null);

        Assert.Equal(long.MaxValue / 1e7, picture.UsedPercent(Now)!.Value.Percent, 1e3);
    }

    [Fact]
    public void SumsAreOfBothEnds()
    {
        var line = new UseLine(
            [Cost(Now, 1), Cost(Now.AddHours(1), 2), Cost(Now.AddHours(2), 4, "claude-opus-4-8")],
            null
        );
        Assert.Equal(3_000_000_000, line.Between(Now, Now.AddHours(1)));
        Assert.Equal(6_000_000_000, line.Between(Now.AddTicks(1), Now.AddDays(1)));
        Assert.Equal(0, line.Between(Now.AddDays(1), Now.AddDays(2)));
        Assert.Equal(2_000_000_000, line.LastOf(Now, Now.AddHours(1)));
        Assert.Equal(0, line.LastOf(Now.AddDays(1), Now.AddDays(2)));
        Assert.Equal([2_000_000_000, 4_000_000_000], line.Since(Now.AddTicks(1)).Select(point => point.Amount));
    }
}
