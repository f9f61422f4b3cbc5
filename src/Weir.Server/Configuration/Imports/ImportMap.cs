using System.Globalization;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// Takes values out of one map of another program's configuration. What is of another type reads as absent and is noted;
/// <see cref="Rest"/> notes the keys that nobody took. Values never stand in a note: any of them may be a secret.
/// </summary>
internal sealed class ImportMap
{
    private readonly ImportedDocument document;
    private readonly Dictionary<string, YamlNode> entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    public ImportMap(ImportedDocument document, YamlMap map, string path)
    {
        this.document = document;
        Path = path;
        foreach (var entry in map.Entries)
        {
            // The last of two wins, as in the parsers of these programs.
            entries[entry.Key.Text] = entry.Value;
        }
    }

    /// <summary>Where it stands; empty for the document.</summary>
    public string Path { get; }

    /// <summary>Its keys.</summary>
    public IEnumerable<string> Keys => entries.Keys;

    /// <summary>Where one of its keys stands.</summary>
    public string At(string key) => Path.Length == 0 ? Shown(key) : $"{Path}.{Shown(key)}";

    /// <summary>Says that a key could not be carried over as it was.</summary>
    public void Note(string key, string message)
    {
        taken.Add(key);
        document.Note(At(key), message);
    }

    /// <summary>Notes a key where it is there.</summary>
    public void NoteIf(string key, string message)
    {
        if (Has(key))
        {
            Note(key, message);
        }
    }

    /// <summary>Whether a key is there with a value.</summary>
    public bool Has(string key) => Take(key) is not null;

    /// <summary>The value of a key; null when it is not there, or nothing.</summary>
    public YamlNode? Take(string key)
    {
        taken.Add(key);
        return entries.TryGetValue(key, out var value) && value is not YamlScalar { IsNull: true } ? value : null;
    }

    /// <summary>A text, not empty.</summary>
    public string? Text(string key)
    {
        switch (Take(key))
        {
            case null or YamlScalar { Text.Length: 0 }:
                return null;
            case YamlScalar scalar:
                return scalar.Text;
            default:
                Note(key, "a single value was expected here");
                return null;
        }
    }

    /// <summary>A whole number from 1 on.</summary>
    public long? Whole(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (Number(text) is { } number and >= 1 and <= 1_000_000_000_000)
        {
            return (long)number;
        }

        Note(key, "a number was expected here");
        return null;
    }

    /// <summary>A decimal number from 0 on.</summary>
    public decimal? Amount(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (Number(text) is { } number and >= 0)
        {
            return number;
        }

        Note(key, "a number was expected here");
        return null;
    }

    /// <summary>A map.</summary>
    public ImportMap? Map(string key) => Map(Take(key), At(key));

    /// <summary>A node as a map; null with a note for anything else that is there.</summary>
    public ImportMap? Map(YamlNode? node, string path)
    {
        switch (node)
        {
            case null:
                return null;
            case YamlMap map:
                return new ImportMap(document, map, path);
            default:
                document.Note(path, "a map was expected here");
                return null;
        }
    }

    /// <summary>The items of a list with their places; a single value counts as a list of one.</summary>
    public IEnumerable<(YamlNode Node, string Path)> List(string key) =>
        Take(key) switch
        {
            null => [],
            YamlList list => list.Items.Select(
                (item, i) => (item, $"{At(key)}[{i.ToString(CultureInfo.InvariantCulture)}]")
            ),
            var one => [(one, At(key))],
        };

    /// <summary>The items of a list that are maps.</summary>
    public IEnumerable<ImportMap> Maps(string key)
    {
        foreach (var (node, path) in List(key))
        {
            if (Map(node, path) is { } map)
            {
                yield return map;
            }
        }
    }

    /// <summary>The items of a list that are texts.</summary>
    public IEnumerable<string> Texts(string key)
    {
        foreach (var (node, path) in List(key))
        {
            if (node is YamlScalar { IsNull: false, Text.Length: > 0 } scalar)
            {
                yield return scalar.Text;
            }
            else
            {
                document.Note(path, "a text was expected here");
            }
        }
    }

    /// <summary>Notes every key that nobody took.</summary>
    /// <param name="why">What became of it.</param>
    public void Rest(string why)
    {
        foreach (var key in entries.Keys.Where(key => !taken.Contains(key)).ToArray())
        {
            NoteIf(key, why);
        }
    }

    /// <summary>Every text below a node, keys aside.</summary>
    public static IEnumerable<string> Scalars(YamlNode node) =>
        node switch
        {
            YamlScalar scalar => [scalar.Text],
            YamlList list => list.Items.SelectMany(Scalars),
            YamlMap map => map.Entries.SelectMany(entry => Scalars(entry.Value)),
            _ => [],
        };

    /// <summary>A key or a name as a note may show it: short, on one line.</summary>
    public static string Shown(string text) =>
        string.Concat(text.Take(80).Select(c => char.IsControl(c) ? ' ' : c)) + (text.Length > 80 ? "…" : "");

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
