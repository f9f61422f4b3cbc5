namespace Weir.Gateway.Resilience;

/// <summary>
/// Whether a change of the configuration made requests fail: the share of good ones in the window before it against the share after
/// it, by the pooled two-proportion z test (as <c>proportions_ztest</c> of statsmodels computes it), one-sided.
/// <para>
/// It is looked at each time the requests after the change have doubled, beginning with the least number, and at the window's
/// end. Each look may be wrong once in a thousand; at the half dozen looks of a window a change that did nothing is blamed in
/// about one case of two hundred.
/// A worsening that is certain but smaller than the bound is not one either: nobody wants a rollback for half a per cent.
/// </para>
/// Only says so; who asked for it rolls back. What is counted is what callers got, not attempts, without refusals of Weir's own for
/// budgets and limits. Thread-safe.
/// </summary>
/// <param name="config">The bound.</param>
/// <param name="context">The time.</param>
internal sealed class RollbackWatch(RollbackConfig config, HealthContext context)
{
    /// <summary>The 99.9th percentile of the normal distribution.</summary>
    public const double Certain = 3.0902;

    private const int Slices = 60;

    // Requests that came past the lock, in the lower half, and the good ones of them, in the upper.
    private const long One = 1;
    private const long OneGood = 1L << 32;

    private readonly Lock gate = new();
    private readonly Tally[] recent = new Tally[Slices];
    private long slice;
    private Tally before;
    private Tally after;
    private TimeSpan? changedAt;
    private long nextLook;
    private long arrived;
    private volatile bool isWatching;

    /// <summary>Counts a request.</summary>
    /// <param name="isGood">Whether its caller was served.</param>
    /// <returns>What is now known of the last change.</returns>
    public RollbackFinding Count(bool isGood)
    {
        // While no change is watched nobody waits for the lock but the first request of each slice.
        if (!isWatching && Volatile.Read(ref slice) == SliceOf(context.Now))
        {
            Interlocked.Add(ref arrived, isGood ? One + OneGood : One);
            return default;
        }

        lock (gate)
        {
            var now = context.Now;
            Move(now);
            recent[slice % Slices] = recent[slice % Slices].With(isGood);
            if (changedAt is null)
            {
                return default;
            }

            after = after.With(isGood);
            return Look(now);
        }
    }

    /// <summary>The configuration changed: what came until now is what comes is held against.</summary>
    public void Changed()
    {
        lock (gate)
        {
            var now = context.Now;
            Move(now);
            before = default;
            foreach (var tally in recent)
            {
                before = before.With(tally);
            }

            // What failed under the change must not become the measure of the next one.
            Array.Clear(recent);
            (after, changedAt, nextLook) = (default, now, config.LeastRequests);
            isWatching = true;
        }
    }

    /// <summary>
    /// How far two shares lie apart, in standard deviations; negative where the second is the smaller. 0 where all are alike.
    /// </summary>
    /// <param name="before">The first.</param>
    /// <param name="after">The second.</param>
    public static double Distance(Tally before, Tally after)
    {
        if (before.All == 0 || after.All == 0)
        {
            return 0;
        }

        var pooled = (double)(before.Good + after.Good) / (before.All + after.All);
        var variance = pooled * (1 - pooled) * ((1.0 / before.All) + (1.0 / after.All));
        return variance == 0 ? 0 : (after.Share - before.Share) / Math.Sqrt(variance);
    }

    private RollbackFinding Look(TimeSpan now)
    {
        var isOver = now - changedAt >= config.Window;
        if (!isOver && after.All < nextLook)
        {
            return new RollbackFinding(RollbackVerdict.Watching, before, after);
        }

        while (nextLook <= after.All)
        {
            nextLook *= 2;
        }

        var isEnough = before.All >= config.LeastRequests && after.All >= config.LeastRequests;
        var isWorse = isEnough && before.Share - after.Share >= config.Bound && Distance(before, after) <= -Certain;
        if (!isWorse && !isOver)
        {
            return new RollbackFinding(RollbackVerdict.Watching, before, after);
        }

        changedAt = null;
        isWatching = false;
        return new RollbackFinding(
            isWorse ? RollbackVerdict.Worse
                : isEnough ? RollbackVerdict.Unharmed
                : RollbackVerdict.TooFew,
            before,
            after
        );
    }

    private long SliceOf(TimeSpan now) => now.Ticks / Math.Max(1, config.Window.Ticks / Slices);

    private void Move(TimeSpan now)
    {
        var more = Interlocked.Exchange(ref arrived, 0);
        recent[slice % Slices] = recent[slice % Slices].With(new Tally(more >> 32, more & uint.MaxValue));
        var next = SliceOf(now);
        for (var steps = Math.Min(next - slice, Slices); steps > 0; steps--)
        {
            Volatile.Write(ref slice, next - steps + 1);
            recent[slice % Slices] = default;
        }
    }
}

/// <summary>When a change of the configuration has done harm. Immutable.</summary>
/// <param name="Window">How long before and after it is looked at, one second or more.</param>
/// <param name="LeastRequests">With fewer on either side nothing is said, 1 or more.</param>
/// <param name="Bound">The smallest fall of the share of good requests that is harm, above 0 to 1.</param>
internal sealed record RollbackConfig(TimeSpan Window, int LeastRequests, double Bound)
{
    /// <summary>Ten minutes, 50 requests, five points in a hundred.</summary>
    public static RollbackConfig Default { get; } = new(TimeSpan.FromMinutes(10), 50, 0.05);
}

/// <summary>So many requests, and how many of them were served.</summary>
/// <param name="Good">Those that were.</param>
/// <param name="All">All.</param>
internal readonly record struct Tally(long Good, long All)
{
    /// <summary>The share of the good ones, 0 to 1; 1 of none.</summary>
    public double Share => All == 0 ? 1 : (double)Good / All;

    /// <summary>With one more.</summary>
    public Tally With(bool isGood) => new(Good + (isGood ? 1 : 0), All + 1);

    /// <summary>Both.</summary>
    public Tally With(Tally other) => new(Good + other.Good, All + other.All);
}

/// <summary>What is known of a change.</summary>
/// <param name="Verdict">In a word. Each change is judged once: later findings say that none is watched.</param>
/// <param name="Before">The requests before it.</param>
/// <param name="After">Those after it.</param>
internal readonly record struct RollbackFinding(RollbackVerdict Verdict, Tally Before, Tally After);

/// <summary>What is known of a change, in a word.</summary>
internal enum RollbackVerdict : byte
{
    /// <summary>None is watched.</summary>
    None,

    /// <summary>It is too early.</summary>
    Watching,

    /// <summary>It did no harm that could be seen.</summary>
    Unharmed,

    /// <summary>There were too few requests to tell.</summary>
    TooFew,

    /// <summary>Requests fail more often since.</summary>
    Worse,
}
