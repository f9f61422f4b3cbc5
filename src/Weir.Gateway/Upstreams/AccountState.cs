using System.Collections.Concurrent;

namespace Weir.Gateway.Upstreams;

/// <summary>Which of the accounts at one address rest. Outlives configurations as connections do, and is gone with the process. Thread-safe.</summary>
internal sealed class AccountState
{
    private const int MostResting = 1_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> resting = new(StringComparer.Ordinal);

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
}
