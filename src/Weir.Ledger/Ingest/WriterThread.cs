using System.Collections.Concurrent;

namespace Weir.Ledger.Ingest;

/// <summary>
/// A thread of the writer's own: a batch takes milliseconds, for which a thread of the pool, where there may be but one,
/// would be missing to the requests. Work is done in order. Thread-safe.
/// </summary>
internal sealed class WriterThread : IDisposable
{
    private readonly BlockingCollection<(Func<bool> Work, TaskCompletionSource<bool> Done)> queue = [];
    private readonly Thread thread;

    public WriterThread(string name)
    {
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Runs something on the thread. What it throws, the task throws.</summary>
    /// <exception cref="InvalidOperationException">The thread has been ended.</exception>
    public Task<bool> RunAsync(Func<bool> work)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Add((work, done));
        return done.Task;
    }

    /// <summary>Ends the thread after the work that it was given.</summary>
    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
    }

    private void Run()
    {
        BackgroundPriority.Take();
        foreach (var (work, done) in queue.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }
}
