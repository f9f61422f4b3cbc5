using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>Makes the meter for an answer.</summary>
internal static class ResponseMeters
{
    /// <summary>For an answer that is a stream: server-sent events, or Gemini's array; also copes with a plain document.</summary>
    public static ResponseMeter ForStream(Dialect dialect) => new StreamMeter(ReaderFor(dialect));

    /// <summary>For an answer that is one document, errors' bodies too.</summary>
    public static ResponseMeter ForDocument(Dialect dialect) => new DocumentMeter(ReaderFor(dialect));

    /// <summary>For answers that report no usage or repeat another's (token counts, model lists, stored things): knows errors alone.</summary>
    public static ResponseMeter ForNoUsage(Dialect dialect) => new DocumentMeter(new ErrorReader(ReaderFor(dialect)));

    /// <summary>
    /// For an answer to what was passed through: by the path's end where that tells, else by the answer's own shape. Only
    /// a POST makes usage; reading a stored answer repeats what was counted before.
    /// </summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The upstream path, without the query.</param>
    /// <param name="contentType">The answer's content type; null for none.</param>
    public static ResponseMeter ForPassThrough(string method, string path, string? contentType)
    {
        var dialect = DialectOf(path);
        if (!method.Equals("POST", StringComparison.OrdinalIgnoreCase) || RepeatsUsage(path))
        {
            return ForNoUsage(dialect);
        }

        var isStream =
            contentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true
            || path.EndsWith(":streamGenerateContent", StringComparison.Ordinal);
        return isStream ? ForStream(dialect) : ForDocument(dialect);
    }

    private static DialectReader ReaderFor(Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => new AnthropicReader(),
            Dialect.OpenAIChat => new OpenAIChatReader(),
            Dialect.OpenAIResponses => new OpenAIResponsesReader(),
            Dialect.OpenAIEmbeddings => new OpenAIEmbeddingsReader(),
            Dialect.Gemini => new GeminiReader(),
            _ => new ShapeReader(),
        };

    private static Dialect DialectOf(string path) =>
        path.EndsWith("/messages", StringComparison.Ordinal) ? Dialect.AnthropicMessages
        : path.EndsWith("/completions", StringComparison.Ordinal) ? Dialect.OpenAIChat
        : path.EndsWith("/responses", StringComparison.Ordinal) ? Dialect.OpenAIResponses
        : path.EndsWith("/embeddings", StringComparison.Ordinal) ? Dialect.OpenAIEmbeddings
        : path.EndsWith(":generateContent", StringComparison.Ordinal) ? Dialect.Gemini
        : path.EndsWith(":streamGenerateContent", StringComparison.Ordinal) ? Dialect.Gemini
        : Dialect.PassThrough;

    private static bool RepeatsUsage(string path) =>
        path.EndsWith("/cancel", StringComparison.Ordinal)
        || path.EndsWith("/count_tokens", StringComparison.Ordinal)
        || path.EndsWith("/input_tokens", StringComparison.Ordinal)
        || path.EndsWith(":countTokens", StringComparison.Ordinal)
        || path.Contains("/batches", StringComparison.Ordinal);
}
