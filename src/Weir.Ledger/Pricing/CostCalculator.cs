using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>
/// Tokens times rates. Exact in decimal, rounded half-even to the nano-dollar once. Pure; never throws on absurd counts:
/// what cannot be, has no known cost.
/// </summary>
internal static class CostCalculator
{
    // Ten thousand times the largest context there is; within it no product or sum leaves decimal's range.
    private const long MostTokens = 10_000_000_000;
    private const decimal NanoPerTokenPerRate = 1000m; // 10⁹ nano-dollars in a dollar, 10⁶ tokens to a rate
    private const decimal NanoPerSearchPerRate = 1_000_000m;

    /// <summary>The cost; null when a class with tokens has no rate, or the mode, the counts or all of the usage are unknown.</summary>
    public static Money? Cost(ModelPrice price, in TokenUsage usage, string? mode, int? webSearches)
    {
        if (usage.IsUnknown || !IsPlausible(usage) || RatesFor(price, mode, usage.Prompt) is not { } rates)
        {
            return null;
        }

        var reasoning = rates.Reasoning is null ? 0 : usage.Reasoning ?? 0;
        if (reasoning > (usage.Output ?? 0))
        {
            return null;
        }

        var nano = 0m;
        var known =
            Add(ref nano, usage.Input, rates.Input)
            && Add(ref nano, usage.CacheRead, rates.CacheRead ?? rates.Input)
            && Add(ref nano, usage.CacheWrite5m, rates.CacheWrite5m)
            && Add(ref nano, usage.CacheWrite1h, rates.CacheWrite1h)
            && Add(ref nano, usage.Output - reasoning, rates.Output)
            && Add(ref nano, reasoning, rates.Reasoning);
        if (!known)
        {
            return null;
        }

        if (webSearches is > 0 and var searches && price.WebSearchPerThousand is { } perThousand)
        {
            nano += searches * perThousand * NanoPerSearchPerRate;
        }

        var rounded = decimal.Round(nano, 0, MidpointRounding.ToEven);
        return rounded <= long.MaxValue ? new Money((long)rounded) : null;
    }

    /// <summary>The rates of a request: its mode's, else its context tier's, else the standard ones.</summary>
    private static PriceRates? RatesFor(ModelPrice price, string? mode, long prompt)
    {
        PriceRates? tier = null;
        foreach (var candidate in price.Tiers)
        {
            if (prompt > candidate.AbovePromptTokens)
            {
                tier = candidate.Rates;
            }
        }

        if (IsStandard(mode))
        {
            return tier ?? price.Rates;
        }

        // No list says what another mode costs above a threshold: better unknown than wrong.
        return tier is null && price.Modes.TryGetValue(mode!, out var rates) ? rates : null;
    }

    private static bool IsStandard(string? mode) =>
        string.IsNullOrEmpty(mode)
        || mode.Equals("standard", StringComparison.OrdinalIgnoreCase)
        || mode.Equals("default", StringComparison.OrdinalIgnoreCase)
        || mode.Equals("auto", StringComparison.OrdinalIgnoreCase);

    private static bool IsPlausible(in TokenUsage usage) =>
        IsPlausible(usage.Input)
        && IsPlausible(usage.CacheRead)
        && IsPlausible(usage.CacheWrite5m)
        && IsPlausible(usage.CacheWrite1h)
        && IsPlausible(usage.Output)
        && IsPlausible(usage.Reasoning);

    private static bool IsPlausible(long? tokens) => tokens is null or (>= 0 and <= MostTokens);

    private static bool Add(ref decimal nano, long? tokens, decimal? rate)
    {
        if (tokens is null or 0)
        {
            return true;
        }

        if (rate is not { } known)
        {
            return false;
        }

        nano += tokens.Value * known * NanoPerTokenPerRate;
        return true;
    }
}
