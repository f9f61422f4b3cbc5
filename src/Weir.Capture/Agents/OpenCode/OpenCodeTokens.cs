using Weir.Foundation;

namespace Weir.Capture.Agents.OpenCode;

/// <summary>
/// Reads a message's <c>tokens</c>: <c>input</c> is without what was read from and written to the cache. <c>reasoning</c> is
/// beside <c>output</c> since there is a <c>total</c>, and that decides; before, both were passed on as the vendor's library gave
/// them: beside each other for Google, reasoning inside output for all others.
/// </summary>
internal static class OpenCodeTokens
{
    /// <summary>The counts; null when there are none, or a count cannot be.</summary>
    public static TokenUsage? Read(ReadOnlySpan<byte> json, string? provider, out bool impossible)
    {
        impossible = false;
        if (Fields.Find(json, "input"u8).IsEmpty && Fields.Find(json, "output"u8).IsEmpty)
        {
            return null;
        }

        var cache = Fields.Find(json, "cache"u8);
        var input = Count(json, "input"u8, ref impossible);
        var output = Count(json, "output"u8, ref impossible);
        var reasoning = Count(json, "reasoning"u8, ref impossible);
        var read = Count(cache, "read"u8, ref impossible);
        var written = Count(cache, "write"u8, ref impossible);
        if (impossible)
        {
            return null;
        }

        var inside =
            reasoning <= output
            && (
                Fields.Count(json, "total"u8) is { } total
                    ? total == input + output + read + written
                    : provider?.StartsWith("google", StringComparison.Ordinal) != true
            );
        return new TokenUsage
        {
            Input = input,
            CacheRead = read,
            CacheWrite5m = written,
            Output = inside ? output : output + reasoning,
            Reasoning = reasoning,
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
