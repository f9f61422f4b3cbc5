namespace Weir.Gateway.Pipeline;

/// <summary>
/// Watches an upstream's silence with one timer for the whole attempt, which looks at the time of the last byte instead
/// of being set anew by each. Cancels <see cref="Token"/> when the silence is too long or when it is told to.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider clock;
    private readonly TimeSpan limit;
    private readonly CancellationTokenSource cancel = new();
    private readonly ITimer timer;
    private long heardAt;
    private int verdict;

    /// <summary>Starts watching.</summary>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="limit">The silence after which the token is cancelled.</param>
    public Watchdog(TimeProvider clock, TimeSpan limit)
    {
        this.clock = clock;
        this.limit = limit;
        heardAt = clock.GetTimestamp();
        timer = clock.CreateTimer(static state => ((Watchdog)state!).Look(), this, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the attempt is to end.</summary>
    public CancellationToken Token => cancel.Token;

    /// <summary>Whether the silence ended it.</summary>
    public bool TimedOut => Volatile.Read(ref verdict) == (int)Verdict.Silent;

    /// <summary>Whether <see cref="Stop"/> ended it.</summary>
    public bool WasStopped => Volatile.Read(ref verdict) == (int)Verdict.Stopped;

    /// <summary>
    /// Asked at each look how long from now the next one is wanted; it may act on the silence that it is told. Set
    /// before <see cref="LookIn"/>.
    /// </summary>
    public Func<TimeSpan>? OnLook { get; set; }

    /// <summary>The upstream was heard.</summary>
    public void Heard() => Volatile.Write(ref heardAt, clock.GetTimestamp());

    /// <summary>Looks after this time, if not sooner.</summary>
    public void LookIn(TimeSpan time) => timer.Change(Max(Min(time, limit), Soonest), Timeout.InfiniteTimeSpan);

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
        var silence = clock.GetElapsedTime(Volatile.Read(ref heardAt));
        if (silence >= limit)
        {
            End(Verdict.Silent);
            return;
        }

        var next = limit - silence;
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
