using System.Buffers.Binary;
using System.Diagnostics;

namespace Weir.Tokens;

/// <summary>
/// The byte strings of an encoding and their ranks, searched where they lie in the mapped assembly: nothing of the two
/// hundred thousand is ever on the heap, and pages that no count touches are never read. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// The table, as <c>Vocabulary/pack.mjs</c> writes it, in little-endian 32-bit words: a magic number, the count of tokens, the
/// bits b of a slot's number, the longest token's bytes; 2^b slots, each 0 or a token's rank + 1 in the low 18 bits and the
/// low 14 bits of its hash above, open addressing from the hash's high b bits on; count + 1 offsets; then the tokens' bytes
/// by rank. The assembly does not promise that it lies on a word's boundary.
/// </remarks>
internal sealed unsafe class Vocabulary
{
    /// <summary>What <see cref="Rank"/> says of bytes that are no token: above every rank.</summary>
    public const int None = int.MaxValue;

    private const uint Magic = 0x45504257;
    private const int RankBits = 18;
    private const uint RankMask = (1 << RankBits) - 1;
    private const int Header = 16;

    private readonly byte* slots;
    private readonly byte* offsets;
    private readonly byte* bytes;
    private readonly int slotBits;

    private Vocabulary(byte* table, long length)
    {
        Count = (int)Word(table, 1);
        slotBits = (int)Word(table, 2);
        Longest = (int)Word(table, 3);
        slots = table + Header;
        offsets = slots + (4L << slotBits);
        bytes = offsets + (4L * (Count + 1));
        if (Word(table, 0) != Magic || bytes - table + Word(offsets, Count) != length)
        {
            throw new InvalidDataException("The vocabulary inside Weir.Tokens is damaged.");
        }
    }

    /// <summary>How many tokens it has; ranks run from 0 to this.</summary>
    public int Count { get; }

    /// <summary>The longest token in bytes.</summary>
    public int Longest { get; }

    /// <summary>The vocabulary of that name; null when this build carries none.</summary>
    /// <exception cref="InvalidDataException">It is there and damaged.</exception>
    public static Vocabulary? Open(string encoding)
    {
        // The stream only says where the bytes lie: they stay mapped for as long as the assembly is loaded, which is for good.
        using var resource = typeof(Vocabulary).Assembly.GetManifestResourceStream($"Weir.Tokens.{encoding}.bpe");
        return resource switch
        {
            null => null,
            UnmanagedMemoryStream mapped => new Vocabulary(mapped.PositionPointer, mapped.Length),
            _ => throw new UnreachableException("The runtime maps resources."),
        };
    }

    /// <summary>The rank of a byte string; <see cref="None"/> when it is no token.</summary>
    public int Rank(ReadOnlySpan<byte> token)
    {
        if (token.Length > Longest || token.IsEmpty)
        {
            return None;
        }

        var hash = Hash(token);
        var mask = (1u << slotBits) - 1;
        for (var at = hash >> (32 - slotBits); ; at = (at + 1) & mask)
        {
            var slot = Word(slots, (int)at);
            if (slot == 0)
            {
                return None;
            }

            if (slot >> RankBits == (hash & 0x3FFF))
            {
                var rank = (int)(slot & RankMask) - 1;
                if (token.SequenceEqual(Token(rank)))
                {
                    return rank;
                }
            }
        }
    }

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> Token(int rank)
    {
        var from = Word(offsets, rank);
        return new ReadOnlySpan<byte>(bytes + from, (int)(Word(offsets, rank + 1) - from));
    }

    private static uint Word(byte* from, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(from + (4L * index), 4));

    private static uint Hash(ReadOnlySpan<byte> token)
    {
        var hash = (uint)token.Length;
        while (token.Length >= 4)
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(token));
            token = token[4..];
        }

        if (!token.IsEmpty)
        {
            var rest = 0u;
            for (var i = token.Length - 1; i >= 0; i--)
            {
                rest = (rest << 8) | token[i];
            }

            hash = Mix(hash, rest);
        }

        hash *= 0x85EBCA6B;
        return hash ^ (hash >> 13);
    }

    private static uint Mix(uint hash, uint word)
    {
        hash = (hash ^ word) * 0x9E3779B1;
        return hash ^ (hash >> 15);
    }
}
