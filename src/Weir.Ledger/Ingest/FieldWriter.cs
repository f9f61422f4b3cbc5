using System.Buffers.Binary;
using System.Text.Unicode;

namespace Weir.Ledger.Ingest;

/// <summary>
/// Writes tagged fields into a span: a key (field number × 4 + kind) as a varint, then the value. Kind 0 is a varint
/// (signed values zig-zag), 1 is a length and bytes, 2 is eight bytes little-endian. A value that does not fit sets
/// <see cref="Overflowed"/> and nothing more is written.
/// </summary>
internal ref struct FieldWriter(Span<byte> target)
{
    private readonly Span<byte> target = target;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>True when something did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>A byte outside any field.</summary>
    public void Raw(byte value)
    {
        if (Fits(1))
        {
            target[Length++] = value;
        }
    }

    /// <summary>A signed number; zero is written too.</summary>
    public void Number(int field, long value)
    {
        Varint((ulong)((field << 2) | FieldKind.Varint));
        Varint((ulong)((value << 1) ^ (value >> 63)));
    }

    /// <summary>A signed number, or nothing for null.</summary>
    public void Number(int field, long? value)
    {
        if (value is { } known)
        {
            Number(field, known);
        }
    }

    /// <summary>A number that is left out at zero.</summary>
    public void NonZero(int field, long value)
    {
        if (value != 0)
        {
            Number(field, value);
        }
    }

    /// <summary>Eight bytes.</summary>
    public void Fixed(int field, long value)
    {
        Varint((ulong)((field << 2) | FieldKind.Fixed));
        if (Fits(8))
        {
            BinaryPrimitives.WriteInt64LittleEndian(target[Length..], value);
            Length += 8;
        }
    }

    /// <summary>A text cut to <paramref name="limit"/> bytes of UTF-8; nothing for null and empty.</summary>
    public void Text(int field, string? value, int limit)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Varint((ulong)((field << 2) | FieldKind.Bytes));
            TextBody(value, limit);
        }
    }

    /// <summary>A length and a text, without a key.</summary>
    public void TextBody(string value, int limit)
    {
        var mark = OpenBytes((int)Math.Min(value.Length * 3L, limit));
        TextTail(value, limit);
        CloseBytes(mark);
    }

    /// <summary>A text without key and length.</summary>
    public void TextTail(string value, int limit)
    {
        if (Overflowed)
        {
            return;
        }

        // A character takes at least one byte, so that what lies beyond the limit need not be looked at.
        var text = value.AsSpan(0, Math.Min(value.Length, limit));
        if (text.Contains('\0'))
        {
            // SQLite's text functions end at a NUL, so none goes in.
            text = text.ToString().Replace('\0', '\uFFFD');
        }

        var room = target.Slice(Length, Math.Min(limit, target.Length - Length));
        Utf8.FromUtf16(text, room, out var read, out var written);
        Length += written;
        Overflowed |= read < text.Length && room.Length < limit;
    }

    /// <summary>Begins a bytes field whose length is not known yet.</summary>
    public int OpenField(int field, int atMost)
    {
        Varint((ulong)((field << 2) | FieldKind.Bytes));
        return OpenBytes(atMost);
    }

    /// <summary>Ends what <see cref="OpenField"/> began: sets the length, which took as many bytes as its bound needs.</summary>
    public void CloseBytes(int mark)
    {
        if (Overflowed)
        {
            return;
        }

        var start = mark >> 2;
        var width = mark & 3;
        var length = Length - start - width;
        for (var i = 0; i < width; i++)
        {
            // A varint may carry leading zero groups: the continuation bit is set on all but the last byte.
            target[start + i] = (byte)((length & 0x7F) | (i < width - 1 ? 0x80 : 0));
            length >>= 7;
        }
    }

    private int OpenBytes(int atMost)
    {
        var width = atMost < 0x80 ? 1 : 2;
        if (!Fits(width))
        {
            return 0;
        }

        var mark = (Length << 2) | width; // position and width in one number
        Length += width;
        return mark;
    }

    private void Varint(ulong value)
    {
        if (target.Length - Length < 10 && !Fits(VarintSize(value)))
        {
            return;
        }

        while (value >= 0x80)
        {
            target[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[Length++] = (byte)value;
    }

    private static int VarintSize(ulong value)
    {
        var size = 1;
        while ((value >>= 7) != 0)
        {
            size++;
        }

        return size;
    }

    private bool Fits(int bytes)
    {
        if (!Overflowed && target.Length - Length >= bytes)
        {
            return true;
        }

        Overflowed = true;
        return false;
    }
}

/// <summary>The kinds of values in a field's key. Stored: numbers never change.</summary>
internal static class FieldKind
{
    public const int Varint = 0;
    public const int Bytes = 1;
    public const int Fixed = 2;
}
