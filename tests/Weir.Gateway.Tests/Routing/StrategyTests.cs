using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Testing;
using static Weir.Gateway.Tests.Routing.Questions;

namespace Weir.Gateway.Tests.Routing;

/// <summary>What each strategy promises, over many requests.</summary>
public sealed class StrategyTests
{
    private readonly FakeClock clock = new();
    private readonly RouteState state;
    private readonly HealthBook health;

    public StrategyTests()
    {
        state = new RouteState(clock);
        health = new HealthBook(new HealthContext(clock, () => 0, _ => { }));
    }

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    /// <summary>Shares within five standard deviations of what was drawn: one run in a million would fail, and none here, for the draws are fixed.</summary>
    private static void AssertShares(int[] counts, int[] weights)
    {
        double n = counts.Sum();
        var all = weights.Sum();
        for (var i = 0; i < counts.Length; i++)
        {
            var share = weights[i] / (double)all;
            var margin = 5 * Math.Sqrt(n * share * (1 - share));
            Assert.InRange(counts[i], (n * share) - margin, (n * share) + margin);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(80, 20)]
    [InlineData(1, 2, 7)]
    [InlineData(1, 1000)]
    public void Weights_are_shares_of_sessions_and_of_requests(params int[] weights)
    {
        var gateway = Over(RouteStrategy.Weighted, stays: null, weights);
        var bySession = new int[weights.Length];
        var byRequest = new int[weights.Length];
        for (var i = 0; i < 20_000; i++)
        {
            var session = string.Create(CultureInfo.InvariantCulture, $"session-{i}");
            bySession[Order(gateway, state, Small(i, session))[0][0] - 'a']++;
            byRequest[Order(gateway, state, Small(100_000 + i))[0][0] - 'a']++;
        }

        AssertShares(bySession, weights);
        AssertShares(byRequest, weights);
    }

    [Fact]
    public void The_second_of_a_weighted_route_is_drawn_by_weight_among_the_rest()
    {
        var gateway = Over(RouteStrategy.Weighted, stays: null, 50, 30, 10);
        var second = new int[3];
        for (var i = 0; i < 40_000; i++)
        {
            var order = Order(gateway, state, Small(i));
            Assert.Equal(["a", "b", "c"], order.Order());
            if (order[0] == "a")
            {
                second[order[1][0] - 'a']++;
            }
        }

        AssertShares(second[1..], [30, 10]);
    }

    [Fact]
    public void A_weight_of_nothing_is_a_last_resort()
    {
        var gateway = Over(RouteStrategy.Weighted, stays: null, 0, 1, 3);

        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal("a", Order(gateway, state, Small(i))[2]));
    }

    [Fact]
    public void A_session_draws_the_same_always_and_moves_only_with_its_own_target()
    {
        var three = Over(RouteStrategy.Weighted, stays: false, 1, 1, 1);
        var two = Over(RouteStrategy.Weighted, stays: false, 1, 1);
        var moved = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var session = string.Create(CultureInfo.InvariantCulture, $"s{i}");
            var before = Order(three, state, Small(i, session));
            Assert.Equal(before, Order(three, state, Small(i + 1_000_000, session)));
            var after = Order(two, state, Small(i, session));
            Assert.Equal(before.Remove("c"), after);
            moved += before[0] == after[0] ? 0 : 1;
        }

        AssertShares([moved, 2_000 - moved], [1, 2]);
    }

    [Fact]
    public void The_fastest_is_first_and_one_request_in_twenty_looks_elsewhere()
    {
        var gateway = Over(RouteStrategy.Latency, stays: null, 1, 1, 1);
        state.Note(Key("a"), Ms(900), streams: true);
        state.Note(Key("b"), Ms(200), streams: true);
        state.Note(Key("c"), Ms(500), streams: true);

        var first = new int[3];
        for (var i = 0; i < 20_000; i++)
        {
            first[Order(gateway, state, Small(i))[0][0] - 'a']++;
        }

        AssertShares([first[1], first[0] + first[2]], [19, 1]);
        AssertShares([first[0], first[2]], [1, 1]);
        var (order, reason) = Looked(gateway, Small(0) with { Id = null });
        Assert.Equal(["b", "c", "a"], order);
        Assert.Equal("latency", reason);
    }

    [Fact]
    public void What_was_never_measured_is_tried_and_nobody_starves()
    {
        var gateway = Over(RouteStrategy.Latency, stays: null, 1, 1, 1, 1);
        var random = new Random(3);
        var served = new int[4];
        for (var i = 0; i < 4_000; i++)
        {
            var first = Order(gateway, state, Small(i))[0];
            served[first[0] - 'a']++;
            state.Note(Key(first), Ms(100 + (100 * (first[0] - 'a')) + random.Next(50)), streams: true);
        }

        Assert.All(served, count => Assert.True(count > 20, string.Join(", ", served)));
        Assert.True(served[0] > 3_500, string.Join(", ", served));
    }

    [Fact]
    public void A_target_that_becomes_slow_is_left_and_one_that_becomes_fast_is_found()
    {
        var gateway = Over(RouteStrategy.Latency, stays: null, 1, 1);
        for (var i = 0; i < 500; i++)
        {
            var first = Order(gateway, state, Small(i))[0];
            state.Note(Key(first), Ms(first == "a" ? 100 : 400), streams: true);
        }

        for (var i = 500; i < 1_500; i++)
        {
            var first = Order(gateway, state, Small(i))[0];
            state.Note(Key(first), Ms(first == "a" ? 400 : 100), streams: true);
        }

        Assert.Equal(["b", "a"], Order(gateway, state, Small(0) with { Id = null }));
    }

    [Fact]
    public void Streams_and_whole_answers_are_measured_apart()
    {
        var gateway = Over(RouteStrategy.Latency, stays: null, 1, 1);
        state.Note(Key("a"), Ms(100), streams: true);
        state.Note(Key("a"), Ms(9000), streams: false);
        state.Note(Key("b"), Ms(300), streams: true);
        state.Note(Key("b"), Ms(2000), streams: false);

        var question = Small(0) with { Id = null };
        Assert.Equal(["a", "b"], Order(gateway, state, question));
        Assert.Equal(["b", "a"], Order(gateway, state, question with { Streams = false }));
    }

    [Fact]
    public void What_fails_without_ever_answering_is_not_the_first_for_being_unknown()
    {
        var gateway = Over(health, RouteStrategy.Latency, stays: null, 1, 1);
        Ended(gateway, "a", AttemptOutcome.Failed);
        state.Note(Key("b"), Ms(300), streams: true);

        var question = Small(0) with { Id = null };
        Assert.Equal(["b", "a"], Order(gateway, state, question));
        clock.Advance(TargetState.Penalty);
        Assert.Equal(["a", "b"], Order(gateway, state, question));
    }

    [Fact]
    public void Adaptive_puts_what_failed_lately_behind_and_takes_it_back()
    {
        var gateway = Over(health, RouteStrategy.Adaptive, stays: null, 1, 1, 1);
        state.Note(Key("a"), Ms(100), streams: true);
        state.Note(Key("b"), Ms(200), streams: true);
        state.Note(Key("c"), Ms(300), streams: true);
        var question = Small(0) with { Id = null };
        Assert.Equal(["a", "b", "c"], Order(gateway, state, question));

        Ended(gateway, "a", AttemptOutcome.Failed);
        Assert.Equal(["b", "c", "a"], Order(gateway, state, question));
        for (var i = 0; i < 2_000; i++)
        {
            Assert.NotEqual("a", Order(gateway, state, Small(i))[0]);
        }

        // It answers again as somebody's last resort: one failure of few is not too many.
        Ended(gateway, "a", AttemptOutcome.Good);
        Assert.Equal(["a", "b", "c"], Order(gateway, state, question));
    }

    [Fact]
    public void Adaptive_does_not_trust_a_target_that_fails_every_third_time()
    {
        var gateway = Over(health, RouteStrategy.Adaptive, stays: null, 1, 1);
        state.Note(Key("b"), Ms(900), streams: true);
        state.Note(Key("a"), Ms(10), streams: true);
        for (var i = 0; i < 30; i++)
        {
            Ended(gateway, "a", i % 3 == 0 ? AttemptOutcome.Failed : AttemptOutcome.Good);
        }

        var question = Small(0) with { Id = null };
        Assert.Equal(["b", "a"], Order(gateway, state, question));
        clock.Advance(TargetState.Penalty);
        Assert.Equal(["a", "b"], Order(gateway, state, question));
    }

    [Fact]
    public void The_cheapest_for_this_request_is_first_and_an_unknown_price_last()
    {
        var gateway = GatewayOf(
            new RouteConfig
            {
                Name = "r",
                Strategy = RouteStrategy.Cost,
                Targets =
                [
                    new TargetConfig("a", "a-model-nobody-knows"),
                    new TargetConfig("a", "claude-opus-4-5"),
                    new TargetConfig("a", "claude-haiku-4-5"),
                    new TargetConfig("a", "claude-sonnet-4-5"),
                ],
            }
        );

        var decision = Router.Decide(gateway, Prices, state, Small(1) with { BodyLength = 80_000 });

        Assert.Equal(
            ["claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-5", "a-model-nobody-knows"],
            decision.Targets.Select(t => t.Model)
        );
        Assert.Equal("cost", decision.Reason);
    }

    [Fact]
    public void A_session_stays_where_its_prompt_is_cached_until_that_has_expired()
    {
        var gateway = Over(RouteStrategy.Weighted, stays: null, 1, 1);
        var drawn = Order(gateway, state, Small(1, "s"))[0];
        var other = drawn == "a" ? "b" : "a";
        var session = new SessionKey(WorkspaceId.Default, "r", "s");
        state.Keep(session, other, "claude-sonnet-4-5", writesLong: false);

        var (order, reason) = Looked(gateway, Small(2, "s"));
        Assert.Equal([other, drawn], order);
        Assert.Equal("affinity", reason);
        clock.Advance(RouteState.ShortCache - Ms(1));
        Assert.Equal(other, Order(gateway, state, Small(3, "s"))[0]);
        clock.Advance(Ms(1));
        (order, reason) = Looked(gateway, Small(4, "s"));
        Assert.Equal([drawn, other], order);
        Assert.Equal("weighted", reason);
    }

    [Fact]
    public void A_prompt_that_is_cached_for_an_hour_holds_for_an_hour_after_each_use()
    {
        var gateway = Over(RouteStrategy.Weighted, stays: null, 1, 1);
        var other = Order(gateway, state, Small(1, "s"))[0] == "a" ? "b" : "a";
        var session = new SessionKey(WorkspaceId.Default, "r", "s");
        state.Keep(session, other, "claude-sonnet-4-5", writesLong: true);
        clock.Advance(TimeSpan.FromMinutes(59));
        state.Keep(session, other, "claude-sonnet-4-5", writesLong: false);
        clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(other, Order(gateway, state, Small(2, "s"))[0]);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(other, Order(gateway, state, Small(3, "s"))[0]);
    }

    [Fact]
    public void A_session_does_not_stay_with_what_has_failed_nor_where_it_is_told_not_to()
    {
        var gateway = Over(health, RouteStrategy.Weighted, stays: null, 1, 1);
        var drawn = Order(gateway, state, Small(1, "s"))[0];
        var other = drawn == "a" ? "b" : "a";
        state.Keep(new SessionKey(WorkspaceId.Default, "r", "s"), other, "claude-sonnet-4-5", writesLong: false);

        Assert.Equal(drawn, Order(Over(RouteStrategy.Weighted, stays: false, 1, 1), state, Small(2, "s"))[0]);
        // A vector is made of no prompt that is kept.
        Assert.Equal(drawn, Order(gateway, state, Small(2, "s") with { MayTranslate = false })[0]);
        Ended(gateway, other, AttemptOutcome.Failed);
        Assert.Equal(drawn, Order(gateway, state, Small(2, "s"))[0]);
    }

    [Fact]
    public void Fallback_stays_with_a_session_only_when_it_is_told_to()
    {
        state.Keep(new SessionKey(WorkspaceId.Default, "r", "s"), "b", "claude-sonnet-4-5", writesLong: false);

        Assert.Equal(["a", "b"], Order(Over(RouteStrategy.Fallback, stays: null, 1, 1), state, Small(1, "s")));
        Assert.Equal(["b", "a"], Order(Over(RouteStrategy.Fallback, stays: true, 1, 1), state, Small(1, "s")));
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_the_newest_is_kept()
    {
        var table = new RecentTable<int, string>(100);
        for (var i = 0; i < 10_000; i++)
        {
            table.Set(i, $"{i}");
            Assert.InRange(table.Count, 1, 100);
            Assert.Equal($"{i}", table.Find(i));
            if (i >= 50)
            {
                Assert.Equal($"{i - 50}", table.Find(i - 50));
            }
        }

        Assert.Null(table.Find(1));
    }

    private (ImmutableArray<string> Order, string? Reason) Looked(GatewayModel gateway, in RouteQuestion question)
    {
        var decision = Router.Decide(gateway, Prices, state, question);
        return ([.. decision.Targets.Select(t => t.Provider.Name)], decision.Reason);
    }
}
