using System.Collections.Immutable;

namespace Weir.Ledger;

/// <summary>Holds for some values of a dimension; null stands for "unknown", and is no text that anything begins with.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="Values">The values, or the beginnings of values, that <paramref name="Kind"/> speaks of.</param>
/// <param name="Kind">What the values say.</param>
public sealed record UsageFilter(
    UsageDimension Dimension,
    ImmutableArray<string?> Values,
    UsageFilterKind Kind = UsageFilterKind.In
);

/// <summary>What the values of a <see cref="UsageFilter"/> say.</summary>
public enum UsageFilterKind : byte
{
    /// <summary>The dimension has one of them.</summary>
    In = 0,

    /// <summary>The dimension has none of them; holds for everything when there are no values.</summary>
    NotIn = 1,

    /// <summary>The dimension begins with one of them, letter case and all.</summary>
    Prefix = 2,
}
