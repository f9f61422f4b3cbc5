using System.Numerics;

namespace Weir.Gateway.Resilience;

/// <summary>
/// A request's way through its targets: first those that let it in, in the order that the route gives; then, when none of them is
/// left, those that had turned it away, the least bad first. So the healthy ones go before, and no request is left without any.
/// One for each request, not copied and not shared.
/// </summary>
/// <param name="place">The request's place from 0 to below 1: the same for a session, spread over sessions.</param>
internal struct TargetWalk(double place)
{
    /// <summary>How many targets are looked at; further ones are not.</summary>
    public const int MostTargets = 64;

    /// <summary>
    /// The longest that a request waits for the only target's rest to end. Rest that is longer is not waited for at all: the wait
    /// would gain nothing, and the provider's own refusal tells the caller when to come back.
    /// </summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private ulong tried;
    private ulong turnedAway;

    /// <summary>Whether a target is left.</summary>
    public readonly bool HasMore(int targets) => BitOperations.PopCount(tried) < Math.Min(targets, MostTargets);

    /// <summary>Whether a target is left that stands well: then nothing is gained by asking the same one again.</summary>
    public readonly bool HasGood(ReadOnlySpan<TargetState> targets)
    {
        for (var i = 0; i < Math.Min(targets.Length, MostTargets); i++)
        {
            if ((tried & (1UL << i)) == 0 && targets[i].Stand().Kind == StandingKind.Ready)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next target; false when none is left.</summary>
    /// <param name="targets">The same each time.</param>
    /// <param name="step">Which it is, and what the request holds there.</param>
    public bool TryNext(ReadOnlySpan<TargetState> targets, out WalkStep step)
    {
        var count = Math.Min(targets.Length, MostTargets);
        for (var i = 0; i < count; i++)
        {
            var bit = 1UL << i;
            if (((tried | turnedAway) & bit) != 0)
            {
                continue;
            }

            if (targets[i].TryBegin(place, out var attempt))
            {
                tried |= bit;
                step = new WalkStep(i, attempt, TimeSpan.Zero);
                return true;
            }

            turnedAway |= bit;
        }

        var best = -1;
        Standing standing = default;
        for (var i = 0; i < count; i++)
        {
            if ((tried & (1UL << i)) == 0 && targets[i].Stand() is var one && (best < 0 || one.IsBetterThan(standing)))
            {
                (best, standing) = (i, one);
            }
        }

        if (best < 0)
        {
            step = default;
            return false;
        }

        tried |= 1UL << best;
        var wait = standing.Kind == StandingKind.Cooling && standing.For <= LongestWait ? standing.For : TimeSpan.Zero;
        step = new WalkStep(best, targets[best].Begin(), wait);
        return true;
    }
}

/// <summary>One target of a request's way.</summary>
/// <param name="Index">Which.</param>
/// <param name="Attempt">What the request holds there; to be disposed of.</param>
/// <param name="WaitFirst">How long to wait before it is sent: rest that is nearly over.</param>
internal readonly record struct WalkStep(int Index, TargetAttempt Attempt, TimeSpan WaitFirst);
