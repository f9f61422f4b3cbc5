using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>The prices in force: the built-in catalogue under the configuration's overrides. Thread-safe.</summary>
public sealed class PriceBook
{
    /// <summary>Loads the built-in catalogue.</summary>
    public PriceBook() { }

    /// <summary>The snapshot that new requests are charged at; a request keeps the one it started with.</summary>
    public PriceSnapshot Current => throw new NotImplementedException();

    /// <summary>Swaps in other overrides, as a whole; the snapshot's version changes with their content.</summary>
    public void SetOverrides(ImmutableArray<PriceOverride> overrides) => throw new NotImplementedException();
}

/// <summary>An immutable set of prices.</summary>
public sealed class PriceSnapshot
{
    internal PriceSnapshot() { }

    /// <summary>Names this set: the catalogue's date and, with overrides, a hash of them (<c>2026-07-02</c>, <c>2026-07-02+1f3a9c02</c>).</summary>
    public string Version => throw new NotImplementedException();

    /// <summary>
    /// The list cost of a usage: tokens by class times the price that held at <see cref="PriceRequest.At"/>, summed exactly and
    /// rounded half-even once. A model or class without a price gives an unknown cost, never zero.
    /// </summary>
    public Charge Charge(in PriceRequest request) => throw new NotImplementedException();

    /// <summary>A model's entry by exact name, else without its date suffix; null when the catalogue has none.</summary>
    public ModelPrice? Find(string catalogue, string model) => throw new NotImplementedException();

    /// <summary>All models of a catalogue, by name.</summary>
    public ImmutableArray<ModelPrice> Models(string catalogue) => throw new NotImplementedException();

    /// <summary>The catalogues (providers) that it knows, by name.</summary>
    public ImmutableArray<string> Catalogues => throw new NotImplementedException();
}

/// <summary>What is to be priced.</summary>
public readonly record struct PriceRequest
{
    /// <summary>The catalogue to look in: <c>anthropic</c>, <c>openai</c>, <c>google</c>, <c>openrouter</c> …</summary>
    public required string Catalogue { get; init; }

    /// <summary>The configured provider's name, which overrides may name instead of the catalogue.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that served, as the upstream named it.</summary>
    public string? Served { get; init; }

    /// <summary>The model that was sent upstream: tried when the served name has no price.</summary>
    public string? Requested { get; init; }

    /// <summary>The tokens.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary><c>fast</c>, <c>priority</c> …; null for standard.</summary>
    public string? Mode { get; init; }

    /// <summary>Web searches billed by the piece.</summary>
    public int? WebSearches { get; init; }

    /// <summary>When the request started.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The outcome of pricing.</summary>
/// <param name="Cost">Null when unknown.</param>
/// <param name="PriceVersion">The version charged at; null when unknown.</param>
public readonly record struct Charge(Money? Cost, string? PriceVersion);

/// <summary>US dollars per million tokens by class; null where the list has none.</summary>
public sealed record PriceRates
{
    /// <summary>Fresh input.</summary>
    public decimal? Input { get; init; }

    /// <summary>Output.</summary>
    public decimal? Output { get; init; }

    /// <summary>Cache reads.</summary>
    public decimal? CacheRead { get; init; }

    /// <summary>Cache writes for five minutes.</summary>
    public decimal? CacheWrite5m { get; init; }

    /// <summary>Cache writes for one hour.</summary>
    public decimal? CacheWrite1h { get; init; }

    /// <summary>Reasoning, where it differs from output.</summary>
    public decimal? Reasoning { get; init; }
}

/// <summary>A model's prices from a date on.</summary>
public sealed record ModelPrice
{
    /// <summary>The catalogue it stands in.</summary>
    public required string Catalogue { get; init; }

    /// <summary>The model's name there.</summary>
    public required string Model { get; init; }

    /// <summary>From when these rates hold; null for always.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The standard rates.</summary>
    public required PriceRates Rates { get; init; }

    /// <summary>Rates that replace them when the whole prompt is above a threshold; the highest threshold passed wins.</summary>
    public ImmutableArray<PriceTier> Tiers { get; init; } = [];

    /// <summary>Rates of other modes (<c>fast</c>), by name.</summary>
    public ImmutableSortedDictionary<string, PriceRates> Modes { get; init; } =
        ImmutableSortedDictionary<string, PriceRates>.Empty;

    /// <summary>The context window in tokens; null when unknown.</summary>
    public long? ContextLimit { get; init; }

    /// <summary>The largest output in tokens; null when unknown.</summary>
    public long? OutputLimit { get; init; }

    /// <summary>A name for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>When the model was released.</summary>
    public DateOnly? Released { get; init; }
}

/// <summary>Rates above a prompt size.</summary>
public sealed record PriceTier(long AbovePromptTokens, PriceRates Rates);

/// <summary>A price from <c>weir.yaml</c>; it wins over the catalogue.</summary>
public sealed record PriceOverride
{
    /// <summary>The configured provider's name, or a catalogue's; null for any.</summary>
    public string? Provider { get; init; }

    /// <summary>The model's exact name, or a pattern with <c>*</c>.</summary>
    public required string Model { get; init; }

    /// <summary>From when it holds; null for always.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The rates.</summary>
    public required PriceRates Rates { get; init; }

    /// <summary>Context tiers.</summary>
    public ImmutableArray<PriceTier> Tiers { get; init; } = [];
}
