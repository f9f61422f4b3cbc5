using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads a list <c>transforms</c>, of a route, a target or a provider: each item does one thing, and is called by it
/// (<c>{ clamp: /max_tokens, max: 8192 }</c>).
/// </summary>
internal static class TransformReader
{
    private static readonly ImmutableArray<(string Verb, TransformAction Action)> Verbs =
    [
        .. Enum.GetValues<TransformAction>().Select(action => (WordOf(action), action)),
    ];

    private static readonly FrozenDictionary<string, Dialect> Dialects = new Dictionary<string, Dialect>
    {
        ["messages"] = Dialect.AnthropicMessages,
        ["chat"] = Dialect.OpenAIChat,
        ["responses"] = Dialect.OpenAIResponses,
        ["gemini"] = Dialect.Gemini,
        ["converse"] = Dialect.BedrockConverse,
        ["embeddings"] = Dialect.OpenAIEmbeddings,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The transforms that could be read.</summary>
    public static ImmutableArray<TransformConfig> Read(ConfigReading reading, MapReader owner)
    {
        var transforms = ImmutableArray.CreateBuilder<TransformConfig>();
        foreach (var (node, path) in owner.List("transforms"))
        {
            if (transforms.Count == TransformRules.Most)
            {
                owner.Fault("transforms", $"are more than {TransformRules.Most}");
                break;
            }

            if (MapReader.Of(reading, node, path) is { } map && Transform(reading, map) is { } transform)
            {
                transforms.Add(transform);
            }
        }

        return transforms.ToImmutable();
    }

    private static TransformConfig? Transform(ConfigReading reading, MapReader map)
    {
        var faults = reading.Faults.Count();
        var verbs = Verbs.Where(verb => map.Has(verb.Verb)).ToList();
        var (dialect, model) = When(map);
        if (verbs.Count != 1)
        {
            map.Fault(
                map.Node,
                map.Path,
                verbs.Count == 0 ? "does nothing" : "does more than one thing",
                verbs.Count == 0
                    ? $"say what is done: {string.Join(", ", Verbs.Select(verb => verb.Verb))}"
                    : $"make an item each of {string.Join(" and ", verbs.Select(verb => verb.Verb))}"
            );
            return null;
        }

        var (key, action) = verbs[0];
        var transform = action switch
        {
            TransformAction.System => Instructions(map, key),
            TransformAction.SetHeader
            or TransformAction.AddHeader
            or TransformAction.RemoveHeader
            or TransformAction.RenameHeader => Header(map, key, action),
            _ => Field(reading, map, key, action),
        };
        map.Finish();
        return reading.Faults.Count() == faults ? transform with { Dialect = dialect, Model = model } : null;
    }

    private static (Dialect? Dialect, string? Model) When(MapReader map)
    {
        if (map.Map("when") is not { } when)
        {
            return default;
        }

        var condition = (when.Word("dialect", Dialects), when.Text("model"));
        when.Finish();
        return condition;
    }

    private static TransformConfig Instructions(MapReader map, string key)
    {
        var text = map.Lines(key) ?? "";
        if (text.Length > TransformRules.LongestText)
        {
            map.Fault(key, $"is longer than {TransformRules.LongestText} letters");
        }

        return new TransformConfig { Action = TransformAction.System, Subject = text };
    }

    private static TransformConfig Field(ConfigReading reading, MapReader map, string key, TransformAction action)
    {
        var pointer = Text(map, key, TransformRules.WhyNotField);
        var transform = new TransformConfig { Action = action, Subject = pointer };
        switch (action)
        {
            case TransformAction.Set or TransformAction.Default:
                return transform with { Value = Json(reading, map) };
            case TransformAction.Rename:
                Need(map, "to", "name what it becomes, as \"to: max_completion_tokens\"");
                return transform with { Value = Text(map, "to", name => TransformRules.WhyNotRenamed(pointer, name)) };
            case TransformAction.Clamp:
                var (min, max) = (map.Number("min"), map.Number("max"));
                if (!map.Has("min") && !map.Has("max"))
                {
                    map.Missing("max", "give a bound: min, max or both");
                }
                else if (min > max)
                {
                    map.Fault("min", "is above max");
                }

                return transform with
                {
                    Min = min,
                    Max = max,
                };
            default:
                return transform;
        }
    }

    private static TransformConfig Header(MapReader map, string key, TransformAction action)
    {
        var transform = new TransformConfig { Action = action, Subject = Text(map, key, TransformRules.WhyNotHeader) };
        switch (action)
        {
            case TransformAction.SetHeader or TransformAction.AddHeader:
                Need(map, "value", "give the header's value");
                return transform with { Value = Text(map, "value", TransformRules.WhyNotHeaderValue, isShown: false) };
            case TransformAction.RenameHeader:
                Need(map, "to", "name what it becomes");
                return transform with { Value = Text(map, "to", TransformRules.WhyNotHeader) };
            default:
                return transform;
        }
    }

    private static string? Json(ConfigReading reading, MapReader map)
    {
        if (
            map.Node.Entries.FirstOrDefault(entry => entry.Key.Text == "value").Value is not { } node
            || IsNothing(node)
        )
        {
            map.Take("value");
            map.Missing("value", "give the value that it gets, as \"value: 0.2\"");
            return null;
        }

        map.Take("value");
        return YamlJson.Write(reading, node, map.KeyPath("value"));
    }

    // "value: null" is a value, "value:" is none.
    private static bool IsNothing(Yaml.YamlNode node) => node is Yaml.YamlScalar { IsNull: true, Text: "" };

    private static void Need(MapReader map, string key, string hint)
    {
        if (!map.Has(key))
        {
            map.Missing(key, hint);
        }
    }

    /// <summary>A text; empty, with a fault, for one that is not there or may not stand there.</summary>
    private static string Text(MapReader map, string key, Func<string, string?> whyNot, bool isShown = true)
    {
        if (map.Text(key) is not { } text)
        {
            return "";
        }

        if (whyNot(text) is { } why)
        {
            map.Fault(key, isShown ? $"\"{map.Written(key)}\" {why}" : why);
        }

        return text;
    }

    private static string WordOf(TransformAction action)
    {
        var word = $"{action}";
        return char.ToLowerInvariant(word[0]) + word[1..];
    }
}
