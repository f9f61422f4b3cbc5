using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>Tokens of those who count what the cache served and took inside the input, as OpenTelemetry's conventions ask.</summary>
internal static class InclusiveUsage
{
    /// <summary>
    /// Disjoint classes. Where the cache's share is more than the input it was plainly not inside, and the input stands as it is.
    /// </summary>
    public static TokenUsage Split(long? input, long? cacheRead, long? cacheWrite, long? output, long? reasoning)
    {
        var cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
        return new TokenUsage
        {
            Input = input >= cached ? input - cached : input,
            CacheRead = cacheRead,
            CacheWrite5m = cacheWrite,
            Output = output,
            Reasoning = reasoning is { } part && output is { } whole ? Math.Min(part, whole) : null,
        };
    }
}
