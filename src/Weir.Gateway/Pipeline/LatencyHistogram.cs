using System.Collections.Immutable;

namespace Weir.Gateway;

/// <summary>Counts of durations by fixed upper bounds. Thread-safe; what is read may be one duration behind itself.</summary>
public sealed class LatencyHistogram
{
    private static readonly ImmutableArray<double> Seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    private readonly long[] buckets = new long[Seconds.Length + 1];
    private long ticks;

    internal LatencyHistogram() { }

    /// <summary>The upper bounds of <see cref="Buckets"/> in seconds, themselves included; the last bucket has none.</summary>
    public static ImmutableArray<double> Bounds => Seconds;

    /// <summary>How many lasted as long as each bound says, not cumulative; one more than there are bounds.</summary>
    public ImmutableArray<long> Buckets => [.. buckets];

    /// <summary>The sum of the durations.</summary>
    public TimeSpan Sum => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

    internal void Count(TimeSpan duration)
    {
        Interlocked.Add(ref ticks, duration.Ticks);
        var bucket = 0;
        while (bucket < Seconds.Length && duration.TotalSeconds > Seconds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref buckets[bucket]);
    }
}
