using System.Buffers.Binary;
using System.Text;

namespace Weir.Ledger.Ingest;

/// <summary>
/// Reads what <see cref="FieldWriter"/> wrote. Anything malformed sets <see cref="Failed"/> and ends the reading; nothing
/// throws. Fields that the caller does not know are passed over by not reading their value.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> source)
{
    private const long LargestSpan = long.MaxValue / TimeSpan.TicksPerMicrosecond;

    private readonly ReadOnlySpan<byte> source = source;
    private int position;
    private int kind;
    private ulong number;
    private ReadOnlySpan<byte> bytes;

    /// <summary>True once something malformed was met.</summary>
    public bool Failed { get; private set; }

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Reads the next field; false at the end and after a failure.</summary>
    public bool Next()
    {
        if (Failed || position >= source.Length)
        {
            return false;
        }

        var key = Varint();
        Field = (int)(key >> 2);
        kind = (int)(key & 3);
        switch (kind)
        {
            case FieldKind.Varint:
                number = Varint();
                break;
            case FieldKind.Bytes:
                bytes = Take((long)Varint());
                break;
            case FieldKind.Fixed:
                var eight = Take(8);
                number = Failed ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(eight);
                break;
            default:
                Failed = true;
                break;
        }

        Failed |= key >> 2 is 0 or > int.MaxValue;
        return !Failed;
    }

    /// <summary>The field's signed number; fails for another kind.</summary>
    public long Number()
    {
        Expect(FieldKind.Varint);
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    /// <summary>The field's number as an int; fails beyond its range.</summary>
    public int Int()
    {
        var value = Number();
        Failed |= value is < int.MinValue or > int.MaxValue;
        return (int)value;
    }

    /// <summary>The field's number as a byte; fails beyond its range.</summary>
    public byte Byte()
    {
        var value = Number();
        Failed |= value is < 0 or > byte.MaxValue;
        return (byte)value;
    }

    /// <summary>The field's eight bytes as a number; fails for another kind.</summary>
    public long Fixed()
    {
        Expect(FieldKind.Fixed);
        return (long)number;
    }

    /// <summary>The field's microseconds as a span of time; fails beyond its range.</summary>
    public TimeSpan Microseconds()
    {
        var value = Number();
        Failed |= value is < -LargestSpan or > LargestSpan;
        return Failed ? TimeSpan.Zero : new TimeSpan(value * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>The field's text; fails for another kind.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>The field's bytes; fails for another kind.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(FieldKind.Bytes);
        return Failed ? [] : bytes;
    }

    /// <summary>The field's bytes as a text with its length before it and a text to the end: a tag's name and value.</summary>
    public bool TrySplitText(out string first, out string second)
    {
        var both = Bytes();
        var inner = new FieldReader(both);
        var head = inner.Take((long)inner.Varint());
        Failed |= inner.Failed;
        first = Failed ? "" : Encoding.UTF8.GetString(head);
        second = Failed ? "" : Encoding.UTF8.GetString(both[inner.position..]);
        return !Failed;
    }

    /// <summary>Fails when something inside the field was malformed.</summary>
    public void FailIf(bool malformed) => Failed |= malformed;

    private void Expect(int expected) => Failed |= kind != expected;

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70 && position < source.Length; shift += 7)
        {
            var next = source[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        Failed = true;
        return 0;
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (Failed || length < 0 || length > source.Length - position)
        {
            Failed = true;
            return [];
        }

        var taken = source.Slice(position, (int)length);
        position += (int)length;
        return taken;
    }
}
