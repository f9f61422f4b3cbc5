namespace Weir.Wire;

/// <summary>
/// The words by which providers name a price other than the standard one, as records write them. Anthropic says
/// <c>speed: fast</c> and <c>service_tier: priority|batch</c>; OpenAI and Gemini <c>flex</c>, <c>priority</c>,
/// <c>scale</c>. What is standard, automatic, empty or unknown text beyond 32 bytes is null.
/// </summary>
public static class PriceModes
{
    /// <summary>The mode that a JSON string names; null for the standard one.</summary>
    public static string? Of(ReadOnlySpan<byte> raw, bool escaped)
    {
        if (
            JsonText.Is(raw, escaped, "default"u8)
            || JsonText.Is(raw, escaped, "standard"u8)
            || JsonText.Is(raw, escaped, "auto"u8)
            || JsonText.Is(raw, escaped, "standard_only"u8)
            || JsonText.Is(raw, escaped, "unspecified"u8)
        )
        {
            return null;
        }

        return NameCache.Shared.GetJson(raw, escaped, 32) is { } mode && mode.All(char.IsAsciiLetterOrDigit)
            ? mode
            : null;
    }
}
