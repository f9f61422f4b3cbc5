using System.Net;

namespace Weir.Gateway.Upstreams;

/// <summary>
/// A request body in up to a few pieces of memory, of known length, written as it stands. Tells whether the connection
/// is still reading the memory, which may be the case after an early answer.
/// </summary>
internal sealed class BodyContent(IReadOnlyList<ReadOnlyMemory<byte>> pieces) : HttpContent
{
    private int writing;

    /// <summary>Whether the memory is being read now, so that it must not be given back.</summary>
    public bool IsBeingSent => Volatile.Read(ref writing) != 0;

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        WriteAsync(stream, CancellationToken.None);

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    ) => WriteAsync(stream, cancellationToken);

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        for (var i = 0; i < pieces.Count; i++)
        {
            length += pieces[i].Length;
        }

        return true;
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writing);
        try
        {
            for (var i = 0; i < pieces.Count; i++)
            {
                await stream.WriteAsync(pieces[i], cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref writing);
        }
    }
}
