using System.Buffers.Binary;
using System.Net;
using System.Text;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Gateway.Upstreams.Envelopes;
using Weir.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Bedrock's frames as events, however they are cut: the events of the frames before the first broken one, then its error, and
/// nothing after it. An input is frames without their checksums, which are put in here, for hardly any mutation would have
/// them right; its first byte tells at which frame one is wrong.
/// </summary>
internal sealed class EventStreamTarget(Dialect dialect) : FuzzTarget
{
    public override string Name => $"event-stream-{dialect.ToString().ToLowerInvariant()}";

    public override string Group => "event-stream";

    public override IEnumerable<byte[]> Seeds() =>
        [
            Seed(Frame("event", "chunk", """{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0="}""")),
            Seed(
                Frame("event", "initial-response", "{}"),
                Frame("event", "messageStart", """{"role":"assistant"}"""),
                Frame("event", "contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"a\nb"}}"""),
                Frame("event", "metadata", "{\n\"usage\":{\"inputTokens\":1,\"outputTokens\":2}}")
            ),
            Seed(
                Frame("event", "chunk", """{"bytes":"bm8ganNvbg=="}"""),
                Frame("exception", "throttlingException", """{"message":"Too many tokens"}""")
            ),
            Seed([0, 3, 5, .. Typed(0), .. Typed(1), .. Typed(2), .. Typed(3), .. Typed(8), .. Typed(9)]),
        ];

    public override string Run(ReadOnlySpan<byte> input)
    {
        var stream = Frames(input, out var frames);
        var (expected, fault) = Read(stream, int.MaxValue);
        Must(fault is null or IOException, "a broken stream is a broken connection", $"{fault}");
        foreach (var longest in new[] { 1, 7, 4096 })
        {
            var (told, thrown) = Read(stream, longest);
            MustEqual(expected, told, "the events, however the stream is cut");
            MustEqual(fault?.Message, thrown?.Message, "how it ends, however the stream is cut");
        }

        Must(
            expected.Length == 0 || expected.EndsWith("\n\n", StringComparison.Ordinal),
            "every event has its empty line"
        );
        // The bytes themselves, which are hardly ever frames.
        Read(input.ToArray(), 13);
        return $"{Math.Min(frames, 9)} {fault?.Message} {Bucket(expected.Length)} {expected.Contains("error", StringComparison.Ordinal)}";
    }

    /// <summary>All that is told of a stream, and with what it ends; null for an end in order.</summary>
    private (string Told, Exception? Fault) Read(byte[] stream, int longest)
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StreamContent(new Trickle(stream, longest)),
        };
        using var body = new EventStreamBody(answer, dialect);
        var told = new StringBuilder();
        var room = new byte[Math.Min(longest, 4096)];
        try
        {
            while (body.ReadAsync(room).AsTask().GetAwaiter().GetResult() is > 0 and var count)
            {
                told.Append(Encoding.Latin1.GetString(room, 0, count));
            }

            return (told.ToString(), null);
        }
        catch (IOException fault)
        {
            return (told.ToString(), fault);
        }
    }

    /// <summary>Each piece is a byte for the length of its headers, two for its payload's, and those; made frames of.</summary>
    private static byte[] Frames(ReadOnlySpan<byte> input, out int count)
    {
        count = 0;
        var wrong = input.IsEmpty ? -1 : input[0] - 1;
        var rest = input.IsEmpty ? input : input[1..];
        var stream = new List<byte>();
        while (rest.Length > 3)
        {
            var ofHeaders = Math.Min(rest[0], rest.Length - 3);
            var ofPayload = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest[1..]), rest.Length - 3 - ofHeaders);
            stream.AddRange(Frame(rest.Slice(3, ofHeaders), rest.Slice(3 + ofHeaders, ofPayload), count++ == wrong));
            rest = rest[(3 + ofHeaders + ofPayload)..];
        }

        // What is left is a frame that has only begun.
        stream.AddRange(rest);
        return [.. stream];
    }

    private static byte[] Frame(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload, bool isWrong)
    {
        var frame = new byte[16 + headers.Length + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Crc32.Of(frame.AsSpan(0, 8)));
        headers.CopyTo(frame.AsSpan(12));
        payload.CopyTo(frame.AsSpan(12 + headers.Length));
        BinaryPrimitives.WriteUInt32BigEndian(
            frame.AsSpan(frame.Length - 4),
            Crc32.Of(frame.AsSpan(0, frame.Length - 4))
        );
        frame[isWrong ? frame.Length - 1 : 0] ^= isWrong ? (byte)1 : (byte)0;
        return frame;
    }

    private static byte[] Seed(params byte[][] frames) => [0, .. frames.SelectMany(f => f)];

    private static byte[] Frame(string kind, string name, string payload)
    {
        byte[] headers =
        [
            .. Header(":message-type", kind),
            .. Header(kind == "event" ? ":event-type" : ":exception-type", name),
        ];
        var said = Encoding.UTF8.GetBytes(payload);
        return [(byte)headers.Length, (byte)(said.Length >> 8), (byte)said.Length, .. headers, .. said];
    }

    private static byte[] Header(string name, string text) =>
        [
            (byte)name.Length,
            .. Encoding.ASCII.GetBytes(name),
            7,
            0,
            (byte)text.Length,
            .. Encoding.ASCII.GetBytes(text),
        ];

    /// <summary>A frame of one header, of a type that is no text.</summary>
    private static byte[] Typed(byte type) => [4, 0, 2, 1, (byte)'x', type, 0, (byte)'{', (byte)'}'];

    /// <summary>Bytes that come a few at a time.</summary>
    private sealed class Trickle(byte[] bytes, int longest) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(longest, buffer.Length)], cancellationToken);
    }
}
