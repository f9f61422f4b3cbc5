using System.Numerics;

namespace Weir.Ledger.Rollups;

/// <summary>
/// How often values fell into logarithmic buckets, so that quantiles come out within 1 %. Values are whole microseconds.
/// Below 64 each value is a bucket; above, each power of two is cut into 64 equal buckets, whose middle is at most
/// 1/128 away from any value in it. Counts are whole numbers: sketches add and subtract exactly, in any order.
/// The idea is DDSketch's (Masson, Rim, Lee: "DDSketch", VLDB 2019), with integer arithmetic for the logarithm.
/// The stored form is laid down in docs/formats/sketch.md. Not thread-safe.
/// </summary>
internal sealed class Sketch
{
    /// <summary>What <see cref="Encode(Span{byte})"/> writes at most.</summary>
    public const int MostBytes = Buckets * BytesOfBucket;

    private const int BytesOfBucket = 12; // a step of 2 bytes and a count of 10
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private const int Buckets = (64 - SubBits) * SubBuckets; // long.MaxValue falls into the last one

    private const int Powers = Buckets / SubBuckets;
    private const int MostSparse = 32;

    // Few buckets stand in order with their counts. Many stand by the power of two that they are of: merging then finds its place
    // without a search, and a sketch of durations needs seven or eight of them.
    private int[] buckets = [];
    private long[] counts = [];
    private int length;
    private long[]?[]? powers;

    /// <summary>True when every count is zero.</summary>
    public bool IsEmpty => powers is null ? length == 0 : !powers.Any(power => power.AsSpan().ContainsAnyExcept(0L));

    /// <summary>Counts a value; a negative one as 0.</summary>
    /// <param name="microseconds">The value.</param>
    /// <param name="times">How often; negative takes it out again.</param>
    public void Add(long microseconds, long times) => Count(BucketOf(microseconds), times, 0);

    /// <summary>Adds another sketch, or takes it out.</summary>
    public void Add(Sketch other)
    {
        if (powers is not null && other.powers is { } others)
        {
            for (var i = 0; i < others.Length; i++)
            {
                if (others[i] is { } power)
                {
                    var own = powers[i] ?? New(i << SubBits);
                    for (var sub = 0; sub < own.Length; sub++)
                    {
                        own[sub] += power[sub];
                    }
                }
            }

            return;
        }

        var at = 0;
        var place = 0;
        while (other.Next(ref place, out var bucket, out var count))
        {
            at = Count(bucket, count, at);
        }
    }

    /// <summary>Adds an encoded sketch. False, and nothing certain, when it cannot be read.</summary>
    /// <param name="encoded">What <see cref="Encode()"/> made.</param>
    /// <param name="times">How often; negative takes it out again.</param>
    public bool TryAdd(ReadOnlySpan<byte> encoded, int times = 1)
    {
        var bucket = -1;
        var (next, at) = (0, 0);
        while (next < encoded.Length)
        {
            if (!TryRead(encoded, ref next, out var step) || step >> 1 >= (ulong)(Buckets - 1 - bucket))
            {
                return false;
            }

            var count = 1L;
            if ((step & 1) != 0)
            {
                if (!TryRead(encoded, ref next, out var zigzag))
                {
                    return false;
                }

                count = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            }

            bucket += 1 + (int)(step >> 1);
            if (powers is { } all)
            {
                (all[bucket >> SubBits] ?? New(bucket))[bucket & (SubBuckets - 1)] += times * count;
            }
            else
            {
                at = Count(bucket, times * count, at);
            }
        }

        return true;
    }

    /// <summary>Forgets every value.</summary>
    public void Clear()
    {
        powers = null;
        length = 0;
    }

    /// <summary>The stored form; empty for an empty sketch.</summary>
    /// <param name="into">Room for <see cref="MostBytes"/>.</param>
    /// <returns>Its beginning, which holds the sketch.</returns>
    public ReadOnlySpan<byte> Encode(Span<byte> into)
    {
        var at = 0;
        var next = 0;
        var place = 0;
        while (Next(ref place, out var bucket, out var count))
        {
            var step = (ulong)(bucket - next) << 1;
            next = bucket + 1;
            if (count == 1)
            {
                at += Write(into[at..], step);
                continue;
            }

            at += Write(into[at..], step | 1);
            at += Write(into[at..], (ulong)((count << 1) ^ (count >> 63)));
        }

        return into[..at];
    }

    /// <summary>The stored form in an array of its own.</summary>
    public byte[] Encode() => Encode(new byte[MostBytes]).ToArray();

    /// <summary>True when both count the same.</summary>
    public bool IsSame(Sketch other)
    {
        var (place, otherPlace) = (0, 0);
        while (true)
        {
            var any = Next(ref place, out var bucket, out var count);
            if (
                any != other.Next(ref otherPlace, out var otherBucket, out var otherCount)
                || bucket != otherBucket
                || count != otherCount
            )
            {
                return false;
            }

            if (!any)
            {
                return true;
            }
        }
    }

    /// <summary>The value at a quantile between 0 and 1, in milliseconds; null when nothing was counted.</summary>
    public double? QuantileMs(double quantile)
    {
        Span<double?> value = [null];
        QuantilesMs([quantile], value);
        return value[0];
    }

    /// <summary>The values at several quantiles, which rise, as <see cref="QuantileMs"/> tells one.</summary>
    public void QuantilesMs(ReadOnlySpan<double> quantiles, Span<double?> values)
    {
        values.Clear();
        var total = 0L;
        for (var place = 0; Next(ref place, out _, out var count); )
        {
            total += Math.Max(0, count);
        }

        if (total == 0)
        {
            return;
        }

        var (seen, at) = (0L, 0);
        for (var place = 0; at < quantiles.Length && Next(ref place, out var bucket, out var count); )
        {
            seen += Math.Max(0, count);
            while (at < quantiles.Length && seen > (long)(quantiles[at] * (total - 1)))
            {
                values[at++] = MiddleOf(bucket) / 1000;
            }
        }
    }

    internal static int BucketOf(long microseconds)
    {
        if (microseconds < SubBuckets)
        {
            return (int)Math.Max(0, microseconds);
        }

        var exponent = BitOperations.Log2((ulong)microseconds);
        var sub = (int)(microseconds >> (exponent - SubBits)) & (SubBuckets - 1);
        return ((exponent - SubBits + 1) << SubBits) + sub;
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < SubBuckets)
        {
            return bucket;
        }

        var exponent = (bucket >> SubBits) + SubBits - 1;
        var width = Math.ScaleB(1, exponent - SubBits);
        var low = Math.ScaleB(1, exponent) + ((bucket & (SubBuckets - 1)) * width);
        // The bucket holds low … low + width - 1.
        return low + ((width - 1) / 2);
    }

    /// <summary>Counts, looking from a place that is not beyond the bucket's; returns the bucket's place or the one after.</summary>
    private int Count(int bucket, long times, int from)
    {
        if (times == 0)
        {
            return from;
        }

        if (powers is not null)
        {
            (powers[bucket >> SubBits] ?? New(bucket))[bucket & (SubBuckets - 1)] += times;
            return 0;
        }

        // A merged sketch mostly has its next bucket where the search begins.
        var at =
            from < length && buckets[from] == bucket ? from : Array.BinarySearch(buckets, from, length - from, bucket);
        if (at >= 0)
        {
            counts[at] += times;
            if (counts[at] != 0)
            {
                return at + 1;
            }

            length--;
            Array.Copy(buckets, at + 1, buckets, at, length - at);
            Array.Copy(counts, at + 1, counts, at, length - at);
            return at;
        }

        at = ~at;
        if (length == MostSparse)
        {
            Spread();
            return Count(bucket, times, 0);
        }

        if (length == buckets.Length)
        {
            var room = Math.Max(8, length * 2);
            Array.Resize(ref buckets, room);
            Array.Resize(ref counts, room);
        }

        Array.Copy(buckets, at, buckets, at + 1, length - at);
        Array.Copy(counts, at, counts, at + 1, length - at);
        buckets[at] = bucket;
        counts[at] = times;
        length++;
        return at + 1;
    }

    private void Spread()
    {
        powers = new long[]?[Powers];
        for (var i = 0; i < length; i++)
        {
            (powers[buckets[i] >> SubBits] ?? New(buckets[i]))[buckets[i] & (SubBuckets - 1)] = counts[i];
        }

        (buckets, counts, length) = ([], [], 0);
    }

    private long[] New(int bucket) => powers![bucket >> SubBits] = new long[SubBuckets];

    /// <summary>The next bucket that counts anything, in order; <paramref name="place"/> begins at 0.</summary>
    private bool Next(ref int place, out int bucket, out long count)
    {
        var end = powers is null ? length : Buckets;
        while (place < end)
        {
            var at = place++;
            if (powers is null)
            {
                (bucket, count) = (buckets[at], counts[at]);
            }
            else if (powers[at >> SubBits] is { } power)
            {
                (bucket, count) = (at, power[at & (SubBuckets - 1)]);
            }
            else
            {
                place = ((at >> SubBits) + 1) << SubBits;
                continue;
            }

            if (count != 0)
            {
                return true;
            }
        }

        (bucket, count) = (0, 0);
        return false;
    }

    private static int Write(Span<byte> to, ulong value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
        return at;
    }

    private static bool TryRead(ReadOnlySpan<byte> from, ref int at, out ulong value)
    {
        // Nearly every number is one byte.
        if ((uint)at < (uint)from.Length && from[at] < 0x80)
        {
            value = from[at++];
            return true;
        }

        value = 0;
        for (var i = 0; i < 10 && at < from.Length; i++)
        {
            var next = from[at++];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
