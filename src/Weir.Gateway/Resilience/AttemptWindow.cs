namespace Weir.Gateway.Resilience;

/// <summary>
/// The last attempts at a target and how many of them failed; the oldest are forgotten by number and by age. Not thread-safe.
/// </summary>
/// <param name="most">How many are remembered, at least one.</param>
/// <param name="span">How long one is remembered.</param>
internal sealed class AttemptWindow(int most, TimeSpan span)
{
    // Moment and verdict in one word: the verdict is the lowest bit.
    private readonly long[] entries = new long[most];
    private int first;

    /// <summary>How many are remembered.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them failed.</summary>
    public int Failures { get; private set; }

    /// <summary>Remembers an attempt.</summary>
    /// <param name="now">The time since some beginning; not before that of the attempt before.</param>
    /// <param name="failed">Whether it failed.</param>
    public void Add(TimeSpan now, bool failed)
    {
        var oldest = (now - span).Ticks;
        while (Count > 0 && (Count == entries.Length || entries[first] >> 1 < oldest))
        {
            Failures -= (int)(entries[first] & 1);
            first = (first + 1) % entries.Length;
            Count--;
        }

        entries[(first + Count) % entries.Length] = (now.Ticks << 1) | (failed ? 1L : 0L);
        Count++;
        Failures += failed ? 1 : 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => (first, Count, Failures) = (0, 0, 0);
}
