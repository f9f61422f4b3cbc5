namespace Weir.Ledger;

/// <summary>
/// What Anthropic's list says of Claude models by rule rather than by figure: a cache write for five minutes costs 1.25
/// times the input, one for an hour twice, a read a tenth (platform.claude.com, "Prompt caching", pricing).
/// </summary>
internal static class ClaudeRates
{
    /// <summary>Whether a name is a Claude model's in any catalogue's spelling: <c>anthropic/claude-…</c>, <c>us.anthropic.claude-…</c>.</summary>
    public static bool IsClaude(ReadOnlySpan<char> model)
    {
        const string Word = "claude-";
        var at = model.IndexOf(Word, StringComparison.OrdinalIgnoreCase);
        if (at == 0)
        {
            return true;
        }

        // A distillate carries the word inside its own name; a maker's prefix ends before it.
        return at > 0
            && (
                model[at - 1] is '/' or '.'
                || model[..at].EndsWith("anthropic-", StringComparison.OrdinalIgnoreCase)
                || model[..at].EndsWith("anthropic--", StringComparison.OrdinalIgnoreCase)
                || model[..at].Equals("databricks-", StringComparison.OrdinalIgnoreCase)
            );
    }

    /// <summary>Fills in the cache writes, and the reads too where <paramref name="alsoReads"/>; needs the input's rate.</summary>
    public static PriceRates Complete(PriceRates rates, bool alsoReads) =>
        rates.Input is not { } input
            ? rates
            : rates with
            {
                CacheWrite5m = rates.CacheWrite5m ?? input * 1.25m,
                CacheWrite1h = rates.CacheWrite1h ?? input * 2m,
                CacheRead = rates.CacheRead ?? (alsoReads ? input * 0.1m : null),
            };
}
