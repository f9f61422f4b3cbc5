using System.Globalization;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>Reads a list of rules with names of their own.</summary>
internal static class RuleNames
{
    private const int LongestName = 100;

    /// <summary>Each rule with its name.</summary>
    /// <param name="reading">Where faults go.</param>
    /// <param name="document">The document.</param>
    /// <param name="key">The list's key.</param>
    /// <param name="one">What one of the list is called.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="isRequired">Whether each needs a name; otherwise one without gets one from its position.</param>
    public static IEnumerable<(MapReader Map, string Name)> Read(
        ConfigReading reading,
        MapReader document,
        string key,
        string one,
        int most,
        bool isRequired
    )
    {
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var count = 0;
        foreach (var (node, path) in document.List(key))
        {
            if (++count == most + 1)
            {
                document.Fault(key, $"a document has at most {most} {key}");
            }

            if (MapReader.Of(reading, node, path) is not { } map)
            {
                continue;
            }

            var position = string.Create(CultureInfo.InvariantCulture, $"{one}-{count}");
            yield return (map, Name(map, node, one, isRequired ? null : position, lines));
        }
    }

    private static string Name(
        MapReader map,
        YamlNode node,
        string one,
        string? position,
        Dictionary<string, int> lines
    )
    {
        if (position is null && !map.Has("name"))
        {
            map.Take("name");
            map.Missing("name", $"give the {one} a name: refusals and figures go by it");
            return one;
        }

        var name = map.Text("name") ?? position ?? one;
        if (name.Length > LongestName)
        {
            map.Fault("name", $"is longer than {LongestName} letters");
        }

        if (!lines.TryAdd(name, node.Line))
        {
            map.Fault(
                "name",
                $"a {one} is called \"{map.Written("name")}\" already",
                $"the first is on line {lines[name]}"
            );
        }

        return name;
    }
}
