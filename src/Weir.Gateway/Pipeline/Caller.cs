using Weir.Identity;

namespace Weir.Gateway.Pipeline;

/// <summary>Who makes a request and what credential of its own it brings. Immutable.</summary>
internal sealed record Caller
{
    /// <summary>As whom the request is accounted for.</summary>
    public required Principal Principal { get; init; }

    /// <summary>Whether the caller showed no Weir key: it may then use only what asks for no key of Weir's when it brings one of its own.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Whether it brings a credential that is not Weir's, which may travel on to a provider without a key.</summary>
    public bool BringsOwn { get; init; }

    /// <summary>Whether that credential is one of a subscription (an OAuth token) rather than an API key.</summary>
    public bool OwnIsSubscription { get; init; }

    /// <summary>The query without Weir keys, with its question mark; empty when there is none.</summary>
    public required string Query { get; init; }

    /// <summary>Whether <see cref="Query"/> holds a <c>key</c> of the caller's own.</summary>
    public bool QueryHoldsOwn { get; init; }
}

/// <summary>Why a caller is turned away.</summary>
/// <param name="Status">401, 403 or 421.</param>
/// <param name="Reason">For the caller; never holds any part of a credential.</param>
/// <param name="Kind">For the log: nothing of what the caller sent.</param>
/// <param name="Who">The key's id, where one was shown; null where none was.</param>
internal readonly record struct CallerRefusal(int Status, string Reason, string Kind, string? Who = null);
