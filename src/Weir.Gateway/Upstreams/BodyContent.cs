using System.Net;
using Weir.Gateway.Wire;

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

    /// <summary>
    /// The pieces, in order. Others may be put in their place before the body is sent; they may hold memory of the first ones.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces { get; set; } = pieces;

    /// <summary>The whole body in one piece: the first when there is but one, else a copy.</summary>
    public ReadOnlyMemory<byte> Whole() => BodySplice.Flat(Pieces);

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
        for (var i = 0; i < Pieces.Count; i++)
        {
            length += Pieces[i].Length;
        }

        return true;
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref writing);
        try
        {
            for (var i = 0; i < Pieces.Count; i++)
            {
                await stream.WriteAsync(Pieces[i], cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref writing);
        }
    }
}
