using System.Collections.Concurrent;
using Weir.Foundation;

namespace Weir.Server.Limits;

/// <summary>Of which workspaces' limits there was news: numbers alone, so that who tells of it never waits. Thread-safe.</summary>
internal sealed class LimitNews
{
    private readonly ConcurrentDictionary<WorkspaceId, WorkspaceLimitNews> workspaces = new();

    /// <summary>The news of one workspace.</summary>
    public WorkspaceLimitNews Of(WorkspaceId workspace) =>
        workspaces.GetOrAdd(workspace, static _ => new WorkspaceLimitNews());

    /// <summary>Words on limits were stored, from which limits are learned.</summary>
    public void Stored(IReadOnlyCollection<WorkspaceId> told)
    {
        foreach (var workspace in told)
        {
            Of(workspace).Told(teaches: true);
        }
    }

    /// <summary>Requests of programs were stored, in whichever workspaces.</summary>
    public void UsedAnywhere()
    {
        foreach (var news in workspaces.Values)
        {
            news.Used();
        }
    }
}

/// <summary>
/// The news of one workspace's limits, counted. Telling is two interlocked operations and wakes nobody who has not caught up: the
/// gateway tells with every answer. Thread-safe.
/// </summary>
internal sealed class WorkspaceLimitNews
{
    private TaskCompletionSource? waiting;
    private long number;
    private long told;
    private long taught;
    private long used;

    /// <summary>Rises with any news.</summary>
    public long Number => Volatile.Read(ref number);

    /// <summary>Rises when somebody said something of a limit.</summary>
    public long ToldNumber => Volatile.Read(ref told);

    /// <summary>Rises when that is something to learn from: what was reckoned before is not true any more.</summary>
    public long TaughtNumber => Volatile.Read(ref taught);

    /// <summary>Rises when programs have used something: estimates move.</summary>
    public long UsedNumber => Volatile.Read(ref used);

    /// <summary>Somebody said something else than before.</summary>
    /// <param name="teaches">Whether limits are learned from it.</param>
    public void Told(bool teaches)
    {
        if (teaches)
        {
            Interlocked.Increment(ref taught);
        }

        Note(ref told);
    }

    /// <summary>Programs have used something.</summary>
    public void Used() => Note(ref used);

    /// <summary>Completes when there is news after a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        var signal = Volatile.Read(ref waiting);
        if (signal is null)
        {
            var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            signal = Interlocked.CompareExchange(ref waiting, own, null) ?? own;
        }

        // Looked at behind the signal: who counts up after this look finds it.
        return Number > after ? Task.CompletedTask : signal.Task.WaitAsync(cancellationToken);
    }

    private void Note(ref long kind)
    {
        Interlocked.Increment(ref kind);
        Interlocked.Increment(ref number);
        Interlocked.Exchange(ref waiting, null)?.TrySetResult();
    }
}
