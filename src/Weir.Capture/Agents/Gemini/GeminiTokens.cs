using Weir.Foundation;

namespace Weir.Capture.Agents.Gemini;

/// <summary>
/// Reads a message's <c>tokens</c>. They are the API's own counts under shorter names: cached tokens are inside <c>input</c>,
/// those of tools' results (<c>tool</c>) beside it, <c>thoughts</c> beside <c>output</c>. Where <c>total</c> contradicts that, it
/// decides.
/// </summary>
internal static class GeminiTokens
{
    /// <summary>The counts; null when there are none, or a count cannot be.</summary>
    public static TokenUsage? Read(ReadOnlySpan<byte> json, out bool impossible)
    {
        impossible = false;
        if (Fields.Find(json, "input"u8).IsEmpty && Fields.Find(json, "output"u8).IsEmpty)
        {
            return null;
        }

        var input = Count(json, "input"u8, ref impossible);
        var output = Count(json, "output"u8, ref impossible);
        var cached = Math.Min(Count(json, "cached"u8, ref impossible), input);
        var thoughts = Count(json, "thoughts"u8, ref impossible);
        var tool = Count(json, "tool"u8, ref impossible);
        if (impossible)
        {
            return null;
        }

        var total = Fields.Count(json, "total"u8) ?? 0;
        var thoughtsInside =
            thoughts > 0 && thoughts <= output && (total == input + output || total == input + output + tool);
        var toolInside = tool > 0 && tool <= input && total == input + output + (thoughtsInside ? 0 : thoughts);
        return new TokenUsage
        {
            Input = input - cached + (toolInside ? 0 : tool),
            CacheRead = cached,
            Output = output + (thoughtsInside ? 0 : thoughts),
            Reasoning = thoughts,
        };
    }

    private static long Count(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, ref bool impossible)
    {
        var value = Fields.Find(json, name);
        if (value.IsEmpty || value.SequenceEqual("null"u8))
        {
            return 0;
        }

        var count = Fields.Count(json, name);
        impossible |= count is null;
        return count ?? 0;
    }
}
