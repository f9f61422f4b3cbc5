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
            Catalogue = price.Catalogue,
            Model = price.Model,
            DisplayName = price.DisplayName,
            From = price.From,
            Rates = Rates(price.Rates),
            Tiers = [.. price.Tiers.Select(tier => new PriceTierItem(tier.AbovePromptTokens, Rates(tier.Rates)))],
            Modes = price.Modes.ToDictionary(mode => mode.Key, mode => Rates(mode.Value), StringComparer.Ordinal),
            ContextLimit = price.ContextLimit,
            OutputLimit = price.OutputLimit,
        };

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
