using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Wire;

/// <summary>
/// Finds where a JSON object or array ends without reading what is in it: 64 bytes at a step, quotes and brackets as bit
/// masks, in-string spans by the running parity of unescaped quotes. For valid JSON the end is exact. Of malformed JSON
/// only the brackets outside strings count; whether the inside is valid, the upstream judges.
/// </summary>
public static class JsonStructure
{
    private const int Block = 64;

    /// <summary>The end was not found.</summary>
    public const int Unclosed = -1;

    /// <summary>The nesting goes deeper than was allowed.</summary>
    public const int TooDeep = -2;

    /// <summary>
    /// The offset just behind the bracket that closes the one at <paramref name="start"/>, or <see cref="Unclosed"/>
    /// (also when that bracket is of the other kind) or <see cref="TooDeep"/>.
    /// </summary>
    public static int SkipContainer(ReadOnlySpan<byte> json, int start, int maxDepth)
    {
        var depth = 0;
        var escapeCarry = 0UL;
        var stringCarry = 0UL;
        Span<byte> tail = stackalloc byte[Block];
        for (var at = start; at < json.Length; at += Block)
        {
            scoped ReadOnlySpan<byte> block;
            if (json.Length - at >= Block)
            {
                block = json.Slice(at, Block);
            }
            else
            {
                tail.Fill((byte)' ');
                json[at..].CopyTo(tail);
                block = tail;
            }

            Classify(block, out var quotes, out var backslashes, out var opening, out var closing);
            if ((backslashes | escapeCarry) != 0)
            {
                quotes &= ~Escaped(backslashes, ref escapeCarry);
            }

            var inString = PrefixXor(quotes) ^ stringCarry;
            stringCarry = (ulong)((long)inString >> 63);
            opening &= ~inString;
            closing &= ~inString;
            var opened = BitOperations.PopCount(opening);
            var closed = BitOperations.PopCount(closing);
            if (depth > closed && depth + opened <= maxDepth)
            {
                depth += opened - closed;
                continue;
            }

            for (var brackets = opening | closing; brackets != 0; brackets &= brackets - 1)
            {
                var bit = BitOperations.TrailingZeroCount(brackets);
                if ((opening >> bit & 1) != 0)
                {
                    if (++depth > maxDepth)
                    {
                        return TooDeep;
                    }
                }
                else if (--depth == 0)
                {
                    // '{' and '}' differ from each other by 2, as '[' and ']' do; across the kinds they do not.
                    return block[bit] - json[start] == 2 ? at + bit + 1 : Unclosed;
                }
            }
        }

        return Unclosed;
    }

    /// <summary>
    /// The offset just behind the quote that closes the string whose quote is at <paramref name="start"/>, or
    /// <see cref="Unclosed"/>. What stands in it (control characters, wrong escapes) is not looked at.
    /// </summary>
    public static int SkipString(ReadOnlySpan<byte> json, int start)
    {
        var at = start + 1;
        while (at < json.Length)
        {
            var quote = json[at..].IndexOf((byte)'"');
            if (quote < 0)
            {
                return Unclosed;
            }

            quote += at;
            var backslash = quote;
            while (backslash > at && json[backslash - 1] == (byte)'\\')
            {
                backslash--;
            }

            at = quote + 1;
            if (((quote - backslash) & 1) == 0)
            {
                return at;
            }
        }

        return Unclosed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Classify(
        ReadOnlySpan<byte> block,
        out ulong quotes,
        out ulong backslashes,
        out ulong opening,
        out ulong closing
    )
    {
        // '[' and '{' differ in bit 5 alone, as ']' and '}' do, so setting it folds each pair into one comparison.
        if (Vector512.IsHardwareAccelerated)
        {
            var bytes = Vector512.Create(block);
            var folded = bytes | Vector512.Create((byte)0x20);
            quotes = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits();
            backslashes = Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits();
            opening = Vector512.Equals(folded, Vector512.Create((byte)'{')).ExtractMostSignificantBits();
            closing = Vector512.Equals(folded, Vector512.Create((byte)'}')).ExtractMostSignificantBits();
            return;
        }

        quotes = backslashes = opening = closing = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (var i = 0; i < Block; i += 32)
            {
                var bytes = Vector256.Create(block.Slice(i, 32));
                var folded = bytes | Vector256.Create((byte)0x20);
                quotes |= (ulong)Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits() << i;
                backslashes |=
                    (ulong)Vector256.Equals(bytes, Vector256.Create((byte)'\\')).ExtractMostSignificantBits() << i;
                opening |=
                    (ulong)Vector256.Equals(folded, Vector256.Create((byte)'{')).ExtractMostSignificantBits() << i;
                closing |=
                    (ulong)Vector256.Equals(folded, Vector256.Create((byte)'}')).ExtractMostSignificantBits() << i;
            }

            return;
        }

        for (var i = 0; i < Block; i += 16)
        {
            var bytes = Vector128.Create(block.Slice(i, 16));
            var folded = bytes | Vector128.Create((byte)0x20);
            quotes |= (ulong)Vector128.Equals(bytes, Vector128.Create((byte)'"')).ExtractMostSignificantBits() << i;
            backslashes |=
                (ulong)Vector128.Equals(bytes, Vector128.Create((byte)'\\')).ExtractMostSignificantBits() << i;
            opening |= (ulong)Vector128.Equals(folded, Vector128.Create((byte)'{')).ExtractMostSignificantBits() << i;
            closing |= (ulong)Vector128.Equals(folded, Vector128.Create((byte)'}')).ExtractMostSignificantBits() << i;
        }
    }

    /// <summary>The positions that a backslash escapes; <paramref name="carry"/> is 1 when the next block's first is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Escaped(ulong backslashes, ref ulong carry)
    {
        var escaped = carry;
        carry = 0;
        for (var left = backslashes & ~escaped; left != 0; )
        {
            var next = (left & (0 - left)) << 1;
            if (next == 0)
            {
                carry = 1;
                break;
            }

            escaped |= next;
            // Everything up to and with the escaped position is done.
            left &= ~(next | (next - 1));
        }

        return escaped;
    }

    /// <summary>Bit n of the result is the parity of bits 0 to n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }
}
