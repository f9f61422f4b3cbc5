namespace Weir.Gateway.Wire.BedrockConverse;

/// <summary>
/// What a model's name tells of what it takes beyond Converse's common ground
/// (docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html). Pure.
/// </summary>
internal readonly record struct ConverseModel
{
    /// <summary>Understands a name, its region before it or not.</summary>
    public ConverseModel(string name)
    {
        IsClaude = Has(name, "anthropic.");
        IsNova = Has(name, "amazon.nova");
        ThinksByEffort = Has(name, "openai.");
        TakesTopK = IsClaude || Has(name, "mistral.");
        IsNovaWithThinking = Has(name, "amazon.nova-2");
    }

    /// <summary>Anthropic's.</summary>
    public bool IsClaude { get; }

    /// <summary>Amazon's own.</summary>
    public bool IsNova { get; }

    /// <summary>Whether it takes marks for the prompt cache; others refuse a request that has one.</summary>
    public bool TakesCachePoints => IsClaude || IsNova;

    /// <summary>Whether it takes marks among the tools.</summary>
    public bool TakesCachePointsInTools => IsClaude;

    /// <summary>Whether <c>top_k</c> is among its own fields.</summary>
    public bool TakesTopK { get; }

    /// <summary>Whether it takes <c>reasoning_effort</c>, as OpenAI's open models do.</summary>
    public bool ThinksByEffort { get; }

    /// <summary>Whether it takes Nova's <c>reasoningConfig</c>.</summary>
    public bool IsNovaWithThinking { get; }

    private static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
