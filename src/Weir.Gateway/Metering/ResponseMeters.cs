using Weir.Foundation;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Metering;

/// <summary>Chooses the meter of an answer.</summary>
internal static class ResponseMeters
{
    /// <summary>
    /// The meter for a dialect's answer of this content type; an unknown type counts as a document. Amazon's frames tell by themselves what they hold. Gemini streams JSON
    /// as <c>application/json</c> too, so there the answer's first byte decides.
    /// </summary>
    public static ResponseMeter For(Dialect dialect, string? contentType)
    {
        if (ContentTypes.IsFrames(contentType))
        {
            return new EventStreamMeter();
        }

        var isStream =
            contentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true
            || dialect is Dialect.Gemini or Dialect.PassThrough;
        return isStream ? ForStream(dialect) : ForDocument(dialect);
    }

    /// <summary>For a stream: server-sent events or Gemini's array; a document that comes instead is read as one.</summary>
    public static ResponseMeter ForStream(Dialect dialect) => new StreamMeter(ReaderFor(dialect));

    /// <summary>For one document, an error's body too.</summary>
    public static ResponseMeter ForDocument(Dialect dialect) => new DocumentMeter(ReaderFor(dialect));

    private static DialectReader ReaderFor(Dialect dialect) =>
        dialect switch
        {
            Dialect.AnthropicMessages => new AnthropicReader(),
            Dialect.OpenAIChat => new OpenAIChatReader(),
            Dialect.OpenAIResponses => new OpenAIResponsesReader(),
            Dialect.OpenAIEmbeddings => new OpenAIEmbeddingsReader(),
            Dialect.Gemini => new GeminiReader(),
            Dialect.BedrockConverse => new ConverseReader(),
            _ => new ShapeReader(),
        };
}
