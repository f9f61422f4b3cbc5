using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Compresses answers for callers who accept it (RFC 9110, 8.4 and 12.5.3), where the configuration says so. Off by default:
/// bytes then arrive as the upstream sent them. What the upstream has compressed stays as it is, and so does what is short, is a
/// part of something, or says <c>no-transform</c>.
/// </summary>
internal static class AnswerCoding
{
    private const string Brotli = "br";
    private const string Gzip = "gzip";

    /// <summary>A head's worth: below it a packet is saved by nothing.</summary>
    private const int Least = 1024;

    /// <summary>Brotli's middle: half of gzip's output at its cost.</summary>
    private const int BrotliQuality = 4;
    private const int BrotliWindow = 22;

    /// <summary>
    /// The body of an answer whose head stands, compressed, with the head set to match; null when it goes out as it is.
    /// </summary>
    public static byte[]? Whole(Exchange exchange, ReadOnlySpan<byte> body)
    {
        if (body.Length < Least || Choose(exchange) is not { } coding)
        {
            return null;
        }

        var coded = coding == Brotli ? ByBrotli(body) : ByGzip(body);
        if (coded.Length >= body.Length)
        {
            return null;
        }

        Describe(exchange.Context.Response.Headers, coding);
        exchange.Context.Response.ContentLength = coded.Length;
        return coded;
    }

    /// <summary>
    /// Has all that is written to an answer from now on compressed, each flush reaching the caller whole; the head stands, and
    /// no byte has gone out. Nothing happens when it goes out as it is.
    /// </summary>
    public static void Begin(Exchange exchange)
    {
        var response = exchange.Context.Response;
        if (response.ContentLength < Least || Choose(exchange) is not { } coding)
        {
            return;
        }

        Describe(response.Headers, coding);
        response.ContentLength = null;
        var features = exchange.Context.Features;
        var plain = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        exchange.Coded = new CodedBody(
            plain,
            coding == Brotli
                ? new BrotliStream(plain.Stream, CompressionLevel.Fastest, leaveOpen: true)
                : new GZipStream(plain.Stream, CompressionLevel.Fastest, leaveOpen: true)
        );
        features.Set<IHttpResponseBodyFeature>(exchange.Coded);
    }

    /// <summary>The coding that the answer gets; null for none. Where there is a choice, caches are told.</summary>
    private static string? Choose(Exchange exchange)
    {
        var response = exchange.Context.Response;
        var headers = response.Headers;
        if (
            !exchange.Snapshot.Server.Config.CompressesAnswers
            || HttpMethods.IsHead(exchange.Context.Request.Method)
            || response.StatusCode
                is < 200
                    or StatusCodes.Status204NoContent
                    or StatusCodes.Status205ResetContent
                    or StatusCodes.Status206PartialContent
                    or StatusCodes.Status304NotModified
            || !StringValues.IsNullOrEmpty(headers.ContentEncoding)
            || !StringValues.IsNullOrEmpty(headers.ContentRange)
            || headers.CacheControl.ToString().Contains("no-transform", StringComparison.OrdinalIgnoreCase)
            || !IsText(response.ContentType)
        )
        {
            return null;
        }

        if (!headers.Vary.ToString().Contains("Accept-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        }

        return Accepted(exchange.Context.Request.Headers.AcceptEncoding);
    }

    /// <summary>The coding that the caller likes best, Brotli of two; null when it likes none, or the plain text better.</summary>
    private static string? Accepted(StringValues header)
    {
        if (!StringWithQualityHeaderValue.TryParseList(header, out var accepted))
        {
            return null;
        }

        double brotli = -1,
            gzip = -1,
            plain = 0,
            any = 0;
        foreach (var one in accepted)
        {
            var quality = one.Quality ?? 1;
            if (one.Value.Equals(Brotli, StringComparison.OrdinalIgnoreCase))
            {
                brotli = quality;
            }
            else if (
                one.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase)
                || one.Value.Equals("x-gzip", StringComparison.OrdinalIgnoreCase)
            )
            {
                gzip = quality;
            }
            else if (one.Value.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                plain = quality;
            }
            else if (one.Value.Equals("*"))
            {
                any = quality;
            }
        }

        // The asterisk stands for what is not named (RFC 9110, 12.5.3).
        brotli = brotli < 0 ? any : brotli;
        gzip = gzip < 0 ? any : gzip;
        var best = Math.Max(brotli, gzip);
        return best <= 0 || best < plain ? null
            : brotli >= gzip ? Brotli
            : Gzip;
    }

    private static bool IsText(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("jsonl", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase);
    }

    private static void Describe(IHeaderDictionary headers, string coding)
    {
        headers.ContentEncoding = coding;
        // They are sums of other bytes.
        headers.Remove(HeaderNames.ContentMD5);
        headers.Remove("Content-Digest");
        headers.Remove("Repr-Digest");
        headers.Remove("Digest");
        if (headers.ETag.ToString() is ['"', ..] tag)
        {
            headers.ETag = "W/" + tag;
        }
    }

    private static byte[] ByBrotli(ReadOnlySpan<byte> body)
    {
        var coded = new byte[BrotliEncoder.GetMaxCompressedLength(body.Length)];
        return BrotliEncoder.TryCompress(body, coded, out var length, BrotliQuality, BrotliWindow)
            ? coded[..length]
            : body.ToArray();
    }

    private static byte[] ByGzip(ReadOnlySpan<byte> body)
    {
        using var coded = new MemoryStream(body.Length / 2);
        using (var coder = new GZipStream(coded, CompressionLevel.Fastest, leaveOpen: true))
        {
            coder.Write(body);
        }

        return coded.ToArray();
    }
}
