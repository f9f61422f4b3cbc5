using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>An immutable set of prices. Thread-safe; a model seen before is priced without allocation.</summary>
public sealed class PriceSnapshot
{
    // Callers choose names: beyond this many they are looked up each time, so that none of them can fill the memory.
    internal const int MostResolved = 4096;

    private readonly PriceCatalogue catalogue = PriceCatalogue.BuiltIn;
    private readonly OverrideRules overrides;

    // By catalogue, provider and model. The first two come from the configuration, so that they are few.
    private readonly ConcurrentDictionary<
        string,
        ConcurrentDictionary<string, ConcurrentDictionary<string, ModelPrice[]>>
    > resolved = new(StringComparer.Ordinal);

    internal PriceSnapshot(ImmutableArray<PriceOverride> overrides)
    {
        this.overrides = new OverrideRules(overrides);
        Version = this.overrides.Hash is { } hash ? $"{catalogue.Version}+{hash}" : catalogue.Version;
    }

    /// <summary>Names this set: the catalogue's date and, with overrides, a hash of them (<c>2026-07-02</c>, <c>2026-07-02+1f3a9c02</c>).</summary>
    public string Version { get; }

    /// <summary>The catalogues (providers) that it knows, by name.</summary>
    public ImmutableArray<string> Catalogues => catalogue.Names;

    /// <summary>How many names are remembered.</summary>
    internal int ResolvedNames => resolved.Values.SelectMany(p => p.Values).Sum(names => names.Count);

    /// <summary>
    /// The list cost of a usage: tokens by class times the price that held at <see cref="PriceRequest.At"/>, summed exactly and
    /// rounded half-even once. The served name is looked up first, then the one that was sent; for each, overrides come
    /// before the catalogue and the exact name before the one without its date. A model, mode or class without a price
    /// gives an unknown cost, never zero; so do counts that cannot be (negative, or above ten thousand million).
    /// </summary>
    public Charge Charge(in PriceRequest request) =>
        PriceOf(request) is { } price
        && CostCalculator.Cost(price, request.Usage, request.Mode, request.WebSearches) is { } cost
            ? new Charge(cost, Version)
            : default;

    /// <summary>The highest of what several usages would cost, as <see cref="Charge"/> has it; null when no cost of them is known.</summary>
    /// <param name="request">What is priced; its own usage is passed over.</param>
    /// <param name="usages">The usages.</param>
    public Money? Dearest(in PriceRequest request, ReadOnlySpan<TokenUsage> usages)
    {
        Money? most = null;
        if (PriceOf(request) is { } price)
        {
            foreach (ref readonly var usage in usages)
            {
                if (
                    CostCalculator.Cost(price, usage, request.Mode, request.WebSearches) is { } cost
                    && (most is null || cost > most.Value)
                )
                {
                    most = cost;
                }
            }
        }

        return most;
    }

    /// <summary>
    /// A model's newest entry in a catalogue by exact name, else without its date suffix; null when the catalogue has
    /// none. Overrides are not looked at. An entry may have no rates: the model is served, its price is not listed.
    /// </summary>
    public ModelPrice? Find(string catalogue, string model)
    {
        if (this.catalogue.Section(catalogue) is not { } section || model.Length > ModelName.Longest)
        {
            return null;
        }

        if (section.Find(model) is { } exact)
        {
            return exact[^1];
        }

        foreach (var spelling in ModelName.Spellings(model))
        {
            if (section.Find(spelling) is { } prices)
            {
                return prices[^1];
            }
        }

        return null;
    }

    /// <summary>All models of a catalogue at their newest price, by name; empty for an unknown catalogue.</summary>
    public ImmutableArray<ModelPrice> Models(string catalogue) => this.catalogue.Section(catalogue)?.Newest ?? [];

    /// <summary>
    /// The models whose <c>catalogue/model</c> or name for people contains every one of the words, at their newest price,
    /// by catalogue and name. Reads every catalogue: for people, not for requests.
    /// </summary>
    public ImmutableArray<ModelPrice> Search(string words)
    {
        var wanted = Words(words);
        return
        [
            .. Catalogues
                .SelectMany(c => Models(c))
                .Where(m =>
                    wanted.All(w =>
                        $"{m.Catalogue}/{m.Model}".Contains(w, StringComparison.OrdinalIgnoreCase)
                        || (m.DisplayName?.Contains(w, StringComparison.OrdinalIgnoreCase) ?? false)
                    )
                ),
        ];
    }

    /// <summary>
    /// The overrides, by precedence, of which <see cref="Search"/> would say the same (their provider standing for the
    /// catalogue), and those whose pattern fits a model that it found.
    /// </summary>
    public ImmutableArray<PriceOverride> SearchOverrides(string words)
    {
        if (overrides.IsEmpty)
        {
            return [];
        }

        var wanted = Words(words);
        var found = Search(words);
        return
        [
            .. overrides.All.Where(o =>
                wanted.All(w => $"{o.Provider}/{o.Model}".Contains(w, StringComparison.OrdinalIgnoreCase))
                || found.Any(m => OverrideRules.Matches(o.Model, m.Model))
            ),
        ];
    }

    private static string[] Words(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private ModelPrice? PriceOf(in PriceRequest request)
    {
        var at = DateOnly.FromDateTime(request.At.UtcDateTime);
        return PriceAt(request.Catalogue, request.Provider, request.Served, at)
            ?? PriceAt(request.Catalogue, request.Provider, request.Requested, at);
    }

    /// <summary>The price of a name that held on a day; null when none did.</summary>
    private ModelPrice? PriceAt(string catalogueName, string? provider, string? model, DateOnly at)
    {
        if (string.IsNullOrEmpty(model) || model.Length > ModelName.Longest)
        {
            return null;
        }

        var known = ResolvedFor(catalogueName, provider ?? "");
        if (!known.TryGetValue(model, out var prices))
        {
            prices = Resolve(catalogueName, provider, model);
            // Count takes every lock of the dictionary, but only for names not seen before.
            if (known.Count < MostResolved)
            {
                known.TryAdd(model, prices);
            }
        }

        foreach (var price in prices)
        {
            if (price.From is null || price.From <= at)
            {
                return price;
            }
        }

        return null;
    }

    private ConcurrentDictionary<string, ModelPrice[]> ResolvedFor(string catalogueName, string provider)
    {
        if (resolved.TryGetValue(catalogueName, out var providers) && providers.TryGetValue(provider, out var models))
        {
            return models;
        }

        return resolved
            .GetOrAdd(catalogueName, _ => new(StringComparer.Ordinal))
            .GetOrAdd(provider, _ => new(StringComparer.Ordinal));
    }

    /// <summary>Every price that a name may have at some time, the first that holds being the one.</summary>
    private ModelPrice[] Resolve(string catalogueName, string? provider, string model)
    {
        var section = catalogue.Section(catalogueName);
        var spellings = new List<string>(ModelName.Spellings(model));
        var prices = new List<ModelPrice>(1);
        if (!overrides.IsEmpty)
        {
            prices.AddRange(overrides.For(catalogueName, provider, spellings, section?.WebSearchPerThousand));
        }

        foreach (var spelling in spellings)
        {
            // An entry without rates says that the model is served, not what it costs.
            if (section?.Find(spelling) is { } listed && !Array.TrueForAll(listed, p => p.Rates.IsEmpty))
            {
                for (var i = listed.Length - 1; i >= 0; i--)
                {
                    prices.Add(listed[i]);
                }

                break;
            }
        }

        return [.. prices];
    }
}
