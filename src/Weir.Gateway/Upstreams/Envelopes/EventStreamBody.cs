using System.Text;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// An answer in Amazon's frames, read as the server-sent events that the vendor would have sent. Every frame is handed on as
/// soon as it is whole and checked. What ends inside a frame, and what is no frame, is a broken connection
/// (<see cref="IOException"/>), never an end in order. Read by one reader at a time.
/// </summary>
/// <remarks>
/// Of an InvokeModel stream a frame is a <c>chunk</c> whose payload is <c>{"bytes":"…"}</c>, an event of the vendor's in base64;
/// of a Converse stream it is the event itself, named by the header <c>:event-type</c>. An exception is a frame too: it becomes
/// the dialect's error event, and nothing after it is read.
/// </remarks>
/// <param name="answer">The host's answer; disposed with this.</param>
/// <param name="dialect">The dialect of the events.</param>
internal sealed class EventStreamBody(HttpResponseMessage answer, Dialect dialect) : Stream
{
    private const int ReadBytes = 16 * 1024;

    private Stream? source;
    private byte[] incoming = new byte[ReadBytes];
    private int start;
    private int end;
    private PooledBytes events;
    private int given;
    private bool ended;
    private string? broken;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (given == events.Length)
        {
            events.Clear();
            given = 0;
            if (broken is not null)
            {
                throw new IOException(broken);
            }

            if (ended)
            {
                return 0;
            }

            if (!Unwrap() && broken is null)
            {
                await FillAsync(cancellationToken);
            }
        }

        var count = Math.Min(buffer.Length, events.Length - given);
        events.Span.Slice(given, count).CopyTo(buffer.Span);
        given += count;
        return count;
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Flush() { }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source?.Dispose();
            answer.Dispose();
            events.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Takes the frames that have come whole; false when there is none. What stood before a broken frame is still handed on.
    /// </summary>
    private bool Unwrap()
    {
        var any = false;
        while (!ended && broken is null)
        {
            switch (EventStreamFrame.Read(incoming.AsSpan(start, end - start), out var frame, out var length))
            {
                case FrameOutcome.Whole:
                    broken = Take(frame) ? null : "A frame of the event stream holds no event.";
                    start += length;
                    any = true;
                    continue;
                case FrameOutcome.Broken:
                    broken = "What came is no frame of an event stream, or a corrupted one.";
                    continue;
                default:
                    MakeRoom();
                    return any;
            }
        }

        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        source ??= await answer.Content.ReadAsStreamAsync(cancellationToken);
        var count = await source.ReadAsync(incoming.AsMemory(end), cancellationToken);
        end += count;
        if (count == 0)
        {
            ended = true;
            broken = start == end ? null : "The event stream ended inside a frame.";
        }
    }

    /// <summary>Makes room behind a frame that has begun. The room doubles as bytes come: an announced length is not believed.</summary>
    private void MakeRoom()
    {
        var have = end - start;
        var from = incoming.AsSpan(start, have);
        if (have == incoming.Length)
        {
            incoming = new byte[have * 2];
        }

        from.CopyTo(incoming);
        start = 0;
        end = have;
    }

    /// <summary>Makes an event of a frame; false when it holds none.</summary>
    private bool Take(in EventStreamFrame frame)
    {
        var kind = frame.Text(":message-type"u8);
        if (kind.SequenceEqual("exception"u8) || kind.SequenceEqual("error"u8))
        {
            TakeError(frame, kind.SequenceEqual("error"u8));
            ended = true;
            return true;
        }

        if (!frame.TryEvent(out var name, out var data))
        {
            return false;
        }

        if (!name.SequenceEqual("initial-response"u8))
        {
            Event(name, data);
        }

        return true;
    }

    private void TakeError(in EventStreamFrame frame, bool isPlain)
    {
        var type = Encoding.UTF8.GetString(isPlain ? frame.Text(":error-code"u8) : frame.Text(":exception-type"u8));
        var message = isPlain
            ? Encoding.UTF8.GetString(frame.Text(":error-message"u8))
            : BedrockErrors.MessageOf(frame.Payload);
        var (status, word) = BedrockErrors.Of(type, status: 500);
        Event(
            dialect == Dialect.AnthropicMessages ? "error"u8 : Encoding.UTF8.GetBytes(type),
            HostErrors.Make(dialect, status, word, message ?? type, requestId: null)
        );
    }

    private void Event(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!name.IsEmpty && name.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            events.Append("event: "u8);
            events.Append(name);
            events.Append("\n"u8);
        }

        // A document over several lines is as many lines of data.
        while (true)
        {
            var line = data.IndexOfAny((byte)'\n', (byte)'\r');
            events.Append("data: "u8);
            events.Append(line < 0 ? data : data[..line]);
            events.Append("\n"u8);
            if (line < 0)
            {
                break;
            }

            data = data[(line + 1)..];
        }

        events.Append("\n"u8);
    }
}
