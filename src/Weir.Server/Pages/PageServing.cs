using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Weir.Server.Pages;

/// <summary>
/// Serves the pages where no route has taken the request. They hold no data: whoever may reach the server may load them, and
/// the API that they call asks for a key.
/// </summary>
internal sealed class PageServing(RequestDelegate next, PageFiles files)
{
    private const string Forever = "public, max-age=31536000, immutable";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!isRead || context.GetEndpoint() is not null)
        {
            return next(context);
        }

        var path = request.Path.Value ?? "/";
        if (files.Find(path) is { } file)
        {
            // The page for what is not there is not there itself.
            return SendAsync(context, file, file == files.NotFound ? StatusCodes.Status404NotFound : null);
        }

        if (!files.Any && path == "/")
        {
            return NoPages.SendAsync(context);
        }

        return files.NotFound is { } notFound && IsPerson(request)
            ? SendAsync(context, notFound, StatusCodes.Status404NotFound)
            : next(context);
    }

    private static async Task SendAsync(HttpContext context, PageFile file, int? status)
    {
        var (encoding, suffix) = Choose(context.Request, file);
        var headers = context.Response.Headers;
        headers.ETag = $"\"{file.Tag}{suffix}\"";
        headers.CacheControl = file.Immutable ? Forever : "no-cache";
        if (file.Encodings.Count > 0)
        {
            headers.Vary = HeaderNames.AcceptEncoding;
        }

        if (file.IsPage)
        {
            headers.ContentSecurityPolicy = Policy(file);
        }

        if (status is null && IsKnown(context.Request, headers.ETag.ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        using var body = PageFiles.Open(file, suffix);
        context.Response.StatusCode = status ?? StatusCodes.Status200OK;
        context.Response.ContentType = file.Type;
        context.Response.ContentLength = body.Length;
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await body.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    /// <summary>The smallest form that the caller takes.</summary>
    private static (string? Encoding, string Suffix) Choose(HttpRequest request, PageFile file)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        return Takes("br") ? ("br", ".br")
            : Takes("gzip") ? ("gzip", ".gz")
            : (null, "");

        bool Takes(string encoding) =>
            file.Encodings.Contains(encoding)
            && accepted.Any(given =>
                given.Quality is not 0 && given.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase)
            );
    }

    private static bool IsKnown(HttpRequest request, string tag) =>
        request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag);

    /// <summary>Nothing from elsewhere, and no script but the pages' own.</summary>
    private static string Policy(PageFile page) =>
        $"default-src 'none'; script-src {string.Join(' ', page.Scripts.Select(hash => $"'{hash}'").Prepend("'self'"))}; "
        + "style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // A browser asks for HTML; programs get a problem that they can read.
    private static bool IsPerson(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request
            .GetTypedHeaders()
            .Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
}
