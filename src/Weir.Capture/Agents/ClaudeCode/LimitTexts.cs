using System.Buffers.Text;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>Which of the program's error messages are of a limit. What they say in full, others read.</summary>
internal static class LimitTexts
{
    private const int MaxEpochDigits = 11;

    /// <summary>Whether the line is of a limit: by its error and status first, by its text last.</summary>
    public static bool AreOfALimit(in TranscriptLine line, ReadOnlySpan<byte> text) =>
        line.Error.Is("rate_limit"u8)
        || line.Error.Is("billing_error"u8)
        || line.HttpStatus is 429 or 402
        || Begins(text);

    /// <summary>Whether a text begins as the program's messages on limits have begun.</summary>
    public static bool Begins(ReadOnlySpan<byte> text) =>
        text.StartsWith("Claude AI usage limit reached"u8)
        || text.StartsWith("Claude usage limit reached"u8)
        || text.StartsWith("5-hour limit reached"u8)
        || text.StartsWith("Weekly limit reached"u8)
        || text.StartsWith("Opus weekly limit reached"u8)
        || text.StartsWith("You've hit your "u8)
        || text.StartsWith("You've reached your "u8)
        || text.StartsWith("You're out of extra usage"u8)
        || text.StartsWith("Approaching "u8)
        || text.StartsWith("Credit balance is too low"u8)
        || text.StartsWith("API Error: Server is temporarily limiting requests"u8)
        || text.StartsWith("API Error: Request rejected (429)"u8)
        || text.StartsWith("spend limit reached"u8);

    /// <summary>The moment that the oldest message gives (<c>…limit reached|1735689600</c>); null for any other.</summary>
    public static DateTimeOffset? OldReset(ReadOnlySpan<byte> text)
    {
        var bar = text.IndexOf((byte)'|');
        return
            bar >= 0
            && Begins(text)
            && Utf8Parser.TryParse(text[(bar + 1)..], out long seconds, out var used)
            && used is > 0 and <= MaxEpochDigits
            && seconds > 0
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
