using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

public sealed class TargetStateTests
{
    private readonly Health health = new();

    [Fact]
    public void Each_change_is_told_once_and_in_order()
    {
        var target = health.Target();
        Health.Break(target);
        Assert.False(Health.Ask(target, AttemptOutcome.Good));
        health.After(5);
        Assert.True(Health.Ask(target, AttemptOutcome.Failed));
        health.After(10);
        Assert.True(Health.Ask(target, AttemptOutcome.Good));
        Assert.True(Health.Ask(target, AttemptOutcome.Good));

        Assert.Collection(
            health.Told,
            e =>
                Assert.Equal(
                    (3, 3, 5, 1),
                    e is BreakerOpened o ? (o.Failures, o.Attempts, o.For.TotalSeconds, o.Times) : default
                ),
            e => Assert.Equal(StandingKind.Open, Assert.IsType<TargetLeft>(e).Because),
            e => Assert.Equal((10, 2), e is BreakerOpened o ? (o.For.TotalSeconds, o.Times) : default),
            e => Assert.Equal(TimeSpan.FromSeconds(15), Assert.IsType<BreakerClosed>(e).After),
            e => Assert.Equal(TimeSpan.FromSeconds(15), Assert.IsType<TargetReturned>(e).After)
        );
        Assert.All(health.Told, e => Assert.Equal(target.Key, e.Target));
    }

    [Fact]
    public void A_rest_is_as_long_as_was_said_but_no_longer_than_was_written()
    {
        var target = health.Target(Health.Quick with { LongestCooldown = TimeSpan.FromMinutes(2) });
        Assert.True(Health.Ask(target, AttemptOutcome.Limited, Said(30)));
        Assert.Equal(new Standing(StandingKind.Cooling, TimeSpan.FromSeconds(30), 0), target.Stand());
        health.After(29.9);
        Assert.False(Health.Ask(target, AttemptOutcome.Good));
        health.After(0.1);
        Assert.True(Health.Ask(target, AttemptOutcome.Limited, Said(86_400)));
        Assert.Equal(120, target.Stand().For.TotalSeconds);
        health.After(120);
        target.Look();

        Assert.Equal(
            ["CooldownBegan", "TargetLeft", "TargetReturned", "CooldownBegan", "TargetLeft", "TargetReturned"],
            health.Told.Select(e => e.GetType().Name)
        );
        Assert.Equal("retry", health.Told.OfType<CooldownBegan>().First().Scope);
    }

    [Fact]
    public void Where_nothing_is_said_each_refusal_in_a_row_doubles_the_rest_and_those_under_way_do_not()
    {
        var target = health.Target();
        var spans = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            var crowd = Enumerable
                .Range(0, 50)
                .Select(_ => target.TryBegin(0, out var attempt) ? attempt : throw new InvalidOperationException())
                .ToList();
            health.After(0.1);
            foreach (var attempt in crowd)
            {
                attempt.Tell(AttemptOutcome.Limited);
                attempt.Dispose();
            }

            spans.Add(target.Stand().For.TotalSeconds);
            health.After(spans[^1]);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], spans);
        Health.Ask(target, AttemptOutcome.Good);
        Health.Ask(target, AttemptOutcome.Limited);
        Assert.Equal(1, target.Stand().For.TotalSeconds);
    }

    [Fact]
    public void A_good_answer_ends_a_rest_unless_it_was_asked_for_before()
    {
        var target = health.Target();
        Assert.True(target.TryBegin(0, out var before));
        health.After(1);
        Health.Ask(target, AttemptOutcome.Limited, Said(60));
        before.Tell(AttemptOutcome.Good);
        Assert.Equal(StandingKind.Cooling, target.Stand().Kind);

        health.After(1);
        using var forced = target.Begin();
        forced.Tell(AttemptOutcome.Good);
        Assert.Equal(StandingKind.Ready, target.Stand().Kind);
    }

    [Fact]
    public void Limits_open_no_breaker_and_failures_that_ask_for_rest_are_both()
    {
        var target = health.Target();
        for (var i = 0; i < 100; i++)
        {
            Health.Ask(target, AttemptOutcome.Limited, Said(0.001));
            health.After(0.01);
        }

        Assert.DoesNotContain(health.Told, e => e is BreakerOpened);
        for (var i = 0; i < 3; i++)
        {
            using var attempt = target.Begin();
            attempt.Tell(AttemptOutcome.Failed, Said(60));
        }

        Assert.Equal(StandingKind.Open, target.Stand().Kind);
        health.After(6);
        Assert.False(target.TryBegin(0, out _));
        Assert.False(target.WantsProbe(TimeSpan.Zero));
    }

    [Fact]
    public void What_is_switched_off_is_off()
    {
        var target = health.Target(new ResilienceConfig { Breaker = null, LongestCooldown = TimeSpan.Zero });
        for (var i = 0; i < 100; i++)
        {
            Assert.True(Health.Ask(target, AttemptOutcome.Failed));
            Assert.True(Health.Ask(target, AttemptOutcome.Limited, Said(60)));
        }

        Assert.Empty(health.Told);
    }

    [Fact]
    public void A_new_configuration_keeps_what_it_does_not_touch()
    {
        var target = health.Target();
        Health.Break(target);
        var bounded = Health.Quick with { Retries = 7, Concurrency = new ConcurrencyConfig(false, 1, 1) };
        target.Adopt(bounded);
        Assert.Equal(StandingKind.Open, target.Stand().Kind);
        using var forced = target.Begin();
        Assert.False(forced.NeedsSlot);
        target.Adopt(bounded with { Retries = 8 });
        Assert.Equal(1, target.Governor!.InUse);
        target.Adopt(Health.Quick with { Breaker = new BreakerConfig { Failures = 4 } });
        Assert.Equal(StandingKind.Ready, target.Stand().Kind);
        Assert.IsType<TargetReturned>(health.Told.Last());
    }

    [Fact]
    public void An_attempt_of_a_breaker_that_was_written_anew_says_nothing_to_the_new_one()
    {
        var target = health.Target();
        Assert.True(target.TryBegin(0, out var old));
        target.Adopt(Health.Quick with { Breaker = new BreakerConfig { Failures = 1 } });
        old.Tell(AttemptOutcome.Failed);

        Assert.Equal(StandingKind.Ready, target.Stand().Kind);
    }

    [Theory]
    [InlineData(RequestStatus.Ok, 200, AttemptOutcome.Good)]
    [InlineData(RequestStatus.RequestError, 404, AttemptOutcome.Good)]
    [InlineData(RequestStatus.RequestError, 408, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.RateLimited, 429, AttemptOutcome.Limited)]
    [InlineData(RequestStatus.Overloaded, 529, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.UpstreamError, 500, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.StreamError, 200, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.UpstreamReset, 200, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.Timeout, null, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.Unreachable, null, AttemptOutcome.Failed)]
    [InlineData(RequestStatus.CallerAborted, null, AttemptOutcome.Undecided)]
    [InlineData(RequestStatus.Unknown, null, AttemptOutcome.Undecided)]
    public void An_end_says(RequestStatus status, int? http, object says) =>
        Assert.Equal(says, AttemptOutcomes.Of(status, http));

    private static CooldownWord Said(double seconds) => new(TimeSpan.FromSeconds(seconds), "retry");
}
