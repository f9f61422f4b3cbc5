using Weir.Foundation;

namespace Weir.Gateway.Counting;

/// <summary>
/// Counts the tokens of a request's input from its bytes, in its own dialect, for the model that will read them. Hostile
/// input gives some count and never an exception. Pure.
/// </summary>
internal static class RequestCounter
{
    /// <summary>The count; of a dialect without a reader, that of the bytes as text.</summary>
    /// <param name="body">A request, or a request for a count.</param>
    /// <param name="dialect">The dialect that it is written in.</param>
    /// <param name="model">The model to count for.</param>
    public static RequestCount Count(ReadOnlySpan<byte> body, Dialect dialect, string model)
    {
        // OpenAI has published how a chat is counted, and nobody else how anything is.
        using var tally = new RequestTally(
            model,
            isExact: dialect is Dialect.OpenAIChat && CountingRules.For(model).Vendor == ModelVendor.OpenAI
        );
        switch (dialect)
        {
            case Dialect.AnthropicMessages:
                AnthropicCount.Read(body, tally);
                break;
            case Dialect.OpenAIChat:
                ChatCount.Read(body, tally);
                break;
            case Dialect.OpenAIResponses:
                ResponsesCount.Read(body, tally);
                break;
            case Dialect.Gemini:
                GeminiCount.Read(body, tally);
                break;
            default:
                tally.Unknown(body);
                break;
        }

        return tally.Total();
    }
}
