namespace Weir.Foundation;

/// <summary>
/// Tokens of one request (or one attempt, or a sum of them) in disjoint classes: no token is in two of them.
/// <c>null</c> is "not reported", <c>0</c> is "reported none". Dialects that count cached tokens inside their input
/// are split before a value of this type is made.
/// </summary>
public readonly record struct TokenUsage
{
    /// <summary>Prompt tokens that were read fresh: neither served from nor written to the provider's cache.</summary>
    public long? Input { get; init; }

    /// <summary>Prompt tokens served from the provider's cache.</summary>
    public long? CacheRead { get; init; }

    /// <summary>Prompt tokens written to the cache for five minutes; also every write whose lifetime was not told.</summary>
    public long? CacheWrite5m { get; init; }

    /// <summary>Prompt tokens written to the cache for one hour.</summary>
    public long? CacheWrite1h { get; init; }

    /// <summary>Generated tokens, reasoning included.</summary>
    public long? Output { get; init; }

    /// <summary>The part of <see cref="Output"/> that was reasoning: not a class of its own, never added to a total.</summary>
    public long? Reasoning { get; init; }

    /// <summary>
    /// The whole prompt: fresh, cache reads and cache writes. Context tiers are chosen by it. Stops at the largest
    /// <c>long</c>: an upstream that lies makes it absurd, never negative.
    /// </summary>
    public long Prompt => Bounded((Int128)(Input ?? 0) + (CacheRead ?? 0) + (CacheWrite5m ?? 0) + (CacheWrite1h ?? 0));

    /// <summary>Prompt and output, bounded likewise.</summary>
    public long Total => Bounded((Int128)Prompt + (Output ?? 0));

    /// <summary>True when no class was reported.</summary>
    public bool IsUnknown =>
        Input is null && CacheRead is null && CacheWrite5m is null && CacheWrite1h is null && Output is null;

    /// <summary>
    /// Adds class by class; a class is unknown in the sum only when it is unknown in both. A sum beyond a <c>long</c>
    /// stops at its end.
    /// </summary>
    public static TokenUsage operator +(TokenUsage a, TokenUsage b) =>
        new()
        {
            Input = Sum(a.Input, b.Input),
            CacheRead = Sum(a.CacheRead, b.CacheRead),
            CacheWrite5m = Sum(a.CacheWrite5m, b.CacheWrite5m),
            CacheWrite1h = Sum(a.CacheWrite1h, b.CacheWrite1h),
            Output = Sum(a.Output, b.Output),
            Reasoning = Sum(a.Reasoning, b.Reasoning),
        };

    private static long? Sum(long? a, long? b) =>
        a is null ? b
        : b is null ? a
        : Bounded((Int128)a.Value + b.Value);

    private static long Bounded(Int128 sum) => (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);
}
