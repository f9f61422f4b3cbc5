namespace Weir.Gateway.Resilience;

/// <summary>
/// How many requests at once a target bears, learned from the time to its first byte: additive increase, multiplicative decrease
/// (as in TCP, RFC 5681, and Netflix' concurrency-limits), against the shortest time of the last ten minutes.
/// <para>
/// The first byte of a long prompt is late on an idle target too, so single times say little. The shortest of a whole round does:
/// among ten requests or more some have a short or a cached prompt, and when even that one is late, the target has a queue. Netflix'
/// Gradient2 follows the average instead, and would take a few long prompts for a slow target.
/// </para>
/// <para>
/// A round is as many first bytes as the limit, at least ten. Where its shortest time is above twice the long-term one (and 100 ms
/// more than it), the limit falls by a fifth; where not, and at least half of it was in use, it rises by its square root, which is
/// Gradient2's own allowance for a queue. A refusal for overload lowers it too, once a second. What is slow for ten minutes has become
/// the new measure.
/// </para>
/// Moments are times since some beginning. Not thread-safe.
/// </summary>
/// <param name="least">It is never below.</param>
/// <param name="most">It is never above.</param>
internal sealed class AdaptiveLimit(int least, int most)
{
    private const int First = 20;
    private const int LeastRound = 10;
    private const int Minutes = 10;
    private const double Tolerance = 2;
    private const double Fall = 0.8;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromSeconds(1);

    private readonly TimeSpan[] shortest = [.. Enumerable.Repeat(TimeSpan.MaxValue, Minutes)];
    private long minute;
    private int round;
    private TimeSpan roundShortest = TimeSpan.MaxValue;
    private int roundInUse;
    private TimeSpan? loweredAt;

    /// <summary>How many at once.</summary>
    public int Limit { get; private set; } = Math.Clamp(First, least, most);

    /// <summary>The shortest time to a first byte of the last ten minutes; null before the first.</summary>
    public TimeSpan? Shortest => Usual == TimeSpan.MaxValue ? null : Usual;

    private TimeSpan Usual
    {
        get
        {
            var usual = TimeSpan.MaxValue;
            foreach (var time in shortest)
            {
                usual = Min(usual, time);
            }

            return usual;
        }
    }

    /// <summary>Takes in a first byte.</summary>
    /// <param name="took">The time from the request until then.</param>
    /// <param name="inUse">How many were under way.</param>
    /// <param name="now">The time.</param>
    public void FirstByte(TimeSpan took, int inUse, TimeSpan now)
    {
        MoveTo(now.Ticks / TimeSpan.TicksPerMinute);
        ref var current = ref shortest[minute % Minutes];
        current = Min(current, took);
        roundShortest = Min(roundShortest, took);
        roundInUse = Math.Max(roundInUse, inUse);
        if (++round < Math.Max(LeastRound, Limit))
        {
            return;
        }

        var usual = Usual;
        if (roundShortest > Max(usual * Tolerance, usual + Grace))
        {
            Lower();
        }
        else if (roundInUse * 2 >= Limit)
        {
            Limit = Math.Min(most, Limit + (int)Math.Sqrt(Limit));
        }

        (round, roundShortest, roundInUse) = (0, TimeSpan.MaxValue, 0);
    }

    /// <summary>Takes in that the target refused for overload or for a rate.</summary>
    public void Refused(TimeSpan now)
    {
        if (loweredAt is not { } before || now - before >= BetweenRefusals)
        {
            loweredAt = now;
            Lower();
        }
    }

    private void Lower() => Limit = Math.Max(least, (int)(Limit * Fall));

    private void MoveTo(long next)
    {
        if (next - minute >= Minutes)
        {
            Array.Fill(shortest, TimeSpan.MaxValue);
            minute = next;
        }

        while (minute < next)
        {
            shortest[++minute % Minutes] = TimeSpan.MaxValue;
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
