using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Ledger;

/// <summary>
/// Overrides in order of precedence: an exact name before a pattern, a longer pattern before a shorter, one that names a
/// provider before one for any, a later date before an earlier; then the order of the document. Immutable.
/// </summary>
internal sealed class OverrideRules
{
    private const decimal HighestRate = 1_000_000m;
    private readonly ImmutableArray<PriceOverride> rules;

    /// <exception cref="ArgumentException">A rate is negative or above a million dollars, or a threshold is negative.</exception>
    public OverrideRules(ImmutableArray<PriceOverride> overrides)
    {
        if (!overrides.All(IsSound))
        {
            throw new ArgumentException(
                "A price lies outside 0 to 1,000,000 dollars, or a threshold below 0.",
                nameof(overrides)
            );
        }

        rules = overrides.IsEmpty
            ? []
            :
            [
                .. overrides
                    .OrderBy(o => o.Model.Contains('*', StringComparison.Ordinal))
                    .ThenByDescending(o => o.Model.Count(c => c != '*'))
                    .ThenBy(o => o.Provider is null)
                    .ThenByDescending(o => o.From ?? DateOnly.MinValue),
            ];
        Hash = overrides.IsEmpty ? null : HashOf(overrides);
    }

    /// <summary>The first 8 hexadecimal digits of the SHA-256 of what the overrides say; null when there are none.</summary>
    public string? Hash { get; }

    /// <summary>The overrides by precedence.</summary>
    public ImmutableArray<PriceOverride> All => rules;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => rules.IsEmpty;

    /// <summary>All that apply to a model under any of its spellings, by precedence, as prices.</summary>
    public IEnumerable<ModelPrice> For(
        string catalogue,
        string? provider,
        IReadOnlyList<string> spellings,
        decimal? webSearch
    ) =>
        rules
            .Where(r => IsFor(r, catalogue, provider) && spellings.Any(s => Matches(r.Model, s)))
            .Select(r => ToPrice(r, catalogue, spellings[0], webSearch));

    private static bool IsFor(PriceOverride rule, string catalogue, string? provider) =>
        rule.Provider is null
        || rule.Provider.Equals(provider, StringComparison.OrdinalIgnoreCase)
        || rule.Provider.Equals(catalogue, StringComparison.OrdinalIgnoreCase);

    private static ModelPrice ToPrice(PriceOverride rule, string catalogue, string model, decimal? webSearch)
    {
        PriceRates Complete(PriceRates rates) =>
            ClaudeRates.IsClaude(model) ? ClaudeRates.Complete(rates, alsoReads: true) : rates;

        var rates = Complete(rule.Rates);
        return new ModelPrice
        {
            Catalogue = catalogue,
            Model = model,
            From = rule.From,
            Rates = rates,
            Tiers =
            [
                .. rule
                    .Tiers.OrderBy(t => t.AbovePromptTokens)
                    .Select(t => t with { Rates = Complete(t.Rates).Over(rates) }),
            ],
            Modes = rule.Modes.ToImmutableSortedDictionary(
                m => m.Key,
                m => Complete(m.Value),
                StringComparer.OrdinalIgnoreCase
            ),
            WebSearchPerThousand = rule.WebSearchPerThousand ?? webSearch,
        };
    }

    /// <summary>Whether a name fits a pattern in which <c>*</c> stands for any characters; linear but for the stars.</summary>
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0,
            n = 0,
            star = -1,
            resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    private static bool IsSound(PriceOverride rule) =>
        IsSound(rule.Rates)
        && rule.Tiers.All(t => t.AbovePromptTokens >= 0 && IsSound(t.Rates))
        && rule.Modes.Values.All(IsSound)
        && rule.WebSearchPerThousand is null or (>= 0 and <= HighestRate);

    private static bool IsSound(PriceRates rates) => Values(rates).All(r => r is null or (>= 0 and <= HighestRate));

    private static IEnumerable<decimal?> Values(PriceRates rates) =>
        [rates.Input, rates.Output, rates.CacheRead, rates.CacheWrite5m, rates.CacheWrite1h, rates.Reasoning];

    private static string HashOf(ImmutableArray<PriceOverride> overrides)
    {
        var text = new StringBuilder();
        foreach (var rule in overrides)
        {
            text.Append(rule.Provider).Append('\t').Append(rule.Model).Append('\t').Append(rule.From?.ToString("O"));
            Append(text, rule.Rates);
            foreach (var tier in rule.Tiers)
            {
                text.Append(CultureInfo.InvariantCulture, $">{tier.AbovePromptTokens}");
                Append(text, tier.Rates);
            }

            foreach (var (name, rates) in rule.Modes)
            {
                text.Append('+').Append(name);
                Append(text, rates);
            }

            text.Append('s');
            Append(text, rule.WebSearchPerThousand);
            text.Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 4));
    }

    private static void Append(StringBuilder text, PriceRates rates)
    {
        foreach (var rate in Values(rates))
        {
            Append(text.Append('\t'), rate);
        }
    }

    // "G29" drops the zeros behind, so that 3 and 3.00 are the same price.
    private static void Append(StringBuilder text, decimal? rate) =>
        text.Append(rate?.ToString("G29", CultureInfo.InvariantCulture));
}
