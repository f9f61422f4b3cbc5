namespace Weir.Gateway.Simulator;

/// <summary>Tokens of a prompt by what a cache did with them; the rest is plain input.</summary>
/// <param name="Read">Read from the cache.</param>
/// <param name="Write5m">Written for five minutes.</param>
/// <param name="Write1h">Written for an hour.</param>
internal readonly record struct CacheUse(int Read, int Write5m, int Write1h)
{
    /// <summary>All that was written.</summary>
    public int Write => Write5m + Write1h;
}

/// <summary>
/// The vendors' prompt caches: what begins as an earlier prompt did is read. Anthropic's keeps what is marked, Gemini's and
/// OpenAI's keep everything from 1,024 tokens on, in steps of 128. Remembers a bounded number of prefixes. Thread-safe.
/// </summary>
internal sealed class PromptCache(TimeProvider clock)
{
    private const int MostPrefixes = 20_000;
    private const int LeastTokens = 1_024;
    private const int Step = 128;

    private readonly Lock gate = new();
    private readonly Dictionary<ulong, DateTimeOffset> known = [];
    private readonly Queue<ulong> order = [];

    /// <summary>How long a prefix is kept unless asked otherwise; each reading begins the time anew.</summary>
    public static TimeSpan Short { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a prefix is kept at most.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromHours(1);

    /// <summary>Asks for a prompt and keeps it.</summary>
    /// <param name="prefixes">Where it may be cut, shortest first.</param>
    /// <param name="byMarks">Whether only marked prefixes are kept, and what is kept is told.</param>
    public CacheUse Use(IReadOnlyList<PromptPrefix> prefixes, bool byMarks)
    {
        lock (gate)
        {
            return byMarks ? UseMarked(prefixes) : UseAll(prefixes);
        }
    }

    private CacheUse UseMarked(IReadOnlyList<PromptPrefix> prefixes)
    {
        if (!prefixes.Any(p => p.Lifetime is not null))
        {
            return default;
        }

        var read = prefixes.LastOrDefault(p => IsKnown(p.Hash)).Tokens;
        var (five, hour, upTo) = (0, 0, read);
        foreach (var prefix in prefixes)
        {
            if (prefix.Lifetime is not { } lifetime)
            {
                continue;
            }

            var fresh = Math.Max(0, prefix.Tokens - upTo);
            (five, hour) = lifetime == Long ? (five, hour + fresh) : (five + fresh, hour);
            upTo = Math.Max(upTo, prefix.Tokens);
            Keep(prefix.Hash, lifetime);
        }

        return new CacheUse(read, five, hour);
    }

    private CacheUse UseAll(IReadOnlyList<PromptPrefix> prefixes)
    {
        var read = prefixes.LastOrDefault(p => p.Tokens >= LeastTokens && IsKnown(p.Hash)).Tokens;
        foreach (var prefix in prefixes.Where(p => p.Tokens >= LeastTokens))
        {
            Keep(prefix.Hash, Short);
        }

        return new CacheUse(read / Step * Step, 0, 0);
    }

    private bool IsKnown(ulong hash) => known.TryGetValue(hash, out var until) && until > clock.GetUtcNow();

    private void Keep(ulong hash, TimeSpan lifetime)
    {
        if (!known.ContainsKey(hash))
        {
            order.Enqueue(hash);
            if (order.Count > MostPrefixes)
            {
                known.Remove(order.Dequeue());
            }
        }

        known[hash] = clock.GetUtcNow() + lifetime;
    }
}
