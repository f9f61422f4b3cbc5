using System.Collections.Immutable;

namespace Weir.Ledger;

/// <summary>US dollars per million tokens by class; null where the list has none.</summary>
public sealed record PriceRates
{
    /// <summary>Fresh input.</summary>
    public decimal? Input { get; init; }

    /// <summary>Output.</summary>
    public decimal? Output { get; init; }

    /// <summary>Cache reads. Null: no discount is listed, so they are charged as fresh input.</summary>
    public decimal? CacheRead { get; init; }

    /// <summary>Cache writes for five minutes.</summary>
    public decimal? CacheWrite5m { get; init; }

    /// <summary>Cache writes for one hour.</summary>
    public decimal? CacheWrite1h { get; init; }

    /// <summary>Reasoning, where it differs from output.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>Whether no class has a rate.</summary>
    internal bool IsEmpty =>
        Input is null
        && Output is null
        && CacheRead is null
        && CacheWrite5m is null
        && CacheWrite1h is null
        && Reasoning is null;

    /// <summary>These rates, and <paramref name="other"/>'s where there are none.</summary>
    internal PriceRates Over(PriceRates other) =>
        new()
        {
            Input = Input ?? other.Input,
            Output = Output ?? other.Output,
            CacheRead = CacheRead ?? other.CacheRead,
            CacheWrite5m = CacheWrite5m ?? other.CacheWrite5m,
            CacheWrite1h = CacheWrite1h ?? other.CacheWrite1h,
            Reasoning = Reasoning ?? other.Reasoning,
        };
}

/// <summary>A model's prices from a date on.</summary>
public sealed record ModelPrice
{
    /// <summary>The catalogue it stands in.</summary>
    public required string Catalogue { get; init; }

    /// <summary>The model's name there.</summary>
    public required string Model { get; init; }

    /// <summary>From when these rates hold, from midnight UTC; null for always.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The standard rates.</summary>
    public required PriceRates Rates { get; init; }

    /// <summary>
    /// Rates that replace them for the whole request when the prompt is above a threshold, by rising threshold; the
    /// highest threshold passed wins. A class that a tier does not list holds at its standard rate.
    /// </summary>
    public ImmutableArray<PriceTier> Tiers { get; init; } = [];

    /// <summary>Rates of other modes by name: the catalogue's own (<c>fast</c>) and the one on the wire (<c>priority</c>).</summary>
    public ImmutableSortedDictionary<string, PriceRates> Modes { get; init; } =
        ImmutableSortedDictionary<string, PriceRates>.Empty;

    /// <summary>US dollars for a thousand web searches; null where none is listed.</summary>
    public decimal? WebSearchPerThousand { get; init; }

    /// <summary>The context window in tokens; null when unknown.</summary>
    public long? ContextLimit { get; init; }

    /// <summary>The largest output in tokens; null when unknown.</summary>
    public long? OutputLimit { get; init; }

    /// <summary>A name for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>When the model was released; the first of the month where only that is known.</summary>
    public DateOnly? Released { get; init; }
}

/// <summary>Rates above a prompt size.</summary>
/// <param name="AbovePromptTokens">They hold for prompts of more tokens than this, cached ones counted.</param>
/// <param name="Rates">The rates.</param>
public sealed record PriceTier(long AbovePromptTokens, PriceRates Rates);
