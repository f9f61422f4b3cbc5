using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;

namespace Weir.Ledger.Tests.Pricing;

/// <summary>What holds of every price and usage.</summary>
public sealed class CostProperties
{
    private static readonly DateTimeOffset Now = new(2026, 7, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly PriceSnapshot Prices = new PriceBook().Current;

    private static readonly ImmutableArray<ModelPrice> Priced =
    [
        .. Prices.Catalogues.SelectMany(c => Prices.Models(c)).Where(m => m.Rates.Input is not null),
    ];

    private static readonly Gen<long?> Tokens = Gen.Frequency(
        (1, Gen.Constant((long?)null)),
        (1, Gen.Constant((long?)0)),
        (3, Gen.Choose(1, 10_000).Select(n => (long?)n)),
        (3, Gen.Choose(1, 2_000_000).Select(n => (long?)n)),
        (1, Gen.Choose(1, int.MaxValue).Select(n => (long?)n))
    );

    private static readonly Gen<TokenUsage> Usages =
        from input in Tokens
        from read in Tokens
        from write5m in Tokens
        from write1h in Tokens
        from output in Tokens
        from reasoned in Gen.Choose(0, 100)
        select new TokenUsage
        {
            Input = input,
            CacheRead = read,
            CacheWrite5m = write5m,
            CacheWrite1h = write1h,
            Output = output,
            Reasoning = output is null ? null : output * reasoned / 100,
        };

    private static readonly Arbitrary<(ModelPrice Model, TokenUsage Usage)> Requests = Gen.Elements<ModelPrice>(Priced)
        .SelectMany(m => Usages.Select(u => (m, u)))
        .ToArbitrary();

    [Fact]
    public void Cost_is_the_exact_sum_rounded_half_even_once() =>
        Check(r => Cost(r.Model, r.Usage)?.NanoUsd == Reference(r.Model, r.Usage));

    [Fact]
    public void The_whole_is_its_parts_within_rounding() =>
        Check(r =>
        {
            // Below every threshold, so that the parts have the whole's rates.
            var model = r.Model with
            {
                Tiers = [],
            };
            if (CostCalculator.Cost(model, r.Usage, null, null) is not { } whole)
            {
                return true;
            }

            var u = r.Usage;
            TokenUsage[] parts =
            [
                new() { Input = u.Input },
                new() { CacheRead = u.CacheRead },
                new() { CacheWrite5m = u.CacheWrite5m },
                new() { CacheWrite1h = u.CacheWrite1h },
                new() { Output = u.Output, Reasoning = u.Reasoning },
            ];
            var sum = parts.Sum(p => CostCalculator.Cost(model, p, null, null)?.NanoUsd ?? 0);
            return Math.Abs(sum - whole.NanoUsd) <= 3;
        });

    [Fact]
    public void More_tokens_never_cost_less() =>
        Check(r =>
        {
            var more = r.Usage with { Output = (r.Usage.Output ?? 0) + 1000, Input = (r.Usage.Input ?? 0) + 1 };
            // Some lists are cheaper above a threshold; within one tier more is never less.
            var sameTier = r.Model.Tiers.All(t =>
                r.Usage.Prompt > t.AbovePromptTokens == more.Prompt > t.AbovePromptTokens
            );
            return !sameTier
                || Cost(r.Model, r.Usage) is not { } less
                || Cost(r.Model, more) is not { } cost
                || cost >= less;
        });

    [Fact]
    public void A_class_is_charged_at_its_own_rate_alone() =>
        Check(r =>
        {
            var model = r.Model with { Tiers = [] };
            var with = r.Usage with { CacheRead = 3_000_000 };
            var without = r.Usage with { CacheRead = 0 };
            return CostCalculator.Cost(model, with, null, null) is not { } a
                || CostCalculator.Cost(model, without, null, null) is not { } b
                || Math.Abs((a - b).ToUsd() - 3 * (model.Rates.CacheRead ?? model.Rates.Input!.Value)) <= 0.000000001m;
        });

    [Fact]
    public void A_model_that_no_list_has_never_costs_a_known_amount() =>
        Prop.ForAll(
                Gen.Elements("gpt", "claude", "gemini", "x")
                    .SelectMany(p => Gen.Choose(0, int.MaxValue).Select(n => $"{p}-unlisted-{n}"))
                    .SelectMany(n => Usages.Select(u => (n, u)))
                    .ToArbitrary(),
                r =>
                    Prices.Charge(
                        new PriceRequest
                        {
                            Catalogue = "openai",
                            Served = r.n,
                            Requested = r.n,
                            Usage = r.u,
                            At = Now,
                        }
                    ) == default
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_counts_make_it_throw() =>
        Prop.ForAll(
                Gen.Elements(long.MinValue, -1, 0, 1, 10_000_000_000, 10_000_000_001, long.MaxValue)
                    .ArrayOf(6)
                    .ToArbitrary(),
                n =>
                {
                    var usage = new TokenUsage
                    {
                        Input = n[0],
                        CacheRead = n[1],
                        CacheWrite5m = n[2],
                        CacheWrite1h = n[3],
                        Output = n[4],
                        Reasoning = n[5],
                    };
                    var cost = Cost(Prices.Find("anthropic", "claude-opus-4-8")!, usage);
                    return n.All(x => x is >= 0 and <= 10_000_000_000) == cost is not null;
                }
            )
            .QuickCheckThrowOnFailure();

    private static void Check(Func<(ModelPrice Model, TokenUsage Usage), bool> holds) =>
        Prop.ForAll(Requests, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static Money? Cost(ModelPrice model, TokenUsage usage) =>
        Prices
            .Charge(
                new PriceRequest
                {
                    Catalogue = model.Catalogue,
                    Served = model.Model,
                    Usage = usage,
                    At = Now,
                }
            )
            .Cost;

    /// <summary>The same rules over whole numbers: nano-dollars times 10²⁸.</summary>
    private static long? Reference(ModelPrice model, TokenUsage u)
    {
        if (u.IsUnknown)
        {
            return null;
        }

        var rates = model.Tiers.LastOrDefault(t => u.Prompt > t.AbovePromptTokens)?.Rates ?? model.Rates;
        var reasoning = rates.Reasoning is null ? 0 : u.Reasoning ?? 0;
        (long Tokens, decimal? Rate)[] classes =
        [
            (u.Input ?? 0, rates.Input),
            (u.CacheRead ?? 0, rates.CacheRead ?? rates.Input),
            (u.CacheWrite5m ?? 0, rates.CacheWrite5m),
            (u.CacheWrite1h ?? 0, rates.CacheWrite1h),
            ((u.Output ?? 0) - reasoning, rates.Output),
            (reasoning, rates.Reasoning),
        ];
        if (classes.Any(c => c.Tokens > 0 && c.Rate is null))
        {
            return null;
        }

        var scale = BigInteger.Pow(10, 28);
        var sum = BigInteger.Zero;
        foreach (var (tokens, rate) in classes.Where(c => c.Rate is not null))
        {
            var bits = decimal.GetBits(rate!.Value);
            var mantissa =
                ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (BigInteger)(uint)bits[0];
            sum += tokens * mantissa * 1000 * BigInteger.Pow(10, 28 - ((bits[3] >> 16) & 0xFF));
        }

        var whole = BigInteger.DivRem(sum, scale, out var rest);
        var twice = (rest * 2).CompareTo(scale);
        return (long)(twice > 0 || (twice == 0 && !whole.IsEven) ? whole + 1 : whole);
    }
}
