using System.Numerics;

namespace Weir.Foundation.Measuring;

/// <summary>
/// How long something took lately: counts by duration for the last hour, in spans of five minutes. Quantiles are within 3 %, count, mean and
/// maximum exact. Counting takes no lock and allocates nothing but a table for each span in which something happens. Thread-safe; what is read
/// may be a duration behind itself.
/// </summary>
public sealed class RecentDurations(TimeProvider clock)
{
    /// <summary>How far back it looks at least; what is up to <see cref="Span"/> older may be in it.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromHours(1);

    /// <summary>How much is forgotten at once.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(5);

    private const int Spans = 13; // twelve whole ones and the one that runs
    private const int Exact = 32; // as many ticks have a bucket each
    private const int Parts = 16; // buckets to a power of two beyond
    private const int Buckets = Exact + ((64 - 5) * Parts);

    private readonly long start = clock.GetTimestamp();
    private readonly Table?[] tables = new Table?[Spans];

    /// <summary>The moment from which something is measured, for <see cref="End"/>.</summary>
    public long Begin() => clock.GetTimestamp();

    /// <summary>Counts what began then and is over now.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan End(long begun)
    {
        var now = clock.GetTimestamp();
        var took = clock.GetElapsedTime(begun, now);
        Count(took, now);
        return took;
    }

    /// <summary>Counts what is over now.</summary>
    public void Count(TimeSpan took) => Count(took, clock.GetTimestamp());

    /// <summary>What was counted; null when nothing was.</summary>
    public DurationSummary? Read()
    {
        var oldest = SpanOf(clock.GetTimestamp()) - (Spans - 1);
        var counts = new long[Buckets];
        long count = 0;
        long ticks = 0;
        long longest = 0;
        foreach (var table in tables)
        {
            if (table is null || table.Span < oldest)
            {
                continue;
            }

            for (var i = 0; i < Buckets; i++)
            {
                var here = Volatile.Read(ref table.Counts[i]);
                counts[i] += here;
                count += here;
            }

            ticks += Interlocked.Read(ref table.Ticks);
            longest = Math.Max(longest, Interlocked.Read(ref table.Longest));
        }

        return count == 0
            ? null
            : new DurationSummary(
                count,
                TimeSpan.FromTicks(ticks / count),
                Quantile(0.5),
                Quantile(0.95),
                Quantile(0.99),
                TimeSpan.FromTicks(longest)
            );

        TimeSpan Quantile(double share)
        {
            var rank = (long)Math.Ceiling(share * count);
            var bucket = 0;
            for (long passed = counts[0]; passed < rank && bucket < Buckets - 1; passed += counts[bucket])
            {
                bucket++;
            }

            return TimeSpan.FromTicks(Math.Min(Middle(bucket), longest));
        }
    }

    private void Count(TimeSpan took, long now)
    {
        var table = TableOf(SpanOf(now));
        var ticks = Math.Max(0, took.Ticks);
        Interlocked.Increment(ref table.Counts[Bucket(ticks)]);
        Interlocked.Add(ref table.Ticks, ticks);
        var known = Interlocked.Read(ref table.Longest);
        while (ticks > known)
        {
            var seen = Interlocked.CompareExchange(ref table.Longest, ticks, known);
            if (seen == known)
            {
                break;
            }

            known = seen;
        }
    }

    // A clock that went back behind its start counts into the first span.
    private long SpanOf(long timestamp) => Math.Max(0, clock.GetElapsedTime(start, timestamp).Ticks / Span.Ticks);

    private Table TableOf(long span)
    {
        ref var place = ref tables[(int)(span % Spans)];
        var found = Volatile.Read(ref place);
        while (found is null || found.Span < span)
        {
            var made = new Table(span);
            var seen = Interlocked.CompareExchange(ref place, made, found);
            found = ReferenceEquals(seen, found) ? made : seen;
        }

        return found;
    }

    private static int Bucket(long ticks)
    {
        if (ticks < Exact)
        {
            return (int)ticks;
        }

        var power = BitOperations.Log2((ulong)ticks);
        return Exact + ((power - 5) * Parts) + (int)((ticks >> (power - 4)) & (Parts - 1));
    }

    private static long Middle(int bucket)
    {
        if (bucket < Exact)
        {
            return bucket;
        }

        var power = ((bucket - Exact) / Parts) + 5;
        var part = (bucket - Exact) % Parts;
        return ((long)(Parts + part) << (power - 4)) + (1L << (power - 5));
    }

    private sealed class Table(long span)
    {
        public readonly long Span = span;
        public readonly int[] Counts = new int[Buckets];
        public long Ticks;
        public long Longest;
    }
}

/// <summary>What durations came to.</summary>
/// <param name="Count">How many.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="P50">Half of them took no longer.</param>
/// <param name="P95">95 % of them took no longer.</param>
/// <param name="P99">99 % of them took no longer.</param>
/// <param name="Max">The longest.</param>
public sealed record DurationSummary(long Count, TimeSpan Mean, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Max);
