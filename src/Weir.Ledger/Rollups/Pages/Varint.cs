using System.Buffers.Binary;
using System.Numerics;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>Numbers of one to ten bytes: seven bits each, the lowest first; signed ones folded (0, -1, 1, -2 …) first.</summary>
internal static class Varint
{
    /// <summary>The most bytes of one.</summary>
    public const int MostBytes = 10;

    /// <summary>Writes one and returns how many bytes it took.</summary>
    public static int Write(Span<byte> to, ulong value)
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

    /// <summary>Reads one and goes on behind it.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static ulong Read(ReadOnlySpan<byte> from, ref int at)
    {
        if ((uint)at < (uint)from.Length && from[at] < 0x80)
        {
            return from[at++];
        }

        var value = 0UL;
        for (var shift = 0; shift < 7 * MostBytes && at < from.Length; shift += 7)
        {
            var next = from[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A page of rollups cannot be read.");
    }

    /// <summary>Where the numbers behind the first ones begin; the end when there are no more.</summary>
    public static int Behind(ReadOnlySpan<byte> from, int numbers)
    {
        var at = 0;
        // A block ends at most eight numbers.
        while (numbers > sizeof(ulong) && from.Length - at >= sizeof(ulong))
        {
            var ends = ~BinaryPrimitives.ReadUInt64LittleEndian(from[at..]) & 0x8080_8080_8080_8080;
            (at, numbers) = (at + sizeof(ulong), numbers - BitOperations.PopCount(ends));
        }

        while (numbers > 0 && at < from.Length)
        {
            numbers -= from[at++] < 0x80 ? 1 : 0;
        }

        return at;
    }

    /// <summary>Reads as many signed ones as there is room for.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public static void ReadSigned(ReadOnlySpan<byte> from, Span<long> into)
    {
        var (at, i) = (0, 0);
        while (i < into.Length)
        {
            if (from.Length - at < sizeof(ulong))
            {
                into[i++] = Unfold(Read(from, ref at));
                continue;
            }

            // Eight bytes at once: byte by byte a number of five took ten nanoseconds, and a year's question reads millions.
            var bytes = BinaryPrimitives.ReadUInt64LittleEndian(from[at..]);
            var ends = ~bytes & 0x8080_8080_8080_8080;
            if (ends == 0x8080_8080_8080_8080 && into.Length - i >= sizeof(ulong))
            {
                for (var to = into.Slice(i, sizeof(ulong)); !to.IsEmpty; to = to[1..], bytes >>= 8)
                {
                    to[0] = Unfold(bytes & 0x7f);
                }

                (at, i) = (at + sizeof(ulong), i + sizeof(ulong));
            }
            else if (ends == 0)
            {
                into[i++] = Unfold(Read(from, ref at));
            }
            else
            {
                at += (BitOperations.TrailingZeroCount(ends) >> 3) + 1;
                bytes &= ends ^ (ends - 1);
                bytes = (bytes & 0x007f_007f_007f_007f) | ((bytes & 0x7f00_7f00_7f00_7f00) >> 1);
                bytes = (bytes & 0x0000_3fff_0000_3fff) | ((bytes & 0x3fff_0000_3fff_0000) >> 2);
                bytes = (bytes & 0x0000_0000_0fff_ffff) | ((bytes & 0x0fff_ffff_0000_0000) >> 4);
                into[i++] = Unfold(bytes);
            }
        }
    }

    /// <summary>Folds the sign into the lowest bit.</summary>
    public static ulong Fold(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>The opposite of <see cref="Fold"/>.</summary>
    public static long Unfold(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
