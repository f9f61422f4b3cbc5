using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Weir.Wire;

/// <summary>The inside of JSON strings as it stands in the bytes, escapes and all. Pure.</summary>
public static class JsonText
{
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create(MakeNotPlain());

    /// <summary>Whether the raw text, unescaped, is <paramref name="name"/>, which is ASCII.</summary>
    public static bool Is(ReadOnlySpan<byte> raw, bool escaped, ReadOnlySpan<byte> name)
    {
        if (!escaped)
        {
            return raw.SequenceEqual(name);
        }

        // An escaped byte takes at least as much room as the byte, and at most six times.
        Span<byte> plain = stackalloc byte[64];
        var length = raw.Length < name.Length || raw.Length > name.Length * 6 ? -1 : Unescape(raw, plain);
        return length >= 0 && plain[..length].SequenceEqual(name);
    }

    /// <summary>
    /// Writes the text without its escapes as UTF-8 and returns its length; -1 when an escape is malformed, a surrogate
    /// stands alone or <paramref name="to"/> is too small.
    /// </summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> to)
    {
        var written = 0;
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            plain = plain < 0 ? raw.Length : plain;
            if (plain > to.Length - written)
            {
                return -1;
            }

            raw[..plain].CopyTo(to[written..]);
            written += plain;
            raw = raw[plain..];
            if (raw.IsEmpty)
            {
                break;
            }

            if (!TryReadEscape(raw, out var rune, out var used))
            {
                return -1;
            }

            if (!rune.TryEncodeToUtf8(to[written..], out var bytes))
            {
                return -1;
            }

            written += bytes;
            raw = raw[used..];
        }

        return written;
    }

    /// <summary>
    /// As <see cref="Unescape"/> of text that need not be valid: half a surrogate pair becomes the replacement character, a
    /// malformed escape stays as it stands. Never longer than <paramref name="raw"/>, which <paramref name="to"/> must have room for.
    /// </summary>
    public static int UnescapeAny(ReadOnlySpan<byte> raw, Span<byte> to)
    {
        var written = 0;
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            plain = plain < 0 ? raw.Length : plain;
            if (plain == 0)
            {
                if (TryReadEscape(raw, out var rune, out var used))
                {
                    written += rune.EncodeToUtf8(to[written..]);
                    raw = raw[used..];
                    continue;
                }

                if (raw.Length >= 6 && raw[1] == (byte)'u' && TryReadHex(raw[2..6], out _))
                {
                    written += Rune.ReplacementChar.EncodeToUtf8(to[written..]);
                    raw = raw[6..];
                    continue;
                }

                plain = 1;
            }

            raw[..plain].CopyTo(to[written..]);
            written += plain;
            raw = raw[plain..];
        }

        return written;
    }

    /// <summary>The text as a string; null when it is no valid text or longer than <paramref name="maxBytes"/>.</summary>
    public static string? ToText(ReadOnlySpan<byte> raw, bool escaped, int maxBytes)
    {
        if (raw.Length > (escaped ? 6 * maxBytes : maxBytes))
        {
            return null;
        }

        if (!escaped)
        {
            return Utf8.IsValid(raw) ? Encoding.UTF8.GetString(raw) : null;
        }

        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            var length = Unescape(raw, rented);
            return length >= 0 && length <= maxBytes && Utf8.IsValid(rented.AsSpan(0, length))
                ? Encoding.UTF8.GetString(rented, 0, length)
                : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>How many UTF-16 units the text has; exact for valid text, near it for any other.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> raw)
    {
        var plain = raw.IndexOfAny(NotPlain);
        if (plain < 0)
        {
            return raw.Length;
        }

        var count = plain;
        for (var i = plain; i < raw.Length; i++)
        {
            var b = raw[i];
            if (b == (byte)'\\')
            {
                // A \u escape is one unit and six bytes, every other escape one unit and two bytes.
                i += i + 1 < raw.Length && raw[i + 1] == (byte)'u' ? 5 : 1;
                count++;
            }
            else if (b < 0x80)
            {
                count++;
            }
            else if (b >= 0xC0)
            {
                count += b >= 0xF0 ? 2 : 1;
            }
        }

        return count;
    }

    /// <summary>Whether every escape is one that JSON knows.</summary>
    public static bool HasValidEscapes(ReadOnlySpan<byte> raw)
    {
        while (true)
        {
            var at = raw.IndexOf((byte)'\\');
            if (at < 0)
            {
                return true;
            }

            raw = raw[at..];
            if (raw.Length < 2)
            {
                return false;
            }

            if (raw[1] == (byte)'u')
            {
                if (raw.Length < 6 || !TryReadHex(raw[2..6], out _))
                {
                    return false;
                }

                raw = raw[6..];
            }
            else if ("\"\\/bfnrt"u8.Contains(raw[1]))
            {
                raw = raw[2..];
            }
            else
            {
                return false;
            }
        }
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> raw, out Rune rune, out int used)
    {
        rune = default;
        used = 2;
        if (raw.Length < 2)
        {
            return false;
        }

        switch (raw[1])
        {
            case (byte)'"':
            case (byte)'\\':
            case (byte)'/':
                rune = new Rune((char)raw[1]);
                return true;
            case (byte)'b':
                rune = new Rune('\b');
                return true;
            case (byte)'f':
                rune = new Rune('\f');
                return true;
            case (byte)'n':
                rune = new Rune('\n');
                return true;
            case (byte)'r':
                rune = new Rune('\r');
                return true;
            case (byte)'t':
                rune = new Rune('\t');
                return true;
            case (byte)'u':
                return TryReadUnicode(raw, out rune, out used);
            default:
                return false;
        }
    }

    private static bool TryReadUnicode(ReadOnlySpan<byte> raw, out Rune rune, out int used)
    {
        rune = default;
        used = 6;
        if (raw.Length < 6 || !TryReadHex(raw[2..6], out var high))
        {
            return false;
        }

        if (!char.IsSurrogate(high))
        {
            rune = new Rune(high);
            return true;
        }

        used = 12;
        return raw.Length >= 12
            && raw[6] == (byte)'\\'
            && raw[7] == (byte)'u'
            && TryReadHex(raw[8..12], out var low)
            && Rune.TryCreate(high, low, out rune);
    }

    private static bool TryReadHex(ReadOnlySpan<byte> digits, out char value)
    {
        var ok = Utf8Parser.TryParse(digits, out ushort number, out var used, 'x') && used == 4;
        value = (char)number;
        return ok;
    }

    private static byte[] MakeNotPlain()
    {
        var bytes = new byte[129];
        bytes[0] = (byte)'\\';
        for (var i = 0; i < 128; i++)
        {
            bytes[i + 1] = (byte)(128 + i);
        }

        return bytes;
    }
}
