using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Testing;

/// <summary>
/// The vendors' list prices of the models that the tests use, written down by hand and kept apart from Weir's catalogue,
/// so that the two can disagree. Nano-dollars for one token: a dollar for a million tokens is 1,000.
/// </summary>
public static class ListPrices
{
    private static readonly ImmutableDictionary<string, Rates> Models = new Dictionary<string, Rates>
    {
        ["claude-sonnet-5"] = Anthropic(2_000, 10_000),
        ["claude-opus-4-8"] = Anthropic(5_000, 25_000),
        ["claude-haiku-4-5"] = Anthropic(1_000, 5_000),
        ["claude-haiku-4-5-20251001"] = Anthropic(1_000, 5_000),
        ["gpt-5.1-codex"] = new(1_250, 125, 0, 0, 10_000),
        ["gpt-5.2"] = new(1_750, 175, 0, 0, 14_000),
        ["gpt-4o-mini"] = new(150, 75, 0, 0, 600),
        ["text-embedding-3-small"] = new(20, 0, 0, 0, 0),
        ["amazon.nova-2-lite-v1:0"] = new(330, 330, 0, 0, 2_750),
        ["gemini-2.5-flash"] = new(300, 30, 0, 0, 2_500),
        ["gemini-3-flash-preview"] = new(500, 50, 0, 0, 3_000),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The models that have a price here.</summary>
    public static IEnumerable<string> Known => Models.Keys;

    /// <summary>Tokens times price, class by class.</summary>
    /// <exception cref="KeyNotFoundException">The model has no price here.</exception>
    public static Money Charge(string model, TokenUsage usage)
    {
        var rates = Models[model];
        return new Money(
            ((usage.Input ?? 0) * rates.Input)
                + ((usage.CacheRead ?? 0) * rates.CacheRead)
                + ((usage.CacheWrite5m ?? 0) * rates.CacheWrite5m)
                + ((usage.CacheWrite1h ?? 0) * rates.CacheWrite1h)
                + ((usage.Output ?? 0) * rates.Output)
        );
    }

    /// <summary>Anthropic's rule: a cache read is a tenth of input, a write for five minutes 1.25 of it, for an hour twice.</summary>
    private static Rates Anthropic(long input, long output) => new(input, input / 10, input * 5 / 4, input * 2, output);

    private sealed record Rates(long Input, long CacheRead, long CacheWrite5m, long CacheWrite1h, long Output);
}
