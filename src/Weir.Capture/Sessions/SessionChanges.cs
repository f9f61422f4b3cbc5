using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Capture.Sessions;

/// <summary>
/// Which sessions there was news of, as it is stored: numbered, and no more than the newest kept. News may be no change: what is
/// read again tells. Thread-safe.
/// </summary>
public sealed class SessionChanges
{
    private const int Kept = 4096;

    private readonly Lock gate = new();
    private readonly Queue<(long Number, WorkspaceId Workspace, string Session)> changes = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long newest;

    internal SessionChanges() { }

    /// <summary>The number of the newest; 0 before the first.</summary>
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

    /// <summary>The sessions of a workspace that there was news of after a number, each once.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="after">The number that was reached before.</param>
    /// <returns>The sessions, or null when some are not kept any more; and the number that is reached now.</returns>
    public (ImmutableArray<string>? Sessions, long Reached) Read(WorkspaceId workspace, long after)
    {
        lock (gate)
        {
            if (newest - after > changes.Count)
            {
                return (null, newest);
            }

            return (
                [
                    .. changes
                        .Where(c => c.Number > after && c.Workspace == workspace)
                        .Select(c => c.Session)
                        .Distinct(StringComparer.Ordinal),
                ],
                newest
            );
        }
    }

    /// <summary>Completes when there is something after a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return newest > after ? Task.CompletedTask : changed.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Add(IReadOnlyCollection<(WorkspaceId Workspace, string Session)> sessions)
    {
        if (sessions.Count == 0)
        {
            return;
        }

        TaskCompletionSource reached;
        lock (gate)
        {
            foreach (var (workspace, session) in sessions)
            {
                changes.Enqueue((++newest, workspace, session));
                if (changes.Count > Kept)
                {
                    changes.Dequeue();
                }
            }

            reached = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        reached.TrySetResult();
    }
}
