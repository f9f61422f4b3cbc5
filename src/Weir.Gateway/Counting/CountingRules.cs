namespace Weir.Gateway.Counting;

/// <summary>
/// What a vendor's model counts beside the words, by the model's name. Of OpenAI's the numbers are those of its cookbook
/// (How to count tokens with tiktoken) and of the measurements that gpt-tokenizer's chat count rests on; the others'
/// come near the examples that their documentation prints (docs/formats/tokens.md).
/// </summary>
internal sealed record CountingRules
{
    /// <summary>Who made the model.</summary>
    public required ModelVendor Vendor { get; init; }

    /// <summary>For each message.</summary>
    public int Message { get; init; }

    /// <summary>Whether the role is a word of the message.</summary>
    public bool CountsRoles { get; init; }

    /// <summary>For a message's name.</summary>
    public int Name { get; init; }

    /// <summary>For a call of a tool, beside its name and arguments.</summary>
    public int Call { get; init; }

    /// <summary>For the answer's beginning.</summary>
    public int Reply { get; init; }

    /// <summary>Once when there are tools.</summary>
    public int Tools { get; init; }

    /// <summary>Once when there are tools and a system message.</summary>
    public int ToolsWithSystem { get; init; }

    /// <summary>A document of which the pages cannot be told.</summary>
    public int Document { get; init; }

    /// <summary>Whether tools are shown to the model as TypeScript; else as their JSON.</summary>
    public bool ToolsAsTypeScript { get; init; }

    private static readonly CountingRules OpenAI = new()
    {
        Vendor = ModelVendor.OpenAI,
        Message = 3,
        CountsRoles = true,
        Name = 1,
        Call = 3,
        Reply = 3,
        Tools = 9,
        ToolsWithSystem = -4,
        Document = 2000,
        ToolsAsTypeScript = true,
    };

    // The words in front of tools: 346 tokens for Claude 4 and tool_choice auto
    // (https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview). A page of a PDF: 1,500 to 3,000.
    private static readonly CountingRules Anthropic = new()
    {
        Vendor = ModelVendor.Anthropic,
        Message = 4,
        Tools = 346,
        Document = 2000,
    };

    // Gemini's own count adds nothing to the words; a page is an image's 258
    // (https://ai.google.dev/gemini-api/docs/tokens).
    private static readonly CountingRules Google = new() { Vendor = ModelVendor.Google, Document = 258 };

    /// <summary>The rules for a model; for one of no vendor that is known, OpenAI's.</summary>
    public static CountingRules For(string model) =>
        model.Contains("claude", StringComparison.OrdinalIgnoreCase) ? Anthropic
        : model.Contains("gemini", StringComparison.OrdinalIgnoreCase)
        || model.Contains("gemma", StringComparison.OrdinalIgnoreCase)
            ? Google
        : OpenAI;
}

/// <summary>Whose rules a count follows.</summary>
internal enum ModelVendor
{
    /// <summary>OpenAI, and all that have no rules of their own here.</summary>
    OpenAI,

    /// <summary>Anthropic.</summary>
    Anthropic,

    /// <summary>Google.</summary>
    Google,
}
