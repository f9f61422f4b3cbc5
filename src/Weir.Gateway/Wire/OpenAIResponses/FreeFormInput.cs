using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>
/// Takes the text out of the arguments of a free-form tool, <c>{"input":"…"}</c>, while they come. What is inside is a JSON
/// string within a JSON string; one layer is taken off byte by byte, so that a character which the pieces cut in two, a
/// surrogate pair for one, is never decoded and stays whole. Arguments of another shape are told at the end, as they are.
/// Not thread-safe.
/// </summary>
internal struct FreeFormInput : IDisposable
{
    private const int InText = 5;
    private const int Over = 6;
    private const int Other = 7;

    private PooledBytes arguments;
    private PooledBytes text;
    private PooledBytes escape;
    private int state;
    private int keyAt;
    private int taken;

    private static ReadOnlySpan<byte> Key => "input"u8;

    /// <summary>The whole text so far, escaped; after <see cref="End"/> all of it.</summary>
    public readonly ReadOnlySpan<byte> Text => text.Span;

    /// <summary>Whether any of the arguments have come.</summary>
    public readonly bool IsEmpty => arguments.Length == 0;

    /// <summary>Takes a piece of the arguments, escaped, and returns what it adds to the text; valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> escaped)
    {
        arguments.Append(escaped);
        for (var i = 0; i < escaped.Length && state < Over; )
        {
            var b = escaped[i++];
            if (b != (byte)'\\' || i == escaped.Length)
            {
                Next(b);
                continue;
            }

            b = escaped[i++];
            if (b != (byte)'u' || escaped.Length - i < 4)
            {
                Next(
                    b switch
                    {
                        (byte)'n' => (byte)'\n',
                        (byte)'r' => (byte)'\r',
                        (byte)'t' => (byte)'\t',
                        (byte)'b' => (byte)'\b',
                        (byte)'f' => (byte)'\f',
                        _ => b,
                    }
                );
                continue;
            }

            Unit(escaped.Slice(i, 4));
            i += 4;
        }

        // Half a surrogate pair waits for the other: not every JSON parser takes one alone.
        return Fresh(EndsInHalf(text.Span) ? text.Length - 6 : text.Length);
    }

    /// <summary>The arguments are over; returns what has not been told.</summary>
    public ReadOnlySpan<byte> End()
    {
        if (state is not (InText or Over))
        {
            state = Other;
            var whole = RawText.OfEscaped(arguments.Span);
            var json = whole.Decode();
            // A model that forgot the object has written the text itself.
            text.Append(RawJson.IsObject(json) ? FreeForm.InputOf(RawJson.OfValid(json)) : whole.Span);
        }

        return Fresh(text.Length);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        arguments.Dispose();
        text.Dispose();
        escape.Dispose();
        state = keyAt = taken = 0;
    }

    private ReadOnlySpan<byte> Fresh(int end)
    {
        var fresh = text.Span[taken..end];
        taken = end;
        return fresh;
    }

    private static bool EndsInHalf(ReadOnlySpan<byte> so) =>
        so
            is [
                ..,
                (byte)'\\',
                (byte)'u',
                (byte)'d'
                or (byte)'D',
                (byte)'8'
                or (byte)'9'
                or (byte)'a'
                or (byte)'b'
                or (byte)'A'
                or (byte)'B',
                _,
                _,
            ];

    /// <summary>A UTF-16 unit that stands escaped in the outer string.</summary>
    private void Unit(ReadOnlySpan<byte> hex)
    {
        if (
            System.Buffers.Text.Utf8Parser.TryParse(hex, out ushort unit, out var read, 'x')
            && read == 4
            && unit < 0x80
        )
        {
            Next((byte)unit);
        }
        else if (state == InText && escape.Length == 0)
        {
            // It means the same one layer further in.
            text.Append("\\u"u8);
            text.Append(hex);
        }
        else
        {
            Next((byte)'?');
        }
    }

    private void Next(byte b)
    {
        var isSpace = b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
        switch (state)
        {
            case InText:
                Inside(b);
                break;
            case 1 when b == (byte)'"' || isSpace:
                state = isSpace ? 1 : 2;
                break;
            case 2 when keyAt < Key.Length && b == Key[keyAt]:
                keyAt++;
                break;
            case 2 when keyAt == Key.Length && b == (byte)'"':
                state = 3;
                break;
            case 0 or 3 or 4 when isSpace:
                break;
            case 0 when b == (byte)'{':
                state = 1;
                break;
            case 3 when b == (byte)':':
                state = 4;
                break;
            case 4 when b == (byte)'"':
                state = InText;
                break;
            default:
                state = Other;
                break;
        }
    }

    private void Inside(byte b)
    {
        if (escape.Length > 0)
        {
            Escaped(b);
        }
        else if (b == (byte)'\\')
        {
            escape.Append([b]);
        }
        else if (b == (byte)'"')
        {
            state = Over;
        }
        else
        {
            Append(b);
        }
    }

    /// <summary>What follows a backslash, until its escape is whole or turns out to be none.</summary>
    private void Escaped(byte b)
    {
        escape.Append([b]);
        var so = escape.Span;
        if (so.Length == 2 ? b == (byte)'u' : so.Length < 6 && char.IsAsciiHexDigit((char)b))
        {
            return;
        }

        var isWhole =
            so.Length == 2
                ? b
                    is (byte)'"'
                        or (byte)'\\'
                        or (byte)'/'
                        or (byte)'b'
                        or (byte)'f'
                        or (byte)'n'
                        or (byte)'r'
                        or (byte)'t'
                : so.Length == 6 && char.IsAsciiHexDigit((char)b);
        if (isWhole)
        {
            text.Append(so);
        }
        else
        {
            foreach (var each in so)
            {
                Append(each);
            }
        }

        escape.Clear();
    }

    /// <summary>A character that is not escaped, though it may have to be.</summary>
    private void Append(byte b)
    {
        switch (b)
        {
            case (byte)'\\':
                text.Append("\\\\"u8);
                break;
            case (byte)'"':
                text.Append("\\\""u8);
                break;
            case < 0x20:
                text.Append("\\u00"u8);
                text.Append([Hex(b >> 4), Hex(b & 15)]);
                break;
            default:
                text.Append([b]);
                break;
        }
    }

    private static byte Hex(int digit) => (byte)"0123456789abcdef"[digit];
}
