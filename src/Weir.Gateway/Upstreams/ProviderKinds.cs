using Weir.Foundation;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Upstreams;

/// <summary>What is peculiar to each kind of upstream, in one table.</summary>
internal static class ProviderKinds
{
    /// <summary>
    /// Whether a path of the dialect may exist at all at a provider of the kind, for a pass-through; a pass-through itself is
    /// taken by all but the simulator. What a provider is asked in is told by <see cref="ProviderModel.Speaks"/>.
    /// </summary>
    public static bool MayKnow(this ProviderKind kind, Dialect dialect) =>
        (kind, dialect) switch
        {
            (ProviderKind.Simulator, _) => dialect is not (Dialect.PassThrough or Dialect.None),
            (_, Dialect.PassThrough) => true,
            (ProviderKind.Anthropic, _) => dialect == Dialect.AnthropicMessages,
            (ProviderKind.OpenAI, _) => IsOpenAIs(dialect),
            (ProviderKind.OpenAICompatible, _) => IsOpenAIs(dialect) || dialect == Dialect.AnthropicMessages,
            (ProviderKind.Gemini, _) => dialect == Dialect.Gemini,
            _ => false,
        };

    /// <summary>Whether models of any vendor are served: one that speaks a dialect is then no word on whose model it is.</summary>
    public static bool IsHost(this ProviderKind kind) =>
        kind
            is ProviderKind.OpenAICompatible
                or ProviderKind.AzureOpenAI
                or ProviderKind.Bedrock
                or ProviderKind.Vertex;

    /// <summary>Whether a vendor's dialect goes in an envelope of the host's.</summary>
    public static bool HasEnvelope(this ProviderKind kind) =>
        kind is ProviderKind.AzureOpenAI or ProviderKind.Bedrock or ProviderKind.Vertex;

    /// <summary>The vendor's own address, as its SDK takes it; null where there is none, or what it hangs on is missing.</summary>
    public static Uri? DefaultBaseUrl(this ProviderConfig config) =>
        config.Kind switch
        {
            ProviderKind.Anthropic => new Uri("https://api.anthropic.com"),
            ProviderKind.OpenAI => new Uri("https://api.openai.com/v1"),
            ProviderKind.Gemini => new Uri("https://generativelanguage.googleapis.com"),
            ProviderKind.Bedrock when config.Region is { } region => BedrockEnvelope.AddressOf(region),
            ProviderKind.Vertex when config.Location is { } location => VertexEnvelope.AddressOf(location),
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
            // A token of Entra's is a JSON web token, a key of the resource's never is.
            ProviderKind.AzureOpenAI when !IsWebToken(apiKey) => ("api-key", apiKey),
            // Keys begin so; what else is given for Vertex is an access token that somebody else fetched.
            ProviderKind.Vertex when apiKey.StartsWith("AIza", StringComparison.Ordinal) => ("x-goog-api-key", apiKey),
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
            ProviderKind.AzureOpenAI => "azure",
            ProviderKind.Bedrock => "amazon-bedrock",
            ProviderKind.Vertex => "google-vertex",
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
            Dialect.BedrockConverse => "Bedrock's Converse",
            _ => "pass-through (/p/PROVIDER/…)",
        };

    private static bool IsOpenAIs(Dialect dialect) =>
        dialect is Dialect.OpenAIChat or Dialect.OpenAIResponses or Dialect.OpenAIEmbeddings;

    private static bool IsWebToken(string key) =>
        key.StartsWith("eyJ", StringComparison.Ordinal) && key.AsSpan().Count('.') == 2;
}
