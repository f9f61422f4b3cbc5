using Weir.Foundation;

namespace Weir.Gateway.Resilience;

/// <summary>
/// Whether a failed attempt may be repeated on the same target, and after how long. What is told first is the reason that would hold
/// longest; the budget is only touched when nothing else speaks against it. Pure but for the budget.
/// </summary>
internal static class RetryPolicy
{
    /// <summary>Retries where nothing is written and no other target lives.</summary>
    public const int Otherwise = 2;

    /// <summary>Decides.</summary>
    /// <param name="failure">What is known of the attempt.</param>
    /// <param name="config">What was written of the provider.</param>
    /// <param name="budget">The provider's.</param>
    /// <param name="roll">From 0 to below 1.</param>
    public static RetryDecision Decide(
        in FailedAttempt failure,
        ResilienceConfig config,
        RetryBudget budget,
        double roll
    )
    {
        if (!failure.IsReplayable)
        {
            return RetryDecision.No(RetryRefusal.NotReplayable);
        }

        if (failure.WasSeen)
        {
            return RetryDecision.No(RetryRefusal.Seen);
        }

        if (!IsWorthIt(failure.Status))
        {
            return RetryDecision.No(RetryRefusal.NotWorthIt);
        }

        var most = config.Retries ?? (failure.OtherTargetLives ? 0 : Otherwise);
        if (failure.Retries >= most)
        {
            return RetryDecision.No(
                config.Retries is null && failure.OtherTargetLives ? RetryRefusal.OtherTarget : RetryRefusal.Enough
            );
        }

        if (Backoff.Next(failure.Retries, failure.RetryAfter, roll) is not { } wait || wait >= failure.TimeLeft)
        {
            return RetryDecision.No(RetryRefusal.TooLate);
        }

        return budget.TryTake() ? RetryDecision.In(wait) : RetryDecision.No(RetryRefusal.BudgetSpent);
    }

    /// <summary>Whether the next attempt may well end otherwise. After a silence it would only be as long again.</summary>
    private static bool IsWorthIt(RequestStatus status) =>
        status
            is RequestStatus.RateLimited
                or RequestStatus.Overloaded
                or RequestStatus.UpstreamError
                or RequestStatus.StreamError
                or RequestStatus.UpstreamReset
                or RequestStatus.Unreachable;
}

/// <summary>What is known of an attempt that failed.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Retries">How often this target was already asked again for this request.</param>
/// <param name="IsReplayable">Whether the request can be sent a second time.</param>
/// <param name="WasSeen">Whether the caller has seen any of the answer.</param>
/// <param name="OtherTargetLives">Whether another target is left that stands well.</param>
/// <param name="RetryAfter">How long the provider wants to be left alone; null where it does not say.</param>
/// <param name="TimeLeft">How long the caller, or the holding back of the answer, still lasts.</param>
internal readonly record struct FailedAttempt(
    RequestStatus Status,
    int Retries,
    bool IsReplayable,
    bool WasSeen,
    bool OtherTargetLives,
    TimeSpan? RetryAfter,
    TimeSpan TimeLeft
);

/// <summary>Whether to ask again.</summary>
/// <param name="After">How long to wait first; null: do not.</param>
/// <param name="Refusal">Why not; none where it is to be asked.</param>
internal readonly record struct RetryDecision(TimeSpan? After, RetryRefusal Refusal)
{
    /// <summary>It is asked again.</summary>
    public static RetryDecision In(TimeSpan wait) => new(wait, RetryRefusal.None);

    /// <summary>It is not.</summary>
    public static RetryDecision No(RetryRefusal why) => new(null, why);
}

/// <summary>Why a target is not asked again.</summary>
internal enum RetryRefusal : byte
{
    /// <summary>It is.</summary>
    None,

    /// <summary>The request can only be sent once.</summary>
    NotReplayable,

    /// <summary>The caller has seen some of the answer.</summary>
    Seen,

    /// <summary>It would end no better.</summary>
    NotWorthIt,

    /// <summary>Another target is better.</summary>
    OtherTarget,

    /// <summary>It has been asked often enough.</summary>
    Enough,

    /// <summary>The wait is longer than anybody has patience for.</summary>
    TooLate,

    /// <summary>The provider's budget of retries is spent.</summary>
    BudgetSpent,
}
