using System.Globalization;
using Weir.Gateway;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// A transformer of claude-code-router's that changes requests by its options, as Weir's transforms say it. What each does is in its package
/// <c>@musistudio/llms</c>, <c>src/transformer</c>.
/// </summary>
/// <param name="Path">Where it stood.</param>
/// <param name="Name">The transformer.</param>
/// <param name="Options">Its options.</param>
/// <param name="Model">The one model that it is for; null for all of the provider's.</param>
internal sealed record RouterChange(string Path, string Name, YamlMap Options, string? Model)
{
    private const int Deepest = 8;

    private static readonly Dictionary<string, string> InGemini = new(StringComparer.Ordinal)
    {
        ["temperature"] = "/generationConfig/temperature",
        ["top_p"] = "/generationConfig/topP",
        ["top_k"] = "/generationConfig/topK",
    };

    /// <summary>Whether a transformer's options can be said as transforms.</summary>
    public static bool Knows(string name) =>
        name.ToLowerInvariant() is "maxtoken" or "sampling" or "customparams" or "openrouter";

    /// <summary>Adds them to the provider; what cannot be said is told.</summary>
    public void AddTo(ImportedProvider provider, ImportedDocument document)
    {
        foreach (var (key, value) in Options.Entries.Select(entry => (entry.Key.Text, entry.Value)))
        {
            var transforms = Name.ToLowerInvariant() switch
            {
                "customparams" => Merged(key, value),
                "openrouter" => key == "provider" ? [Set("/provider", value)] : [],
                // The first of the two knows this option alone.
                _ when key == "max_tokens" => Bounds(provider, value),
                "sampling" => Sampled(provider, key, value),
                _ => [],
            };
            var refused =
                transforms.Count == 0 ? "Weir does not know what it does"
                : transforms.Select(WhyNot).FirstOrDefault(why => why is not null) is { } why ? why
                : provider.Transforms.Count + transforms.Count > TransformRules.Most
                    ? $"a provider has at most {TransformRules.Most} transforms"
                : null;
            if (refused is null)
            {
                provider.Transforms.AddRange(transforms.Select(one => one.Text!));
            }
            else
            {
                document.Note(
                    $"{Path}.{ImportMap.Shown(key)}",
                    $"{ImportMap.Shown(Name)}: this option is not carried over: {refused}"
                );
            }
        }
    }

    // What the reader would refuse; a text with a dollar may name a variable there, and Weir's variables are listed.
    private static string? WhyNot(One one) =>
        one.Text is null || one.Text.Contains('$', StringComparison.Ordinal) || one.Place.Any(char.IsControl)
            ? "nothing in Weir says it"
        : TransformRules.WhyNotField(one.Place) is { } why ? $"{ImportMap.Shown(one.Place)} {why}"
        : null;

    /// <summary>The bound of the output, under every name that it may have where the request goes.</summary>
    private List<One> Bounds(ImportedProvider provider, YamlNode most)
    {
        if (Number(most) is not { } number)
        {
            return [new One("", null)];
        }

        string[] places = provider.Kind switch
        {
            "gemini" or "vertex" => ["/generationConfig/maxOutputTokens"],
            "anthropic" => ["/max_tokens"],
            _ => ["/max_tokens", "/max_completion_tokens", "/max_output_tokens"],
        };
        return [.. places.Select(place => new One(place, $"{{ clamp: {place}, max: {number}{When} }}"))];
    }

    private List<One> Sampled(ImportedProvider provider, string key, YamlNode value)
    {
        var isKnown = key is "temperature" or "top_p" or "top_k" or "repetition_penalty";
        var place = provider.Kind is "gemini" or "vertex" ? InGemini.GetValueOrDefault(key) : $"/{key}";
        return !isKnown ? []
            : Number(value) is null || place is null ? [new One("", null)]
            : [Set(place, value)];
    }

    /// <summary>What is not there is added; objects are merged, and what is written wins inside them.</summary>
    private List<One> Merged(string key, YamlNode value)
    {
        var transforms = new List<One>();
        if (value is YamlMap { Entries.Count: > 0 } map)
        {
            Leaves($"/{Escaped(key)}", map, Deepest, transforms);
        }
        else
        {
            transforms.Add(Written("default", $"/{Escaped(key)}", value));
        }

        return transforms;
    }

    private void Leaves(string place, YamlMap map, int depth, List<One> transforms)
    {
        foreach (var (key, value) in map.Entries.Select(entry => (entry.Key.Text, entry.Value)))
        {
            var inner = $"{place}/{Escaped(key)}";
            if (value is YamlMap { Entries.Count: > 0 } deeper && depth > 0)
            {
                Leaves(inner, deeper, depth - 1, transforms);
            }
            else
            {
                transforms.Add(Set(inner, value));
            }
        }
    }

    private string When => Model is null ? "" : $", when: {{ model: {ImportWriter.Quoted(Model)} }}";

    private One Set(string place, YamlNode value) => Written("set", place, value);

    private One Written(string verb, string place, YamlNode value) =>
        new(place, Flow(value) is { } json ? $"{{ {verb}: {ImportWriter.Quoted(place)}, value: {json}{When} }}" : null);

    private static string? Flow(YamlNode node) => YamlJson.Write(new ConfigReading(_ => null), node, "");

    private static string? Number(YamlNode node) =>
        node is YamlScalar { Plain: true } scalar
        && decimal.TryParse(
            scalar.Text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out _
        )
            ? scalar.Text
            : null;

    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>A transform.</summary>
    /// <param name="Place">What it changes.</param>
    /// <param name="Text">As the document has it; null for what has no words there.</param>
    private readonly record struct One(string Place, string? Text);
}
