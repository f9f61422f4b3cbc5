using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Weir.Server.Pages;

/// <summary>
/// A file of a page, carried in the assembly; <c>NAME.br</c> holds it compressed. A browser keeps it and asks whether it has
/// changed. Thread-safe.
/// </summary>
internal sealed class EmbeddedFile
{
    private readonly byte[] bytes;
    private readonly bool isCompressed;
    private readonly string contentType;
    private readonly EntityTagHeaderValue tag;

    private EmbeddedFile(byte[] bytes, bool isCompressed, string contentType)
    {
        this.bytes = bytes;
        this.isCompressed = isCompressed;
        this.contentType = contentType;
        tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}\"", isWeak: true);
    }

    /// <summary>Reads one; null when this build carries none of that name.</summary>
    /// <param name="name">As <c>docs/docs.css</c>.</param>
    public static EmbeddedFile? Find(string name) =>
        TryRead(name, out var plain) ? new EmbeddedFile(plain, isCompressed: false, TypeOf(name))
        : TryRead(name + ".br", out var compressed) ? new EmbeddedFile(compressed, isCompressed: true, TypeOf(name))
        : null;

    /// <summary>The names of the files that this build carries in a folder, without it.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => name[folder.Length..])
            .Select(name => name.EndsWith(".br", StringComparison.Ordinal) ? name[..^3] : name);

    /// <summary>Answers a request for it.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        var headers = response.GetTypedHeaders();
        headers.ETag = tag;
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        if (isCompressed)
        {
            response.Headers.Vary = HeaderNames.AcceptEncoding;
        }

        var asked = context.Request.GetTypedHeaders();
        if (asked.IfNoneMatch.Any(known => tag.Compare(known, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = contentType;
        if (isCompressed && !asked.AcceptEncoding.Any(coding => coding.Value == "br" && coding.Quality != 0))
        {
            await using var plain = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
            await plain.CopyToAsync(response.Body, context.RequestAborted);
            return;
        }

        if (isCompressed)
        {
            response.Headers.ContentEncoding = "br";
        }

        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static bool TryRead(string name, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name);
        if (resource is null)
        {
            return false;
        }

        bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return true;
    }

    private static string TypeOf(string name) =>
        Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".ttf" => "font/ttf",
            _ => "text/plain; charset=utf-8",
        };
}
