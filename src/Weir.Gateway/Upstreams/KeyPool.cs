using System.Collections.Immutable;
using System.Net.Http.Headers;
using Weir.Gateway.Routing;

namespace Weir.Gateway.Upstreams;

/// <summary>
/// The keys of one provider. What belongs together stays on one key, for the vendor's prompt cache is the account's: the
/// key is chosen by rendezvous hashing, so that one that rests or goes moves its own sessions alone. Thread-safe.
/// </summary>
/// <param name="keys">In the order of the document, at least one.</param>
/// <param name="state">What is known of the accounts.</param>
internal sealed class KeyPool(ImmutableArray<PoolKey> keys, AccountState state)
{
    /// <summary>The keys, in the order of the document.</summary>
    public ImmutableArray<PoolKey> Keys { get; } = keys;

    /// <summary>Whether there is a choice.</summary>
    public bool HasChoice => Keys.Length > 1;

    /// <summary>
    /// The key for an attempt; null when none is left. The first attempt gets one even when all rest: the one that has
    /// rested most.
    /// </summary>
    /// <param name="session">What stays on one key.</param>
    /// <param name="holder">The account that holds what the request names; null for any. Only its key will do.</param>
    /// <param name="tried">The keys that this request was refused with.</param>
    /// <param name="now">The time.</param>
    public PoolKey? Pick(string session, string? holder, IReadOnlyCollection<PoolKey> tried, DateTimeOffset now)
    {
        if (!HasChoice || holder is not null)
        {
            var only = HasChoice ? Keys.FirstOrDefault(key => key.Account == holder) : Keys[0];
            return only is not null && !tried.Contains(only) ? only : null;
        }

        PoolKey? best = null;
        PoolKey? rested = null;
        var highest = 0UL;
        var soonest = DateTimeOffset.MaxValue;
        foreach (var key in Keys)
        {
            if (tried.Contains(key))
            {
                continue;
            }

            var until = state.RestsUntil(key.Account);
            if (until > now)
            {
                (rested, soonest) = until < soonest ? (key, until) : (rested, soonest);
                continue;
            }

            var weight = SpreadHash.Of(session, key.Account);
            (best, highest) = best is null || weight > highest ? (key, weight) : (best, highest);
        }

        return best ?? (tried.Count == 0 ? rested : null);
    }

    /// <summary>How long until one of the keys has rested, where all of them rest; null where one does not.</summary>
    public TimeSpan? RestFor(DateTimeOffset now)
    {
        var soonest = DateTimeOffset.MaxValue;
        foreach (var key in Keys)
        {
            var until = state.RestsUntil(key.Account);
            soonest = until < soonest ? until : soonest;
        }

        return soonest > now ? soonest - now : null;
    }

    /// <summary>
    /// Notes an answer; how long the key rests when it refused that and not the request, so that another key may fare better; else null.
    /// </summary>
    /// <param name="key">What the request went up with.</param>
    /// <param name="status">The answer's.</param>
    /// <param name="headers">The answer's.</param>
    /// <param name="now">The time.</param>
    public TimeSpan? Note(PoolKey key, int status, HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (!HasChoice || status is not (401 or 402 or 403 or 429))
        {
            return null;
        }

        var rest = RetryAfter.Of(headers, now);
        state.Rest(key.Account, now + rest);
        return rest;
    }
}

/// <summary>One key of a pool.</summary>
/// <param name="Name">The secret that it is kept in, else its place in the document, from 1. Stands in records.</param>
/// <param name="Account">A name for its account that leads nowhere.</param>
/// <param name="Text">The key itself.</param>
/// <param name="Credential">The header that it is sent in.</param>
internal sealed record PoolKey(string Name, string Account, string Text, (string Name, string Value) Credential)
{
    /// <summary>The name alone: a record's own text would hold the key.</summary>
    public override string ToString() => Name;
}
