using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Gateway.Translation;
using Weir.Gateway.Wire;
using Weir.Ledger;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// One request on its way through the pipeline, and the snapshots that it keeps. Each step fills in what it finds out.
/// Used by one step at a time.
/// </summary>
internal sealed class Exchange
{
    /// <summary>The caller's request and the answer to it.</summary>
    public required HttpContext Context { get; init; }

    /// <summary>The configurations that it started with.</summary>
    public required GatewaySnapshot Snapshot { get; init; }

    /// <summary>What the caller's workspace sees of them; there is none before the caller is known.</summary>
    public GatewayModel Gateway { get; set; } = null!;

    /// <summary>The prices that it started with.</summary>
    public required PriceSnapshot Prices { get; init; }

    /// <summary>What is asked for: of a pass-through, what the path beneath it would be at the vendor's.</summary>
    public required Endpoint Endpoint { get; set; }

    /// <summary>Whether it came under <c>/p/</c>: it then goes up without an edit.</summary>
    public bool IsPassThrough { get; set; }

    /// <summary>The dialect of Weir's own errors.</summary>
    public required Dialect ErrorDialect { get; set; }

    /// <summary>The raw path that goes to the vendor.</summary>
    public required string VendorPath { get; set; }

    /// <summary>The identity of its record and of its answer.</summary>
    public required RecordId Id { get; init; }

    /// <summary><see cref="Id"/> as the caller sees it.</summary>
    public required string IdText { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it came, on the clock that measures.</summary>
    public required long StartedTimestamp { get; init; }

    /// <summary>Who makes it.</summary>
    public Caller Caller { get; set; } = null!;

    /// <summary>Whose it is and what it is part of.</summary>
    public Attribution Attribution { get; set; }

    /// <summary>The body as it came.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The body without its content coding: the same memory when it has none.</summary>
    public ReadOnlyMemory<byte> PlainBody { get; set; }

    /// <summary>What the body says of the kind of request that it is; what is asked for is looked for once.</summary>
    public RequestTraits Traits => field ??= new RequestTraits(PlainBody, Endpoint.Dialect, Head);

    /// <summary>Whether the body came compressed.</summary>
    public bool BodyIsCoded { get; set; }

    /// <summary>What was read of the body.</summary>
    public RequestHead Head { get; set; }

    /// <summary>The model that the caller asked for; null where none is named (a pass-through).</summary>
    public string? RequestedModel { get; set; }

    /// <summary>Whether a stream is asked for.</summary>
    public bool Streaming { get; set; }

    /// <summary>Whether the stream is to be one JSON array: Gemini's, unless <c>alt=sse</c> asks for events.</summary>
    public bool StreamsArray =>
        Endpoint.Operation == Operation.GeminiStream && !Caller.Query.TrimStart('?').Split('&').Contains("alt=sse");

    /// <summary>The WebSocket that it asks for; null when it asks for none.</summary>
    public SocketRequest? Socket { get; set; }

    /// <summary>
    /// Why its caller would not be let in now, null where it would: a socket may stay open long after its key was revoked, and its budget
    /// was spent.
    /// </summary>
    public Func<string?> WhyNoLonger { get; set; } = static () => null;

    /// <summary>Where it goes.</summary>
    public RouteDecision Route { get; set; }

    /// <summary>The request in no dialect, for targets that do not speak the caller's; null until one is met.</summary>
    public Conversation? Conversation { get; set; }

    /// <summary>The body without what Weir sealed for providers of other dialects; null when there is nothing of the kind.</summary>
    public byte[]? BodyWithoutSeals { get; set; }

    /// <summary>Whether the caller's own credential makes it part of a subscription.</summary>
    public bool OwnIsSubscription => Caller is { BringsOwn: true, OwnIsSubscription: true };

    /// <summary>The account that holds what the request names; null where that is not known, or does not matter.</summary>
    public string? Holder { get; set; }

    /// <summary>What budgets and limits set aside for it; not to be forgotten.</summary>
    public AdmissionTicket Ticket { get; set; } = AdmissionTicket.Nothing;

    /// <summary>What the caller is to be told of budgets, though it was let in; empty for nothing.</summary>
    public ImmutableArray<AdmissionWarning> Warnings { get; set; } = [];

    /// <summary>What knows how much is left to the caller; null where no rule holds.</summary>
    public RequestAdmission? Admission { get; set; }

    /// <summary>The model that a budget has it ask for instead; null for the one that was asked for.</summary>
    public string? DowngradedTo { get; set; }

    /// <summary>The budget that does; null for none.</summary>
    public string? DowngradedBy { get; set; }

    /// <summary>How the route's first target stood when it was passed over; null where it was asked first.</summary>
    public StandingKind? PassedOver { get; set; }

    /// <summary>The attempts that are over, in order.</summary>
    public List<UpstreamAttempt> Attempts { get; } = new(1);

    /// <summary>What the caller calls it.</summary>
    public RequestScope? Scope { get; init; }

    /// <summary>The answer's body while it is compressed piece by piece; null for all others.</summary>
    public CodedBody? Coded { get; set; }

    /// <summary>Its span; null when nobody listens to them.</summary>
    public Activity? Span { get; init; }

    /// <summary>What was journalled last; null while nothing was.</summary>
    public UsageRecord? Record { get; set; }

    /// <summary>Whether the answer broke off, so that the caller's connection must not seem to end in order.</summary>
    public bool BrokeOff { get; set; }

    /// <summary>Whether the caller hung up; from then on nobody reads what is written.</summary>
    public bool CallerGone => Context.RequestAborted.IsCancellationRequested;
}
