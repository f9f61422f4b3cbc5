using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Weir.Server.Api.Capture;

/// <summary>A body that was delivered, decompressed, in a rented buffer. Given back when disposed.</summary>
internal sealed class DeliveredBody : IDisposable
{
    private const int First = 64 * 1024;

    private byte[] buffer;
    private int length;

    private DeliveredBody(byte[] buffer) => this.buffer = buffer;

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    /// <summary>Reads the body of a request. It may be compressed with gzip, and is never held beyond its bound.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">The longest that it may be once decompressed, in bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The body; or null and the status that says why: 400, 413 or 415.</returns>
    /// <exception cref="BadHttpRequestException">It is longer than the server takes, came too slowly or broke off.</exception>
    public static async Task<(DeliveredBody? Body, int Fault)> ReadAsync(
        HttpRequest request,
        int most,
        CancellationToken cancellationToken
    )
    {
        var coding = request.Headers.ContentEncoding.ToString().Trim();
        var isPlain = coding.Length == 0 || coding.Equals("identity", StringComparison.OrdinalIgnoreCase);
        if (!isPlain && !coding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            return (null, StatusCodes.Status415UnsupportedMediaType);
        }

        DeliveredBody? body = new(ArrayPool<byte>.Shared.Rent(First));
        try
        {
            await using var decompressed = isPlain ? null : new GZipStream(request.Body, CompressionMode.Decompress);
            if (!await body.FillAsync(decompressed ?? request.Body, most, cancellationToken))
            {
                return (null, StatusCodes.Status413PayloadTooLarge);
            }

            var filled = body;
            body = null;
            return (filled, 0);
        }
        catch (InvalidDataException)
        {
            return (null, StatusCodes.Status400BadRequest);
        }
        finally
        {
            body?.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private async Task<bool> FillAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (length == buffer.Length)
            {
                Grow();
            }

            // One byte beyond the bound tells a body that is too long from one that just fits.
            var room = Math.Min(buffer.Length - length, most + 1 - length);
            var read = await stream.ReadAsync(buffer.AsMemory(length, room), cancellationToken);
            if (read == 0)
            {
                return true;
            }

            length += read;
            if (length > most)
            {
                return false;
            }
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
