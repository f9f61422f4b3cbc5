namespace Weir.Gateway.Admission;

/// <summary>
/// Arithmetic of amounts, in whatever unit a rule counts. It stops at the ends of a <c>long</c>: what an upstream or a caller
/// makes up must not become an exception, or a negative sum, on a request's way.
/// </summary>
internal static class Amounts
{
    /// <summary>The most that one request is taken to use: a thousand million dollars, or as many million tokens.</summary>
    public const long Most = 1_000_000_000_000_000_000;

    /// <summary>One, in parts of <see cref="Share"/>.</summary>
    public const int Whole = 65_536;

    /// <summary>The sum.</summary>
    public static long Plus(long a, long b)
    {
        var sum = unchecked(a + b);
        // The signs of both differ from the sum's: it went round.
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : sum;
    }

    /// <summary>The difference.</summary>
    public static long Minus(long a, long b) => Plus(a, b == long.MinValue ? long.MaxValue : -b);

    /// <summary>The product, at most <see cref="Most"/>.</summary>
    public static long Times(long a, long b) => (long)Int128.Clamp((Int128)a * b, 0, Most);

    /// <summary>So many hundredths of an amount, rounded down.</summary>
    public static long Percent(long amount, int percent)
    {
        // Nearly always: dividing 128 bits takes ten times as long, and a request asks for a dozen.
        if (percent == 100)
        {
            return amount;
        }

        return amount is >= 0 and < long.MaxValue / 100 && percent is >= 0 and < 100
            ? amount * percent / 100
            : (long)Int128.Clamp((Int128)amount * percent / 100, long.MinValue, long.MaxValue);
    }

    /// <summary>So many parts of <see cref="Whole"/> of an amount that is not negative, rounded up, and never more than all of it.</summary>
    public static long Share(long amount, int parts) =>
        parts >= Whole ? amount
        : amount is >= 0 and < 1L << 46 && parts >= 0 ? ((amount * parts) + (Whole - 1)) / Whole
        : (long)((((Int128)amount * parts) + (Whole - 1)) / Whole);
}
