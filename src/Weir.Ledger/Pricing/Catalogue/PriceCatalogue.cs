using System.Collections.Immutable;
using System.Text;

namespace Weir.Ledger;

/// <summary>
/// The list of prices that is built in, as <c>docs/formats/prices.md</c> describes it: lines of text. Opening it finds
/// where each catalogue stands and reads nothing else; a catalogue's lines are read when it is first asked for.
/// Immutable to its users, thread-safe. Written for a cold start: the first lookup of a process pays for compiling what
/// it touches, so this and <see cref="CatalogueLines"/> keep to plain loops and to collections of reference types,
/// which come compiled.
/// </summary>
internal sealed class PriceCatalogue
{
    public const string Resource = "Weir.Ledger.prices.txt";
    public const string FirstLine = "weir-prices 1";
    public const string VersionWord = "as-of ";
    public const char SectionMark = '=';

    private static readonly Lazy<PriceCatalogue> Shared = new(() => new PriceCatalogue(ReadResource()));

    private readonly Dictionary<string, CatalogueSection> sections = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FormatException">The first line is not <see cref="FirstLine"/> or no date follows.</exception>
    public PriceCatalogue(byte[] text)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var lines = new LineReader(text);
        if (!lines.Next() || Encoding.UTF8.GetString(lines.Line) != FirstLine)
        {
            throw new FormatException($"The price list does not begin with '{FirstLine}'.");
        }

        if (!lines.Next() || !Encoding.UTF8.GetString(lines.Line).StartsWith(VersionWord, StringComparison.Ordinal))
        {
            throw new FormatException("The price list has no date.");
        }

        Version = Encoding.UTF8.GetString(lines.Line[VersionWord.Length..]);
        string? open = null;
        var start = 0;
        while (lines.Next())
        {
            if (lines.Line.Length > 0 && lines.Line[0] == SectionMark)
            {
                Close(open, text, start, lines.Start);
                open = CatalogueLines.SectionName(lines.Line);
                names.Add(open);
                start = lines.Start;
            }
        }

        Close(open, text, start, text.Length);
        Names = names.ToImmutable();
    }

    /// <summary>The list that is built in.</summary>
    public static PriceCatalogue BuiltIn => Shared.Value;

    /// <summary>The list's date.</summary>
    public string Version { get; }

    /// <summary>The catalogues, in ordinal order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>A catalogue by name, case not counting; null when there is none.</summary>
    public CatalogueSection? Section(string name) => sections.GetValueOrDefault(name);

    private void Close(string? open, byte[] text, int start, int end)
    {
        if (open is not null)
        {
            sections.Add(open, new CatalogueSection(text.AsMemory(start..end)));
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
