using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>What a stored record costs at other prices. Pure.</summary>
public static class Repricing
{
    /// <summary>
    /// The record with its costs at <paramref name="prices"/>, each attempt at what held on the record's day: its cost,
    /// what the asked-for model would have cost, the attempts' costs, the price version. The same instance when no figure
    /// differs, or when something that had a known cost has none in these prices: known never becomes unknown, and figures
    /// of two lists never mix in one record. Attempts whose usage is unknown keep what they have.
    /// </summary>
    /// <param name="record">As the ledger holds it.</param>
    /// <param name="prices">The prices to charge at.</param>
    /// <param name="catalogueOf">The catalogue of a configured provider; null when there is no such provider any more.</param>
    public static UsageRecord Apply(UsageRecord record, PriceSnapshot prices, Func<string, string?> catalogueOf)
    {
        var pricing = new Pricing(record, prices, catalogueOf);
        var next = record.Attempts.IsDefaultOrEmpty ? pricing.Whole() : pricing.ByAttempt();
        return next is null || SameCosts(record, next) ? record : next;
    }

    private static bool SameCosts(UsageRecord a, UsageRecord b) =>
        a.Cost == b.Cost
        && a.RequestedCost == b.RequestedCost
        && (a.Attempts == b.Attempts || a.Attempts.Select(x => x.Cost).SequenceEqual(b.Attempts.Select(x => x.Cost)));

    private readonly struct Pricing(UsageRecord record, PriceSnapshot prices, Func<string, string?> catalogueOf)
    {
        /// <summary>A record that is its own one attempt; null when it cannot be priced.</summary>
        public UsageRecord? Whole()
        {
            if (
                record.Provider is null
                || Price(record.Provider, record.Model, record.Usage, record.WebSearches) is not { } cost
            )
            {
                return null;
            }

            return record with
            {
                Cost = cost,
                RequestedCost = Asked(record.Provider) ?? record.RequestedCost,
                PriceVersion = prices.Version,
            };
        }

        /// <summary>A record of several attempts; null when one that had a cost, or all of them, cannot be priced.</summary>
        public UsageRecord? ByAttempt()
        {
            var attempts = ImmutableArray.CreateBuilder<Attempt>(record.Attempts.Length);
            var anyPriced = false;
            foreach (var attempt in record.Attempts)
            {
                var isLast = attempts.Count == record.Attempts.Length - 1;
                var cost = Price(attempt.Provider, attempt.Model, attempt.Usage, isLast ? record.WebSearches : null);
                if (cost is null && attempt.Cost is not null && !attempt.Usage.IsUnknown)
                {
                    return null;
                }

                anyPriced |= cost is not null;
                attempts.Add(attempt with { Cost = cost ?? attempt.Cost });
            }

            if (!anyPriced)
            {
                return null;
            }

            return record with
            {
                Cost = attempts.Aggregate(
                    (Money?)Money.Zero,
                    (sum, a) => sum is { } s && a.Cost is { } c ? s + c : null
                ),
                RequestedCost = Asked(record.Attempts[0].Provider) ?? record.RequestedCost,
                PriceVersion = prices.Version,
                Attempts = attempts.MoveToImmutable(),
            };
        }

        /// <summary>What the asked-for model would have cost at the provider that was tried first; null without a handoff.</summary>
        private Money? Asked(string provider) =>
            record is { HandoffReason: not null, RequestedModel: { } asked } && catalogueOf(provider) is { } catalogue
                ? prices
                    .Charge(
                        new PriceRequest
                        {
                            Catalogue = catalogue,
                            Provider = provider,
                            Requested = asked,
                            Usage = record.Usage,
                            WebSearches = record.WebSearches,
                            At = record.StartedAt,
                        }
                    )
                    .Cost
                : null;

        private Money? Price(string provider, string? model, TokenUsage usage, int? webSearches) =>
            catalogueOf(provider) is { } catalogue
                ? prices
                    .Charge(
                        new PriceRequest
                        {
                            Catalogue = catalogue,
                            Provider = provider,
                            Served = model,
                            // After a handoff the name asked for is another model's.
                            Requested = record.HandoffReason is null ? record.RequestedModel : null,
                            Usage = usage,
                            Mode = record.PriceMode,
                            WebSearches = webSearches,
                            At = record.StartedAt,
                        }
                    )
                    .Cost
                : null;
    }
}
