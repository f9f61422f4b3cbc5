using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Resilience;
using Weir.Gateway.Transforms;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Makes the usage record of a request out of what its attempts were and used. What the upstream reported stands. Where
/// an accepted answer never told its usage, what is missing is estimated at four characters a token: the output from the
/// content that was seen, the input from the request's size. A refused request costs nothing.
/// </summary>
internal static class Settlement
{
    /// <summary>Where nothing better is known.</summary>
    public const int CharactersPerToken = 4;

    /// <summary>An alias found the model.</summary>
    public const string AliasReason = "alias";

    /// <summary>The tag that says which of a provider's several keys served.</summary>
    private const string KeyTag = "weir.key";

    /// <summary>The price's mode of what was done in a batch: all that is inside it has that price.</summary>
    public const string BatchMode = "batch";

    /// <summary>The record as it stands now.</summary>
    /// <param name="exchange">The request; all its attempts count.</param>
    /// <param name="last">The one of them whose outcome the caller got.</param>
    /// <param name="httpStatus">What the caller got.</param>
    /// <param name="duration">Since the request came.</param>
    public static UsageRecord Settle(Exchange exchange, UpstreamAttempt last, int? httpStatus, TimeSpan duration)
    {
        var attempts = exchange.Attempts;
        var priced = new Priced[attempts.Count];
        var usage = default(TokenUsage);
        var quality = UsageQuality.None;
        Money? cost = Money.Zero;
        string? priceVersion = null;
        int? searches = null;
        for (var i = 0; i < priced.Length; i++)
        {
            var one = priced[i] = Price(exchange, attempts[i]);
            usage += one.Usage;
            quality = Combine(quality, one.Quality);
            cost = cost is { } sum && one.Charge.Cost is { } more ? sum + more : null;
            priceVersion = one.Charge.PriceVersion ?? priceVersion;
            searches = attempts[i].Reading.WebSearches is { } found ? (searches ?? 0) + found : searches;
        }

        var model = last.Reading.Model ?? last.SentModel;
        var handoff = HandoffReason(exchange, last);
        var principal = exchange.Caller.Principal;
        var attribution = exchange.Attribution;
        return new UsageRecord
        {
            Id = exchange.Id,
            Workspace = principal.Workspace,
            StartedAt = exchange.StartedAt,
            Duration = duration,
            TimeToFirstToken = last.FirstContent,
            Source = UsageSource.Gateway,
            Status = last.Status,
            HttpStatus = httpStatus,
            ErrorType = Attribution.Text(last.Reading.ErrorType),
            Dialect = exchange.Endpoint.Dialect,
            UpstreamDialect = last.UpstreamDialect,
            Dropped = last.Dropped,
            Streaming = exchange.Streaming,
            Provider = last.Target.Provider.Name,
            Model = Attribution.Text(model, 256),
            RequestedModel = Attribution.Text(exchange.RequestedModel, 256),
            Route = exchange.Route.Route,
            HandoffReason = handoff,
            Key = principal.KeyName,
            User = principal.User,
            Team = principal.Team,
            Project = attribution.Project,
            Session = attribution.Session ?? Attribution.Text(exchange.Head.Session),
            Agent = attribution.Agent,
            ParentAgent = attribution.ParentAgent,
            Client = attribution.Client,
            UpstreamId = last.UpstreamId,
            MessageId = Attribution.Text(last.Reading.MessageId, 256),
            PriceMode = Attribution.Text(last.Reading.PriceMode, 64),
            Usage = usage,
            Quality = quality,
            WebSearches = searches,
            Billing = last.Target.Provider.BillingFor(exchange.OwnIsSubscription),
            Cost = cost,
            RequestedCost = handoff is null ? null : AskedCost(exchange, last, usage),
            PriceVersion = priceVersion,
            Tags = TagsOf(attribution.Tags, last),
            Attempts = priced.Length == 1 ? [] : Children(attempts, priced),
        };
    }

    private static ImmutableSortedDictionary<string, string> TagsOf(
        ImmutableSortedDictionary<string, string> tags,
        UpstreamAttempt last
    )
    {
        if (last.Key is { } key && last.Target.Provider.Keys!.HasChoice)
        {
            tags = tags.SetItem(KeyTag, key.Name);
        }

        return last.Transforms.IsEmpty
            ? tags
            : tags.SetItem(RequestChanges.Tag, RequestChanges.InWords(last.Transforms));
    }

    private static ImmutableArray<Attempt> Children(List<UpstreamAttempt> attempts, Priced[] priced)
    {
        var children = ImmutableArray.CreateBuilder<Attempt>(priced.Length);
        for (var i = 0; i < priced.Length; i++)
        {
            var attempt = attempts[i];
            children.Add(
                new Attempt
                {
                    Provider = attempt.Target.Provider.Name,
                    Model = Attribution.Text(attempt.Reading.Model ?? attempt.SentModel, 256),
                    Offset = attempt.Offset,
                    Duration = attempt.EndedAt - attempt.Offset,
                    Status = attempt.Status,
                    HttpStatus = attempt.HttpStatus,
                    ErrorType = Attribution.Text(attempt.Reading.ErrorType),
                    UpstreamId = attempt.UpstreamId,
                    Usage = priced[i].Usage,
                    Quality = priced[i].Quality,
                    Cost = priced[i].Charge.Cost,
                }
            );
        }

        return children.MoveToImmutable();
    }

    private static Priced Price(Exchange exchange, UpstreamAttempt attempt)
    {
        var reading = attempt.Reading;
        var usage = reading.Usage;
        var quality = UsageQuality.Measured;
        if (!reading.IsFinal || usage.IsUnknown)
        {
            // An embedding has no words of the model's to be seen: it was made when it was answered.
            var answered =
                reading.ContentCharacters > 0 || (IsEmbedding(exchange) && attempt.Status == RequestStatus.Ok);
            if (attempt.WasAccepted && (answered || !usage.IsUnknown))
            {
                quality = UsageQuality.Estimated;
                usage = Estimate(exchange, usage, reading.ContentCharacters);
            }
            else if (usage.IsUnknown)
            {
                // A refusal is not charged for, in a stream neither, nor is what never got there. What broke before it was answered
                // may be.
                var free =
                    attempt.HttpStatus is >= 300
                    || attempt.Status == RequestStatus.Unreachable
                    || attempt.IsKeptBack
                    || reading.ErrorType is not null;
                return new Priced(usage, UsageQuality.None, new Charge(free ? Money.Zero : null, null));
            }
        }

        var mode =
            reading.PriceMode
            ?? (quality == UsageQuality.Estimated && !reading.SaysPriceMode ? exchange.Head.PriceMode : null);
        return Charge(
            exchange,
            attempt.Target.Provider,
            attempt.SentModel,
            reading,
            mode,
            new Priced(usage, quality, default)
        );
    }

    /// <summary>Puts the price on what an answer used; what a second model used inside it is added, at that model's own price.</summary>
    /// <param name="exchange">Whose prices hold.</param>
    /// <param name="provider">Where it was used.</param>
    /// <param name="asked">The model that was asked for there; null where none was named.</param>
    /// <param name="reading">What was read of the answer.</param>
    /// <param name="mode">The price's mode; null for the standard one.</param>
    /// <param name="used">What was used; its charge is replaced.</param>
    public static Priced Charge(
        Exchange exchange,
        ProviderModel provider,
        string? asked,
        in MeterReading reading,
        string? mode,
        Priced used
    )
    {
        var main = used with
        {
            Charge = exchange.Prices.Charge(
                new PriceRequest
                {
                    Catalogue = provider.Catalogue,
                    Provider = provider.Name,
                    Served = reading.Model,
                    Requested = asked,
                    Usage = used.Usage,
                    Mode = mode,
                    WebSearches = reading.WebSearches,
                    At = exchange.StartedAt,
                }
            ),
        };
        if (reading.Side is not { } side)
        {
            return main;
        }

        var charge = exchange.Prices.Charge(
            new PriceRequest
            {
                Catalogue = provider.Catalogue,
                Provider = provider.Name,
                Served = side.Model,
                Requested = side.Model ?? asked,
                Usage = side.Usage,
                Mode = mode == BatchMode ? mode : null,
                At = exchange.StartedAt,
            }
        );
        return main with
        {
            Usage = main.Usage + side.Usage,
            Charge = main.Charge with
            {
                Cost = main.Charge.Cost is { } cost && charge.Cost is { } more ? cost + more : null,
            },
        };
    }

    /// <summary>Whether an embedding is asked for, which has no output.</summary>
    public static bool IsEmbedding(Exchange exchange) =>
        exchange.Endpoint.Operation is Operation.Embeddings or Operation.GeminiEmbed;

    private static TokenUsage Estimate(Exchange exchange, TokenUsage reported, long characters)
    {
        var seen = (characters + CharactersPerToken - 1) / CharactersPerToken;
        var promptTold =
            reported.Input is not null
            || reported.CacheRead is not null
            || reported.CacheWrite5m is not null
            || reported.CacheWrite1h is not null;
        return reported with
        {
            Input = promptTold ? reported.Input : exchange.PlainBody.Length / CharactersPerToken,
            Output = Math.Max(reported.Output ?? 0, seen),
        };
    }

    private static Money? AskedCost(Exchange exchange, UpstreamAttempt served, TokenUsage usage)
    {
        if (exchange.RequestedModel is not { } asked || usage.IsUnknown)
        {
            return null;
        }

        var provider = exchange.Route.Targets[0].Provider;
        return exchange
            .Prices.Charge(
                new PriceRequest
                {
                    Catalogue = provider.Catalogue,
                    Provider = provider.Name,
                    Requested = asked,
                    Usage = usage,
                    WebSearches = served.Reading.WebSearches,
                    At = exchange.StartedAt,
                }
            )
            .Cost;
    }

    private static string? HandoffReason(Exchange exchange, UpstreamAttempt served)
    {
        var targets = exchange.Route.Targets;
        if (exchange.DowngradedBy is { } budget)
        {
            return Attribution.Text($"budget:{budget}");
        }

        if (served.Target != targets[0] && exchange.PassedOver is { } standing)
        {
            return "fallback:" + standing.Word();
        }

        if (exchange.Attempts.Count > 1 && served.Target != targets[0])
        {
            return "fallback:" + Word(exchange.Attempts[0].Status);
        }

        var (reason, plan) = (exchange.Route.Reason, exchange.Route.Plan);
        var isOther = served.Target.Model is { } model && model != exchange.RequestedModel;
        return isOther || (plan is not null && served.Target != plan.First)
            ? reason is null or AliasReason
                ? "route"
                : $"route:{reason}"
            : reason == AliasReason
                ? reason
                : null;
    }

    private static string Word(RequestStatus status) =>
        status switch
        {
            RequestStatus.RateLimited => "rate_limited",
            RequestStatus.Overloaded => "overloaded",
            RequestStatus.StreamError => "stream_error",
            RequestStatus.UpstreamReset => "upstream_reset",
            RequestStatus.Timeout => "timeout",
            RequestStatus.Unreachable => "unreachable",
            _ => "upstream_error",
        };

    private static UsageQuality Combine(UsageQuality a, UsageQuality b) =>
        a == UsageQuality.None ? b
        : b == UsageQuality.None ? a
        : (UsageQuality)Math.Min((byte)a, (byte)b);

    /// <summary>What was used, how well that is known, and what it costs.</summary>
    public readonly record struct Priced(TokenUsage Usage, UsageQuality Quality, Charge Charge);
}
