using System.Collections.Immutable;
using Weir.Client;
using Weir.Ledger;

namespace Weir.Server.Api.Prices;

/// <summary>From the price book's own types to the public API's.</summary>
internal static class PriceShapes
{
    /// <summary>A model's prices.</summary>
    public static PriceItem Item(ModelPrice price) =>
        new()
        {
            Source = "catalogue",
            Catalogue = price.Catalogue,
            Model = price.Model,
            DisplayName = price.DisplayName,
            From = price.From,
            Rates = Rates(price.Rates),
            Tiers = Tiers(price.Tiers),
            Modes = Modes(price.Modes),
            WebSearchPerThousand = price.WebSearchPerThousand,
            ContextLimit = price.ContextLimit,
            OutputLimit = price.OutputLimit,
        };

    /// <summary>A price of the user's own.</summary>
    public static PriceItem Item(PriceOverride price) =>
        new()
        {
            Source = "configuration",
            Catalogue = price.Provider,
            Model = price.Model,
            DisplayName = null,
            From = price.From,
            Rates = Rates(price.Rates),
            Tiers = Tiers(price.Tiers),
            Modes = Modes(price.Modes),
            WebSearchPerThousand = price.WebSearchPerThousand,
            ContextLimit = null,
            OutputLimit = null,
        };

    private static ImmutableArray<PriceTierItem> Tiers(ImmutableArray<PriceTier> tiers) =>
        [.. tiers.Select(tier => new PriceTierItem(tier.AbovePromptTokens, Rates(tier.Rates)))];

    private static ImmutableSortedDictionary<string, PriceRateItem> Modes(
        ImmutableSortedDictionary<string, PriceRates> modes
    ) => modes.ToImmutableSortedDictionary(mode => mode.Key, mode => Rates(mode.Value), StringComparer.Ordinal);

    private static PriceRateItem Rates(PriceRates rates) =>
        new()
        {
            Input = rates.Input,
            Output = rates.Output,
            CacheRead = rates.CacheRead,
            CacheWrite5m = rates.CacheWrite5m,
            CacheWrite1h = rates.CacheWrite1h,
            Reasoning = rates.Reasoning,
        };
}
