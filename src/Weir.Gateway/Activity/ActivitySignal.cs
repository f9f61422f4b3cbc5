namespace Weir.Gateway.Activities;

/// <summary>The newest event that can be read, and a way to wait for the next. Thread-safe.</summary>
internal sealed class ActivitySignal(long first)
{
    private readonly Lock gate = new();
    private long newest = first;
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its number; 0 before the first.</summary>
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

    /// <summary>Events up to a number can be read.</summary>
    public void Advance(long number)
    {
        TaskCompletionSource reached;
        lock (gate)
        {
            newest = number;
            reached = next;
            next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        reached.TrySetResult();
    }

    /// <summary>Completes when there is one above a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return newest > after ? Task.CompletedTask : next.Task.WaitAsync(cancellationToken);
        }
    }
}
