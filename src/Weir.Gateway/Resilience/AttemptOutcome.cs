using Weir.Foundation;

namespace Weir.Gateway.Resilience;

/// <summary>What an attempt says of its target.</summary>
internal enum AttemptOutcome : byte
{
    /// <summary>Nothing: the caller went before anything could be told.</summary>
    Undecided,

    /// <summary>It answers. A request that it finds fault with is an answer.</summary>
    Good,

    /// <summary>It does not do its work.</summary>
    Failed,

    /// <summary>It works and wants to be left alone for a while (429): a reason to rest, none to think it broken.</summary>
    Limited,
}

/// <summary>What the end of an attempt says of its target.</summary>
internal static class AttemptOutcomes
{
    /// <summary>By how the attempt ended. 529 and 503 are failures that may ask for rest as well.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="http">The upstream's status; null when it never answered.</param>
    public static AttemptOutcome Of(RequestStatus status, int? http) =>
        status switch
        {
            _ when http == 408 => AttemptOutcome.Failed,
            RequestStatus.Ok or RequestStatus.RequestError => AttemptOutcome.Good,
            RequestStatus.RateLimited => AttemptOutcome.Limited,
            RequestStatus.Overloaded
            or RequestStatus.UpstreamError
            or RequestStatus.StreamError
            or RequestStatus.UpstreamReset
            or RequestStatus.Timeout
            or RequestStatus.Unreachable => AttemptOutcome.Failed,
            _ => AttemptOutcome.Undecided,
        };
}
