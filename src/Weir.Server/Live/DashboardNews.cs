using System.Collections.Concurrent;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Live;

/// <summary>Of which dashboards there was news, the newest of each workspace. Thread-safe.</summary>
internal sealed class DashboardNews
{
    private readonly ConcurrentDictionary<WorkspaceId, WorkspaceDashboardNews> workspaces = new();

    /// <summary>The news of one workspace.</summary>
    public WorkspaceDashboardNews Of(WorkspaceId workspace) =>
        workspaces.GetOrAdd(workspace, static _ => new WorkspaceDashboardNews());

    /// <summary>It was made, changed or removed. One that became private is told of to its owner alone.</summary>
    public void Tell(Dashboard dashboard) =>
        Of(dashboard.Workspace).Tell(dashboard.Id, dashboard.Draft.IsShared ? null : dashboard.Owner);
}

/// <summary>The news of one workspace's dashboards, numbered. Thread-safe.</summary>
internal sealed class WorkspaceDashboardNews
{
    private const int Kept = 64;

    private readonly Lock gate = new();
    private readonly Queue<(long Number, string Id, string? OnlyFor)> newest = new(Kept);
    private TaskCompletionSource waiting = New();
    private long number;

    /// <summary>Rises with any news.</summary>
    public long Number => Volatile.Read(ref number);

    /// <summary>There was news of one.</summary>
    /// <param name="id">Of which.</param>
    /// <param name="onlyFor">The person who alone may know; null for everybody.</param>
    public void Tell(string id, string? onlyFor)
    {
        lock (gate)
        {
            if (newest.Count == Kept)
            {
                newest.Dequeue();
            }

            newest.Enqueue((++number, id, onlyFor));
            waiting.SetResult();
            waiting = New();
        }
    }

    /// <summary>What a person may know after a number, and the number to go on from; null for more than is kept.</summary>
    public (IReadOnlyList<string>? Ids, long Number) Read(long after, string? person)
    {
        lock (gate)
        {
            return number - after > Kept
                ? (null, number)
                : (
                    [
                        .. newest
                            .Where(one => one.Number > after && (one.OnlyFor is null || one.OnlyFor == person))
                            .Select(one => one.Id)
                            .Distinct(StringComparer.Ordinal),
                    ],
                    number
                );
        }
    }

    /// <summary>Completes when there is news after a number.</summary>
    public Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return number > after ? Task.CompletedTask : waiting.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How far one listener has been told of dashboards. Not thread-safe.</summary>
/// <param name="news">The workspace's.</param>
/// <param name="person">The person who listens; null for a key of nobody's.</param>
internal sealed class DashboardListening(WorkspaceDashboardNews news, string? person)
{
    private long told = news.Number;

    /// <summary>True when some were changed that the listener may know of; null ids for too many to name.</summary>
    public bool TryTake(out IReadOnlyList<string>? ids)
    {
        (ids, told) = news.Number == told ? ([], told) : news.Read(told, person);
        return ids is not { Count: 0 };
    }

    /// <summary>Completes when there may be something.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => news.WaitAsync(told, cancellationToken);
}
