namespace Weir.Foundation.Measuring;

/// <summary>What a cache counts of itself since it was made. Thread-safe.</summary>
public sealed class CacheCounts
{
    private long hits;
    private long misses;
    private long evicted;
    private long expired;
    private long expiredUnused;
    private long entries = -1;

    /// <summary>For how long it keeps what it has; null when time takes nothing from it.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How many it holds now; null where it never said.</summary>
    public long? Entries => Interlocked.Read(ref entries) is >= 0 and var count ? count : null;

    /// <summary>Questions that were answered from it.</summary>
    public long Hits => Interlocked.Read(ref hits);

    /// <summary>Questions for which it had nothing.</summary>
    public long Misses => Interlocked.Read(ref misses);

    /// <summary>Entries that had to make room.</summary>
    public long Evicted => Interlocked.Read(ref evicted);

    /// <summary>Entries that were let go because their time was over.</summary>
    public long Expired => Interlocked.Read(ref expired);

    /// <summary>Of these, those that had answered nothing but the question that made them.</summary>
    public long ExpiredUnused => Interlocked.Read(ref expiredUnused);

    /// <summary>It holds so many now.</summary>
    public void Hold(long count) => Interlocked.Exchange(ref entries, count);

    /// <summary>A question was answered from it.</summary>
    public void Hit() => Interlocked.Increment(ref hits);

    /// <summary>It had nothing for a question.</summary>
    public void Miss() => Interlocked.Increment(ref misses);

    /// <summary>An entry made room.</summary>
    public void Evict() => Interlocked.Increment(ref evicted);

    /// <summary>An entry's time was over.</summary>
    /// <param name="used">Whether it had answered a question since it was made.</param>
    public void Expire(bool used)
    {
        Interlocked.Increment(ref expired);
        if (!used)
        {
            Interlocked.Increment(ref expiredUnused);
        }
    }
}
