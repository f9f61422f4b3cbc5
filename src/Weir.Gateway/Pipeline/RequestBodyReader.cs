using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Weir.Gateway.Pipeline;

/// <summary>How reading a request's body came out.</summary>
internal enum BodyOutcome : byte
{
    /// <summary>It is there, all of it.</summary>
    Whole,

    /// <summary>It is larger than allowed.</summary>
    TooLarge,

    /// <summary>The caller went while it was still sending.</summary>
    CallerGone,

    /// <summary>What came is not HTTP.</summary>
    Broken,
}

/// <summary>Reads a request's body whole into pooled memory.</summary>
internal static class RequestBodyReader
{
    /// <summary>Reads into <paramref name="into"/>; a body announced as too large is not read at all.</summary>
    public static async ValueTask<BodyOutcome> ReadAsync(HttpRequest request, long limit, PooledBuffer into)
    {
        if (request.ContentLength > limit)
        {
            return BodyOutcome.TooLarge;
        }

        // The limit here is ours, in the caller's own dialect; the server's would cut the connection.
        var serverLimit = request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (serverLimit is { IsReadOnly: false })
        {
            serverLimit.MaxRequestBodySize = null;
        }

        var reader = request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var bytes = read.Buffer;
                if (into.Length + bytes.Length > limit)
                {
                    reader.AdvanceTo(bytes.End);
                    return BodyOutcome.TooLarge;
                }

                into.Append(bytes);
                reader.AdvanceTo(bytes.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return read.IsCanceled ? BodyOutcome.CallerGone : BodyOutcome.Whole;
                }
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == (int)HttpStatusCode.RequestEntityTooLarge)
        {
            return BodyOutcome.TooLarge;
        }
        catch (BadHttpRequestException)
        {
            return request.HttpContext.RequestAborted.IsCancellationRequested
                ? BodyOutcome.CallerGone
                : BodyOutcome.Broken;
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            return BodyOutcome.CallerGone;
        }
    }
}
