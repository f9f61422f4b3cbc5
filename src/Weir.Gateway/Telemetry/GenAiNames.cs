using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Telemetry;

/// <summary>
/// The words of OpenTelemetry's semantic conventions for generative AI, as far as Weir says them, and Weir's own beside
/// them. Source: github.com/open-telemetry/semantic-conventions, docs/gen-ai and the registry, 1.41.
/// </summary>
internal static class GenAiNames
{
    public const string Operation = "gen_ai.operation.name";
    public const string Provider = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestStream = "gen_ai.request.stream";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseId = "gen_ai.response.id";
    public const string TimeToFirstChunk = "gen_ai.response.time_to_first_chunk";
    public const string Conversation = "gen_ai.conversation.id";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string CacheCreationTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string HttpStatus = "http.response.status_code";

    /// <summary>What a request asks of a model; null for what no model is asked.</summary>
    public static string? OperationOf(Endpoint endpoint) =>
        endpoint.Operation switch
        {
            Pipeline.Operation.Messages
            or Pipeline.Operation.Chat
            or Pipeline.Operation.Responses
            or Pipeline.Operation.ResponsesCompact => "chat",
            Pipeline.Operation.Embeddings or Pipeline.Operation.GeminiEmbed => "embeddings",
            Pipeline.Operation.GeminiGenerate or Pipeline.Operation.GeminiStream => "generate_content",
            _ when endpoint.IsCount => "count_tokens",
            Pipeline.Operation.PassThrough => "pass_through",
            _ => null,
        };

    /// <summary>The convention's name of a provider where it has one, else the configured name.</summary>
    public static string ProviderOf(ProviderKind kind, string name) =>
        kind switch
        {
            ProviderKind.Anthropic => "anthropic",
            ProviderKind.OpenAI => "openai",
            ProviderKind.Gemini => "gcp.gemini",
            ProviderKind.AzureOpenAI => "azure.ai.openai",
            ProviderKind.Bedrock => "aws.bedrock",
            ProviderKind.Vertex => "gcp.vertex_ai",
            ProviderKind.OpenAICompatible when name == "mistral" => "mistral_ai",
            ProviderKind.OpenAICompatible when name == "xai" => "x_ai",
            _ => name,
        };

    /// <summary>How a request ended, as the management API says it.</summary>
    public static string StatusOf(RequestStatus status) =>
        status switch
        {
            RequestStatus.Ok => "ok",
            RequestStatus.CallerAborted => "caller_aborted",
            RequestStatus.RateLimited => "rate_limited",
            RequestStatus.Overloaded => "overloaded",
            RequestStatus.UpstreamError => "upstream_error",
            RequestStatus.RequestError => "request_error",
            RequestStatus.StreamError => "stream_error",
            RequestStatus.UpstreamReset => "upstream_reset",
            RequestStatus.Timeout => "timeout",
            RequestStatus.Unreachable => "unreachable",
            _ => "_OTHER",
        };

    /// <summary>Whether it ended in an error; a caller who hung up is none.</summary>
    public static bool IsError(RequestStatus status) => status is not (RequestStatus.Ok or RequestStatus.CallerAborted);
}
