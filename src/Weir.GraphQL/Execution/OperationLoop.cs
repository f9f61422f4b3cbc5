namespace Weir.GraphQL;

/// <summary>
/// Runs one operation's steps one after another, on whatever thread of the pool is free: resolvers of one operation never run at
/// the same time, though what they wait for does. When nothing is left to run, every field that can has asked its loader, and
/// the loaders ask for all of it at once.
/// </summary>
internal sealed class OperationLoop(Loaders loaders) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Step, object? State)> steps = [];
    private bool isRunning;

    /// <summary>Runs something on a loop of its own.</summary>
    public static Task<T> RunAsync<T>(Loaders loaders, Func<Task<T>> work)
    {
        var loop = new OperationLoop(loaders);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => _ = FinishAsync(work, done), null);
        return done.Task;
    }

    /// <inheritdoc />
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (steps)
        {
            steps.Enqueue((d, state));
            if (isRunning)
            {
                return;
            }

            isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static loop => loop.Pump(), this, preferLocal: false);
    }

    /// <inheritdoc />
    public override SynchronizationContext CreateCopy() => this;

    private static async Task FinishAsync<T>(Func<Task<T>> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(await work());
        }
        catch (OperationCanceledException ended)
        {
            done.SetCanceled(ended.CancellationToken);
        }
        catch (Exception bug)
        {
            // It is the awaiter's: thrown here it would end the process.
            done.SetException(bug);
        }
    }

    private void Pump()
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            while (true)
            {
                while (Next() is { } step)
                {
                    step.Step(step.State);
                }

                if (loaders.Dispatch())
                {
                    continue;
                }

                lock (steps)
                {
                    if (steps.Count == 0)
                    {
                        isRunning = false;
                        return;
                    }
                }
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private (SendOrPostCallback Step, object? State)? Next()
    {
        lock (steps)
        {
            return steps.TryDequeue(out var step) ? step : null;
        }
    }
}
