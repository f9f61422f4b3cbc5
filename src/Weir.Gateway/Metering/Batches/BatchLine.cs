using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>One answer of a batch.</summary>
/// <param name="Key">What tells it from the batch's other answers: the caller's own id for it, else its place.</param>
/// <param name="Dialect">The wire format of the answer.</param>
/// <param name="Reading">What was read of it.</param>
/// <param name="RequestId">The provider's id of the request; null when none is told.</param>
internal sealed record BatchLine(string Key, Dialect Dialect, MeterReading Reading, string? RequestId);

/// <summary>How a batch's answers are written.</summary>
internal enum BatchFormat
{
    /// <summary>Anthropic's results: lines of <c>custom_id</c> and <c>result</c>.</summary>
    Anthropic,

    /// <summary>OpenAI's output file, and that of those who speak its dialect: lines of <c>custom_id</c> and <c>response</c>.</summary>
    OpenAI,

    /// <summary>Gemini's output file: lines of <c>key</c> and <c>response</c>.</summary>
    Gemini,

    /// <summary>Gemini's batch itself, one document with its answers inside.</summary>
    GeminiInline,
}
