using System.Collections.Immutable;
using static Weir.Foundation.Dialect;

namespace Weir.Gateway.Upstreams;

/// <summary>
/// The one table of vendors: a row each, with the pages that it was read from. A provider finds its row by <c>vendor</c> in the
/// configuration, else by its name, else by the host of its address; what finds none is generic. Immutable.
/// </summary>
public static class Vendors
{
    // Before the table, which is made with it.
    /// <summary>One that nothing is known of but that it speaks OpenAI's dialect: Chat and Embeddings, which all of them have.</summary>
    public static Vendor Generic { get; } =
        new("generic", ProviderKind.OpenAICompatible) { Dialects = [OpenAIChat, OpenAIEmbeddings] };

    /// <summary>All of them; when two list a model, the earlier serves it.</summary>
    public static ImmutableArray<Vendor> All { get; } =
    [
        new("anthropic", ProviderKind.Anthropic)
        {
            // platform.claude.com/docs/en/api/overview
            Variables = ["ANTHROPIC_API_KEY"],
            WithoutKey = true,
            Dialects = [AnthropicMessages],
            CountsTokens = true,
        },
        new("openai", ProviderKind.OpenAI)
        {
            // platform.openai.com/docs/api-reference
            Variables = ["OPENAI_API_KEY"],
            WithoutKey = true,
            Dialects = [OpenAIChat, OpenAIResponses, OpenAIEmbeddings],
            OutputBound = OutputBound.MaxCompletionTokens,
        },
        new("gemini", ProviderKind.Gemini)
        {
            // ai.google.dev/api
            Variables = ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            WithoutKey = true,
            Dialects = [Gemini],
        },
        Compatible("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY") with
        {
            // openrouter.ai/docs/api/reference/overview, .../api-reference/anthropic-messages, .../responses/overview
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses, OpenAIEmbeddings],
        },
        Compatible("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY") with
        {
            // console.groq.com/docs/openai ("Currently Unsupported OpenAI Features"), console.groq.com/docs/responses-api
            Dialects = [OpenAIChat, OpenAIResponses],
            OutputBound = OutputBound.MaxCompletionTokens,
            RefusedChatFields = ["logit_bias", "logprobs", "top_logprobs"],
        },
        Compatible("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY") with
        {
            // api-docs.deepseek.com/api/create-chat-completion, api-docs.deepseek.com/guides/anthropic_api
            Dialects = [OpenAIChat, AnthropicMessages],
            MessagesRoot = "/anthropic",
            WantsReasoningBack = true,
            CachedTokens = CachedTokens.AsHits,
        },
        Compatible("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY") with
        {
            // docs.mistral.ai/api: a member that its schema does not have is a 422.
            RefusedChatFields =
            [
                "logit_bias",
                "logprobs",
                "max_completion_tokens",
                "seed",
                "service_tier",
                "store",
                "stream_options",
                "top_logprobs",
                "user",
                "verbosity",
            ],
            TakesStreamOptions = false,
            ToolIds = ToolIds.NineAlphanumerics,
            Errors = ErrorShape.Bare,
        },
        Compatible("xai", "https://api.x.ai/v1", "XAI_API_KEY") with
        {
            // docs.x.ai/docs/api-reference, docs.x.ai/docs/guides/reasoning; its Messages are "fully deprecated".
            Dialects = [OpenAIChat, OpenAIResponses],
            OutputBound = OutputBound.MaxCompletionTokens,
            RefusedChatFields = ["frequency_penalty", "presence_penalty", "stop"],
            ReasoningTokens = ReasoningTokens.BesideCompletion,
            Errors = ErrorShape.Text,
        },
        Compatible("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY") with
        {
            // docs.together.ai/docs/openai-api-compatibility
            Catalogue = "togetherai",
        },
        Compatible("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY") with
        {
            // docs.fireworks.ai/tools-sdks/openai-compatibility and .../anthropic-compatibility
            Catalogue = "fireworks-ai",
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses, OpenAIEmbeddings],
        },
        Compatible("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY") with
        {
            // inference-docs.cerebras.ai/resources/openai, .../api-reference/error-codes
            Dialects = [OpenAIChat],
            OutputBound = OutputBound.MaxCompletionTokens,
            RefusedChatFields =
            [
                "frequency_penalty",
                "logit_bias",
                "parallel_tool_calls",
                "presence_penalty",
                "service_tier",
            ],
            Errors = ErrorShape.Bare,
        },
        Compatible("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY") with
        {
            // platform.kimi.ai/docs/api/overview
            Catalogue = "moonshotai",
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses],
            MessagesRoot = "/anthropic",
            WantsReasoningBack = true,
            CachedTokens = CachedTokens.Bare,
        },
        Compatible("zai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY") with
        {
            // docs.z.ai/api-reference/llm/chat-completion, docs.z.ai/devpack/tool/claude
            Dialects = [OpenAIChat, AnthropicMessages],
            MessagesRoot = "/api/anthropic",
        },
        // deepinfra.com/docs/openai_api
        Compatible("deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
        // docs.nebius.com/studio/inference/api
        Compatible("nebius", "https://api.studio.nebius.com/v1", "NEBIUS_API_KEY"),
        Compatible("cohere", "https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY", "CO_API_KEY") with
        {
            // docs.cohere.com/docs/compatibility-api ("Supported parameters"): others are refused or do nothing.
            RefusedChatFields =
            [
                "logit_bias",
                "metadata",
                "n",
                "parallel_tool_calls",
                "prediction",
                "service_tier",
                "store",
                "top_logprobs",
                "user",
            ],
            Errors = ErrorShape.Bare,
        },
        Compatible("huggingface", "https://router.huggingface.co/v1", "HF_TOKEN", "HUGGINGFACE_API_KEY") with
        {
            // huggingface.co/docs/inference-providers/index, .../guides/responses-api
            Dialects = [OpenAIChat, OpenAIResponses],
            Errors = ErrorShape.Text,
        },
        Compatible("perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY") with
        {
            // docs.perplexity.ai/api-reference/chat-completions-post
            Dialects = [OpenAIChat],
            RefusedChatFields = ["parallel_tool_calls", "tool_choice", "tools"],
            CachedTokens = CachedTokens.Untold,
            ReasoningTokens = ReasoningTokens.Bare,
        },
        new("azure", ProviderKind.AzureOpenAI)
        {
            // learn.microsoft.com/azure/foundry/openai/reference, .../api-version-lifecycle
            Variables = ["AZURE_OPENAI_API_KEY"],
            Dialects = [OpenAIChat, OpenAIResponses, OpenAIEmbeddings],
            OutputBound = OutputBound.MaxCompletionTokens,
        },
        new("bedrock", ProviderKind.Bedrock)
        {
            // docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
            Variables = ["AWS_BEARER_TOKEN_BEDROCK"],
            CountsTokens = true,
            Errors = ErrorShape.Bare,
        },
        new("vertex", ProviderKind.Vertex)
        {
            // docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens
            CountsTokens = true,
        },
        Local("ollama", "http://127.0.0.1:11434/v1", "OLLAMA_HOST") with
        {
            // docs.ollama.com/api/openai-compatibility, docs.ollama.com/api/anthropic-compatibility
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses, OpenAIEmbeddings],
            CachedTokens = CachedTokens.Untold,
            ReasoningTokens = ReasoningTokens.Untold,
        },
        Local("lmstudio", "http://127.0.0.1:1234/v1", "LMSTUDIO_BASE_URL") with
        {
            // lmstudio.ai/docs/developer/openai-compat, lmstudio.ai/docs/developer/anthropic-compat
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses, OpenAIEmbeddings],
            CachedTokens = CachedTokens.Untold,
        },
        Local("vllm", "http://127.0.0.1:8000/v1", "VLLM_BASE_URL") with
        {
            // docs.vllm.ai/en/latest/serving/openai_compatible_server.html
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses, OpenAIEmbeddings],
            ReasoningTokens = ReasoningTokens.Untold,
        },
        Local("llamacpp", "http://127.0.0.1:8080/v1", "LLAMACPP_BASE_URL") with
        {
            // github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
            Dialects = [OpenAIChat, AnthropicMessages, OpenAIResponses, OpenAIEmbeddings],
            CountsTokens = true,
            CachedTokens = CachedTokens.Untold,
            ReasoningTokens = ReasoningTokens.Untold,
        },
        new("simulator", ProviderKind.Simulator)
        {
            WithoutKey = true,
            Dialects = [AnthropicMessages, OpenAIChat, OpenAIResponses, OpenAIEmbeddings, Gemini],
            CountsTokens = true,
        },
    ];

    /// <summary>The row of that name; null when there is none.</summary>
    public static Vendor? Named(string? name)
    {
        foreach (var vendor in All)
        {
            if (vendor.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return vendor;
            }
        }

        return null;
    }

    /// <summary>The row of a provider: always one of its kind.</summary>
    public static Vendor Of(ProviderConfig provider)
    {
        foreach (var candidate in (ReadOnlySpan<Vendor?>)[Named(provider.Vendor), Named(provider.Name)])
        {
            if (candidate?.Kind == provider.Kind)
            {
                return candidate;
            }
        }

        if (provider.Kind != ProviderKind.OpenAICompatible)
        {
            return All.First(vendor => vendor.Kind == provider.Kind);
        }

        foreach (var vendor in All)
        {
            if (IsAt(vendor, provider.BaseUrl))
            {
                return vendor;
            }
        }

        return Generic;
    }

    /// <summary>Whether an address is the vendor's published one, its path aside. Those on somebody's own machine have none.</summary>
    public static bool IsAt(Vendor vendor, Uri? address) =>
        address is not null
        && vendor is { BaseUrl: { } published, AddressVariable: null }
        && new Uri(published).Host.Equals(address.Host, StringComparison.OrdinalIgnoreCase);

    private static Vendor Compatible(string name, string baseUrl, params ImmutableArray<string> variables) =>
        new(name, ProviderKind.OpenAICompatible)
        {
            BaseUrl = baseUrl,
            Variables = variables,
            Dialects = Generic.Dialects,
        };

    private static Vendor Local(string name, string baseUrl, string variable) =>
        new(name, ProviderKind.OpenAICompatible) { BaseUrl = baseUrl, AddressVariable = variable };
}
