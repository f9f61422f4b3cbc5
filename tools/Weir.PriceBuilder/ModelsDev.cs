using System.Globalization;
using System.Text.Json;
using Weir.Ledger;

namespace Weir.PriceBuilder;

/// <summary>The data of models.dev as one JSON document. Prices are read from their text as decimals, never as doubles.</summary>
internal sealed class ModelsDev : IDisposable
{
    // The same maker's models, sold under the maker's own list.
    private static readonly HashSet<string> AnthropicList = new(StringComparer.Ordinal)
    {
        "anthropic",
        "amazon-bedrock",
        "azure",
        "azure-cognitive-services",
        "google-vertex",
        "google-vertex-anthropic",
    };

    private readonly JsonDocument document;

    private ModelsDev(JsonDocument document) => this.document = document;

    public string AsOf => document.RootElement.GetProperty("as_of").GetString()!;

    public string Commit => document.RootElement.GetProperty("commit").GetString()!;

    public int ModelCount => Catalogues.Sum(c => c.Value.GetProperty("models").EnumerateObject().Count());

    public IEnumerable<JsonProperty> Catalogues => document.RootElement.GetProperty("providers").EnumerateObject();

    public static ModelsDev Open(string path) => new(JsonDocument.Parse(File.ReadAllBytes(path)));

    public void Dispose() => document.Dispose();

    public static bool IsClaude(JsonProperty model) =>
        ClaudeRates.IsClaude(model.Name)
        || (Text(model.Value, "family")?.StartsWith("claude", StringComparison.Ordinal) ?? false);

    public static bool FollowsAnthropicsList(string catalogue) => AnthropicList.Contains(catalogue);

    /// <summary>A model's entry as Weir keeps it.</summary>
    public static ModelPrice Price(string catalogue, JsonProperty model)
    {
        var claude = IsClaude(model);
        PriceRates Complete(PriceRates rates) =>
            claude ? ClaudeRates.Complete(rates, FollowsAnthropicsList(catalogue)) : rates;

        var value = model.Value;
        var limit = value.TryGetProperty("limit", out var l) ? l : default;
        var display = Text(value, "name")?.Trim();
        var rates = new PriceRates();
        var tiers = new List<PriceTier>();
        if (value.TryGetProperty("cost", out var cost))
        {
            rates = Rates(cost);
            if (cost.TryGetProperty("tiers", out var listed))
            {
                tiers.AddRange(
                    listed
                        .EnumerateArray()
                        .Select(t => new PriceTier(
                            t.GetProperty("tier").GetProperty("size").GetInt64(),
                            Complete(Rates(t))
                        ))
                );
            }

            if (cost.TryGetProperty("context_over_200k", out var over))
            {
                tiers.Add(new PriceTier(200_000, Complete(Rates(over))));
            }
        }

        var modes = value.TryGetProperty("modes", out var named) ? named.EnumerateObject() : default;
        return new ModelPrice
        {
            Catalogue = catalogue,
            Model = Clean(model.Name),
            DisplayName = string.IsNullOrEmpty(display) || display == model.Name ? null : Clean(display),
            Released = Day(Text(value, "release_date")),
            ContextLimit = Limit(limit, "context"),
            OutputLimit = Limit(limit, "output"),
            Rates = Complete(rates),
            Tiers = [.. tiers.OrderBy(t => t.AbovePromptTokens)],
            Modes = System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
                StringComparer.OrdinalIgnoreCase,
                modes.SelectMany(m =>
                    ModeNames(m).Select(n => KeyValuePair.Create(n, Complete(Rates(m.Value.GetProperty("cost")))))
                )
            ),
        };
    }

    /// <summary>What the list calls a mode, and what a request or an answer calls it.</summary>
    public static IEnumerable<string> ModeNames(JsonProperty mode)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal) { mode.Name };
        if (mode.Value.TryGetProperty("provider", out var provider) && provider.TryGetProperty("body", out var body))
        {
            foreach (var field in body.EnumerateObject().Where(f => f.Name is "service_tier" or "speed"))
            {
                names.Add(field.Value.GetString()!);
            }
        }

        return names;
    }

    public static decimal? Rate(JsonElement cost, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (cost.TryGetProperty(name, out var rate))
            {
                return decimal.Parse(rate.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private static PriceRates Rates(JsonElement cost)
    {
        var output = Rate(cost, "output");
        var reasoning = Rate(cost, "reasoning");
        return new PriceRates
        {
            Input = Rate(cost, "input"),
            Output = output,
            CacheRead = Rate(cost, "cache_read", "cached_input", "cache_input"),
            CacheWrite5m = Rate(cost, "cache_write", "cached_write"),
            Reasoning = reasoning == output ? null : reasoning,
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static long? Limit(JsonElement limit, string name) =>
        limit.ValueKind == JsonValueKind.Object && limit.TryGetProperty(name, out var value) && value.GetInt64() > 0
            ? value.GetInt64()
            : null;

    // Where only the month is listed, its first day; what is no day at all ("2025-25-11") is unknown.
    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(
            text is { Length: 7 } ? text + "-01" : text,
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
            ? day
            : null;

    private static string Clean(string text) =>
        text.Any(char.IsControl) ? throw new FormatException($"A control character stands in '{text}'.") : text;
}
