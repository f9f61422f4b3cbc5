namespace Weir.Identity.SignOn;

/// <summary>
/// Failures by key, and how long each key waits for them: a number is free, then every one doubles the wait from a second up to
/// the longest. A key that has been quiet for a day is forgotten. Bounded: where there is no room, those with the fewest failures
/// go. Thread-safe.
/// </summary>
/// <param name="free">Failures that cost nothing.</param>
/// <param name="longest">The longest wait.</param>
/// <param name="most">The most keys that are kept.</param>
internal sealed class FailureCounter(int free, TimeSpan longest, int most = 20_000)
{
    private static readonly long Quiet = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    private readonly Lock gate = new();
    private readonly Dictionary<string, FailureCount> counts = new(StringComparer.Ordinal);

    /// <summary>How many keys are kept.</summary>
    public int Kept
    {
        get
        {
            lock (gate)
            {
                return counts.Count;
            }
        }
    }

    /// <summary>How long a key must wait before it may try, in milliseconds; 0 for now.</summary>
    public long Wait(string key, long now)
    {
        lock (gate)
        {
            return Living(key, now) is { } count ? Math.Max(0, count.LastAt + Penalty(count.Failures) - now) : 0;
        }
    }

    /// <summary>
    /// Counts an attempt as failed before it is made, so that attempts side by side do not share one chance.
    /// <see cref="Forgive"/> takes it back.
    /// </summary>
    public FailureCount Count(string key, long now)
    {
        lock (gate)
        {
            var count = new FailureCount((Living(key, now)?.Failures ?? 0) + 1, now);
            if (!counts.ContainsKey(key) && counts.Count >= most)
            {
                MakeRoom(now);
            }

            counts[key] = count;
            return count;
        }
    }

    /// <summary>Takes one failure back: the attempt was none.</summary>
    public void Forgive(string key, long now)
    {
        lock (gate)
        {
            if (Living(key, now) is { Failures: > 1 } count)
            {
                counts[key] = count with { Failures = count.Failures - 1 };
            }
            else
            {
                counts.Remove(key);
            }
        }
    }

    /// <summary>Forgets a key: it has shown who it is.</summary>
    public void Clear(string key)
    {
        lock (gate)
        {
            counts.Remove(key);
        }
    }

    /// <summary>Takes up what was stored before a restart.</summary>
    public void Restore(string key, FailureCount count)
    {
        lock (gate)
        {
            if (counts.Count < most)
            {
                counts[key] = count;
            }
        }
    }

    private long Penalty(int failures) =>
        failures <= free ? 0
        : failures - free > 20 ? (long)longest.TotalMilliseconds
        : Math.Min((long)longest.TotalMilliseconds, 1000L << (failures - free - 1));

    private FailureCount? Living(string key, long now) =>
        counts.TryGetValue(key, out var count) && count.LastAt + Quiet > now ? count : null;

    // A tenth at once, so that a flood of new keys does not sort the table for each.
    private void MakeRoom(long now)
    {
        foreach (
            var key in counts
                .OrderBy(pair => pair.Value.LastAt + Quiet > now ? pair.Value.Failures : 0)
                .ThenBy(pair => pair.Value.LastAt)
                .Take(Math.Max(1, most / 10))
                .Select(pair => pair.Key)
                .ToList()
        )
        {
            counts.Remove(key);
        }
    }
}

/// <summary>What a key has behind it.</summary>
/// <param name="Failures">Attempts that failed since the last that did not.</param>
/// <param name="LastAt">When the last was, in milliseconds since 1970.</param>
internal readonly record struct FailureCount(int Failures, long LastAt);
