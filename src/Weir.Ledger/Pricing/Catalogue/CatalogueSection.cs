using System.Collections.Immutable;

namespace Weir.Ledger;

/// <summary>One catalogue's models, read from its lines when first asked for. Immutable to its users, thread-safe.</summary>
internal sealed class CatalogueSection(ReadOnlyMemory<byte> lines)
{
    private Content? content;

    /// <summary>US dollars for a thousand web searches; null where none is listed.</summary>
    public decimal? WebSearchPerThousand => Read().WebSearchPerThousand;

    /// <summary>Every model at its newest price, by name.</summary>
    public ImmutableArray<ModelPrice> Newest => Read().Newest.Value;

    /// <summary>A model's prices, by rising date; null when it is not listed under that name. Case does not count.</summary>
    public ModelPrice[]? Find(string model) => Read().Models.GetValueOrDefault(model);

    private Content Read()
    {
        if (Volatile.Read(ref content) is { } known)
        {
            return known;
        }

        // Two threads may both read at first: one of the two equal results stays.
        var read = Parse(lines.Span);
        return Interlocked.CompareExchange(ref content, read, null) ?? read;
    }

    private static Content Parse(ReadOnlySpan<byte> text)
    {
        var models = new Dictionary<string, ModelPrice[]>(StringComparer.OrdinalIgnoreCase);
        var walk = new LineReader(text);
        walk.Next();
        var name = CatalogueLines.SectionName(walk.Line);
        var webSearch = CatalogueLines.SectionWebSearch(walk.Line);
        while (walk.Next())
        {
            var prices = CatalogueLines.Read(name, webSearch, walk.Line);
            models.Add(prices[0].Model, prices);
        }

        return new Content(models, webSearch);
    }

    private sealed class Content(Dictionary<string, ModelPrice[]> models, decimal? webSearchPerThousand)
    {
        public Dictionary<string, ModelPrice[]> Models { get; } = models;

        public decimal? WebSearchPerThousand { get; } = webSearchPerThousand;

        public Lazy<ImmutableArray<ModelPrice>> Newest { get; } =
            new(() => [.. models.Values.Select(prices => prices[^1]).OrderBy(m => m.Model, StringComparer.Ordinal)]);
    }
}
