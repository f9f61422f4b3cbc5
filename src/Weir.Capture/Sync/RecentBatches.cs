using Weir.Foundation;

namespace Weir.Capture.Sync;

/// <summary>
/// What was answered to the newest batches: one that comes again, its answer being lost, gets the same answer. One that is no longer
/// here is taken in again, which changes nothing. Thread-safe.
/// </summary>
internal sealed class RecentBatches
{
    private const int Most = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(WorkspaceId, string), IngestOutcome> known = [];
    private readonly Queue<(WorkspaceId, string)> order = [];

    /// <summary>What was answered; null when it is not known.</summary>
    public IngestOutcome? Find(WorkspaceId workspace, string id)
    {
        lock (gate)
        {
            return known.GetValueOrDefault((workspace, id));
        }
    }

    /// <summary>Notes what is answered.</summary>
    public void Add(WorkspaceId workspace, string id, IngestOutcome outcome)
    {
        lock (gate)
        {
            if (known.TryAdd((workspace, id), outcome))
            {
                order.Enqueue((workspace, id));
                if (order.Count > Most)
                {
                    known.Remove(order.Dequeue());
                }
            }
        }
    }
}
