using System.Buffers.Binary;
using System.Text;

namespace Weir.Testing;

/// <summary>
/// Messages of <c>application/vnd.amazon.eventstream</c> as Amazon's servers write them, by code of its own: nothing here is
/// shared with what reads them.
/// </summary>
public static class EventStreamFrames
{
    /// <summary>A frame with headers of the type string.</summary>
    public static byte[] Frame(string payload, params (string Name, string Value)[] headers)
    {
        var head = new List<byte>();
        foreach (var (name, value) in headers)
        {
            var text = Encoding.UTF8.GetBytes(value);
            head.Add((byte)name.Length);
            head.AddRange(Encoding.UTF8.GetBytes(name));
            head.Add(7);
            head.Add((byte)(text.Length >> 8));
            head.Add((byte)text.Length);
            head.AddRange(text);
        }

        return Raw([.. head], Encoding.UTF8.GetBytes(payload));
    }

    /// <summary>A frame with the right sums over whatever headers.</summary>
    public static byte[] Raw(byte[] headers, byte[] payload)
    {
        byte[] frame = [.. Prelude(16 + headers.Length + payload.Length, headers.Length), .. headers, .. payload];
        return [.. frame, .. Sum(frame)];
    }

    /// <summary>The twelve bytes that a frame begins with.</summary>
    public static byte[] Prelude(int total, int headers)
    {
        var lengths = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(lengths, total);
        BinaryPrimitives.WriteInt32BigEndian(lengths.AsSpan(4), headers);
        return [.. lengths, .. Sum(lengths)];
    }

    /// <summary>One event of an InvokeModel stream.</summary>
    public static byte[] Chunk(string json) =>
        Event("chunk", $$"""{"bytes":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}}","p":"abcdefghij"}""");

    /// <summary>An event by its name.</summary>
    public static byte[] Event(string name, string payload) =>
        Frame(payload, (":event-type", name), (":content-type", "application/json"), (":message-type", "event"));

    /// <summary>An exception inside a stream.</summary>
    public static byte[] Exception(string name, string payload) =>
        Frame(
            payload,
            (":exception-type", name),
            (":content-type", "application/json"),
            (":message-type", "exception")
        );

    /// <summary>A cyclic redundancy check, bit by bit, as RFC 1952 defines it.</summary>
    private static byte[] Sum(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, ~crc);
        return sum;
    }
}
