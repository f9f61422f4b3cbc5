using System.Text.Json;
using Weir.Ledger;

namespace Weir.PriceBuilder;

/// <summary>
/// Compares the list with its source figure by figure. It follows the rules of <c>docs/formats/prices.md</c> in its own
/// words instead of the builder's code.
/// </summary>
internal static class Verification
{
    public static List<string> Faults(ModelsDev source, PriceCatalogue list)
    {
        var faults = new List<string>();
        if (list.Version != source.AsOf)
        {
            faults.Add($"the list is of {list.Version}, the source of {source.AsOf}");
        }

        foreach (var catalogue in source.Catalogues)
        {
            foreach (var model in catalogue.Value.GetProperty("models").EnumerateObject())
            {
                var where = $"{catalogue.Name}/{model.Name}";
                if (list.Section(catalogue.Name)?.Find(model.Name) is not { } prices)
                {
                    faults.Add($"{where}: missing");
                    continue;
                }

                Compare(faults, where, catalogue.Name, model, prices[^1]);
            }
        }

        return faults;
    }

    private static void Compare(
        List<string> faults,
        string where,
        string catalogue,
        JsonProperty source,
        ModelPrice price
    )
    {
        void Expect<T>(string what, T expected, T found)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, found))
            {
                faults.Add($"{where} {what}: {found} instead of {expected}");
            }
        }

        var claude = ModelsDev.IsClaude(source);
        var reads = claude && ModelsDev.FollowsAnthropicsList(catalogue);
        Expect("name", source.Name, price.Model);
        if (source.Value.TryGetProperty("limit", out var limit))
        {
            Expect("context", limit.GetProperty("context").GetInt64(), price.ContextLimit ?? 0);
            Expect("output limit", limit.GetProperty("output").GetInt64(), price.OutputLimit ?? 0);
        }

        if (!source.Value.TryGetProperty("cost", out var cost))
        {
            Expect("rates", new PriceRates(), price.Rates);
            return;
        }

        CompareRates("", cost, price.Rates, null);
        var tiers = cost.TryGetProperty("tiers", out var listed) ? listed.EnumerateArray().ToList() : [];
        Expect("tiers", tiers.Count, price.Tiers.Length);
        foreach (var tier in tiers)
        {
            var size = tier.GetProperty("tier").GetProperty("size").GetInt64();
            var found = price.Tiers.FirstOrDefault(t => t.AbovePromptTokens == size);
            CompareRates($"above {size} ", tier, found?.Rates ?? new PriceRates(), cost);
        }

        if (source.Value.TryGetProperty("modes", out var modes))
        {
            foreach (var mode in modes.EnumerateObject())
            {
                foreach (var name in ModelsDev.ModeNames(mode))
                {
                    var found = price.Modes.GetValueOrDefault(name) ?? new PriceRates();
                    CompareRates(name + " ", mode.Value.GetProperty("cost"), found, null);
                }
            }
        }

        void CompareRates(string part, JsonElement figures, PriceRates found, JsonElement? below)
        {
            decimal? Listed(params ReadOnlySpan<string> names) => ModelsDev.Rate(figures, names);
            decimal? Below(params ReadOnlySpan<string> names) =>
                below is { } lower ? ModelsDev.Rate(lower, names) : null;

            var input = Listed("input");
            Expect(part + "input", input ?? Below("input"), found.Input);
            Expect(part + "output", Listed("output") ?? Below("output"), found.Output);
            // A rate for reasoning that is the output's own says nothing.
            var above = Listed("reasoning") == Listed("output") ? null : Listed("reasoning");
            var usual = Below("reasoning") == Below("output") ? null : Below("reasoning");
            Expect(part + "reasoning", above ?? usual, found.Reasoning);
            Expect(
                part + "cache read",
                Listed("cache_read", "cached_input", "cache_input")
                    ?? (reads ? input / 10 : Below("cache_read", "cached_input", "cache_input")),
                found.CacheRead
            );
            Expect(
                part + "5-minute write",
                Listed("cache_write", "cached_write")
                    ?? (claude ? input * 5 / 4 : Below("cache_write", "cached_write")),
                found.CacheWrite5m
            );
            Expect(part + "1-hour write", claude ? input + input : null, found.CacheWrite1h);
        }
    }
}
