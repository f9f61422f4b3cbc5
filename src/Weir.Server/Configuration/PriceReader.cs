using System.Collections.Immutable;
using Weir.Ledger;

namespace Weir.Server.Configuration;

/// <summary>Reads the list <c>prices</c>: what wins over the catalogue.</summary>
internal static class PriceReader
{
    private const decimal MostPerMillion = 1_000_000m;

    /// <summary>The prices that could be read.</summary>
    public static ImmutableArray<PriceOverride> Read(ConfigReading reading, MapReader document)
    {
        var prices = ImmutableArray.CreateBuilder<PriceOverride>();
        foreach (var (node, path) in document.List("prices"))
        {
            if (MapReader.Of(reading, node, path) is not { } map)
            {
                continue;
            }

            var model = map.Text("model");
            if (!map.Has("model"))
            {
                map.Missing("model", "name the model or a pattern, as \"model: my-model-*\"");
            }

            var price = new PriceOverride
            {
                Provider = map.Text("provider"),
                Model = model ?? "",
                From = map.Day("from"),
                Rates = Rates(map),
                Tiers = Tiers(reading, map),
                Modes = Modes(map),
                WebSearchPerThousand = map.Amount(
                    "webSearchPerThousand",
                    MostPerMillion,
                    "US dollars for a thousand web searches"
                ),
            };
            map.Finish();
            prices.Add(price);
        }

        return prices.ToImmutable();
    }

    private static PriceRates Rates(MapReader map)
    {
        var rates = new PriceRates
        {
            Input = map.Amount("input", MostPerMillion),
            Output = map.Amount("output", MostPerMillion),
            CacheRead = map.Amount("cacheRead", MostPerMillion),
            CacheWrite5m = map.Amount("cacheWrite5m", MostPerMillion),
            CacheWrite1h = map.Amount("cacheWrite1h", MostPerMillion),
            Reasoning = map.Amount("reasoning", MostPerMillion),
        };
        if (
            !(
                map.Has("input")
                || map.Has("output")
                || map.Has("cacheRead")
                || map.Has("cacheWrite5m")
                || map.Has("cacheWrite1h")
                || map.Has("reasoning")
            )
        )
        {
            map.Missing("input", "give at least one price in US dollars per million tokens");
        }

        return rates;
    }

    private static ImmutableSortedDictionary<string, PriceRates> Modes(MapReader price)
    {
        var modes = ImmutableSortedDictionary.CreateBuilder<string, PriceRates>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, map) in price.Map("modes")?.Maps() ?? [])
        {
            var rates = Rates(map);
            map.Finish();
            if (!modes.TryAdd(name, rates))
            {
                map.Fault(map.Node, map.Path, "this mode stands here a second time", null);
            }
        }

        return modes.ToImmutable();
    }

    private static ImmutableArray<PriceTier> Tiers(ConfigReading reading, MapReader price)
    {
        var tiers = ImmutableArray.CreateBuilder<PriceTier>();
        foreach (var (node, path) in price.List("tiers"))
        {
            if (MapReader.Of(reading, node, path) is not { } map)
            {
                continue;
            }

            var above = map.Whole("above", 1, 1_000_000_000);
            if (!map.Has("above"))
            {
                map.Missing("above", "the prompt's tokens above which these prices hold, as \"above: 200000\"");
            }

            var rates = Rates(map);
            map.Finish();
            if (above is { } threshold)
            {
                if (tiers.Any(tier => tier.AbovePromptTokens == threshold))
                {
                    map.Fault("above", "this threshold stands here a second time");
                }

                tiers.Add(new PriceTier(threshold, rates));
            }
        }

        return tiers.ToImmutable();
    }
}
