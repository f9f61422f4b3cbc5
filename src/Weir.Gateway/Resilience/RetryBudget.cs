namespace Weir.Gateway.Resilience;

/// <summary>
/// What may be spent on asking one provider again. Of the requests of the last ten seconds one in ten may be a retry, as in the
/// Google SRE book's chapter on overload (a per-client budget of 10 %), and three a second in any case, so that few requests may
/// be retried too (the reserve of Finagle's RetryBudget). In the ten seconds that end with any retry there are never more than the
/// larger of 30 and a tenth of the requests: without it, three tries each would turn a provider's bad minute into three times the
/// load. Thread-safe.
/// </summary>
/// <param name="context">The time.</param>
internal sealed class RetryBudget(HealthContext context)
{
    /// <summary>How long a request and a retry count.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(Seconds);

    /// <summary>The retries that are free in that time.</summary>
    public const int Reserve = 3 * Seconds;

    /// <summary>So many requests allow one retry.</summary>
    public const int RequestsForOne = 10;

    private const int Seconds = 10;

    private readonly Lock gate = new();

    // One more than ten: the oldest second is partly outside. Its retries count whole and its requests not at all.
    private readonly (int Requests, int Retries)[] counts = new (int, int)[Seconds + 1];
    private long second;
    private int arrived;
    private int requests;
    private int retries;

    /// <summary>Counts a request. Takes the lock for the first one of each second alone.</summary>
    public void Request()
    {
        if (Volatile.Read(ref second) != SecondNow)
        {
            lock (gate)
            {
                Move();
            }
        }

        Interlocked.Increment(ref arrived);
    }

    /// <summary>Takes a retry; false where there is none left.</summary>
    public bool TryTake()
    {
        lock (gate)
        {
            Move();
            var oldest = counts[(second + 1) % counts.Length].Requests;
            if (retries >= Math.Max(Reserve, (requests - oldest) / RequestsForOne))
            {
                return false;
            }

            counts[second % counts.Length].Retries++;
            retries++;
            return true;
        }
    }

    private long SecondNow => context.Now.Ticks / TimeSpan.TicksPerSecond;

    private void Move()
    {
        var more = Interlocked.Exchange(ref arrived, 0);
        counts[second % counts.Length].Requests += more;
        requests += more;
        var now = SecondNow;
        for (var steps = Math.Min(now - second, counts.Length); steps > 0; steps--)
        {
            Volatile.Write(ref second, now - steps + 1);
            ref var count = ref counts[second % counts.Length];
            requests -= count.Requests;
            retries -= count.Retries;
            count = default;
        }
    }
}
