using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Counting;
using Weir.Ledger;

namespace Weir.Gateway.Tests.Admission;

public sealed class EstimateTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly PriceSnapshot Prices = new PriceBook().Current;
    private static readonly EstimateTarget Opus = new("anthropic", "anthropic", "claude-opus-4-8");
    private static readonly EstimateTarget Haiku = new("anthropic", "anthropic", "claude-haiku-4-5");

    [Fact]
    public void The_worst_case_is_at_least_what_any_use_of_the_prompt_and_the_bound_costs()
    {
        var worst = CostEstimate.Worst(Prices, [Haiku, Opus], 100_000, 8_000, 1, null, Now);

        Assert.Equal((100_000, 8_000), (worst.Input, worst.Output));
        for (var split = 0; split < 64; split++)
        {
            long Part(int bit) => (split >> bit & 1) * 25_000L;
            var usage = new TokenUsage
            {
                Input = 100_000 - Part(0) - Part(1) - Part(2) - Part(3),
                CacheRead = Part(0),
                CacheWrite5m = Part(1),
                CacheWrite1h = Part(2) + Part(3),
                Output = 8_000 - Part(4) / 25,
                Reasoning = Part(5) / 25,
            };
            foreach (var target in new[] { Opus, Haiku })
            {
                Assert.True(Charge(target, usage) <= worst.Cost, $"{target.Model}, {split}");
            }
        }

        // And no more than the dearest of these: an hour's cache writes.
        Assert.Equal(Charge(Opus, new TokenUsage { CacheWrite1h = 100_000, Output = 8_000 }), worst.Cost);
    }

    [Fact]
    public void Without_a_bound_of_the_caller_the_models_own_holds_and_several_answers_are_several()
    {
        var own = Prices.Find("anthropic", "claude-opus-4-8")!.OutputLimit!.Value;

        Assert.Equal(own, CostEstimate.Worst(Prices, [Opus], 10, null, 1, null, Now).Output);
        Assert.Equal(300, CostEstimate.Worst(Prices, [Opus], 10, 100, 3, null, Now).Output);
        var unknown = CostEstimate.Worst(Prices, [new("x", "nowhere", "made-up")], 10, null, 1, null, Now);
        Assert.Equal((null, CostEstimate.UnknownOutput), (unknown.Cost, unknown.Output));
        Assert.Equal(0, CostEstimate.Worst(Prices, [Opus], long.MinValue, 0, 0, null, Now).Cost!.Value.NanoUsd);
        Assert.NotEqual(0, CostEstimate.Worst(Prices, [Opus], long.MaxValue, long.MaxValue, 9, null, Now).Output);
    }

    [Fact]
    public void What_was_not_counted_exactly_is_bounded_by_its_bytes()
    {
        Assert.Equal(7, CostEstimate.PromptBound(new RequestCount(7, true, ""), 100));
        Assert.Equal(100, CostEstimate.PromptBound(new RequestCount(7, false, ""), 100));
        Assert.Equal(1600, CostEstimate.PromptBound(new RequestCount(1600, false, ""), 100));
    }

    [Fact]
    public void What_is_learned_is_a_high_quantile_with_a_margin()
    {
        var learned = new LearnedUse();
        var request = Rooms.Request(1_000_000, 1000, 1000);
        for (var i = 1; i < LearnedUse.Enough; i++)
        {
            learned.Note(request, Rooms.Came(100_000, 500, 200));
            Assert.Equal(LearnedShares.Worst, learned.Of(request.Subject));
        }

        learned.Note(request, Rooms.Came(100_000, 500, 200));
        var shares = learned.Of(request.Subject);
        Assert.Equal(125_000, Amounts.Share(1_000_000, shares.Cost), 40.0);
        Assert.Equal(625, Amounts.Share(1000, shares.Fresh), 1.0);
        Assert.Equal(250, Amounts.Share(1000, shares.Output), 1.0);
        // One in ten that uses all is above the quantile's twentieth.
        for (var i = 0; i < 256; i++)
        {
            learned.Note(request, Rooms.Came(i % 10 == 0 ? 2_000_000 : 1, 1, 1));
        }

        Assert.Equal(Amounts.Whole, learned.Of(request.Subject).Cost);
        Assert.Equal(LearnedShares.Worst, learned.Of(Rooms.Someone("somebody-else")));
    }

    [Fact]
    public void As_many_are_remembered_as_there_is_room_for()
    {
        var learned = new LearnedUse();
        for (var i = 0; i < LearnedUse.MostKept + 100; i++)
        {
            learned.Note(Rooms.Request(100, key: "kept"), Rooms.Came(10));
            learned.Note(Rooms.Request(100, model: $"m{i}"), Rooms.Came(10));
        }

        Assert.Equal(LearnedUse.MostKept, learned.Count);
        Assert.NotEqual(LearnedShares.Worst, learned.Of(Rooms.Someone("kept")));
    }

    [Fact]
    public void A_learned_budget_says_how_much_is_at_risk()
    {
        var book = new AdmissionBook(new TwoClocks());
        var rules = Rooms.Rules(Rooms.Budget(100_000_000) with { Estimate = EstimateMode.Learned });
        for (var i = 0; i < 20; i++)
        {
            book.Admit(rules, Rooms.Request(1000)).Ticket!.Settle(Rooms.Came(100));
        }

        using var ticket = book.Admit(rules, Rooms.Request(1000)).Ticket;

        var standing = book.Only(rules);
        Assert.Equal((2000, 1000), (standing.Spent, standing.Reserved + standing.AtRisk));
        Assert.InRange(standing.Reserved, 125, 130);
    }

    [Theory]
    [InlineData(Measure.InputTokens, 100, 170)]
    [InlineData(Measure.InputTokens, 0, 70)]
    [InlineData(Measure.InputTokens, 10, 80)]
    [InlineData(Measure.OutputTokens, 10, 5)]
    [InlineData(Measure.Tokens, 10, 85)]
    public void Tokens_count_by_what_they_are(Measure measure, int cacheReadPercent, long counted)
    {
        var book = new AdmissionBook(new TwoClocks());
        var rules = Rooms.Rules(Rooms.Limit(measure, 10_000) with { CacheReadPercent = cacheReadPercent });
        var usage = new TokenUsage
        {
            Input = 50,
            CacheRead = 100,
            CacheWrite5m = 20,
            Output = 5,
            Reasoning = 3,
        };

        book.Admit(rules, Rooms.Request(1)).Ticket!.Settle(Rooms.Came(1) with { Usage = usage });
        book.Admit(rules, Rooms.Request(1, 30, 40)).Ticket!.Settle(Rooms.Came(1) with { Usage = default });

        // Of what nobody knows the estimate stands.
        var estimated = measure switch
        {
            Measure.InputTokens => 30,
            Measure.OutputTokens => 40,
            _ => 70,
        };
        Assert.Equal(counted + estimated, book.Only(rules).Spent);
    }

    private static Money? Charge(in EstimateTarget target, TokenUsage usage) =>
        Prices
            .Charge(
                new PriceRequest
                {
                    Catalogue = target.Catalogue,
                    Requested = target.Model,
                    Usage = usage,
                    At = Now,
                }
            )
            .Cost;
}
