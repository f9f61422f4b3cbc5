using Weir.Foundation;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Pipeline;

/// <summary>What a path of the client-facing API asks for.</summary>
internal enum Operation : byte
{
    /// <summary>No such path.</summary>
    Unknown,

    /// <summary><c>HEAD /</c>: is anybody there?</summary>
    Probe,

    /// <summary>Anthropic Messages.</summary>
    Messages,

    /// <summary>Anthropic's token count.</summary>
    CountTokens,

    /// <summary>OpenAI Chat Completions.</summary>
    Chat,

    /// <summary>OpenAI Responses.</summary>
    Responses,

    /// <summary>A WebSocket over which OpenAI Responses are asked for.</summary>
    ResponsesSocket,

    /// <summary>The token count of OpenAI Responses.</summary>
    ResponsesInputTokens,

    /// <summary>OpenAI's compaction of a conversation: items that OpenAI alone can read stand for it from then on.</summary>
    ResponsesCompact,

    /// <summary>OpenAI Embeddings.</summary>
    Embeddings,

    /// <summary>The models of OpenAI's or Anthropic's list.</summary>
    Models,

    /// <summary>One of them.</summary>
    Model,

    /// <summary>The models of Gemini's list.</summary>
    GeminiModels,

    /// <summary>One of them.</summary>
    GeminiModel,

    /// <summary>Gemini's <c>generateContent</c>.</summary>
    GeminiGenerate,

    /// <summary>Gemini's <c>streamGenerateContent</c>.</summary>
    GeminiStream,

    /// <summary>Gemini's token count.</summary>
    GeminiCountTokens,

    /// <summary>Gemini's <c>embedContent</c>.</summary>
    GeminiEmbed,

    /// <summary><c>/p/{provider}/…</c>.</summary>
    PassThrough,
}

/// <summary>A request target, understood. Made from the raw target, so that no decoding stands between check and use.</summary>
/// <param name="Operation">What is asked for.</param>
/// <param name="Dialect">The dialect in which to answer, errors included.</param>
/// <param name="Path">The raw path that a vendor's own server would see (below <c>/p/{provider}</c> for a pass-through).</param>
/// <param name="Subject">The model of a model's path, the provider of a pass-through; null otherwise.</param>
internal readonly record struct Endpoint(Operation Operation, Dialect Dialect, string Path, string? Subject = null)
{
    private const string GeminiModels = "/v1beta/models/";

    /// <summary>Whether requests are answered by a model and so become usage records.</summary>
    public bool IsMetered =>
        Operation
            is Operation.Messages
                or Operation.Chat
                or Operation.Responses
                or Operation.ResponsesCompact
                or Operation.Embeddings
                or Operation.GeminiGenerate
                or Operation.GeminiStream
                or Operation.GeminiEmbed;

    /// <summary>Whether a model answers it in words, so that it may be translated for a provider of another dialect.</summary>
    public bool IsConversation =>
        Operation
            is Operation.Messages
                or Operation.Chat
                or Operation.Responses
                or Operation.GeminiGenerate
                or Operation.GeminiStream;

    /// <summary>Whether its body may hold what Weir sealed for a provider of another dialect.</summary>
    public bool MayHoldSeals => IsConversation || Operation == Operation.ResponsesCompact;

    /// <summary>Whether a count is asked for, of the tokens that a request has.</summary>
    public bool IsCount =>
        Operation is Operation.CountTokens or Operation.ResponsesInputTokens or Operation.GeminiCountTokens;

    /// <summary>Whether Weir answers it by itself from what it knows.</summary>
    public bool IsModelList =>
        Operation is Operation.Models or Operation.Model or Operation.GeminiModels or Operation.GeminiModel;

    /// <summary>The methods that it takes, for <c>Allow</c>.</summary>
    public string Allow =>
        Operation == Operation.Probe ? "HEAD"
        : IsModelList ? "GET, HEAD"
        : Operation == Operation.ResponsesSocket ? "GET"
        : "POST";

    /// <summary>The methods that a page of another origin may use.</summary>
    public string PageMethods =>
        Operation == Operation.PassThrough ? "GET, HEAD, POST, PUT, PATCH, DELETE"
        : Operation == Operation.Unknown ? "GET, HEAD, POST"
        : Allow;

    /// <summary>Whether the method is one that it takes.</summary>
    public bool Takes(string method) =>
        Operation switch
        {
            // TRACE would show a caller what Weir put into the request.
            Operation.PassThrough => method != "TRACE",
            // Over HTTP/2 a socket is asked for by CONNECT (RFC 8441).
            Operation.ResponsesSocket => method is "GET" or "CONNECT",
            Operation.Probe => method == "HEAD",
            _ when IsModelList => method is "GET" or "HEAD",
            _ => method == "POST",
        };

    /// <summary>The same where a WebSocket is asked for.</summary>
    public Endpoint AsSocket() =>
        Operation == Operation.Responses ? this with { Operation = Operation.ResponsesSocket } : this;

    /// <summary>Understands a raw path (without its query) as a caller wrote it.</summary>
    /// <param name="path">Begins with a slash.</param>
    /// <param name="speaksAnthropic">Whether the request carries <c>anthropic-version</c>: it decides the shape of what both vendors have.</param>
    public static Endpoint Parse(string path, bool speaksAnthropic)
    {
        switch (path)
        {
            case "/v1/messages":
                return new Endpoint(Operation.Messages, Dialect.AnthropicMessages, path);
            case "/v1/chat/completions":
                return new Endpoint(Operation.Chat, Dialect.OpenAIChat, path);
            case "/v1/responses":
                return new Endpoint(Operation.Responses, Dialect.OpenAIResponses, path);
            case "/v1/responses/compact":
                return new Endpoint(Operation.ResponsesCompact, Dialect.OpenAIResponses, path);
            case "/v1/responses/input_tokens":
                return new Endpoint(Operation.ResponsesInputTokens, Dialect.OpenAIResponses, path);
            case "/v1/embeddings":
                return new Endpoint(Operation.Embeddings, Dialect.OpenAIEmbeddings, path);
            case "/v1/messages/count_tokens":
                return new Endpoint(Operation.CountTokens, Dialect.AnthropicMessages, path);
            case "/v1/models":
                return new Endpoint(Operation.Models, Shared(speaksAnthropic), path);
            case "/v1beta/models":
                return new Endpoint(Operation.GeminiModels, Dialect.Gemini, path);
            case "/":
                return new Endpoint(Operation.Probe, Dialect.OpenAIChat, path);
        }

        if (path.StartsWith("/p/", StringComparison.Ordinal))
        {
            return ParsePassThrough(path);
        }

        if (path.StartsWith(GeminiModels, StringComparison.Ordinal))
        {
            return ParseGemini(path);
        }

        if (path.StartsWith("/v1/models/", StringComparison.Ordinal) && path.Length > 11)
        {
            return new Endpoint(
                Operation.Model,
                Shared(speaksAnthropic),
                path,
                Uri.UnescapeDataString(path["/v1/models/".Length..])
            );
        }

        var dialect = path.StartsWith("/v1beta", StringComparison.Ordinal)
            ? Dialect.Gemini
            : Shared(speaksAnthropic || path.StartsWith("/v1/messages", StringComparison.Ordinal));
        return new Endpoint(Operation.Unknown, dialect, path);
    }

    /// <summary>What a path below <c>/p/{provider}</c> would be at its vendor's, for metering.</summary>
    public static Endpoint Beneath(string path, ProviderKind kind)
    {
        if (kind.HasEnvelope())
        {
            // What passes through to a host is the host's own, not a vendor's.
            return new Endpoint(Operation.PassThrough, Dialect.PassThrough, path);
        }

        // An OpenAI base URL ends in /v1, so a caller may have left it away.
        var full =
            kind is ProviderKind.OpenAI or ProviderKind.OpenAICompatible
            && !path.StartsWith("/v1/", StringComparison.Ordinal)
                ? "/v1" + path
                : path;
        var endpoint = Parse(full, kind == ProviderKind.Anthropic);
        return endpoint.IsMetered || endpoint.IsCount
            ? endpoint
            : new Endpoint(Operation.PassThrough, Dialect.PassThrough, path);
    }

    private static Dialect Shared(bool speaksAnthropic) =>
        speaksAnthropic ? Dialect.AnthropicMessages : Dialect.OpenAIChat;

    private static Endpoint ParsePassThrough(string path)
    {
        var end = path.IndexOf('/', 3);
        var provider = end < 0 ? path[3..] : path[3..end];
        return new Endpoint(Operation.PassThrough, Dialect.PassThrough, end < 0 ? "/" : path[end..], provider);
    }

    private static Endpoint ParseGemini(string path)
    {
        var colon = path.LastIndexOf(':');
        var model = Uri.UnescapeDataString(
            colon < 0 ? path[GeminiModels.Length..] : path[GeminiModels.Length..Math.Max(colon, GeminiModels.Length)]
        );
        var operation =
            model.Length == 0 ? Operation.Unknown
            : colon < 0 ? Operation.GeminiModel
            : path.AsSpan(colon + 1) switch
            {
                "generateContent" => Operation.GeminiGenerate,
                "streamGenerateContent" => Operation.GeminiStream,
                "countTokens" => Operation.GeminiCountTokens,
                "embedContent" => Operation.GeminiEmbed,
                _ => Operation.Unknown,
            };
        return new Endpoint(operation, Dialect.Gemini, path, operation == Operation.Unknown ? null : model);
    }
}
