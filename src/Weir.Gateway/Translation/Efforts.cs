namespace Weir.Gateway.Translation;

/// <summary>The words of the dialects for how hard a model is to think. Pure.</summary>
internal static class Efforts
{
    /// <summary>The effort of a word; unset for any other.</summary>
    public static Effort Of(RawText word) =>
        word.IsEmpty ? Effort.Unset
        : word.Is("none"u8) ? Effort.None
        : word.Is("minimal"u8) ? Effort.Minimal
        : word.Is("low"u8) ? Effort.Low
        : word.Is("medium"u8) ? Effort.Medium
        : word.Is("high"u8) ? Effort.High
        : word.Is("xhigh"u8) ? Effort.XHigh
        : word.Is("max"u8) ? Effort.Max
        : Effort.Unset;

    /// <summary>OpenAI's word; it knows none above <c>xhigh</c>.</summary>
    public static ReadOnlySpan<byte> OpenAI(Effort effort) =>
        effort switch
        {
            Effort.None => "none"u8,
            Effort.Minimal => "minimal"u8,
            Effort.Low => "low"u8,
            Effort.Medium => "medium"u8,
            Effort.High => "high"u8,
            _ => "xhigh"u8,
        };

    /// <summary>Anthropic's word; it knows none below <c>low</c>, and only its newest models one between high and max.</summary>
    public static ReadOnlySpan<byte> Anthropic(Effort effort) =>
        effort switch
        {
            Effort.None or Effort.Minimal or Effort.Low => "low"u8,
            Effort.Medium => "medium"u8,
            Effort.High => "high"u8,
            _ => "max"u8,
        };
}
