using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Weir.Bench.Load;

/// <summary>One HTTP/1.1 connection that sends a fixed request and reads an answer of a length or in chunks.</summary>
internal sealed class LoadConnection(Uri url) : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    private readonly byte[] buffer = new byte[64 * 1024];

    public ValueTask ConnectAsync() => socket.ConnectAsync(url.Host, url.Port, CancellationToken.None);

    /// <summary>Sends at once, on the calling thread.</summary>
    public void Send(byte[] wire) => socket.Send(wire);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> wire)
    {
        while (wire.Length > 0)
        {
            wire = wire[await socket.SendAsync(wire)..];
        }
    }

    /// <summary>Reads one whole answer; true when it is a 200.</summary>
    public async ValueTask<bool> ReceiveAsync()
    {
        var filled = 0;
        var headEnd = -1;
        while (headEnd < 0)
        {
            filled += await ReadAsync(filled);
            headEnd = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }

        var ok = buffer.AsSpan(0, filled).StartsWith("HTTP/1.1 200"u8);
        var bodyAt = headEnd + 4;
        if (ContentLength(buffer.AsSpan(0, headEnd)) is { } length)
        {
            var left = length - (filled - bodyAt);
            while (left > 0)
            {
                left -= await ReadAsync(0);
            }

            return ok;
        }

        // Chunked: done when the closing chunk stands at the end; the last seven bytes are kept between reads.
        while (!buffer.AsSpan(0, filled).EndsWith("\r\n0\r\n\r\n"u8))
        {
            var keep = Math.Min(filled, 7);
            buffer.AsSpan(filled - keep, keep).CopyTo(buffer);
            filled = keep + await ReadAsync(keep);
        }

        return ok;
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask<int> ReadAsync(int at)
    {
        var read = await socket.ReceiveAsync(buffer.AsMemory(at));
        return read > 0 ? read : throw new IOException("The connection was closed.");
    }

    private static int? ContentLength(ReadOnlySpan<byte> head)
    {
        foreach (var line in head.Split("\r\n"u8))
        {
            var text = head[line];
            if (text.Length > 15 && Ascii.EqualsIgnoreCase(text[..15], "content-length:"u8))
            {
                return Utf8Parser.TryParse(text[15..].TrimStart((byte)' '), out int value, out _) ? value : null;
            }
        }

        return null;
    }
}
