using Weir.Foundation;

namespace Weir.Ledger.Ingest;

/// <summary>
/// What a record is when several have seen it: what their words make together, whatever the order they came in. Words go in the
/// order of their sources, the gateway's first; a later one fills in what was unknown. The token counts, with all that hangs on
/// them, are those that are best known: measured beats reported beats estimated, and of equals the one with more output stands,
/// for a log that was read too early has less.
/// </summary>
internal static class RecordMerge
{
    /// <summary>Makes one record of the words on it.</summary>
    /// <param name="words">At least one, of different sources, in any order; all with the record's id.</param>
    /// <param name="doubts">What was in doubt before they were held against each other.</param>
    public static UsageRecord Fold(IReadOnlyCollection<UsageRecord> words, Doubts doubts)
    {
        var ordered = words.OrderBy(word => word.Source).ToArray();
        var first = ordered[0];
        // What others counted of a translated answer the gateway wrote into it itself, and they price it at a model that never served.
        var told = first.IsTranslated
            ? first
            : ordered.Aggregate((best, word) => IsBetterKnown(word, best) ? word : best);
        var merged = ordered.Skip(1).Aggregate(first, Fill);
        if (told != first)
        {
            merged = WithCounts(merged, told);
        }

        return merged with
        {
            Billing = BillingOf(ordered),
            AlsoSeenBy = ordered.Skip(1).Aggregate(UsageSources.None, (seen, word) => seen | word.SeenBy),
            Doubts = DoubtsOf(ordered) | doubts,
        };
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

    /// <summary>
    /// A witness's word at the prices of the record that it is part of: what was charged for the same counts there is charged here.
    /// </summary>
    public static UsageRecord RepriceWord(UsageRecord word, UsageRecord priced)
    {
        if (word.Attempts.Length != priced.Attempts.Length)
        {
            return !priced.Attempts.IsEmpty && word.Usage == priced.Attempts[^1].Usage
                ? word with
                {
                    Cost = priced.Attempts[^1].Cost,
                    PriceVersion = priced.PriceVersion,
                }
                : word;
        }

        var attempts = word.Attempts.Select(
            (attempt, i) =>
                attempt.Usage == priced.Attempts[i].Usage ? attempt with { Cost = priced.Attempts[i].Cost } : attempt
        );
        return word.Usage == priced.Usage ? Reprice(word, priced) : word with { Attempts = [.. attempts] };
    }

    private static bool IsBetterKnown(UsageRecord word, UsageRecord best) =>
        word.Quality != best.Quality ? word.Quality > best.Quality : word.Usage.Output > (best.Usage.Output ?? -1);

    // UpstreamDialect and Dropped stay the first word's: where there is a gateway's, no other can know them.
    private static UsageRecord Fill(UsageRecord known, UsageRecord seen) =>
        known with
        {
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
            PriceMode = known.PriceMode ?? seen.PriceMode,
            WebSearches = known.WebSearches ?? seen.WebSearches,
            RequestedCost = known.RequestedCost ?? seen.RequestedCost,
            Tags = known.Tags.IsEmpty
                ? seen.Tags
                : known.Tags.AddRange(seen.Tags.Where(tag => !known.Tags.ContainsKey(tag.Key))),
        };

    private static UsageRecord WithCounts(UsageRecord merged, UsageRecord told)
    {
        // Of several attempts a witness outside the gateway saw the last one alone.
        var earlier = merged.Attempts.Length > 1 ? merged.Attempts[..^1] : [];
        return merged with
        {
            Usage = earlier.Aggregate(told.Usage, (sum, attempt) => attempt.Usage + sum),
            Quality = earlier.Aggregate(
                told.Quality,
                (least, attempt) => attempt.Usage.IsUnknown || attempt.Quality > least ? least : attempt.Quality
            ),
            WebSearches = told.WebSearches ?? merged.WebSearches,
            PriceMode = told.PriceMode ?? merged.PriceMode,
            Cost = earlier.Aggregate(
                told.Cost,
                (sum, attempt) => attempt.Usage.IsUnknown ? sum : Sum(sum, attempt.Cost)
            ),
            PriceVersion = told.PriceVersion,
            Attempts = earlier.IsEmpty
                ? told.Attempts
                :
                [
                    .. earlier,
                    merged.Attempts[^1] with
                    {
                        Usage = told.Usage,
                        Quality = told.Quality,
                        Cost = told.Cost,
                    },
                ],
        };
    }

    // The gateway knows which credential paid. Of the others, metered is what those say who cannot tell.
    private static Billing BillingOf(UsageRecord[] ordered) =>
        ordered[0].Source == UsageSource.Gateway
            ? ordered[0].Billing
            : ordered.Select(word => word.Billing).FirstOrDefault(billing => billing != Billing.Metered);

    private static Doubts DoubtsOf(UsageRecord[] ordered)
    {
        var doubts = Doubts.None;
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = i + 1; j < ordered.Length; j++)
            {
                var (a, b) = (ordered[i], ordered[j]);
                doubts |= CountsDiffer(a, b) ? Doubts.Tokens : Doubts.None;
                doubts |= ModelsDiffer(a, b) ? Doubts.Model : Doubts.None;
                doubts |= Differ(a.Session, b.Session) || Differ(a.Agent, b.Agent) ? Doubts.Lineage : Doubts.None;
            }
        }

        return doubts;
    }

    // An estimate is known to be rough, and a witness that cannot tell cache writes apart calls all of them short.
    private static bool CountsDiffer(UsageRecord a, UsageRecord b) =>
        a.Quality > UsageQuality.Estimated
        && b.Quality > UsageQuality.Estimated
        && a.Attempts.Length <= 1
        && (
            Differ(a.Usage.Input, b.Usage.Input)
            || Differ(a.Usage.CacheRead, b.Usage.CacheRead)
            || Differ(Writes(a.Usage), Writes(b.Usage))
            || Differ(a.Usage.Output, b.Usage.Output)
        );

    private static long? Writes(in TokenUsage usage) =>
        usage is { CacheWrite5m: null, CacheWrite1h: null }
            ? null
            : (usage.CacheWrite5m ?? 0) + (usage.CacheWrite1h ?? 0);

    // A translated answer may name the model that its caller asked for.
    private static bool ModelsDiffer(UsageRecord a, UsageRecord b) =>
        ModelsDiffer(a.Model, b.Model) && (!a.IsTranslated || ModelsDiffer(a.RequestedModel, b.Model));

    // claude-opus-4-8, claude-opus-4-8[1m] and claude-opus-4-8-20260101 are names of one.
    private static bool ModelsDiffer(string? a, string? b) =>
        a is not null
        && b is not null
        && !a.StartsWith(b, StringComparison.Ordinal)
        && !b.StartsWith(a, StringComparison.Ordinal);

    // Unknown as well when it cannot be written: the one writer must not fall over what a witness claims.
    private static Money? Sum(Money? a, Money? b) =>
        a is { } one
        && b is { } other
        && (Int128)one.NanoUsd + other.NanoUsd is var sum
        && sum >= long.MinValue
        && sum <= long.MaxValue
            ? new Money((long)sum)
            : null;

    private static bool Differ(string? a, string? b) => a is not null && b is not null && a != b;

    private static bool Differ(long? a, long? b) => a is not null && b is not null && a != b;
}
