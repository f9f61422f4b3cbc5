using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// What became of claude-code-router's transformers: most of them make one dialect of another, or mend what a vendor's answers lack, which is
/// Weir's own work; some change requests, and become transforms; the others are told. One table (README, "Available Built-in Transformers", and its package
/// <c>@musistudio/llms</c>).
/// </summary>
internal static class RouterTransformers
{
    /// <summary>Null: nothing is lost. A text: what is.</summary>
    private static readonly Dictionary<string, string?> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["anthropic"] = null,
        ["openai"] = null,
        ["openai-responses"] = null,
        ["gemini"] = null,
        ["deepseek"] = null,
        ["groq"] = null,
        ["openrouter"] = null,
        ["cerebras"] = null,
        ["vercel"] = null,
        ["vertex-gemini"] = null,
        ["vertex-claude"] = null,
        ["reasoning"] = null,
        ["streamoptions"] = null,
        ["maxcompletiontokens"] = "Weir names the output's bound as the vendor that it knows by the address wants it",
        ["maxtoken"] = null,
        ["sampling"] = null,
        ["customparams"] = null,
        ["forcereasoning"] = "Weir asks for no reasoning that the caller did not ask for",
        ["extrathinktag"] = "Weir reads reasoning where the vendor puts it, and no <think> marks out of text",
        ["tooluse"] = "Weir forces no model to call a tool",
        ["enhancetool"] = "Weir passes the arguments of tool calls on as the model wrote them",
        ["cleancache"] =
            "Weir drops cache marks where it translates; where the provider speaks Anthropic's dialect they stay",
        ["gemini-cli"] = "it signs in as another program: Weir does not",
        ["qwen-cli"] = "it signs in as another program: Weir does not",
        ["rovo-cli"] = "it signs in as another program: Weir does not",
        ["chutes-glm"] = "it is a transformer in JavaScript: Weir loads none",
    };

    private static readonly string[] Kinds =
    [
        "anthropic",
        "gemini",
        "openai-responses",
        "vertex-gemini",
        "vertex-claude",
    ];

    /// <summary>
    /// Notes what is lost; the kind of upstream that they say, one of those that are no Chat Completions, and those that change
    /// requests by their options.
    /// </summary>
    public static (string? Kind, IReadOnlyList<RouterChange> Changes) Read(
        ImportedDocument document,
        ImportMap provider
    )
    {
        string? kind = null;
        var changes = new List<RouterChange>();
        if (provider.Map("transformer") is not { } transformer)
        {
            return (null, changes);
        }

        foreach (var key in transformer.Keys.ToArray())
        {
            var used = key == "use" ? transformer : transformer.Map(key);
            foreach (var (node, path) in used?.List("use") ?? [])
            {
                var (name, options) = node switch
                {
                    YamlScalar one => (one.Text, (YamlNode?)null),
                    YamlList { Items: [YamlScalar first] } => (first.Text, null),
                    YamlList { Items: [YamlScalar first, var second, ..] } => (first.Text, second),
                    _ => ("", null),
                };
                if (options is YamlMap { Entries.Count: > 0 } map && RouterChange.Knows(name))
                {
                    changes.Add(new RouterChange(path, name, map, key == "use" ? null : key));
                }
                else
                {
                    Note(document, path, name, options);
                }

                if (
                    key == "use"
                    && Kinds.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } said
                )
                {
                    kind = said;
                }
            }
        }

        return (kind, changes);
    }

    private static void Note(ImportedDocument document, string path, string name, YamlNode? options)
    {
        var shown = ImportMap.Shown(name);
        if (!Known.TryGetValue(name, out var loss))
        {
            document.Note(path, $"{shown}: this import does not know this transformer; Weir loads none");
        }
        else if (loss is not null)
        {
            document.Note(path, $"{shown}: {loss}");
        }
        else if (options is YamlMap { Entries.Count: > 0 })
        {
            document.Note(path, $"{shown}: its options are not carried over");
        }
    }
}
