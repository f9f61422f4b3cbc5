using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

namespace Weir.Ledger;

/// <summary>
/// The list of prices that is built in, as <c>docs/formats/prices.md</c> describes it: lines of text. Opening it finds
/// where each catalogue stands and reads nothing else; a catalogue's lines are read when it is first asked for.
/// Immutable to its users, thread-safe.
/// </summary>
internal sealed class PriceCatalogue
{
    public const string Resource = "Weir.Ledger.prices.txt";
    public const string FirstLine = "weir-prices 1";
    public const string VersionWord = "as-of ";
    public const char SectionMark = '=';

    private static readonly Lazy<PriceCatalogue> Shared = new(() => new PriceCatalogue(ReadResource()));

    private readonly byte[] text;
    private readonly Dictionary<string, Range> ranges = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, CatalogueSection> sections = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FormatException">The first line is not <see cref="FirstLine"/> or no date follows.</exception>
    public PriceCatalogue(byte[] text)
    {
        this.text = text;
        var names = ImmutableArray.CreateBuilder<string>();
        string? version = null;
        string? open = null;
        var start = 0;
        var number = 0;
        for (var at = 0; at < text.Length; number++)
        {
            var length = text.AsSpan(at).IndexOf((byte)'\n');
            var line = text.AsSpan(at, length < 0 ? text.Length - at : length);
            var next = Math.Min(text.Length, at + line.Length + 1);
            if (number == 0 && !line.SequenceEqual(Encoding.UTF8.GetBytes(FirstLine)))
            {
                throw new FormatException($"The price list does not begin with '{FirstLine}'.");
            }

            if (number == 1 && line.StartsWith("as-of "u8))
            {
                version = Encoding.UTF8.GetString(line[VersionWord.Length..]);
            }
            else if (line.Length > 0 && line[0] == SectionMark)
            {
                Close(open, start, at);
                open = CatalogueLines.SectionName(line);
                names.Add(open);
                start = at;
            }

            at = next;
        }

        Close(open, start, text.Length);
        Names = names.ToImmutable();
        Version = version ?? throw new FormatException("The price list has no date.");
    }

    /// <summary>The list that is built in.</summary>
    public static PriceCatalogue BuiltIn => Shared.Value;

    /// <summary>The list's date.</summary>
    public string Version { get; }

    /// <summary>The catalogues, in ordinal order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>A catalogue by name, case not counting; null when there is none.</summary>
    public CatalogueSection? Section(string name) =>
        sections.TryGetValue(name, out var section) ? section
        : ranges.TryGetValue(name, out var range) ? sections.GetOrAdd(name, CatalogueSection.Read(text.AsSpan(range)))
        : null;

    private void Close(string? open, int start, int end)
    {
        if (open is not null)
        {
            ranges.Add(open, start..end);
        }
    }

    private static byte[] ReadResource()
    {
        using var stream =
            typeof(PriceCatalogue).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("The price list is not built in.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>One catalogue's models. Immutable.</summary>
internal sealed class CatalogueSection
{
    private readonly Dictionary<string, ImmutableArray<ModelPrice>> models;

    private CatalogueSection(Dictionary<string, ImmutableArray<ModelPrice>> models, decimal? webSearchPerThousand)
    {
        this.models = models;
        WebSearchPerThousand = webSearchPerThousand;
        Newest = [.. models.Values.Select(prices => prices[^1]).OrderBy(m => m.Model, StringComparer.Ordinal)];
    }

    /// <summary>US dollars for a thousand web searches; null where none is listed.</summary>
    public decimal? WebSearchPerThousand { get; }

    /// <summary>Every model at its newest price, by name.</summary>
    public ImmutableArray<ModelPrice> Newest { get; }

    /// <summary>A model's prices, by rising date; null when it is not listed under that name. Case does not count.</summary>
    public ImmutableArray<ModelPrice>? Find(string model) => models.TryGetValue(model, out var prices) ? prices : null;

    /// <summary>Reads the section's head and its lines.</summary>
    public static CatalogueSection Read(ReadOnlySpan<byte> lines)
    {
        var found = new Dictionary<string, ImmutableArray<ModelPrice>>(StringComparer.OrdinalIgnoreCase);
        string name = "";
        decimal? webSearch = null;
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range];
            if (line.IsEmpty)
            {
                continue;
            }

            if (line[0] == PriceCatalogue.SectionMark)
            {
                name = CatalogueLines.SectionName(line);
                webSearch = CatalogueLines.SectionWebSearch(line);
                continue;
            }

            var prices = CatalogueLines.Read(name, webSearch, line);
            found.Add(prices[0].Model, prices);
        }

        return new CatalogueSection(found, webSearch);
    }
}
