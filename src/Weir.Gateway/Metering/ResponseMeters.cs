using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>Chooses the meter of an answer.</summary>
internal static class ResponseMeters
{
    /// <summary>The meter for a dialect's answer of this content type; an unknown type counts as a document.</summary>
    public static ResponseMeter For(Dialect dialect, string? contentType)
    {
        var isStream = contentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
        return dialect switch
        {
            Dialect.AnthropicMessages => new AnthropicMeter(isStream),
            Dialect.OpenAIChat => new OpenAIChatMeter(isStream),
            Dialect.OpenAIResponses => new OpenAIResponsesMeter(isStream),
            Dialect.OpenAIEmbeddings => new OpenAIEmbeddingsMeter(),
            Dialect.Gemini => new GeminiMeter(isStream),
            _ => new PassThroughMeter(isStream),
        };
    }
}
