using Microsoft.Extensions.Logging;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Work that is done a while after it was asked for, once for however often it was asked for. It runs where nobody waits for it, and
/// where whatever it throws would end the process: that is logged by its kind alone, for its words may be a provider's, and what was
/// asked for later is done. Thread-safe; the work may overlap itself.
/// </summary>
internal sealed class DelayedWork : IDisposable
{
    private readonly Action work;
    private readonly TimeSpan delay;
    private readonly ILogger log;
    private readonly ITimer timer;
    private int isDue;

    /// <param name="work">What is done.</param>
    /// <param name="delay">How long after it was asked for.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="log">Is told when it fails.</param>
    public DelayedWork(Action work, TimeSpan delay, TimeProvider clock, ILogger log)
    {
        this.work = work;
        this.delay = delay;
        this.log = log;
        timer = clock.CreateTimer(
            static state => ((DelayedWork)state!).Run(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Asks for it. Costs one look at memory when it is asked for already.</summary>
    public void Ask()
    {
        if (Volatile.Read(ref isDue) == 0 && Interlocked.Exchange(ref isDue, 1) == 0)
        {
            timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Does it now, on the caller's thread.</summary>
    public void Run()
    {
        Volatile.Write(ref isDue, 0);
        try
        {
            work();
        }
        catch (Exception e)
        {
            Log.DelayedWorkFailed(log, e.GetType().Name);
        }
    }

    /// <inheritdoc />
    public void Dispose() => timer.Dispose();
}
