using System.Buffers.Binary;

namespace Weir.Capture.Otlp;

/// <summary>How a field of a protobuf message is written.</summary>
internal enum ProtoWire
{
    /// <summary>A number of 1 to 10 bytes.</summary>
    Varint = 0,

    /// <summary>8 bytes, the least significant first.</summary>
    Fixed64 = 1,

    /// <summary>A length and as many bytes: text, bytes, a message, packed numbers.</summary>
    Bytes = 2,

    /// <summary>4 bytes, the least significant first.</summary>
    Fixed32 = 5,
}

/// <summary>
/// A forward reader over the fields of one protobuf message that never throws and never allocates: the first fault sets
/// <see cref="Failed"/>, and there are no fields from then on. Groups, which the third edition of the language does not have, are a
/// fault. Each field's value is read as it is met.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> message = message;
    private int at;

    /// <summary>Whether a fault was met.</summary>
    public bool Failed { get; private set; }

    /// <summary>The number of the field that was met last; above 0.</summary>
    public int Field { get; private set; }

    /// <summary>How it is written.</summary>
    public ProtoWire Wire { get; private set; }

    /// <summary>Its value, unless it is <see cref="ProtoWire.Bytes"/>.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value, when it is <see cref="ProtoWire.Bytes"/>.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value as a floating-point number, when it is <see cref="ProtoWire.Fixed64"/>.</summary>
    public readonly double Double => BitConverter.UInt64BitsToDouble(Number);

    /// <summary>Whether the last field is this one, written so: a known number written otherwise is an unknown field.</summary>
    public readonly bool Is(int field, ProtoWire wire) => Field == field && Wire == wire;

    /// <summary>Moves to the next field; says no at the message's end and after a fault.</summary>
    public bool Next()
    {
        if (Failed || at >= message.Length)
        {
            return false;
        }

        if (!ReadVarint(out var tag) || tag >> 3 is 0 or > 0x1FFFFFFF)
        {
            return Fail();
        }

        Field = (int)(tag >> 3);
        Wire = (ProtoWire)(tag & 7);
        Number = 0;
        Bytes = default;
        switch (Wire)
        {
            case ProtoWire.Varint:
                if (!ReadVarint(out var number))
                {
                    return Fail();
                }

                Number = number;
                return true;
            case ProtoWire.Fixed64 when message.Length - at >= 8:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(message[at..]);
                at += 8;
                return true;
            case ProtoWire.Fixed32 when message.Length - at >= 4:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(message[at..]);
                at += 4;
                return true;
            case ProtoWire.Bytes:
                if (!ReadVarint(out var length) || length > (ulong)(message.Length - at))
                {
                    return Fail();
                }

                Bytes = message.Slice(at, (int)length);
                at += (int)length;
                return true;
            default:
                return Fail();
        }
    }

    private bool ReadVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (at >= message.Length)
            {
                return false;
            }

            var next = message[at++];
            value |= shift < 64 ? (ulong)(next & 0x7F) << shift : 0;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private bool Fail()
    {
        Failed = true;
        return false;
    }
}
