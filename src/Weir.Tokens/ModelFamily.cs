namespace Weir.Tokens;

/// <summary>By which encoding a model's tokens are counted, and how far that is from the truth.</summary>
/// <param name="IsOlder">Whether it is cl100k_base rather than o200k_base.</param>
/// <param name="IsPublished">Whether the encoding is the model's own.</param>
/// <param name="Percent">The model's tokens for each hundred of the encoding's.</param>
internal readonly record struct ModelFamily(bool IsOlder, bool IsPublished, int Percent)
{
    // OpenAI's: tiktoken's tables of models, whose newest say that what is not listed has o200k_base; gpt-oss has
    // o200k_harmony, whose ranks are the same. The first that fits.
    private static readonly (string Prefix, bool IsOlder)[] Published =
    [
        ("gpt-3.5", true),
        ("gpt-35", true),
        ("gpt-4o", false),
        ("gpt-4.", false),
        ("gpt-4", true),
        ("text-embedding-", true),
        ("davinci-002", true),
        ("babbage-002", true),
        ("gpt-", false),
        ("chatgpt-", false),
        ("codex-", false),
        ("computer-use-", false),
        ("o1", false),
        ("o3", false),
        ("o4", false),
    ];

    // Nobody else publishes a vocabulary that can be carried here, or each would be megabytes more. The factors, found
    // anywhere in the name: Gemini (by Gemma's tokenizer, its kin), DeepSeek V3 and Qwen 3 as measured against o200k_base
    // over this repository's documentation, code and JSON (docs/formats/tokens.md); Claude's first tokenizer a fifth more as
    // published measurements have it, its second 30 % above that by Anthropic's own word
    // (https://platform.claude.com/docs/en/build-with-claude/token-counting). The first that fits.
    private static readonly (string Part, int Percent)[] Estimated =
    [
        ("claude-2", 120),
        ("claude-3", 120),
        ("claude-instant", 120),
        ("claude-haiku-4", 120),
        ("claude-sonnet-4", 120),
        ("claude-opus-4-7", 156),
        ("claude-opus-4.7", 156),
        ("claude-opus-4-8", 156),
        ("claude-opus-4.8", 156),
        ("claude-opus-4", 120),
        ("claude", 156),
        ("gemini", 115),
        ("gemma", 115),
        ("deepseek", 104),
        ("qwen", 105),
    ];

    /// <summary>The family of a model's name, whatever stands before its last slash.</summary>
    public static ModelFamily Of(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        if (name.StartsWith("ft:", StringComparison.OrdinalIgnoreCase))
        {
            name = name[3..];
        }

        foreach (var (prefix, isOlder) in Published)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return new ModelFamily(isOlder, IsPublished: true, 100);
            }
        }

        foreach (var (part, percent) in Estimated)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return new ModelFamily(IsOlder: false, IsPublished: false, percent);
            }
        }

        return new ModelFamily(IsOlder: false, IsPublished: false, 100);
    }
}
