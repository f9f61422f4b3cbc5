using System.Collections.Immutable;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>A sketch's buckets one by one, from its stored form (docs/formats/sketch.md).</summary>
internal static class SketchBuckets
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    /// <summary>The number and the count of each that counts anything, in order.</summary>
    public static ImmutableArray<(int Bucket, long Count)> Of(Sketch sketch)
    {
        var found = ImmutableArray.CreateBuilder<(int, long)>();
        var encoded = sketch.Encode();
        var (at, bucket) = (0, -1);
        while (at < encoded.Length)
        {
            var step = Read(encoded, ref at);
            var count = 1L;
            if ((step & 1) != 0)
            {
                var zigzag = Read(encoded, ref at);
                count = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            }

            bucket += 1 + (int)(step >> 1);
            if (count > 0)
            {
                found.Add((bucket, count));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The smallest value of a bucket in microseconds; of the one after the last, where the last ends.</summary>
    public static double Low(int bucket)
    {
        if (bucket < SubBuckets)
        {
            return bucket;
        }

        var exponent = (bucket >> SubBits) + SubBits - 1;
        return Math.ScaleB(SubBuckets + (bucket & (SubBuckets - 1)), exponent - SubBits);
    }

    private static ulong Read(byte[] encoded, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = encoded[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
