using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Splices;

/// <summary>Values of budgets and limits as nodes without a place, and as the text of YAML.</summary>
internal static partial class RuleText
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "true",
        "false",
        "null",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
    };

    /// <summary>A text, in quotes where YAML would take it for something else.</summary>
    public static YamlScalar Of(string text)
    {
        // Half of a surrogate pair is no text, and no encoder takes it.
        var sound = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return new YamlScalar(sound, PlainText().IsMatch(sound) && !Words.Contains(sound), 0, 0, 0, 0);
    }

    /// <summary>A number.</summary>
    public static YamlScalar Of(decimal number) =>
        new(number.ToString("0.#############################", CultureInfo.InvariantCulture), true, 0, 0, 0, 0);

    /// <summary>A map, in the order given.</summary>
    public static YamlMap Of(IEnumerable<(string Key, YamlNode Value)> entries) =>
        new([.. entries.Select(entry => new YamlEntry(Of(entry.Key), entry.Value))], 0, 0, 0, 0);

    /// <summary>A list.</summary>
    public static YamlList Of(IEnumerable<YamlNode> items) => new([.. items], 0, 0, 0, 0);

    /// <summary>A value on one line.</summary>
    public static string Line(YamlNode node, bool isSpaced = true)
    {
        var space = isSpaced ? " " : "";
        return node switch
        {
            YamlScalar { Plain: true } plain => plain.Text,
            YamlScalar quoted =>
                $"\"{JsonEncodedText.Encode(quoted.Text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
            YamlList list => $"[{string.Join(", ", list.Items.Select(item => Line(item, isSpaced)))}]",
            YamlMap map => $"{{{space}{string.Join(", ", map.Entries.Select(Entry))}{space}}}",
            _ => throw new InvalidOperationException($"{node.KindName} cannot be written."),
        };

        string Entry(YamlEntry entry) => $"{Line(entry.Key)}: {Line(entry.Value, isSpaced)}";
    }

    /// <summary>A key with its value as lines without indentation: a list has a line for each item, all else is on one.</summary>
    public static IEnumerable<string> Lines(YamlEntry entry)
    {
        if (entry.Value is not YamlList list)
        {
            return [$"{Line(entry.Key)}: {Line(entry.Value)}"];
        }

        return [$"{Line(entry.Key)}:", .. list.Items.Select(item => $"  - {Line(item)}")];
    }

    [GeneratedRegex(
        @"^([A-Za-z][A-Za-z0-9._/-]*|[0-9]+(ms|s|m|h|d))\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PlainText();
}
