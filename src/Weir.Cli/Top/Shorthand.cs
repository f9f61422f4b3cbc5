using System.Globalization;
using Weir.Cli.Output;

namespace Weir.Cli.Top;

/// <summary>Figures for columns that must stay narrow.</summary>
internal static class Shorthand
{
    private static readonly (long Unit, string Sign)[] Units =
    [
        (1_000_000_000_000, "T"),
        (1_000_000_000, "G"),
        (1_000_000, "M"),
        (1_000, "k"),
    ];

    /// <summary>A count in three digits from ten thousand on: <c>9,999</c>, <c>12.3k</c>, <c>1.23M</c>; cut, never rounded up.</summary>
    public static string Count(long count)
    {
        if (count < 10_000)
        {
            return Figures.Count(count);
        }

        var (unit, sign) = Array.Find(Units, one => count >= one.Unit);
        var value = (decimal)count / unit;
        var form =
            value >= 100 ? "0"
            : value >= 10 ? "0.0"
            : "0.00";
        var step =
            value >= 100 ? 1m
            : value >= 10 ? 0.1m
            : 0.01m;
        return (Math.Floor(value / step) * step).ToString(form, CultureInfo.InvariantCulture) + sign;
    }
}
