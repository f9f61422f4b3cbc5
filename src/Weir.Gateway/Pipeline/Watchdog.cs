using Weir.Gateway.Resilience;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Watches an upstream's silence with one timer for the whole attempt, which looks at the time of the last byte instead
/// of being set anew by each. Cancels <see cref="Token"/> when the silence is too long or when it is told to.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider clock;
    private readonly TimeSpan silence;
    private readonly TimeSpan first;
    private readonly CancellationTokenSource cancel = new();
    private readonly ITimer timer;
    private long heardAt;
    private int verdict;
    private volatile bool hasBegun;

    /// <summary>Starts watching.</summary>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="limits">The silence after which the token is cancelled, and how long an answer's first byte may take.</param>
    public Watchdog(TimeProvider clock, TimeoutConfig limits)
    {
        this.clock = clock;
        silence = limits.Silence;
        first = limits.FirstByte ?? silence;
        hasBegun = limits.FirstByte is null;
        heardAt = clock.GetTimestamp();
        timer = clock.CreateTimer(static state => ((Watchdog)state!).Look(), this, first, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the attempt is to end.</summary>
    public CancellationToken Token => cancel.Token;

    /// <summary>The silence that is allowed now.</summary>
    public TimeSpan Limit => hasBegun ? silence : first;

    /// <summary>Whether no byte of an answer has come, where a bound of its own was set for that.</summary>
    public bool AwaitsFirst => !hasBegun;

    /// <summary>Whether the silence ended it.</summary>
    public bool TimedOut => Volatile.Read(ref verdict) == (int)Verdict.Silent;

    /// <summary>Whether <see cref="Stop"/> ended it.</summary>
    public bool WasStopped => Volatile.Read(ref verdict) == (int)Verdict.Stopped;

    /// <summary>
    /// Asked at each look how long from now the next one is wanted; it may act on the silence that it is told. Set
    /// before <see cref="LookIn"/>.
    /// </summary>
    public Func<TimeSpan>? OnLook { get; set; }

    /// <summary>The answer's head has come. It is not what a bound on the first byte waits for: heads go out before anything is thought.</summary>
    public void HeardHead()
    {
        if (hasBegun)
        {
            Heard();
        }
    }

    /// <summary>The upstream was heard.</summary>
    public void Heard()
    {
        Volatile.Write(ref heardAt, clock.GetTimestamp());
        hasBegun = true;
    }

    /// <summary>Looks after this time, if not sooner.</summary>
    public void LookIn(TimeSpan time) => timer.Change(Max(Min(time, Limit), Soonest), Timeout.InfiniteTimeSpan);

    /// <summary>Ends the attempt.</summary>
    public void Stop() => End(Verdict.Stopped);

    /// <summary>Stops watching; the token is not cancelled by it.</summary>
    public void Dispose()
    {
        timer.Dispose();
        // A look that is under way may still cancel; the source has no timer or handle that must be freed.
    }

    private void Look()
    {
        var quiet = clock.GetElapsedTime(Volatile.Read(ref heardAt));
        var limit = Limit;
        if (quiet >= limit)
        {
            End(Verdict.Silent);
            return;
        }

        var next = limit - quiet;
        if (OnLook is { } look)
        {
            next = Min(next, look());
        }

        try
        {
            timer.Change(Max(next, Soonest), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended during the look.
        }
    }

    private void End(Verdict how)
    {
        if (Interlocked.CompareExchange(ref verdict, (int)how, (int)Verdict.None) == (int)Verdict.None)
        {
            cancel.Cancel();
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private enum Verdict
    {
        None,
        Silent,
        Stopped,
    }
}
