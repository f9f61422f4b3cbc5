namespace Weir.Ledger;

/// <summary>Tells waiting followers that entries were stored. Thread-safe.</summary>
internal sealed class EntrySignal
{
    private readonly Lock gate = new();
    private long newest;
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The newest stored entry's sequence; 0 when there is none.</summary>
    public long Newest
    {
        get
        {
            lock (gate)
            {
                return newest;
            }
        }
    }

    /// <summary>Entries up to a sequence are stored.</summary>
    public void Advance(long sequence)
    {
        TaskCompletionSource reached;
        lock (gate)
        {
            if (sequence <= newest)
            {
                return;
            }

            newest = sequence;
            reached = next;
            next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        reached.TrySetResult();
    }

    /// <summary>Completes when an entry above a sequence is stored.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            // An entry above any later number is not there yet either: one signal, and the follower looks.
            return newest > after ? Task.CompletedTask : next.Task.WaitAsync(cancellationToken);
        }
    }
}
