using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Ledger;

namespace Weir.Gateway.Admission;

/// <summary>The most that a request can cost and use, before it is sent. Never negative.</summary>
/// <param name="Cost">At the dearest target that may serve it; null when no target's price is known.</param>
/// <param name="Input">The tokens of its prompt, at most.</param>
/// <param name="Output">The tokens of its answer, at most.</param>
internal readonly record struct CostEstimate(Money? Cost, long Input, long Output)
{
    /// <summary>The output of a model of which no bound is known and of which the caller asks none.</summary>
    public const long UnknownOutput = 32_768;

    /// <summary>
    /// The worst case: the whole prompt fresh or written to the cache, whichever is dearer, and the whole output bound, at
    /// the dearest target. A target without a price is passed over while another has one.
    /// </summary>
    /// <param name="prices">What tokens cost.</param>
    /// <param name="targets">Every target that may come to serve it.</param>
    /// <param name="prompt">The prompt's tokens, at most: <see cref="PromptBound"/>.</param>
    /// <param name="maxOutput">The caller's bound on the output; null where it sets none: then each model's own.</param>
    /// <param name="answers">How many answers are asked for at once (<c>n</c>, <c>candidateCount</c>); at least 1.</param>
    /// <param name="mode">The mode that is asked for, as in <see cref="PriceRequest.Mode"/>; null for standard.</param>
    /// <param name="at">When it starts.</param>
    public static CostEstimate Worst(
        PriceSnapshot prices,
        ReadOnlySpan<EstimateTarget> targets,
        long prompt,
        long? maxOutput,
        int answers,
        string? mode,
        DateTimeOffset at
    )
    {
        prompt = Math.Clamp(prompt, 0, Amounts.Most);
        answers = Math.Max(1, answers);
        Money? dearest = null;
        var longest = 0L;
        foreach (ref readonly var target in targets)
        {
            var own = prices.Find(target.Catalogue, target.Model)?.OutputLimit;
            var each = maxOutput is >= 0 and var asked ? asked : own ?? UnknownOutput;
            var output = Amounts.Times(each, answers);
            longest = Math.Max(longest, output);
            var dear = Dearest(prices, target, prompt, output, mode, at);
            if (dear is { } cost && (dearest is null || cost > dearest.Value))
            {
                dearest = cost;
            }
        }

        return new CostEstimate(
            dearest,
            prompt,
            targets.IsEmpty ? Math.Clamp(maxOutput ?? UnknownOutput, 0, Amounts.Most) : longest
        );
    }

    /// <summary>
    /// The prompt's tokens, at most. What was not counted by the model's own rules is bounded by the bytes: no tokenizer in
    /// use makes more tokens than bytes. What lies behind an address (a picture, a file) nobody can bound from here.
    /// </summary>
    public static long PromptBound(in RequestCount count, long bytes) =>
        count.IsExact ? count.Tokens : Math.Max(count.Tokens, bytes);

    private static Money? Dearest(
        PriceSnapshot prices,
        in EstimateTarget target,
        long prompt,
        long output,
        string? mode,
        DateTimeOffset at
    )
    {
        // A class without a price makes a charge unknown; the others still tell.
        ReadOnlySpan<TokenUsage> ways =
        [
            new() { Input = prompt, Output = output },
            new() { CacheWrite5m = prompt, Output = output },
            new() { CacheWrite1h = prompt, Output = output },
            new()
            {
                Input = prompt,
                Output = output,
                Reasoning = output,
            },
        ];
        return prices.Dearest(
            new PriceRequest
            {
                Catalogue = target.Catalogue,
                Provider = target.Provider,
                Requested = target.Model,
                Usage = default,
                Mode = mode,
                At = at,
            },
            ways
        );
    }
}

/// <summary>A target as its price is found.</summary>
/// <param name="Provider">The configured provider's name.</param>
/// <param name="Catalogue">Its price catalogue.</param>
/// <param name="Model">The model to be asked for there.</param>
internal readonly record struct EstimateTarget(string Provider, string Catalogue, string Model);
