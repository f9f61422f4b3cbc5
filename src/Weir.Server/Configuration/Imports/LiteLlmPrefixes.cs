using System.Collections.Frozen;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// What the part before the first <c>/</c> of LiteLLM's <c>model</c> stands for (docs.litellm.ai/docs/providers): a kind of Weir's and, where
/// Weir knows the vendor, its name. A model without such a part is one of a few families, as in LiteLLM's own list.
/// </summary>
internal static class LiteLlmPrefixes
{
    private static readonly FrozenDictionary<string, (string Kind, string? Vendor)> Known = new Dictionary<
        string,
        (string Kind, string? Vendor)
    >(StringComparer.Ordinal)
    {
        ["openai"] = ("openai", "openai"),
        ["text-completion-openai"] = ("openai", "openai"),
        ["anthropic"] = ("anthropic", "anthropic"),
        ["gemini"] = ("gemini", "gemini"),
        ["azure"] = ("azure-openai", "azure"),
        ["azure_ai"] = ("openai-compatible", null),
        ["bedrock"] = ("bedrock", "bedrock"),
        ["bedrock_converse"] = ("bedrock", "bedrock"),
        ["vertex_ai"] = ("vertex", "vertex"),
        ["vertex_ai_beta"] = ("vertex", "vertex"),
        ["openrouter"] = ("openai-compatible", "openrouter"),
        ["groq"] = ("openai-compatible", "groq"),
        ["deepseek"] = ("openai-compatible", "deepseek"),
        ["mistral"] = ("openai-compatible", "mistral"),
        ["xai"] = ("openai-compatible", "xai"),
        ["together_ai"] = ("openai-compatible", "together"),
        ["fireworks_ai"] = ("openai-compatible", "fireworks"),
        ["cerebras"] = ("openai-compatible", "cerebras"),
        ["moonshot"] = ("openai-compatible", "moonshot"),
        ["zai"] = ("openai-compatible", "zai"),
        ["deepinfra"] = ("openai-compatible", "deepinfra"),
        ["nebius"] = ("openai-compatible", "nebius"),
        ["cohere"] = ("openai-compatible", "cohere"),
        ["cohere_chat"] = ("openai-compatible", "cohere"),
        ["huggingface"] = ("openai-compatible", "huggingface"),
        ["perplexity"] = ("openai-compatible", "perplexity"),
        ["ollama"] = ("openai-compatible", "ollama"),
        ["ollama_chat"] = ("openai-compatible", "ollama"),
        ["lm_studio"] = ("openai-compatible", "lmstudio"),
        ["hosted_vllm"] = ("openai-compatible", "vllm"),
        ["llamafile"] = ("openai-compatible", null),
        ["xinference"] = ("openai-compatible", null),
        ["openai_like"] = ("openai-compatible", null),
        ["custom_openai"] = ("openai-compatible", null),
        ["litellm_proxy"] = ("openai-compatible", null),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly (string Start, string Prefix)[] Families =
    [
        ("gpt-", "openai"),
        ("chatgpt-", "openai"),
        ("o1", "openai"),
        ("o3", "openai"),
        ("o4", "openai"),
        ("text-embedding-", "openai"),
        ("claude-", "anthropic"),
        ("gemini-", "gemini"),
    ];

    /// <summary>What a model is asked of, and how it is called there; null for what Weir has no kind for.</summary>
    /// <param name="model">LiteLLM's <c>model</c>.</param>
    /// <param name="provider">LiteLLM's <c>custom_llm_provider</c>; null where it is not said.</param>
    public static (string Prefix, string Kind, string? Vendor, string Model)? Of(string model, string? provider)
    {
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash > 0 ? model[..slash] : "";
        if (provider is not null && Known.TryGetValue(provider, out var named))
        {
            return (
                provider,
                named.Kind,
                named.Vendor,
                Inner(prefix == provider ? model[(slash + 1)..] : model, named.Kind)
            );
        }

        if (Known.TryGetValue(prefix, out var known))
        {
            return (prefix, known.Kind, known.Vendor, Inner(model[(slash + 1)..], known.Kind));
        }

        foreach (var (start, family) in Families)
        {
            if (slash < 0 && model.StartsWith(start, StringComparison.Ordinal))
            {
                return (family, Known[family].Kind, Known[family].Vendor, model);
            }
        }

        return null;
    }

    // bedrock/converse/MODEL and vertex_ai/gemini/MODEL name the way, which is Weir's to choose.
    private static string Inner(string model, string kind)
    {
        foreach (
            var way in kind == "bedrock" ? (ReadOnlySpan<string>)["converse/", "invoke/", "converse_like/"]
            : kind == "vertex" ? ["gemini/"]
            : []
        )
        {
            if (model.StartsWith(way, StringComparison.Ordinal))
            {
                return model[way.Length..];
            }
        }

        return model;
    }
}
