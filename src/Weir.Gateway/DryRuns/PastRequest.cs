using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Routing;

namespace Weir.Gateway.DryRuns;

/// <summary>What a dry run needs of a record, and no more: a hundred thousand of them are held at once. Immutable.</summary>
internal sealed class PastRequest
{
    // Records keep no headers; what asks for one is never asked of this.
    private static readonly HeaderDictionary NoHeaders = [];

    private PastRequest(UsageRecord record)
    {
        Id = record.Id;
        StartedAt = record.StartedAt;
        Duration = record.Duration;
        Dialect = record.Dialect;
        Streams = record.Streaming;
        Provider = record.Provider;
        Model = record.Model;
        Asked = record.RequestedModel;
        Route = record.Route;
        Key = record.Key;
        User = record.User;
        Team = record.Team;
        Session = record.Session;
        Agent = record.Agent;
        Client = record.Client;
        PriceMode = record.PriceMode;
        Usage = record.Usage;
        WebSearches = record.WebSearches;
        Billing = record.Billing;
        Cost = record.Cost;
        Tags = record.Tags;
    }

    public RecordId Id { get; }

    public DateTimeOffset StartedAt { get; }

    public TimeSpan? Duration { get; }

    public Dialect Dialect { get; }

    public bool Streams { get; }

    public string? Provider { get; }

    public string? Model { get; }

    public string? Asked { get; }

    public string? Route { get; }

    public string? Key { get; }

    public string? User { get; }

    public string? Team { get; }

    public string? Session { get; }

    public string? Agent { get; }

    public string? Client { get; }

    public string? PriceMode { get; }

    public TokenUsage Usage { get; }

    public int? WebSearches { get; }

    public Billing Billing { get; }

    public Money? Cost { get; }

    public ImmutableSortedDictionary<string, string> Tags { get; }

    /// <summary>Whether routes decide where such a request goes.</summary>
    public bool IsRouted =>
        Asked is not null
        && Dialect is not (Dialect.None or Dialect.PassThrough or Dialect.BedrockConverse)
        && !DerivedRecordId.IsDerived(Id);

    /// <summary>What the record keeps of a request.</summary>
    public static PastRequest Of(UsageRecord record) => new(record);

    /// <summary>What routes look at, as far as the record keeps it.</summary>
    /// <param name="model">The model to ask for in the place of the one that was; null for that one.</param>
    public RouteQuestion Question(string? model = null) =>
        new(Dialect, Dialect != Dialect.OpenAIEmbeddings, model ?? Asked!, Client, Key, NoHeaders)
        {
            Team = Team,
            Session = Session,
            Agent = Agent,
            Id = Id,
            At = StartedAt,
            Streams = Streams,
            OwnIsSubscription = Billing == Billing.Subscription,
        };
}
