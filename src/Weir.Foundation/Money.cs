using System.Globalization;

namespace Weir.Foundation;

/// <summary>
/// An amount of US dollars in whole nano-dollars (10⁻⁹ USD), so that sums are exact. May be negative (a difference,
/// a saving). Arithmetic throws <see cref="OverflowException"/> beyond ±9.2 billion dollars. An unknown amount is a
/// null <see cref="Money"/>, never zero.
/// </summary>
public readonly record struct Money(long NanoUsd) : IComparable<Money>
{
    private const int NanoPerUsd = 1_000_000_000;
    private const int LongestText = 28;

    /// <summary>Nothing: an amount that is known to be zero.</summary>
    public static Money Zero => default;

    /// <summary>Rounds an exact dollar amount half-even to the nano-dollar.</summary>
    /// <exception cref="OverflowException">The amount does not fit.</exception>
    public static Money FromUsd(decimal usd) =>
        new(decimal.ToInt64(decimal.Round(usd * NanoPerUsd, 0, MidpointRounding.ToEven)));

    /// <summary>The same amount in dollars, exact.</summary>
    public decimal ToUsd() => (decimal)NanoUsd / NanoPerUsd;

    /// <summary>Adds exactly.</summary>
    public static Money operator +(Money a, Money b) => new(checked(a.NanoUsd + b.NanoUsd));

    /// <summary>Subtracts exactly.</summary>
    public static Money operator -(Money a, Money b) => new(checked(a.NanoUsd - b.NanoUsd));

    /// <summary>Less than, by amount.</summary>
    public static bool operator <(Money a, Money b) => a.NanoUsd < b.NanoUsd;

    /// <summary>Greater than, by amount.</summary>
    public static bool operator >(Money a, Money b) => a.NanoUsd > b.NanoUsd;

    /// <summary>At most, by amount.</summary>
    public static bool operator <=(Money a, Money b) => a.NanoUsd <= b.NanoUsd;

    /// <summary>At least, by amount.</summary>
    public static bool operator >=(Money a, Money b) => a.NanoUsd >= b.NanoUsd;

    /// <inheritdoc />
    public int CompareTo(Money other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <summary>
    /// The shortest exact decimal, as the API writes it: <c>"0.002241"</c>, <c>"12"</c>, <c>"-0.5"</c>; never an exponent.
    /// </summary>
    public override string ToString()
    {
        // By hand, for every answer carries it: a decimal and its format cost several times as much.
        Span<char> text = stackalloc char[LongestText];
        var magnitude = NanoUsd < 0 ? (ulong)-(NanoUsd + 1) + 1 : (ulong)NanoUsd;
        var length = 0;
        if (NanoUsd < 0)
        {
            text[length++] = '-';
        }

        (magnitude / NanoPerUsd).TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;
        var rest = magnitude % NanoPerUsd;
        if (rest != 0)
        {
            text[length++] = '.';
            for (var unit = (ulong)NanoPerUsd / 10; rest != 0; unit /= 10)
            {
                text[length++] = (char)('0' + (rest / unit));
                rest %= unit;
            }
        }

        return new string(text[..length]);
    }

    /// <summary>
    /// Reads what <see cref="ToString"/> writes, and the same with zeros behind. False for more than nine decimals,
    /// exponents, spaces or overflow.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Money money)
    {
        money = default;
        // A decimal holds 28 digits and rounds what is longer: a text that could be rounded is refused by its length.
        if (
            text.Length > LongestText
            || !decimal.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var usd
            )
            || Math.Abs(usd) > long.MaxValue
        )
        {
            return false;
        }

        var nano = usd * NanoPerUsd;
        if (nano != decimal.Truncate(nano) || nano is < long.MinValue or > long.MaxValue)
        {
            return false;
        }

        money = new Money((long)nano);
        return true;
    }
}
