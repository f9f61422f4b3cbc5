using System.Collections.Immutable;

namespace Weir.Ledger;

/// <summary>The prices in force: the built-in catalogue under the configuration's overrides. Thread-safe.</summary>
public sealed class PriceBook
{
    private volatile PriceSnapshot current = new([]);

    /// <summary>The snapshot that new requests are charged at; a request keeps the one it started with.</summary>
    public PriceSnapshot Current => current;

    /// <summary>Swaps in other overrides, as a whole; the snapshot's version changes with their content.</summary>
    /// <exception cref="ArgumentException">A rate is negative or above a million dollars, or a threshold is negative.</exception>
    public void SetOverrides(ImmutableArray<PriceOverride> overrides) => current = new PriceSnapshot(overrides);
}
