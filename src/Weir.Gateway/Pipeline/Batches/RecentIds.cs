using Weir.Foundation;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Ids that were written lately, so that fetching the same results again costs no second writing. What is forgotten is written again and
/// passed over by the ledger. Between 100,000 and 200,000 are kept. Thread-safe.
/// </summary>
internal sealed class RecentIds
{
    private const int Most = 100_000;

    private readonly Lock gate = new();
    private HashSet<long> now = [];
    private HashSet<long> before = [];

    /// <summary>Whether it was added, as far as that is still known.</summary>
    public bool Contains(RecordId id)
    {
        lock (gate)
        {
            return now.Contains(id.Value) || before.Contains(id.Value);
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(RecordId id)
    {
        lock (gate)
        {
            if (now.Count >= Most)
            {
                before = now;
                now = [];
            }

            now.Add(id.Value);
        }
    }
}
