using System.Buffers;
using System.IO.Compression;
using Weir.Gateway.Pipeline;
using Weir.Wire.Compression;

namespace Weir.Gateway.Wire;

/// <summary>
/// Decodes a side copy of a compressed body as its bytes come: gzip, deflate (with and without zlib's frame), br, zstd where
/// the system has its library, and several of them stacked. What it cannot decode, or what grows beyond
/// <see cref="MostDecoded"/>, it gives up without a word: the body itself is not touched. Not thread-safe.
/// </summary>
internal sealed class BodyDecoder : IDisposable
{
    /// <summary>The most that is decoded of one body.</summary>
    public const long MostDecoded = 64 * 1024 * 1024;

    private const int MostCodings = 3;
    private const int PieceBytes = 32 * 1024;

    private readonly Stage? first;

    /// <summary>Made for a Content-Encoding header; the sink gets the decoded bytes.</summary>
    public BodyDecoder(string? coding, Sink sink)
    {
        var left = MostDecoded;
        Sink next = bytes =>
        {
            left -= bytes.Length;
            if (left < 0)
            {
                throw new InvalidDataException("The body grows beyond what is decoded.");
            }

            sink(bytes);
        };
        // Listed in the order in which they were applied, so the last is taken off first.
        var codings = Codings(coding);
        foreach (var name in codings)
        {
            if (Stage.For(name, next) is not { } stage || codings.Length > MostCodings)
            {
                HasGivenUp = true;
                first?.Dispose();
                return;
            }

            stage.Behind = first;
            first = stage;
            next = stage.Feed;
        }
    }

    /// <summary>Takes decoded bytes, which live for the call alone.</summary>
    public delegate void Sink(ReadOnlySpan<byte> bytes);

    /// <summary>Whether the body could not be decoded to where it stands.</summary>
    public bool HasGivenUp { get; private set; }

    /// <summary>Whether a Content-Encoding header names any coding at all.</summary>
    public static bool IsCoded(string? coding) => Codings(coding).Length > 0;

    /// <summary>Decodes a whole body; false when it cannot be, or grows beyond <paramref name="limit"/> bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> body, string coding, long limit, PooledBuffer to)
    {
        var fits = true;
        using var decoder = new BodyDecoder(
            coding,
            bytes =>
            {
                fits &= to.Length + (long)bytes.Length <= limit;
                if (fits)
                {
                    to.Append(bytes);
                }
            }
        );
        // In pieces, so that a bomb is noticed before it has gone off.
        while (!body.IsEmpty && fits && !decoder.HasGivenUp)
        {
            var piece = body[..Math.Min(body.Length, 1024)];
            decoder.Feed(piece);
            body = body[piece.Length..];
        }

        decoder.Complete();
        return fits && !decoder.HasGivenUp;
    }

    /// <summary>Takes the next bytes of the body.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (HasGivenUp || first is null)
        {
            return;
        }

        try
        {
            first.Feed(bytes);
        }
        catch (InvalidDataException)
        {
            HasGivenUp = true;
        }
        catch (IOException)
        {
            HasGivenUp = true;
        }
    }

    /// <summary>The body is complete. Nothing is left to hand on: every stage decodes what it has at once.</summary>
    public void Complete() { }

    /// <inheritdoc />
    public void Dispose() => first?.Dispose();

    private static string[] Codings(string? header) =>
        header is null
            ? []
            :
            [
                .. header
                    .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(c => c.ToLowerInvariant())
                    .Where(c => c != "identity"),
            ];

    /// <summary>One coding.</summary>
    private abstract class Stage(Sink next) : IDisposable
    {
        public Stage? Behind { get; set; }

        protected Sink Next { get; } = next;

        public static Stage? For(string coding, Sink next) =>
            coding switch
            {
                "gzip" or "x-gzip" => new FlateStage(next, s => new GZipStream(s, CompressionMode.Decompress)),
                "deflate" => new FlateStage(next, null),
                "br" => new BrotliStage(next),
                "zstd" => ZstdStage.TryCreate(next),
                _ => null,
            };

        public abstract void Feed(ReadOnlySpan<byte> bytes);

        public virtual void Dispose() => Behind?.Dispose();
    }

    /// <summary>
    /// The framework's inflater pulls; its source answers "nothing" when the bytes at hand are used up, and it goes on with
    /// the next ones.
    /// </summary>
    private sealed class FlateStage(Sink next, Func<Stream, Stream>? open) : Stage(next)
    {
        private readonly Source source = new();
        private Stream? inflater;

        public override void Feed(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
            {
                return;
            }

            // "deflate" means zlib's frame, and some send none: its first byte tells (8 is the method, below 8 the window).
            inflater ??=
                open?.Invoke(source)
                ?? (
                    (bytes[0] & 0x0f) == 8 && bytes[0] >> 4 < 8
                        ? new ZLibStream(source, CompressionMode.Decompress)
                        : new DeflateStream(source, CompressionMode.Decompress)
                );
            var input = ArrayPool<byte>.Shared.Rent(bytes.Length);
            var output = ArrayPool<byte>.Shared.Rent(PieceBytes);
            try
            {
                bytes.CopyTo(input);
                source.Give(input.AsMemory(0, bytes.Length));
                int read;
                while ((read = inflater.Read(output)) > 0)
                {
                    Next(output.AsSpan(0, read));
                }
            }
            finally
            {
                source.Give(default);
                ArrayPool<byte>.Shared.Return(input);
                ArrayPool<byte>.Shared.Return(output);
            }
        }

        public override void Dispose()
        {
            inflater?.Dispose();
            source.Dispose();
            base.Dispose();
        }

        private sealed class Source : Stream
        {
            private ReadOnlyMemory<byte> rest;

            public override bool CanRead => true;
            public override bool CanSeek => false;
            public override bool CanWrite => false;
            public override long Length => throw new NotSupportedException();

            public override long Position
            {
                get => throw new NotSupportedException();
                set => throw new NotSupportedException();
            }

            public void Give(ReadOnlyMemory<byte> bytes) => rest = bytes;

            public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

            public override int Read(Span<byte> buffer)
            {
                var count = Math.Min(buffer.Length, rest.Length);
                rest.Span[..count].CopyTo(buffer);
                rest = rest[count..];
                return count;
            }

            public override void Flush() { }

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        }
    }

    private sealed class BrotliStage(Sink next) : Stage(next)
    {
        private BrotliDecoder decoder;
        private PooledBytes rest;
        private bool done;

        public override void Feed(ReadOnlySpan<byte> bytes)
        {
            if (done)
            {
                return; // what stands behind the end means nothing, and must not be gathered
            }

            if (rest.Length > 0)
            {
                rest.Append(bytes);
                bytes = rest.Span;
            }

            var output = ArrayPool<byte>.Shared.Rent(PieceBytes);
            try
            {
                while (true)
                {
                    var status = decoder.Decompress(bytes, output, out var used, out var written);
                    bytes = bytes[used..];
                    if (written > 0)
                    {
                        Next(output.AsSpan(0, written));
                    }

                    if (status == OperationStatus.InvalidData)
                    {
                        throw new InvalidDataException("Not brotli.");
                    }

                    if (status != OperationStatus.DestinationTooSmall)
                    {
                        done = status == OperationStatus.Done;
                        break;
                    }
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(output);
            }

            rest.RemoveStart(rest.Length > 0 ? rest.Length - bytes.Length : 0);
            if (rest.Length == 0)
            {
                rest.Append(bytes);
            }
        }

        public override void Dispose()
        {
            decoder.Dispose();
            rest.Dispose();
            base.Dispose();
        }
    }

    private sealed class ZstdStage : Stage
    {
        private readonly ZstdDecoder stream;

        private ZstdStage(ZstdDecoder stream, Sink next)
            : base(next) => this.stream = stream;

        public static ZstdStage? TryCreate(Sink next) =>
            ZstdDecoder.TryOpen() is { } stream ? new ZstdStage(stream, next) : null;

        public override void Feed(ReadOnlySpan<byte> bytes)
        {
            var output = ArrayPool<byte>.Shared.Rent(PieceBytes);
            try
            {
                while (true)
                {
                    var (used, written) = stream.Decompress(bytes, output);
                    bytes = bytes[used..];
                    if (written > 0)
                    {
                        Next(output.AsSpan(0, written));
                    }

                    if ((bytes.IsEmpty && written < output.Length) || (used == 0 && written == 0))
                    {
                        break;
                    }
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(output);
            }
        }

        public override void Dispose()
        {
            stream.Dispose();
            base.Dispose();
        }
    }
}
