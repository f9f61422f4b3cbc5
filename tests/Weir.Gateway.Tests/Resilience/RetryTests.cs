using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

public sealed class RetryTests
{
    private static readonly FailedAttempt Failed = new(
        RequestStatus.UpstreamError,
        Retries: 0,
        IsReplayable: true,
        WasSeen: false,
        OtherTargetLives: false,
        RetryAfter: null,
        TimeLeft: TimeSpan.FromMinutes(1)
    );

    /// <summary>In the ten seconds that end with a retry never more than the larger of 30 and a tenth of the requests; and none refused below 30.</summary>
    [Fact]
    public void The_budget_holds_at_every_retry() =>
        Prop.ForAll(
                Gen.Choose(0, 200).Two().NonEmptyListOf().ToArbitrary(),
                steps =>
                {
                    var health = new Health();
                    var budget = new RetryBudget(health.Context);
                    var requests = new List<double>();
                    var retries = new List<double>();
                    var now = 0.0;
                    foreach (var (wait, count) in steps)
                    {
                        // Mostly close together, now and then far apart.
                        var pause = wait > 190 ? wait / 10.0 : wait / 100.0;
                        now += pause;
                        health.After(pause);
                        for (var i = 0; i < count; i++)
                        {
                            budget.Request();
                            requests.Add(now);
                            var before = retries.Count(at => at > now - 11);
                            if (!budget.TryTake())
                            {
                                if (before < RetryBudget.Reserve)
                                {
                                    return false;
                                }

                                continue;
                            }

                            retries.Add(now);
                            var within = retries.Count(at => at > now - 10);
                            if (within > Math.Max(30, requests.Count(at => at > now - 10) / 10))
                            {
                                return false;
                            }
                        }
                    }

                    return true;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Of_many_requests_a_tenth_may_be_asked_again()
    {
        var health = new Health();
        var budget = new RetryBudget(health.Context);
        var taken = 0;
        for (var i = 0; i < 100_000; i++)
        {
            health.After(0.001);
            budget.Request();
            taken += budget.TryTake() ? 1 : 0;
        }

        Assert.InRange(taken, 8_500, 10_000);
    }

    [Fact]
    public void Waits_are_spread_over_a_bound_that_doubles_to_eight_seconds()
    {
        Assert.Equal(TimeSpan.Zero, Backoff.Next(0, null, 0));
        Assert.Equal(
            [125, 250, 500, 1000, 2000, 4000, 4000, 4000],
            Enumerable.Range(0, 8).Select(i => Backoff.Next(i, null, 0.5)!.Value.TotalMilliseconds)
        );
        Assert.True(Backoff.Next(int.MaxValue, null, 0.999) <= Backoff.Longest);
    }

    [Fact]
    public void A_provider_s_word_is_waited_for_or_not_at_all()
    {
        Assert.Equal(3125, Backoff.Next(0, TimeSpan.FromSeconds(3), 0.5)!.Value.TotalMilliseconds);
        Assert.Null(Backoff.Next(0, TimeSpan.FromSeconds(9), 0));
        Assert.Null(Backoff.Next(0, TimeSpan.MaxValue - TimeSpan.FromDays(1), 0));
    }

    [Fact]
    public void What_may_be_repeated_is_and_everything_else_says_why()
    {
        var budget = new RetryBudget(new Health().Context);
        Assert.Equal(RetryDecision.In(TimeSpan.FromMilliseconds(125)), Decide(Failed));
        Assert.Equal(RetryRefusal.NotReplayable, Decide(Failed with { IsReplayable = false }).Refusal);
        Assert.Equal(RetryRefusal.Seen, Decide(Failed with { WasSeen = true }).Refusal);
        Assert.Equal(RetryRefusal.NotWorthIt, Decide(Failed with { Status = RequestStatus.RequestError }).Refusal);
        Assert.Equal(RetryRefusal.NotWorthIt, Decide(Failed with { Status = RequestStatus.Timeout }).Refusal);
        Assert.Equal(RetryRefusal.OtherTarget, Decide(Failed with { OtherTargetLives = true }).Refusal);
        Assert.Equal(RetryRefusal.Enough, Decide(Failed with { Retries = 2 }).Refusal);
        Assert.Equal(RetryRefusal.TooLate, Decide(Failed with { TimeLeft = TimeSpan.FromMilliseconds(125) }).Refusal);
        Assert.Equal(RetryRefusal.TooLate, Decide(Failed with { RetryAfter = TimeSpan.FromSeconds(30) }).Refusal);

        var three = new ResilienceConfig { Retries = 3 };
        Assert.NotNull(
            RetryPolicy.Decide(Failed with { OtherTargetLives = true, Retries = 2 }, three, budget, 0).After
        );
        var none = new ResilienceConfig { Retries = 0 };
        Assert.Equal(RetryRefusal.Enough, RetryPolicy.Decide(Failed, none, budget, 0).Refusal);

        RetryDecision Decide(FailedAttempt failure) =>
            RetryPolicy.Decide(failure, ResilienceConfig.Default, budget, 0.5);
    }

    [Fact]
    public void A_spent_budget_ends_retries_and_what_is_refused_for_other_reasons_spends_nothing()
    {
        var budget = new RetryBudget(new Health().Context);
        for (var i = 0; i < 1000; i++)
        {
            RetryPolicy.Decide(Failed with { WasSeen = true }, ResilienceConfig.Default, budget, 0);
        }

        var granted = Enumerable
            .Range(0, 100)
            .Count(_ => RetryPolicy.Decide(Failed, ResilienceConfig.Default, budget, 0).After is not null);

        Assert.Equal(RetryBudget.Reserve, granted);
        Assert.Equal(RetryRefusal.BudgetSpent, RetryPolicy.Decide(Failed, ResilienceConfig.Default, budget, 0).Refusal);
    }
}
