namespace Weir.Gateway.Metering;

/// <summary>
/// How many tokens an answer had, when its provider never came to say: one for every four UTF-16 characters of text,
/// thinking and tool input that were streamed, rounded up, and never less than the provider had reported by then. Four
/// is what the vendors give for English; other scripts take more tokens a character, so for them the estimate is low.
/// </summary>
internal static class OutputEstimator
{
    private const int CharactersPerToken = 4;

    /// <summary>The estimate in tokens; 0 when nothing was generated.</summary>
    public static long Estimate(in MeterReading reading) =>
        Math.Max(reading.Usage.Output ?? 0, (reading.ContentCharacters + CharactersPerToken - 1) / CharactersPerToken);
}
