namespace Weir.Testing;

/// <summary>
/// A point where a scripted answer waits until the test lets it on. Thread-safe. An answer that is served more than
/// once passes an open gate without waiting.
/// </summary>
public sealed class Gate
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the answer has come to this gate: all before it has been handed to the socket.</summary>
    public Task Reached => reached.Task;

    /// <summary>Lets the answer on.</summary>
    public void Open() => opened.TrySetResult();

    internal Task PassAsync(CancellationToken stop)
    {
        reached.TrySetResult();
        return opened.Task.WaitAsync(stop);
    }
}
