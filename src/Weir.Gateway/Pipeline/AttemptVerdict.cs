using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// What the end of an attempt says of its target's health, beside what it says of whose account was asked: a limit that only one
/// caller, or one of several keys, has used up is nobody else's. Pure but for what it is told of keys.
/// </summary>
internal static class AttemptVerdict
{
    /// <summary>Whether its time to the first byte is one of the target's. A count is answered by another part of the vendor.</summary>
    public static bool TellsOfSpeed(Exchange exchange, UpstreamAttempt attempt) =>
        attempt.WasAccepted && !exchange.Endpoint.IsCount;

    /// <summary>How it ended for the target, and the rest that the whole target is to have.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="attempt">What came of it.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="now">The time.</param>
    public static (AttemptOutcome Outcome, CooldownWord? Word) Of(
        Exchange exchange,
        UpstreamAttempt attempt,
        RequestStatus status,
        DateTimeOffset now
    )
    {
        var outcome = AttemptOutcomes.Of(status, attempt.HttpStatus);
        if (exchange.Endpoint.IsCount)
        {
            // Counts have limits of their own, and some who answer like a vendor have none to give: only a dead line is one for both.
            var isDead = outcome == AttemptOutcome.Failed && attempt.HttpStatus is null;
            return (isDead ? outcome : AttemptOutcome.Undecided, null);
        }

        if (exchange.IsPassThrough && attempt.HttpStatus is >= 300 and < 400)
        {
            return (AttemptOutcome.Good, null);
        }

        var provider = attempt.Target.Provider;
        if (attempt.HttpStatus is 503 or 529)
        {
            return (outcome, attempt.Word);
        }

        if (provider.Keys is { HasChoice: true } keys)
        {
            return outcome != AttemptOutcome.Limited ? (outcome, null)
                : keys.RestFor(now) is { } rest ? (outcome, new CooldownWord(rest, "retry"))
                : (AttemptOutcome.Undecided, null);
        }

        return IsCallersAccount(exchange, attempt)
            ? (outcome == AttemptOutcome.Limited ? AttemptOutcome.Undecided : outcome, null)
            : (outcome, attempt.Word);
    }

    private static bool IsCallersAccount(Exchange exchange, UpstreamAttempt attempt) =>
        attempt.UpstreamDialect == Dialect.None
        && UpstreamRequest.KeepsOwnCredential(exchange, attempt.Target.Provider);
}
