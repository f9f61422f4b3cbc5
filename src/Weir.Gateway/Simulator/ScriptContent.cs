using System.Net;

namespace Weir.Gateway.Simulator;

/// <summary>A response body that plays a script: each read gives at most one step, after its wait.</summary>
internal sealed class ScriptContent(IReadOnlyList<Script.Step> steps, TimeProvider clock) : HttpContent
{
    /// <inheritdoc />
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new Player(steps, clock));

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var player = new Player(steps, clock);
        await player.CopyToAsync(stream);
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private sealed class Player(IReadOnlyList<Script.Step> steps, TimeProvider clock) : Stream
    {
        private int next;
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

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            while (rest.IsEmpty)
            {
                if (next == steps.Count)
                {
                    return 0;
                }

                var step = steps[next++];
                if (step.Wait > TimeSpan.Zero)
                {
                    await Task.Delay(step.Wait, clock, cancellationToken);
                }

                rest =
                    step.Bytes
                    ?? throw new HttpIOException(HttpRequestError.ResponseEnded, "The simulated connection broke.");
            }

            var count = Math.Min(buffer.Length, rest.Length);
            rest[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        }

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
