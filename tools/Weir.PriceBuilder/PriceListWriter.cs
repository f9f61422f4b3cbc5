using System.Globalization;
using System.Text;
using Weir.Ledger;

namespace Weir.PriceBuilder;

/// <summary>
/// Writes the list. Deterministic: the same source over the same list gives the same bytes. A model whose prices differ
/// from the newest in the previous list keeps those and gets the new ones from the source's date on; one that the source
/// no longer has stays, for history to be priced by.
/// </summary>
internal static class PriceListWriter
{
    // Anthropic's published price of a thousand web searches; the source does not list it.
    private const decimal AnthropicWebSearch = 10m;

    private static readonly ModelPrice[] Simulator =
    [
        Simulated("sim-large", 5m, 25m),
        Simulated("sim-small", 0.5m, 2.5m),
        Simulated("sim-thinking", 3m, 15m),
    ];

    public static string Write(ModelsDev source, PriceCatalogue? previous)
    {
        var sections = source
            .Catalogues.SelectMany(c =>
                c.Value.GetProperty("models").EnumerateObject().Select(m => ModelsDev.Price(c.Name, m))
            )
            .Concat(Simulator)
            .GroupBy(m => m.Catalogue, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => g.ToDictionary(m => m.Model, StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        var asOf = DateOnly.ParseExact(source.AsOf, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        Line(text, PriceCatalogue.FirstLine);
        Line(text, PriceCatalogue.VersionWord + source.AsOf);
        Line(text, $"source models.dev {source.Commit} (MIT, Copyright (c) 2025 models.dev)");
        foreach (var name in sections.Keys.Union(previous?.Names ?? []).Order(StringComparer.Ordinal))
        {
            Line(text, PriceCatalogue.SectionMark + name + (name == "anthropic" ? $"\ts{AnthropicWebSearch}" : ""));
            var now = sections.GetValueOrDefault(name) ?? [];
            var before = previous?.Section(name);
            var models = now.Keys.Union(before?.Newest.Select(m => m.Model) ?? [], StringComparer.Ordinal);
            foreach (var model in models.Order(StringComparer.Ordinal))
            {
                Line(text, CatalogueLines.Write(History(now.GetValueOrDefault(model), before?.Find(model), asOf)));
            }
        }

        return text.ToString();
    }

    private static ModelPrice[] History(ModelPrice? listed, ModelPrice[]? before, DateOnly asOf)
    {
        if (listed is null)
        {
            return before!;
        }

        // Through the line and back, so that both sides have their tiers in full.
        var now = CatalogueLines.Read(listed.Catalogue, null, Encoding.UTF8.GetBytes(CatalogueLines.Write([listed])))[
            0
        ];
        if (before is not { } known)
        {
            return [now];
        }

        var newest = known[^1];
        return SamePrice(newest, now) ? [.. known[..^1], now with { From = newest.From }]
            : newest.From == asOf ? [.. known[..^1], now with { From = asOf }]
            : [.. known, now with { From = asOf }];
    }

    private static bool SamePrice(ModelPrice a, ModelPrice b) =>
        a.Rates == b.Rates && a.Tiers.SequenceEqual(b.Tiers) && a.Modes.SequenceEqual(b.Modes);

    private static ModelPrice Simulated(string name, decimal input, decimal output) =>
        new()
        {
            Catalogue = "simulator",
            Model = name,
            ContextLimit = 200_000,
            OutputLimit = 64_000,
            Rates = ClaudeRates.Complete(new PriceRates { Input = input, Output = output }, alsoReads: true),
        };

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
