namespace Weir.Ledger.Ingest;

/// <summary>
/// A signal for one waiting loop: <see cref="Set"/> ends the present wait, or the next one when there is none. Several
/// signals before a wait count as one. <see cref="Set"/> is thread-safe and cheap when already set.
/// </summary>
internal sealed class WakeUp(TimeProvider clock)
{
    private readonly Lock gate = new();
    private int isSet;
    private TaskCompletionSource pending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the wait.</summary>
    public void Set()
    {
        // The exchange is also the fence between what the caller changed and the look at the flag.
        if (Interlocked.Exchange(ref isSet, 1) == 0)
        {
            lock (gate)
            {
                pending.TrySetResult();
            }
        }
    }

    /// <summary>Completes when signalled, or after a time; null waits for the signal alone.</summary>
    public async Task WaitAsync(TimeSpan? atMost, CancellationToken cancellationToken)
    {
        Task signal;
        lock (gate)
        {
            signal = pending.Task;
        }

        if (atMost is { } limit && !signal.IsCompleted)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(signal, Task.Delay(limit, clock, over.Token));
            await over.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        else
        {
            await signal.WaitAsync(cancellationToken);
        }

        lock (gate)
        {
            if (pending.Task.IsCompleted)
            {
                Interlocked.Exchange(ref isSet, 0);
                pending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
