using FsCheck;
using FsCheck.Fluent;

namespace Weir.Foundation.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.000000001")]
    [InlineData(-1, "-0.000000001")]
    [InlineData(2_241_000, "0.002241")]
    [InlineData(12_000_000_000, "12")]
    [InlineData(-500_000_000, "-0.5")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void Text_is_the_shortest_exact_decimal(long nano, string text)
    {
        Assert.Equal(text, new Money(nano).ToString());
        Assert.True(Money.TryParse(text, out var read));
        Assert.Equal(nano, read.NanoUsd);
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<long>(),
                nano => Money.TryParse(new Money(nano).ToString(), out var read) && read.NanoUsd == nano
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1.10", 1_100_000_000)]
    [InlineData("0.1000000000000000000000", 100_000_000)]
    [InlineData("+2", 2_000_000_000)]
    public void Zeros_behind_and_a_plus_are_read(string text, long nano)
    {
        Assert.True(Money.TryParse(text, out var read));
        Assert.Equal(nano, read.NanoUsd);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData("1,000")]
    [InlineData("$1")]
    [InlineData("NaN")]
    [InlineData("0.0000000001")]
    [InlineData("0.1234567891")]
    [InlineData("1.00000000000000000000000000000001")]
    [InlineData("9223372036.854775808")]
    [InlineData("-9223372036.854775809")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("99999999999999999999999999999999999999")]
    public void Anything_else_is_refused(string text) => Assert.False(Money.TryParse(text, out _));

    [Theory]
    [InlineData("0.0000000005", 0)]
    [InlineData("0.0000000015", 2)]
    [InlineData("0.0000000025", 2)]
    [InlineData("-0.0000000015", -2)]
    [InlineData("0.00000000250001", 3)]
    public void Dollars_are_rounded_half_even(string usd, long nano) =>
        Assert.Equal(nano, Money.FromUsd(decimal.Parse(usd)).NanoUsd);

    [Fact]
    public void Dollars_and_back_are_exact() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), nano => Money.FromUsd(new Money(nano).ToUsd()).NanoUsd == nano)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Beyond_the_range_it_throws_and_never_wraps()
    {
        var most = new Money(long.MaxValue);
        var least = new Money(long.MinValue);
        var one = new Money(1);
        Assert.Throws<OverflowException>(() => most + one);
        Assert.Throws<OverflowException>(() => least - one);
        Assert.Throws<OverflowException>(() => Money.FromUsd(9_223_372_036.854775808m));
        Assert.Throws<OverflowException>(() => Money.FromUsd(decimal.MaxValue));
    }

    [Fact]
    public void Order_is_that_of_the_amount()
    {
        Money[] unsorted = [new(3), new(-1), new(2)];
        Assert.Equal([-1, 2, 3], unsorted.Order().Select(m => m.NanoUsd));
        Assert.True(new Money(1) < new Money(2) && new Money(2) > new Money(1));
        Assert.True(new Money(1) <= new Money(1) && new Money(1) >= new Money(1));
        Assert.Equal(Money.Zero, new Money(5) - new Money(5));
    }
}
