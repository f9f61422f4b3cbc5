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

    private const int MostSparse = 96;

    // Few buckets stand in order with their counts; many as a stretch of counts from one bucket on, where merging finds its
    // place without a search. Both take about the same room.
    private int[] buckets = [];
    private long[] counts = [];
    private long[]? stretch;
    private int stretchFrom;
    private int length;

    /// <summary>True when every count is zero.</summary>
    public bool IsEmpty => stretch is null ? length == 0 : !stretch.AsSpan().ContainsAnyExcept(0L);

    /// <summary>Counts a value; a negative one as 0.</summary>
    /// <param name="microseconds">The value.</param>
    /// <param name="times">How often; negative takes it out again.</param>
    public void Add(long microseconds, long times) => Count(BucketOf(microseconds), times, 0);

    /// <summary>Adds another sketch, or takes it out.</summary>
    public void Add(Sketch other)
    {
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
        var bucket = -1L;
        var at = 0;
        while (!encoded.IsEmpty)
        {
            var count = 1L;
            if (!TryRead(ref encoded, out var step) || ((step & 1) != 0 && !TryReadCount(ref encoded, out count)))
            {
                return false;
            }

            bucket += 1 + (long)Math.Min(step >> 1, Buckets);
            if (bucket >= Buckets)
            {
                return false;
            }

            at = Count((int)bucket, times * count, at);
        }

        return true;
    }

    /// <summary>Forgets every value.</summary>
    public void Clear()
    {
        stretch = null;
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
        var total = 0L;
        for (var place = 0; Next(ref place, out _, out var count); )
        {
            total += Math.Max(0, count);
        }

        if (total == 0)
        {
            return null;
        }

        var rank = (long)(quantile * (total - 1));
        var seen = 0L;
        var found = 0;
        for (var place = 0; seen <= rank && Next(ref place, out var bucket, out var count); )
        {
            found = bucket;
            seen += Math.Max(0, count);
        }

        return MiddleOf(found) / 1000;
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

        if (stretch is not null)
        {
            Reach(bucket) += times;
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
            Stretch();
            Reach(bucket) += times;
            return 0;
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

    private void Stretch()
    {
        stretchFrom = buckets[0];
        stretch = new long[buckets[length - 1] - stretchFrom + 1];
        for (var i = 0; i < length; i++)
        {
            stretch[buckets[i] - stretchFrom] = counts[i];
        }

        (buckets, counts, length) = ([], [], 0);
    }

    private ref long Reach(int bucket)
    {
        var at = bucket - stretchFrom;
        if ((uint)at < (uint)stretch!.Length)
        {
            return ref stretch[at];
        }

        // A power of two more than is needed, so that it does not grow with every value.
        var from = at < 0 ? Math.Max(0, bucket - SubBuckets) : stretchFrom;
        var end = at < 0 ? stretchFrom + stretch.Length : Math.Min(Buckets, bucket + SubBuckets);
        var wider = new long[end - from];
        stretch.CopyTo(wider, stretchFrom - from);
        (stretch, stretchFrom) = (wider, from);
        return ref stretch[bucket - from];
    }

    /// <summary>The next bucket that counts anything, in order; <paramref name="place"/> begins at 0.</summary>
    private bool Next(ref int place, out int bucket, out long count)
    {
        var end = stretch?.Length ?? length;
        while (place < end)
        {
            var at = place++;
            (bucket, count) = stretch is null ? (buckets[at], counts[at]) : (stretchFrom + at, stretch[at]);
            if (count != 0)
            {
                return true;
            }
        }

        (bucket, count) = (0, 0);
        return false;
    }

    private static bool TryReadCount(ref ReadOnlySpan<byte> from, out long count)
    {
        var readable = TryRead(ref from, out var zigzag);
        count = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        return readable;
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
