using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Pipeline;

/// <summary>What is known of one request to one upstream. Filled in as it goes; not thread-safe.</summary>
internal sealed class UpstreamAttempt(Target target, string? model, TimeSpan offset)
{
    /// <summary>Where it goes.</summary>
    public Target Target { get; } = target;

    /// <summary>Which of the provider's keys it goes up with; null without one of Weir's.</summary>
    public PoolKey? Key { get; init; }

    /// <summary>A name for the account that it goes to; empty without a key of Weir's.</summary>
    public string Account => Key?.Account ?? "";

    /// <summary>Whether the answer refused the key and not the request.</summary>
    public bool KeyWasRefused => KeyRests is not null;

    /// <summary>How long that key rests; null where it was not refused.</summary>
    public TimeSpan? KeyRests { get; set; }

    /// <summary>The model that is asked for there; null where none is named.</summary>
    public string? SentModel { get; } = model;

    /// <summary>Its start, from the request's.</summary>
    public TimeSpan Offset { get; } = offset;

    /// <summary>The dialect that it is asked in, where that is not the caller's; none otherwise.</summary>
    public Dialect UpstreamDialect { get; init; }

    /// <summary>The names of what had no equivalent in that dialect.</summary>
    public ImmutableArray<string> Dropped { get; set; } = [];

    /// <summary>The transforms that changed something in it, by name.</summary>
    public ImmutableArray<string> Transforms { get; init; } = [];

    /// <summary>Whether it was kept back: its body cannot be read where a transform looks.</summary>
    public bool IsKeptBack { get; init; }

    /// <summary>How it ended.</summary>
    public RequestStatus Status { get; set; }

    /// <summary>The upstream's status; null when it never answered.</summary>
    public int? HttpStatus { get; set; }

    /// <summary>When the answer's head says that the provider wants to be asked again; null where it does not say.</summary>
    public CooldownWord? Word { get; set; }

    /// <summary>What the caller is told where that is not the upstream's status: an accepted answer that could not be translated.</summary>
    public int? AnsweredStatus { get; set; }

    /// <summary>The upstream's request id.</summary>
    public string? UpstreamId { get; set; }

    /// <summary>From the request's start until the first content; null when none came.</summary>
    public TimeSpan? FirstContent { get; set; }

    /// <summary>From the request's start until the end of the attempt.</summary>
    public TimeSpan EndedAt { get; set; }

    /// <summary>What the meter read.</summary>
    public MeterReading Reading { get; set; }

    /// <summary>Whether the upstream agreed to answer (2xx), so that what is missing of its usage is estimated.</summary>
    public bool WasAccepted => HttpStatus is >= 200 and < 300;

    /// <summary>In words, why nothing came; null when an answer came.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether another target may be tried instead.</summary>
    public bool MayTryElsewhere =>
        Status
            is RequestStatus.RateLimited
                or RequestStatus.Overloaded
                or RequestStatus.UpstreamError
                or RequestStatus.StreamError
                or RequestStatus.UpstreamReset
                or RequestStatus.Timeout
                or RequestStatus.Unreachable
        || HttpStatus == 408;

    /// <summary>What an HTTP status says of a request.</summary>
    public static RequestStatus StatusOf(int http) =>
        http switch
        {
            429 => RequestStatus.RateLimited,
            503 or 529 => RequestStatus.Overloaded,
            >= 500 => RequestStatus.UpstreamError,
            >= 400 => RequestStatus.RequestError,
            // Weir follows no redirect, so to the caller it is an upstream that does not do its work.
            >= 300 => RequestStatus.UpstreamError,
            _ => RequestStatus.Ok,
        };
}
