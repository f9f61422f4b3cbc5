using System.Collections.Concurrent;
using Weir.Foundation;

namespace Weir.Gateway.Upstreams;

/// <summary>
/// What is known of the accounts at one address: which of them rest, and which one gave an id, to whose request. Outlives
/// configurations as connections do, and is gone with the process. Thread-safe.
/// </summary>
internal sealed class AccountState
{
    private const int MostIds = 50_000;
    private const int MostResting = 1_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> resting = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly Dictionary<string, Holder> holders = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();

    /// <summary>Until when an account rests; the beginning of time when it does not.</summary>
    public DateTimeOffset RestsUntil(string account) => resting.GetValueOrDefault(account);

    /// <summary>Lets an account rest.</summary>
    public void Rest(string account, DateTimeOffset until)
    {
        if (resting.Count >= MostResting)
        {
            resting.Clear();
        }

        resting[account] = until;
    }

    /// <summary>Who gave an id, and to which workspace; null when not known.</summary>
    public Holder? HolderOf(string id)
    {
        lock (gate)
        {
            return holders.TryGetValue(id, out var holder) ? holder : null;
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
        lock (gate)
        {
            if (holders.TryAdd(id, holder))
            {
                order.Enqueue(id);
            }
            else if (isNew)
            {
                holders[id] = holder;
            }

            if (order.Count > MostIds)
            {
                holders.Remove(order.Dequeue());
            }
        }
    }
}

/// <summary>Where an id of a vendor's belongs.</summary>
/// <param name="Account">The account that gave it; empty where the credential is not one of the provider's keys.</param>
/// <param name="Workspace">Whose request it was given to.</param>
internal readonly record struct Holder(string Account, WorkspaceId Workspace);
