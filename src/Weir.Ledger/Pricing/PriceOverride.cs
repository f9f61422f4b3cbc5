using System.Collections.Immutable;

namespace Weir.Ledger;

/// <summary>
/// A price from <c>weir.yaml</c>; it wins over the catalogue. It is a whole price: a class, tier or mode that it leaves
/// out is not taken from the catalogue. Only for a Claude model the cache classes follow from its input by Anthropic's
/// rule, and web searches keep the catalogue's price.
/// </summary>
public sealed record PriceOverride
{
    /// <summary>The configured provider's name, or a catalogue's; null for any. Case does not count.</summary>
    public string? Provider { get; init; }

    /// <summary>The model's exact name, or a pattern with <c>*</c>. Case does not count.</summary>
    public required string Model { get; init; }

    /// <summary>From when it holds, from midnight UTC; null for always.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The rates: each from 0 to a million dollars.</summary>
    public required PriceRates Rates { get; init; }

    /// <summary>Context tiers, in any order.</summary>
    public ImmutableArray<PriceTier> Tiers { get; init; } = [];

    /// <summary>Rates of other modes, by the name on the wire (<c>fast</c>, <c>priority</c>, <c>batch</c>).</summary>
    public ImmutableSortedDictionary<string, PriceRates> Modes { get; init; } =
        ImmutableSortedDictionary<string, PriceRates>.Empty;

    /// <summary>US dollars for a thousand web searches; null: the catalogue's.</summary>
    public decimal? WebSearchPerThousand { get; init; }
}
