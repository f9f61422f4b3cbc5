namespace Weir.Wire.Compression;

/// <summary>
/// What a stream of zstd decompresses to, piece by piece: 64 KiB of it and the decoder's window are in memory, however much comes
/// out. Reads forward alone. Not thread-safe.
/// </summary>
public sealed class ZstdReadStream : Stream
{
    private readonly Stream source;
    private readonly ZstdDecoder decoder;
    private readonly byte[] input = new byte[64 * 1024];
    private int start;
    private int end;

    private ZstdReadStream(Stream source, ZstdDecoder decoder)
    {
        this.source = source;
        this.decoder = decoder;
    }

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

    /// <summary>Opens one over a stream, which it closes; null where zstd cannot be decoded, and the stream stays as it is.</summary>
    public static ZstdReadStream? TryOpen(Stream source) =>
        ZstdDecoder.TryOpen() is { } decoder ? new ZstdReadStream(source, decoder) : null;

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The bytes are no zstd, ask for a larger window, or end within a frame.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var (used, written) = decoder.Decompress(input.AsSpan(start, end - start), buffer);
            start += used;
            if (written > 0)
            {
                return written;
            }

            if (start == end)
            {
                (start, end) = (0, source.Read(input));
                if (end == 0)
                {
                    return decoder.IsInFrame ? throw new InvalidDataException("The zstd frame is cut off.") : 0;
                }
            }
        }

        return 0;
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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
            decoder.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
