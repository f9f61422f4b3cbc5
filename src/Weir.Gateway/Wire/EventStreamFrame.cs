using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Weir.Wire;

namespace Weir.Gateway.Wire;

/// <summary>What became of a look for a frame.</summary>
internal enum FrameOutcome
{
    /// <summary>A whole frame stands there.</summary>
    Whole,

    /// <summary>The bytes end before the frame does.</summary>
    Incomplete,

    /// <summary>They are no frame, or a corrupted one; nothing after them can be believed.</summary>
    Broken,
}

/// <summary>
/// One message of <c>application/vnd.amazon.eventstream</c>: total length, length of the headers and a CRC-32 of both, four
/// bytes each, big-endian; headers; payload; a CRC-32 of all before it. A header is its name's length (1), name, type (1) and
/// value; of the ten types those with a length have it in two bytes. The bytes are those that were read: valid as long as they
/// are. Source: the Amazon Event Stream specification (smithy.io/2.0/aws/amazon-eventstream.html).
/// </summary>
internal readonly ref struct EventStreamFrame
{
    /// <summary>The specification's bound on a payload is 24 MB, on headers 128 KB; no frame of a model's comes near.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int Prelude = 12;
    private const int Trailer = 4;
    private const int Least = Prelude + Trailer;
    private const int MaxHeaders = 128 * 1024;

    private readonly ReadOnlySpan<byte> headers;

    private EventStreamFrame(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        this.headers = headers;
        Payload = payload;
    }

    /// <summary>What it carries.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Looks for a frame at the start of some bytes; never reads beyond what its checked prelude says.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="frame">The frame, when it is whole.</param>
    /// <param name="length">How long it is; known, and more than what is there, also when it is incomplete and its prelude has come. Else 0.</param>
    public static FrameOutcome Read(ReadOnlySpan<byte> bytes, out EventStreamFrame frame, out int length)
    {
        frame = default;
        length = 0;
        if (bytes.Length < Prelude)
        {
            return FrameOutcome.Incomplete;
        }

        var total = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var ofHeaders = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (
            Crc32.Of(bytes[..8]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[8..])
            || total is < Least or > MaxBytes
            || ofHeaders > MaxHeaders
            || ofHeaders > total - Least
        )
        {
            return FrameOutcome.Broken;
        }

        length = (int)total;
        if (bytes.Length < length)
        {
            return FrameOutcome.Incomplete;
        }

        var checkedBytes = bytes[..(length - Trailer)];
        var payloadAt = Prelude + (int)ofHeaders;
        if (
            Crc32.Of(checkedBytes) != BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - Trailer)..])
            || !IsSound(checkedBytes[Prelude..payloadAt])
        )
        {
            return FrameOutcome.Broken;
        }

        frame = new EventStreamFrame(checkedBytes[Prelude..payloadAt], checkedBytes[payloadAt..]);
        return FrameOutcome.Whole;
    }

    /// <summary>The text of a header of the type string; empty when there is none of that name.</summary>
    public ReadOnlySpan<byte> Text(scoped ReadOnlySpan<byte> name)
    {
        var rest = headers;
        while (Next(ref rest, out var found, out var type, out var value))
        {
            if (type == StringType && found.SequenceEqual(name))
            {
                return value;
            }
        }

        return [];
    }

    /// <summary>The event inside, named by its own <c>type</c> where a model's vendor made it, else by the header <c>:event-type</c>.</summary>
    /// <param name="name">Its name; empty when it has none.</param>
    /// <param name="data">Its JSON; decoded where it comes in base64 inside a <c>chunk</c> (InvokeModel).</param>
    /// <returns>False when it is a chunk that holds none.</returns>
    public bool TryEvent(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        name = Text(":event-type"u8);
        data = Payload;
        if (!name.SequenceEqual("chunk"u8))
        {
            return true;
        }

        if (!TryDecode(Payload, out data))
        {
            return false;
        }

        name = TypeOf(data);
        return true;
    }

    private const byte StringType = 7;

    private static bool IsSound(ReadOnlySpan<byte> headers)
    {
        while (Next(ref headers, out _, out _, out _)) { }

        return headers.IsEmpty;
    }

    /// <summary>Takes one header off; false at the end, and then nothing is left unless the headers are malformed.</summary>
    private static bool Next(
        scoped ref ReadOnlySpan<byte> rest,
        out ReadOnlySpan<byte> name,
        out byte type,
        out ReadOnlySpan<byte> value
    )
    {
        name = value = default;
        type = 0;
        if (rest.Length < 2 || rest[0] == 0 || rest.Length < rest[0] + 2)
        {
            return false;
        }

        name = rest.Slice(1, rest[0]);
        type = rest[1 + name.Length];
        var after = rest[(2 + name.Length)..];
        var size = type switch
        {
            // True and false, a byte, a short, an integer, a long, bytes, a string, a time, a UUID.
            0 or 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 or 8 => 8,
            6 or StringType => after.Length < 2 ? -1 : BinaryPrimitives.ReadUInt16BigEndian(after),
            9 => 16,
            _ => -1,
        };
        var lead = type is 6 or StringType ? 2 : 0;
        if (size < 0 || after.Length < lead + size)
        {
            return false;
        }

        value = after.Slice(lead, size);
        rest = after[(lead + size)..];
        return true;
    }

    /// <summary>The event inside <c>{"bytes":"…"}</c>.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> decoded)
    {
        decoded = default;
        var cursor = new JsonCursor(payload);
        if (!cursor.EnterObject())
        {
            return false;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "bytes"u8) && cursor.ReadString(out var text, out _))
            {
                var room = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
                if (Base64.DecodeFromUtf8(text, room, out _, out var length) != OperationStatus.Done)
                {
                    return false;
                }

                decoded = room.AsSpan(0, length);
                return true;
            }

            cursor.Skip();
        }

        return false;
    }

    private static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> json)
    {
        var cursor = new JsonCursor(json);
        if (cursor.EnterObject())
        {
            while (cursor.NextProperty(out var name, out var escaped))
            {
                if (JsonText.Is(name, escaped, "type"u8) && cursor.Peek() == JsonKind.String)
                {
                    return cursor.ReadString(out var type, out var coded) && !coded ? type : default;
                }

                cursor.Skip();
            }
        }

        return default;
    }
}
