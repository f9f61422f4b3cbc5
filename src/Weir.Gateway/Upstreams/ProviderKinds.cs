using Weir.Foundation;

namespace Weir.Gateway.Upstreams;

/// <summary>What is peculiar to each kind of upstream, in one table.</summary>
internal static class ProviderKinds
{
    /// <summary>Whether the kind speaks the dialect natively; a pass-through is spoken by all but the simulator.</summary>
    public static bool Speaks(this ProviderKind kind, Dialect dialect) =>
        (kind, dialect) switch
        {
            (ProviderKind.Simulator, _) => dialect is not (Dialect.PassThrough or Dialect.None),
            (_, Dialect.PassThrough) => true,
            (ProviderKind.Anthropic, _) => dialect == Dialect.AnthropicMessages,
            (ProviderKind.OpenAI or ProviderKind.OpenAICompatible, _) => dialect
                is Dialect.OpenAIChat
                    or Dialect.OpenAIResponses
                    or Dialect.OpenAIEmbeddings,
            (ProviderKind.Gemini, _) => dialect == Dialect.Gemini,
            _ => false,
        };

    /// <summary>The dialect that a kind is asked in when the caller speaks one that it does not.</summary>
    public static Dialect NativeDialect(this ProviderKind kind) =>
        kind switch
        {
            ProviderKind.Anthropic => Dialect.AnthropicMessages,
            ProviderKind.OpenAI or ProviderKind.OpenAICompatible => Dialect.OpenAIChat,
            ProviderKind.Gemini => Dialect.Gemini,
            _ => Dialect.None,
        };

    /// <summary>The vendor's own address, as its SDK takes it; null where there is none.</summary>
    public static Uri? DefaultBaseUrl(this ProviderKind kind) =>
        kind switch
        {
            ProviderKind.Anthropic => new Uri("https://api.anthropic.com"),
            ProviderKind.OpenAI => new Uri("https://api.openai.com/v1"),
            ProviderKind.Gemini => new Uri("https://generativelanguage.googleapis.com"),
            _ => null,
        };

    /// <summary>The part of a vendor's path that its base URL already holds.</summary>
    public static string PathInBaseUrl(this ProviderKind kind) =>
        kind is ProviderKind.OpenAI or ProviderKind.OpenAICompatible ? "/v1" : "";

    /// <summary>The header that carries the provider's key, and the key as it stands there.</summary>
    public static (string Name, string Value) Credential(this ProviderKind kind, string apiKey) =>
        kind switch
        {
            ProviderKind.Anthropic => ("x-api-key", apiKey),
            ProviderKind.Gemini => ("x-goog-api-key", apiKey),
            _ => ("Authorization", "Bearer " + apiKey),
        };

    /// <summary>The price catalogue of a provider that names none.</summary>
    public static string Catalogue(this ProviderKind kind, string providerName) =>
        kind switch
        {
            ProviderKind.Anthropic => "anthropic",
            ProviderKind.OpenAI => "openai",
            ProviderKind.Gemini => "google",
            ProviderKind.Simulator => "simulator",
            _ => providerName,
        };

    /// <summary>How a person calls the dialect.</summary>
    public static string InWords(this Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => "Anthropic Messages (POST /v1/messages)",
            Dialect.OpenAIChat => "OpenAI Chat Completions (POST /v1/chat/completions)",
            Dialect.OpenAIResponses => "OpenAI Responses (POST /v1/responses)",
            Dialect.OpenAIEmbeddings => "OpenAI Embeddings (POST /v1/embeddings)",
            Dialect.Gemini => "Gemini (POST /v1beta/models/MODEL:generateContent)",
            _ => "pass-through (/p/PROVIDER/…)",
        };

    /// <summary>The dialects of a kind, for a person.</summary>
    public static string SpokenInWords(this ProviderKind kind) =>
        kind switch
        {
            ProviderKind.Anthropic => Dialect.AnthropicMessages.InWords(),
            ProviderKind.Gemini => Dialect.Gemini.InWords(),
            ProviderKind.Simulator => "every dialect",
            _ => $"{Dialect.OpenAIChat.InWords()}, Responses and Embeddings",
        };
}
