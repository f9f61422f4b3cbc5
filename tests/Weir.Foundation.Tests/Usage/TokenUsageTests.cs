using FsCheck;
using FsCheck.Fluent;

namespace Weir.Foundation.Tests.Usage;

public sealed class TokenUsageTests
{
    private static readonly Arbitrary<(TokenUsage A, TokenUsage B)> Pairs = Usages()
        .SelectMany(a => Usages().Select(b => (a, b)))
        .ToArbitrary();

    [Fact]
    public void Prompt_and_total_add_the_disjoint_classes_and_leave_reasoning_out()
    {
        var usage = new TokenUsage
        {
            Input = 1,
            CacheRead = 20,
            CacheWrite5m = 300,
            CacheWrite1h = 4000,
            Output = 50_000,
            Reasoning = 40_000,
        };
        Assert.Equal(4321, usage.Prompt);
        Assert.Equal(54_321, usage.Total);
    }

    [Fact]
    public void Nothing_reported_is_unknown_and_reported_none_is_not()
    {
        Assert.True(default(TokenUsage).IsUnknown);
        Assert.True(new TokenUsage { Reasoning = 5 }.IsUnknown);
        Assert.False(new TokenUsage { Input = 0 }.IsUnknown);
        Assert.False(new TokenUsage { CacheRead = 0 }.IsUnknown);
        Assert.False(new TokenUsage { CacheWrite5m = 0 }.IsUnknown);
        Assert.False(new TokenUsage { CacheWrite1h = 0 }.IsUnknown);
        Assert.False(new TokenUsage { Output = 0 }.IsUnknown);
        Assert.Equal(0, default(TokenUsage).Total);
    }

    [Fact]
    public void A_class_is_unknown_in_a_sum_only_when_it_is_in_both() =>
        Assert.Equal(
            new TokenUsage { Input = 5, Output = 7 },
            new TokenUsage { Input = 5 } + new TokenUsage { Output = 7 }
        );

    [Fact]
    public void Sums_are_commutative_and_the_unknown_is_neutral() =>
        Prop.ForAll(Pairs, p => p.A + p.B == p.B + p.A && p.A + default(TokenUsage) == p.A).QuickCheckThrowOnFailure();

    [Fact]
    public void The_total_of_a_sum_is_the_sum_of_totals() =>
        Prop.ForAll(
                Pairs,
                p => (p.A + p.B).Total == p.A.Total + p.B.Total && (p.A + p.B).Prompt == p.A.Prompt + p.B.Prompt
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Absurd_counts_stop_at_the_end_and_never_wrap_or_throw()
    {
        var absurd = new TokenUsage
        {
            Input = long.MaxValue,
            CacheRead = long.MaxValue,
            CacheWrite5m = long.MaxValue,
            CacheWrite1h = long.MaxValue,
            Output = long.MaxValue,
        };
        Assert.Equal(long.MaxValue, absurd.Prompt);
        Assert.Equal(long.MaxValue, absurd.Total);
        Assert.Equal(absurd, absurd + absurd);
        var negative = new TokenUsage { Input = long.MinValue, Output = long.MinValue };
        Assert.Equal(long.MinValue, (negative + negative).Total);
    }

    private static Gen<TokenUsage> Usages()
    {
        var count = Gen.Frequency(
            (1, Gen.Constant((long?)null)),
            (4, Gen.Choose(0, int.MaxValue).Select(n => (long?)n))
        );
        return from input in count
            from read in count
            from write5m in count
            from write1h in count
            from output in count
            from reasoning in count
            select new TokenUsage
            {
                Input = input,
                CacheRead = read,
                CacheWrite5m = write5m,
                CacheWrite1h = write1h,
                Output = output,
                Reasoning = reasoning,
            };
    }
}
