using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Weir.Testing;

/// <summary>One accepted connection of a <see cref="FakeUpstream"/>: reads requests, plays answers.</summary>
internal sealed class UpstreamConnection(
    Socket socket,
    int number,
    Func<RecordedRequest, UpstreamAnswer> answer,
    CancellationToken stop
)
{
    private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private volatile RecordedRequest? current;

    public async Task RunAsync()
    {
        socket.NoDelay = true;
        var pump = PumpAsync();
        try
        {
            while (await ServeOneAsync()) { }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client or the test has gone.
        }
        finally
        {
            socket.Dispose();
            await pump;
        }
    }

    /// <summary>Reads ahead of the parser, so that a client's going is seen while an answer is being played.</summary>
    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(pipe.Writer.GetMemory(64 * 1024), SocketFlags.None, stop);
                if (read == 0)
                {
                    break;
                }

                pipe.Writer.Advance(read);
                await pipe.Writer.FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Told below.
        }

        current?.MarkPeerGone();
        await pipe.Writer.CompleteAsync();
        await gone.CancelAsync();
    }

    private async Task<bool> ServeOneAsync()
    {
        if (await ReadHeadAsync() is not { } head)
        {
            return false;
        }

        var request = Parse(head, ReadOnlyMemory<byte>.Empty, []);
        if (request.Header("expect") is "100-continue")
        {
            await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), stop);
        }

        // An answer that does not wait for the body is chosen by the head; any other sees the whole request.
        var chosen = Early is { } early ? early(request) : null;
        if (chosen is null)
        {
            var (body, sizes) = await ReadBodyAsync(request);
            request = Parse(head, body, sizes);
            chosen = answer(request);
        }

        current = request;
        var complete = await PlayAsync(chosen);
        current = null;
        return complete
            && chosen.End == Ending.KeepAlive
            && !string.Equals(request.Header("connection"), "close", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Chooses answers that do not wait for the body; null for all others.</summary>
    public Func<RecordedRequest, UpstreamAnswer?>? Early { get; init; }

    private async Task<bool> PlayAsync(UpstreamAnswer chosen)
    {
        foreach (var step in chosen.Compile())
        {
            if (step.Bytes is { } bytes)
            {
                await SendAsync(bytes);
            }
            else if (step.Gate is { } gate)
            {
                await gate.PassAsync(gone.Token);
            }
            else
            {
                await Task.Delay(step.Wait, gone.Token);
            }
        }

        switch (chosen.End)
        {
            case Ending.Reset:
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
                return false;
            case Ending.Close:
                await CloseAsync();
                return false;
            case Ending.HalfClose:
                socket.Shutdown(SocketShutdown.Send);
                await Task.Delay(Timeout.InfiniteTimeSpan, gone.Token);
                return false;
            default:
                return true;
        }
    }

    /// <summary>FIN, then waits for the client's own: closing with unread bytes would send a reset instead.</summary>
    private async Task CloseAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(5), gone.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has closed its side too.
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, gone.Token)..];
        }
    }

    private async Task<byte[]?> ReadHeadAsync()
    {
        while (true)
        {
            var result = await pipe.Reader.ReadAsync(stop);
            var buffer = result.Buffer;
            if (FindHeadEnd(buffer) is { } end)
            {
                var head = buffer.Slice(0, end).ToArray();
                pipe.Reader.AdvanceTo(end);
                return head;
            }

            pipe.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    private static SequencePosition? FindHeadEnd(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n\r\n"u8) ? reader.Position : null;
    }

    private async Task<(byte[] Body, ImmutableArray<int> ChunkSizes)> ReadBodyAsync(RecordedRequest request)
    {
        if (request.Header("content-length") is { } length)
        {
            return (await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture)), []);
        }

        if (request.Header("transfer-encoding") is null)
        {
            return ([], []);
        }

        using var body = new MemoryStream();
        var sizes = ImmutableArray.CreateBuilder<int>();
        while (true)
        {
            var size = int.Parse(
                (await ReadLineAsync()).Split(';')[0],
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture
            );
            if (size == 0)
            {
                while ((await ReadLineAsync()).Length > 0) { }

                return (body.ToArray(), sizes.ToImmutable());
            }

            sizes.Add(size);
            body.Write(await ReadExactlyAsync(size));
            await ReadLineAsync();
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        if (count == 0)
        {
            return [];
        }

        var result = await pipe.Reader.ReadAtLeastAsync(count, stop);
        if (result.Buffer.Length < count)
        {
            throw new OperationCanceledException("The client went in the middle of its body.");
        }

        var slice = result.Buffer.Slice(0, count);
        var bytes = slice.ToArray();
        pipe.Reader.AdvanceTo(slice.End);
        return bytes;
    }

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var result = await pipe.Reader.ReadAsync(stop);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                pipe.Reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                throw new OperationCanceledException("The client went in the middle of its body.");
            }
        }
    }

    private RecordedRequest Parse(byte[] head, ReadOnlyMemory<byte> body, ImmutableArray<int> sizes)
    {
        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        var start = lines[0].Split(' ');
        return new RecordedRequest
        {
            Connection = number,
            Head = head,
            Method = start[0],
            Target = start.Length > 1 ? start[1] : "",
            Headers =
            [
                .. lines
                    .Skip(1)
                    .Where(l => l.Length > 0)
                    .Select(l => l.Split(':', 2))
                    .Select(p => (p[0], p.Length > 1 ? p[1].Trim() : "")),
            ],
            Body = body,
            ChunkSizes = sizes,
        };
    }
}
