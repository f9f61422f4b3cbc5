using System.Numerics;

namespace Weir.Ledger.Rollups;

/// <summary>
/// How often values fell into logarithmic buckets, so that quantiles come out within 1 %. Values are whole microseconds.
/// Below 64 each value is a bucket; above, each power of two is cut into 64 equal buckets, whose middle is at most
/// 1/128 away from any value in it. Counts are whole numbers: sketches add and subtract exactly, in any order.
/// The idea is DDSketch's (Masson, Rim, Lee: "DDSketch", VLDB 2019), with integer arithmetic for the logarithm.
/// Stored as pairs of variable-length numbers: the distance from the bucket before, and the count (zigzag).
/// Not thread-safe.
/// </summary>
internal sealed class Sketch
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private int[] buckets = new int[4];
    private long[] counts = new long[4];
    private int length;

    /// <summary>True when every count is zero.</summary>
    public bool IsEmpty => length == 0;

    /// <summary>Counts a value; a negative one as 0.</summary>
    /// <param name="microseconds">The value.</param>
    /// <param name="times">How often; negative takes it out again.</param>
    public void Add(long microseconds, long times) => Count(BucketOf(microseconds), times);

    /// <summary>Adds another sketch, or takes it out.</summary>
    public void Add(Sketch other)
    {
        for (var i = 0; i < other.length; i++)
        {
            Count(other.buckets[i], other.counts[i]);
        }
    }

    /// <summary>Adds an encoded sketch. False, and nothing certain, when it cannot be read.</summary>
    public bool TryAdd(ReadOnlySpan<byte> encoded)
    {
        var bucket = 0L;
        while (!encoded.IsEmpty)
        {
            if (!TryRead(ref encoded, out var distance) || !TryRead(ref encoded, out var zigzag))
            {
                return false;
            }

            bucket += (long)Math.Min(distance, int.MaxValue);
            if (bucket >= (64 - SubBits + 1) * SubBuckets)
            {
                return false;
            }

            Count((int)bucket, (long)(zigzag >> 1) ^ -(long)(zigzag & 1));
        }

        return true;
    }

    /// <summary>The stored form; empty for an empty sketch.</summary>
    public byte[] Encode()
    {
        if (length == 0)
        {
            return [];
        }

        var bytes = new byte[length * 20];
        var at = 0;
        var last = 0;
        for (var i = 0; i < length; i++)
        {
            at += Write(bytes.AsSpan(at), (ulong)(buckets[i] - last));
            at += Write(bytes.AsSpan(at), (ulong)((counts[i] << 1) ^ (counts[i] >> 63)));
            last = buckets[i];
        }

        return bytes.AsSpan(0, at).ToArray();
    }

    /// <summary>The value at a quantile between 0 and 1, in milliseconds; null when nothing was counted.</summary>
    public double? QuantileMs(double quantile)
    {
        var total = 0L;
        for (var i = 0; i < length; i++)
        {
            total += Math.Max(0, counts[i]);
        }

        if (total == 0)
        {
            return null;
        }

        var rank = (long)(quantile * (total - 1));
        var seen = 0L;
        var index = -1;
        for (var i = 0; i < length && seen <= rank; i++)
        {
            seen += Math.Max(0, counts[i]);
            index = i;
        }

        return MiddleOf(buckets[index]) / 1000;
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

    private void Count(int bucket, long times)
    {
        if (times == 0)
        {
            return;
        }

        var at = Array.BinarySearch(buckets, 0, length, bucket);
        if (at >= 0)
        {
            counts[at] += times;
            if (counts[at] == 0)
            {
                length--;
                Array.Copy(buckets, at + 1, buckets, at, length - at);
                Array.Copy(counts, at + 1, counts, at, length - at);
            }

            return;
        }

        at = ~at;
        if (length == buckets.Length)
        {
            Array.Resize(ref buckets, length * 2);
            Array.Resize(ref counts, length * 2);
        }

        Array.Copy(buckets, at, buckets, at + 1, length - at);
        Array.Copy(counts, at, counts, at + 1, length - at);
        buckets[at] = bucket;
        counts[at] = times;
        length++;
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

    private static bool TryRead(ref ReadOnlySpan<byte> from, out ulong value)
    {
        value = 0;
        for (var i = 0; i < from.Length && i < 10; i++)
        {
            value |= (ulong)(from[i] & 0x7f) << (7 * i);
            if (from[i] < 0x80)
            {
                from = from[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
