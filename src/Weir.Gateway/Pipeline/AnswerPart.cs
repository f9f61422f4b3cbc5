using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Upstreams;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// One of several answers that came over one exchange, each a record of its own: a turn of a conversation over a socket, a
/// line of a batch's results.
/// </summary>
internal sealed record AnswerPart
{
    /// <summary>Its record's identity.</summary>
    public required RecordId Id { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took; null when that is not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>From its start until the first content; null when none came or it is not known.</summary>
    public TimeSpan? FirstContent { get; init; }

    /// <summary>How it ended.</summary>
    public required RequestStatus Status { get; init; }

    /// <summary>The HTTP status that the provider gave it; null when none.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The wire format that it came in.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>Whether it came in pieces.</summary>
    public bool Streaming { get; init; }

    /// <summary>What was read of it.</summary>
    public required MeterReading Reading { get; init; }

    /// <summary>The provider's id of the request; null when it told none.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>The session that it is part of where the caller named none; null for none.</summary>
    public string? Session { get; init; }

    /// <summary>The size of its prompt in bytes, for an estimate; null when nothing can be made of it.</summary>
    public long? PromptBytes { get; init; }

    /// <summary>
    /// Its record. Figures that the provider called final are measured. Of others what was reported is kept; where nothing was and
    /// the prompt is known, both sides are estimated as everywhere. What can be neither has no usage, and its cost is unknown
    /// unless it was refused.
    /// </summary>
    public UsageRecord Settle(Exchange exchange, ProviderModel provider)
    {
        var used = Used();
        var refused = used.Usage.IsUnknown && HttpStatus is >= 300;
        var priced = refused
            ? used with
            {
                Charge = new Charge(Money.Zero, null),
            }
            : Settlement.Charge(exchange, provider, exchange.RequestedModel, Reading, Reading.PriceMode, used);
        var principal = exchange.Caller.Principal;
        var attribution = exchange.Attribution;
        return new UsageRecord
        {
            Id = Id,
            Workspace = principal.Workspace,
            StartedAt = StartedAt,
            Duration = Duration,
            TimeToFirstToken = FirstContent,
            Source = UsageSource.Gateway,
            Status = Status,
            HttpStatus = HttpStatus,
            ErrorType = Attribution.Text(Reading.ErrorType),
            Dialect = Dialect,
            Streaming = Streaming,
            Provider = provider.Name,
            Model = Attribution.Text(Reading.Model ?? exchange.RequestedModel, 256),
            RequestedModel = Attribution.Text(exchange.RequestedModel ?? Reading.Model, 256),
            Key = principal.KeyName,
            User = principal.User,
            Team = principal.Team,
            Project = attribution.Project,
            Session = attribution.Session ?? Session,
            Agent = attribution.Agent,
            ParentAgent = attribution.ParentAgent,
            Client = attribution.Client,
            UpstreamId = Attribution.Text(UpstreamId),
            MessageId = Attribution.Text(Reading.MessageId, 256),
            PriceMode = Attribution.Text(Reading.PriceMode, 64),
            Usage = priced.Usage,
            Quality = priced.Quality,
            WebSearches = Reading.WebSearches,
            Billing = provider.BillingFor(exchange.OwnIsSubscription),
            Cost = priced.Charge.Cost,
            PriceVersion = priced.Charge.PriceVersion,
            Tags = attribution.Tags,
        };
    }

    private Settlement.Priced Used()
    {
        var usage = Reading.Usage;
        if (Reading.IsFinal && !usage.IsUnknown)
        {
            return new Settlement.Priced(usage, UsageQuality.Measured, default);
        }

        if (PromptBytes is { } bytes && Reading.ContentCharacters > 0)
        {
            var seen = (Reading.ContentCharacters + Settlement.CharactersPerToken - 1) / Settlement.CharactersPerToken;
            usage = usage with
            {
                Input = usage.Prompt > 0 ? usage.Input : bytes / Settlement.CharactersPerToken,
                Output = Math.Max(usage.Output ?? 0, seen),
            };
        }

        return new Settlement.Priced(usage, usage.IsUnknown ? UsageQuality.None : UsageQuality.Estimated, default);
    }
}
