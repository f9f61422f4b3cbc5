using System.Globalization;
using Weir.Server.Configuration.Schema;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// Takes typed values out of one map. A value of another type is a fault and reads as absent; <see cref="Finish"/> names
/// the keys that nobody took. Messages show what stands in the text, never what a variable held.
/// </summary>
internal sealed class MapReader
{
    private const decimal MostNumber = 1_000_000_000_000;

    private readonly ConfigReading reading;
    private readonly YamlMap map;
    private readonly Dictionary<string, YamlEntry> entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    public MapReader(ConfigReading reading, YamlMap map, string path)
    {
        this.reading = reading;
        this.map = map;
        Path = path;
        reading.Shape?.Enter(path);
        foreach (var entry in map.Entries)
        {
            if (!entries.TryAdd(entry.Key.Text, entry))
            {
                reading.Fault(
                    entry.Key,
                    KeyPath(entry.Key.Text),
                    "the key stands here a second time",
                    $"the first is on line {entries[entry.Key.Text].Key.Line}"
                );
            }
        }
    }

    /// <summary>The path of the map itself.</summary>
    public string Path { get; }

    /// <summary>The map.</summary>
    public YamlMap Node => map;

    /// <summary>Its keys, in the order of the text.</summary>
    public IReadOnlyCollection<string> Keys => entries.Keys;

    /// <summary>The path of one of its keys.</summary>
    public string KeyPath(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>Reads a node as a map; null with a fault when it is something else.</summary>
    public static MapReader? Of(ConfigReading reading, YamlNode node, string path)
    {
        if (node is YamlMap map)
        {
            return new MapReader(reading, map, path);
        }

        reading.Fault(node, path, $"a map of keys was expected, not {node.KindName}");
        return null;
    }

    /// <summary>The value of a key; null when it is not there or is nothing.</summary>
    public YamlNode? Take(string key)
    {
        taken.Add(key);
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Any);
        return entries.TryGetValue(key, out var entry) && entry.Value is not YamlScalar { IsNull: true }
            ? entry.Value
            : null;
    }

    /// <summary>Refuses a key of a later version, with the reason.</summary>
    public void Refuse(string key, string message, string? hint = null)
    {
        reading.Shape?.Refuse(Path, key);
        if (entries.TryGetValue(key, out var entry))
        {
            taken.Add(key);
            reading.Fault(entry.Key, KeyPath(key), message, hint);
        }
    }

    /// <summary>Notes that a key is missing.</summary>
    public void Missing(string key, string hint)
    {
        reading.Shape?.Miss(Path, key);
        reading.Fault(map, KeyPath(key), "is missing", hint);
    }

    /// <summary>Notes a fault at the value of a key.</summary>
    public void Fault(string key, string message, string? hint = null) =>
        reading.Fault(entries.TryGetValue(key, out var entry) ? entry.Value : map, KeyPath(key), message, hint);

    /// <summary>Notes a fault at a node below the map.</summary>
    public void Fault(YamlNode at, string path, string message, string? hint) => reading.Fault(at, path, message, hint);

    /// <summary>True when the key stands in the map with a value.</summary>
    public bool Has(string key) =>
        entries.TryGetValue(key, out var entry) && entry.Value is not YamlScalar { IsNull: true };

    /// <summary>A text, not empty.</summary>
    public string? Text(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Text);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        var text = reading.Expand(scalar, KeyPath(key));
        if (text is { Length: 0 })
        {
            Fault(key, "is empty");
            return null;
        }

        if (text is not null && text.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            Fault(key, "holds control characters");
            return null;
        }

        return text;
    }

    /// <summary>A text, not empty, in which line ends and tabs may stand.</summary>
    public string? Lines(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Text);
        if (Scalar(key) is not { } scalar || reading.Expand(scalar, KeyPath(key)) is not { } text)
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            Fault(key, "is empty");
            return null;
        }

        if (text.Any(c => c is < ' ' and not ('\n' or '\t')))
        {
            Fault(key, "holds control characters");
            return null;
        }

        return text;
    }

    /// <summary>A map under a key.</summary>
    public MapReader? Map(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Map);
        return Take(key) is { } node ? Of(reading, node, KeyPath(key)) : null;
    }

    /// <summary>Every entry as a map with its key; what is no map is a fault.</summary>
    public IEnumerable<(string Key, MapReader Map)> Maps()
    {
        foreach (var key in entries.Keys.ToArray())
        {
            if (Map(key) is { } inner)
            {
                yield return (key, inner);
            }
        }
    }

    /// <summary>The items of a list under a key with their paths; empty when it is not there.</summary>
    public IEnumerable<(YamlNode Node, string Path)> List(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.List);
        if (Take(key) is not { } node)
        {
            return [];
        }

        if (node is YamlList list)
        {
            return list.Items.Select(
                (item, i) => (item, string.Create(CultureInfo.InvariantCulture, $"{KeyPath(key)}[{i}]"))
            );
        }

        Fault(key, $"a list was expected, not {node.KindName}");
        return [];
    }

    /// <summary>A list of texts.</summary>
    public IEnumerable<(string Text, YamlScalar Node, string Path)> Texts(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Texts);
        foreach (var (node, path) in List(key))
        {
            if (node is not YamlScalar { IsNull: false } scalar)
            {
                reading.Fault(node, path, $"a text was expected, not {node.KindName}");
            }
            else if (reading.Expand(scalar, path) is { Length: > 0 } text)
            {
                yield return (text, scalar, path);
            }
        }
    }

    /// <summary>One of a set of words.</summary>
    public T? Word<T>(string key, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Word, words: [.. words.Keys]);
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (words.TryGetValue(text, out var value))
        {
            return value;
        }

        Fault(key, $"unknown {key} \"{Written(key)}\"", Suggestion.For(text, [.. words.Keys]));
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Flag);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        switch (scalar)
        {
            case { Plain: true, Text: "true" }:
                return true;
            case { Plain: true, Text: "false" }:
                return false;
            default:
                Fault(key, $"true or false was expected, not \"{scalar.Text}\"");
                return null;
        }
    }

    /// <summary>A whole number within bounds.</summary>
    public long? Whole(string key, long least, long most)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Whole, least, most);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (
            long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least
            && value <= most
        )
        {
            return value;
        }

        Fault(
            key,
            string.Create(
                CultureInfo.InvariantCulture,
                $"a whole number from {least} to {most} was expected, not \"{scalar.Text}\""
            )
        );
        return null;
    }

    /// <summary>A decimal number, below zero too.</summary>
    public decimal? Number(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Amount, -MostNumber, MostNumber);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (
            decimal.TryParse(
                scalar.Text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var value
            )
            && Math.Abs(value) <= MostNumber
        )
        {
            return value;
        }

        Fault(key, $"a number was expected, not \"{scalar.Text}\"");
        return null;
    }

    /// <summary>A decimal number from 0 up to a bound, with at most nine decimals.</summary>
    /// <param name="key">The key.</param>
    /// <param name="most">The bound.</param>
    /// <param name="what">What it counts, in the plural, for messages.</param>
    public decimal? Amount(string key, decimal most, string what = "US dollars per million tokens")
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Amount, 0, most);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (
            decimal.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value <= most
            && value.Scale <= 9
        )
        {
            return value;
        }

        Fault(
            key,
            string.Create(CultureInfo.InvariantCulture, $"{what} from 0 to {most} were expected, not \"{scalar.Text}\"")
        );
        return null;
    }

    /// <summary>A day, as <c>2026-07-02</c>.</summary>
    public DateOnly? Day(string key)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Day);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (
            DateOnly.TryParseExact(
                scalar.Text,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var day
            )
        )
        {
            return day;
        }

        Fault(key, $"a day as 2026-07-02 was expected, not \"{scalar.Text}\"");
        return null;
    }

    /// <summary>A span of time with its unit: <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>.</summary>
    public TimeSpan? Duration(string key, TimeSpan least, TimeSpan most)
    {
        reading.Shape?.Ask(Path, key, ConfigShape.Kind.Duration);
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (Durations.TryParse(scalar.Text, out var span) && span >= least && span <= most)
        {
            return span;
        }

        Fault(
            key,
            $"a time from {Durations.ToText(least)} to {Durations.ToText(most)} was expected, not \"{scalar.Text}\"",
            "write it with its unit, as 500ms, 10s, 5m or 1h"
        );
        return null;
    }

    /// <summary>Names every key that nobody took.</summary>
    public void Finish()
    {
        foreach (var entry in entries.Values)
        {
            if (!taken.Contains(entry.Key.Text))
            {
                reading.Fault(
                    entry.Key,
                    KeyPath(entry.Key.Text),
                    "there is no such key",
                    Suggestion.For(entry.Key.Text, taken)
                );
            }
        }
    }

    /// <summary>The text of a key as it was written, for messages.</summary>
    public string Written(string key) =>
        entries.TryGetValue(key, out var entry) && entry.Value is YamlScalar scalar ? scalar.Text : "";

    private YamlScalar? Scalar(string key)
    {
        switch (Take(key))
        {
            case null:
                return null;
            case YamlScalar scalar:
                return scalar;
            case var other:
                Fault(key, $"a single value was expected, not {other.KindName}");
                return null;
        }
    }
}
