namespace Weir.Server.Doors;

/// <summary>
/// How often each caller may ask. A caller has a bucket as large as what it may ask in a minute, which fills again evenly over
/// one. Its memory is bounded whatever callers come: beyond that many at once, newcomers share buckets. Thread-safe.
/// </summary>
/// <param name="clock">Where the time comes from.</param>
/// <param name="mostCallers">How many callers have a bucket of their own at once; as many that are full again are forgotten.</param>
internal sealed class RateTable(TimeProvider clock, int mostCallers = 16_384)
{
    private const int Shared = 1024;

    private static readonly long Minute = TimeSpan.FromMinutes(1).Ticks;

    private readonly Lock gate = new();
    private readonly long start = clock.GetTimestamp();

    // When a caller's bucket will be full again: nothing else need be remembered of it (the generic cell rate algorithm).
    private readonly Dictionary<string, long> fullAt = new(StringComparer.Ordinal);

    /// <summary>How many callers it remembers.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return fullAt.Count;
            }
        }
    }

    /// <summary>Takes one request out of a caller's bucket, unless it is empty.</summary>
    /// <param name="caller">Who asks; never shown.</param>
    /// <param name="perMinute">How often it may ask, 1 or more.</param>
    public RateAnswer Take(string caller, int perMinute) => Ask(caller, perMinute, takes: true);

    /// <summary>What <see cref="Take"/> would say, and nothing is taken.</summary>
    public RateAnswer Look(string caller, int perMinute) => Ask(caller, perMinute, takes: false);

    private RateAnswer Ask(string caller, int perMinute, bool takes)
    {
        var each = Math.Max(1, Minute / perMinute);
        lock (gate)
        {
            var now = clock.GetElapsedTime(start).Ticks;
            var name = Place(caller, now);
            var before = Math.Max(now, fullAt.GetValueOrDefault(name));
            var after = before + each;
            var isAllowed = after - now <= Minute;
            if (isAllowed && takes)
            {
                fullAt[name] = after;
            }

            var full = isAllowed ? after : before;
            return new RateAnswer(
                isAllowed,
                perMinute,
                (int)Math.Max(0, (Minute - (full - now)) / each),
                TimeSpan.FromTicks(full - now),
                isAllowed ? TimeSpan.Zero : TimeSpan.FromTicks(after - Minute - now)
            );
        }
    }

    private string Place(string caller, long now)
    {
        if (fullAt.ContainsKey(caller) || fullAt.Count < mostCallers)
        {
            return caller;
        }

        foreach (var (name, full) in fullAt)
        {
            if (full <= now)
            {
                fullAt.Remove(name);
            }
        }

        return fullAt.Count < mostCallers
            ? caller
            // A name that no caller has.
            : "\0" + (uint)string.GetHashCode(caller, StringComparison.Ordinal) % Shared;
    }
}

/// <summary>What a bucket says.</summary>
/// <param name="IsAllowed">Whether the request may go on.</param>
/// <param name="Limit">How many requests a minute there are.</param>
/// <param name="Remaining">How many more there are at once.</param>
/// <param name="Reset">Until the bucket is full again.</param>
/// <param name="RetryAfter">Until the next request may come; zero where it may at once.</param>
internal readonly record struct RateAnswer(
    bool IsAllowed,
    int Limit,
    int Remaining,
    TimeSpan Reset,
    TimeSpan RetryAfter
);
