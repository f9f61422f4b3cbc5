using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// A value of a document as JSON: what is written without quotes as JSON writes a number, <c>true</c>, <c>false</c> or <c>null</c> is one,
/// every other scalar is a text.
/// </summary>
internal static partial class YamlJson
{
    private const int Longest = 64 * 1024;

    /// <summary>The JSON; null with faults noted when the value cannot be read.</summary>
    public static string? Write(ConfigReading reading, YamlNode node, string path)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        bool isSound;
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            isSound = Write(reading, json, node, path);
        }

        if (isSound && buffer.Length > Longest)
        {
            reading.Fault(node, path, $"is larger than {Longest} bytes of JSON");
            return null;
        }

        return isSound ? Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) : null;
    }

    private static bool Write(ConfigReading reading, Utf8JsonWriter json, YamlNode node, string path) =>
        node switch
        {
            YamlMap map => Map(reading, json, map, path),
            YamlList list => List(reading, json, list, path),
            YamlScalar scalar => Scalar(reading, json, scalar, path),
            _ => false,
        };

    private static bool Map(ConfigReading reading, Utf8JsonWriter json, YamlMap map, string path)
    {
        var isSound = true;
        var names = new HashSet<string>(StringComparer.Ordinal);
        json.WriteStartObject();
        foreach (var (key, value) in map.Entries.Select(entry => (entry.Key, entry.Value)))
        {
            var at = $"{path}.{key.Text}";
            if (!names.Add(Sound(key.Text)))
            {
                reading.Fault(key, at, "the key stands here a second time");
                isSound = false;
            }

            json.WritePropertyName(Sound(key.Text));
            if (!Write(reading, json, value, at))
            {
                isSound = false;
                json.WriteNullValue();
            }
        }

        json.WriteEndObject();
        return isSound;
    }

    private static bool List(ConfigReading reading, Utf8JsonWriter json, YamlList list, string path)
    {
        var isSound = true;
        json.WriteStartArray();
        foreach (var (i, item) in list.Items.Index())
        {
            if (!Write(reading, json, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")))
            {
                isSound = false;
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
        return isSound;
    }

    private static bool Scalar(ConfigReading reading, Utf8JsonWriter json, YamlScalar scalar, string path)
    {
        if (reading.Expand(scalar, path) is not { } text)
        {
            return false;
        }

        if (scalar.IsNull)
        {
            json.WriteNullValue();
        }
        else if (scalar.Plain && (text is "true" or "false" || Number().IsMatch(text)))
        {
            json.WriteRawValue(text);
        }
        else
        {
            json.WriteStringValue(Sound(text));
        }

        return true;
    }

    // Half of a surrogate pair, which an escape in YAML can make, is no text.
    private static string Sound(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(
        @"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Number();
}
