namespace Weir.Gateway.Holding;

/// <summary>
/// Which account at one address gave an id, and to whose request: of the newest 50,000 ids. Thread-safe; nothing in it waits for a
/// disk.
/// </summary>
/// <param name="changed">Is told of every change, under the table's lock; null for nobody.</param>
internal sealed class HolderTable(Action<UInt128, Holder?>? changed = null)
{
    /// <summary>How many ids are remembered.</summary>
    public const int MostIds = 50_000;

    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, Holder> holders = [];
    private readonly Queue<UInt128> order = new();

    /// <summary>Who gave an id, and to which workspace; null when not known.</summary>
    public Holder? Of(string id)
    {
        var hash = HeldHash.Of(id);
        lock (gate)
        {
            return holders.TryGetValue(hash, out var holder) ? holder : null;
        }
    }

    /// <summary>Remembers who gave an id, and to whom; the oldest is forgotten when there are too many.</summary>
    /// <param name="id">The id.</param>
    /// <param name="holder">Who gave it, and to whom.</param>
    /// <param name="isNew">
    /// Whether the account has just made it. Else it was only spoken of, and stays with the workspace that it was first told to.
    /// </param>
    public void Keep(string id, Holder holder, bool isNew)
    {
        var hash = HeldHash.Of(id);
        lock (gate)
        {
            if (holders.TryAdd(hash, holder))
            {
                order.Enqueue(hash);
            }
            else if (isNew && holders[hash] != holder)
            {
                holders[hash] = holder;
            }
            else
            {
                return;
            }

            changed?.Invoke(hash, holder);
            if (order.Count > MostIds)
            {
                var oldest = order.Dequeue();
                if (holders.Remove(oldest))
                {
                    changed?.Invoke(oldest, null);
                }
            }
        }
    }

    /// <summary>Takes over what was known before, the oldest first; nobody is told.</summary>
    public void Restore(IEnumerable<(UInt128 Id, Holder Holder)> before)
    {
        lock (gate)
        {
            foreach (var (id, holder) in before)
            {
                if (holders.TryAdd(id, holder))
                {
                    order.Enqueue(id);
                }
            }
        }
    }

    /// <summary>Forgets what was given to workspaces other than these; nobody is told.</summary>
    public void Retain(IReadOnlySet<int> workspaces)
    {
        lock (gate)
        {
            foreach (var (id, holder) in holders)
            {
                if (!workspaces.Contains(holder.Workspace.Value))
                {
                    holders.Remove(id);
                }
            }

            // An id that comes again must not be in the queue twice.
            var left = order.Where(holders.ContainsKey).ToArray();
            order.Clear();
            foreach (var id in left)
            {
                order.Enqueue(id);
            }
        }
    }
}
