using System.Collections.Immutable;

namespace Weir.Foundation;

/// <summary>
/// One caller's request to a model, however it was seen. Upstream attempts are its children; its usage and cost are
/// their sums. Immutable: a change is a new revision of the record with the same <see cref="Id"/>.
/// Texts are null when unknown and never empty.
/// </summary>
public sealed record UsageRecord
{
    /// <summary>The record's identity, the same in every revision.</summary>
    public required RecordId Id { get; init; }

    /// <summary>The tenant it belongs to.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>When the request reached Weir (or began, as a log tells it), UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From start until the last byte went to the caller; null when not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>From start until the first byte of content; null when none came or it is not known.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Who saw it; of several the one whose word goes first: the gateway, then in the order of the numbers.</summary>
    public required UsageSource Source { get; init; }

    /// <summary>Who saw it beside <see cref="Source"/>. Set by the ledger.</summary>
    public UsageSources AlsoSeenBy { get; init; }

    /// <summary>What those who saw it do not agree on. Set by the ledger.</summary>
    public Doubts Doubts { get; init; }

    /// <summary>How the request ended.</summary>
    public required RequestStatus Status { get; init; }

    /// <summary>The HTTP status that the caller got; null when not seen over HTTP.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The provider's word for the failure (<c>overloaded_error</c>), or null.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The dialect that the caller spoke.</summary>
    public Dialect Dialect { get; init; }

    /// <summary>
    /// The dialect that the request was translated into for the upstream that served; <see cref="Dialect.None"/> when it was
    /// relayed in the caller's own, byte for byte. Only the gateway knows it.
    /// </summary>
    public Dialect UpstreamDialect { get; init; }

    /// <summary>
    /// What of the request had no equivalent in <see cref="UpstreamDialect"/> and was left out: <c>cache_control</c>,
    /// <c>thinking.signature</c>, <c>top_k</c> …; sorted by their code units, each once, none empty or with a comma in it. Empty
    /// when nothing was.
    /// </summary>
    public ImmutableArray<string> Dropped { get; init; } = [];

    /// <summary>Whether the request was translated on its way to the upstream that served.</summary>
    public bool IsTranslated => UpstreamDialect != Dialect.None;

    /// <summary>Whether the caller asked for a stream.</summary>
    public bool Streaming { get; init; }

    /// <summary>The configured name of the provider that served it; null when none was reached.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that served, as the upstream named it; the one sent upstream when it named none.</summary>
    public string? Model { get; init; }

    /// <summary>The model that the caller asked for.</summary>
    public string? RequestedModel { get; init; }

    /// <summary>The name of the route that chose the target; null when none matched and the provider was found by model.</summary>
    public string? Route { get; init; }

    /// <summary>Why another model or provider served than the one asked for; null when it was the one.</summary>
    public string? HandoffReason { get; init; }

    /// <summary>The name of the Weir key; null for the local user and for captured logs.</summary>
    public string? Key { get; init; }

    /// <summary>The person the request is attributed to.</summary>
    public string? User { get; init; }

    /// <summary>The team the request is attributed to.</summary>
    public string? Team { get; init; }

    /// <summary>The project the request is attributed to.</summary>
    public string? Project { get; init; }

    /// <summary>The coding agent's session.</summary>
    public string? Session { get; init; }

    /// <summary>The (sub)agent inside the session; null for the main one.</summary>
    public string? Agent { get; init; }

    /// <summary>The agent that started <see cref="Agent"/>.</summary>
    public string? ParentAgent { get; init; }

    /// <summary>The calling program: <c>claude-code</c>, <c>codex</c>, <c>openai-node</c> …</summary>
    public string? Client { get; init; }

    /// <summary>The provider's request id (Anthropic's <c>request-id</c>, OpenAI's <c>x-request-id</c>).</summary>
    public string? UpstreamId { get; init; }

    /// <summary>The id inside the answer (<c>msg_…</c>, <c>chatcmpl-…</c>, <c>resp_…</c>).</summary>
    public string? MessageId { get; init; }

    /// <summary>The provider's pricing mode other than its standard one: <c>fast</c>, <c>priority</c>, <c>flex</c>, <c>batch</c>.</summary>
    public string? PriceMode { get; init; }

    /// <summary>Tokens by class.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>How well <see cref="Usage"/> is known.</summary>
    public UsageQuality Quality { get; init; }

    /// <summary>Web searches that the provider ran for this request and bills by the piece; null when not reported.</summary>
    public int? WebSearches { get; init; }

    /// <summary>Who pays.</summary>
    public Billing Billing { get; init; }

    /// <summary>List cost; null when the price is unknown (never zero for that reason).</summary>
    public Money? Cost { get; init; }

    /// <summary>What the asked-for model would have cost, when a handoff took place and that price is known.</summary>
    public Money? RequestedCost { get; init; }

    /// <summary>Which prices <see cref="Cost"/> was computed with; null when unknown.</summary>
    public string? PriceVersion { get; init; }

    /// <summary>Free-form attribution, by name.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// The upstream attempts in order. Empty means exactly one, which the record itself describes; a record that never
    /// reached an upstream has none and no <see cref="Provider"/>.
    /// </summary>
    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    /// <summary>All who saw it.</summary>
    public UsageSources SeenBy => AlsoSeenBy | (UsageSources)(1 << (int)Source);

    /// <summary>What somebody really pays: <see cref="Cost"/> when metered, zero otherwise; null when unknown.</summary>
    public Money? Billed => Billing == Billing.Metered ? Cost : Money.Zero;

    /// <summary><see cref="RequestedCost"/> less <see cref="Cost"/>; null when either is unknown.</summary>
    public Money? Saving => RequestedCost is { } asked && Cost is { } paid ? asked - paid : null;
}

/// <summary>One request to one upstream on behalf of a <see cref="UsageRecord"/>.</summary>
public sealed record Attempt
{
    /// <summary>The configured name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The model that was sent, or that the upstream named.</summary>
    public string? Model { get; init; }

    /// <summary>Start, measured from the record's start.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>How long it took; null when not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How it ended.</summary>
    public RequestStatus Status { get; init; }

    /// <summary>The upstream's HTTP status; null when it never answered.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The provider's word for the failure, or null.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The provider's request id.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>What this attempt used.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>How well <see cref="Usage"/> is known.</summary>
    public UsageQuality Quality { get; init; }

    /// <summary>What this attempt cost at list price; null when unknown.</summary>
    public Money? Cost { get; init; }
}
