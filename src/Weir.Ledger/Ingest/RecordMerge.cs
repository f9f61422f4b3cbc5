using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// What a record becomes when it is seen again. From the same kind of witness the later word replaces the earlier: it is an
/// amendment. From another, what was unknown is filled in, and token counts (with all that hangs on them: cost, price,
/// attempts, searches) are taken over when they are better known: measured beats reported, reported beats estimated.
/// </summary>
internal static class RecordMerge
{
    public static UsageRecord Merge(UsageRecord known, UsageRecord seen)
    {
        if (known.Source == seen.Source)
        {
            return seen;
        }

        var merged = known with
        {
            // The gateway stood in the middle: where it saw the request, the record is its own.
            Source = seen.Source == UsageSource.Gateway ? seen.Source : known.Source,
            Duration = known.Duration ?? seen.Duration,
            TimeToFirstToken = known.TimeToFirstToken ?? seen.TimeToFirstToken,
            Status = known.Status == RequestStatus.Unknown ? seen.Status : known.Status,
            HttpStatus = known.HttpStatus ?? seen.HttpStatus,
            ErrorType = known.ErrorType ?? seen.ErrorType,
            Dialect = known.Dialect == Dialect.None ? seen.Dialect : known.Dialect,
            Streaming = known.Streaming || seen.Streaming,
            Provider = known.Provider ?? seen.Provider,
            Model = known.Model ?? seen.Model,
            RequestedModel = known.RequestedModel ?? seen.RequestedModel,
            Route = known.Route ?? seen.Route,
            HandoffReason = known.HandoffReason ?? seen.HandoffReason,
            Key = known.Key ?? seen.Key,
            User = known.User ?? seen.User,
            Team = known.Team ?? seen.Team,
            Project = known.Project ?? seen.Project,
            Session = known.Session ?? seen.Session,
            Agent = known.Agent ?? seen.Agent,
            ParentAgent = known.ParentAgent ?? seen.ParentAgent,
            Client = known.Client ?? seen.Client,
            UpstreamId = known.UpstreamId ?? seen.UpstreamId,
            MessageId = known.MessageId ?? seen.MessageId,
            RequestedCost = known.RequestedCost ?? seen.RequestedCost,
            Tags = MergeTags(known.Tags, seen.Tags),
        };
        return seen.Quality > known.Quality
            ? merged with
            {
                Usage = seen.Usage,
                Quality = seen.Quality,
                WebSearches = seen.WebSearches ?? known.WebSearches,
                PriceMode = seen.PriceMode ?? known.PriceMode,
                Billing = seen.Billing,
                Cost = seen.Cost,
                PriceVersion = seen.PriceVersion,
                Attempts = seen.Attempts,
            }
            : merged;
    }

    /// <summary>The same usage at other prices: nothing but cost is taken from <paramref name="priced"/>.</summary>
    public static UsageRecord Reprice(UsageRecord known, UsageRecord priced)
    {
        var attempts = known.Attempts;
        if (priced.Attempts.Length == attempts.Length)
        {
            attempts = [.. attempts.Select((a, i) => a with { Cost = priced.Attempts[i].Cost })];
        }

        return known with
        {
            Cost = priced.Cost,
            RequestedCost = priced.RequestedCost,
            PriceVersion = priced.PriceVersion,
            Attempts = attempts,
        };
    }

    private static ImmutableSortedDictionary<string, string> MergeTags(
        ImmutableSortedDictionary<string, string> known,
        ImmutableSortedDictionary<string, string> seen
    ) => known.IsEmpty ? seen : known.AddRange(seen.Where(tag => !known.ContainsKey(tag.Key)));
}
