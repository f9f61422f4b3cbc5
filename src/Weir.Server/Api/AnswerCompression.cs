using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Server.Api;

/// <summary>
/// Compresses what a route that says so answers to GET, for callers who accept Brotli or gzip.
/// </summary>
/// <remarks>
/// A route must say so, for over TLS the length of a compressed answer tells whoever can put text beside a secret in it, and sees the
/// length, how much of the secret he has guessed (the BREACH attack, breachattack.com). What is compressed holds figures, names, prices and
/// descriptions; no key, code, session, secret or configuration, and nothing that was said to a model. Another site cannot have it asked
/// for in a person's name either: the session's cookie is <c>SameSite=Strict</c>, and a key is in a header. Events are never
/// compressed: their route does not say so.
/// </remarks>
internal static class AnswerCompression
{
    private static readonly Mark Yes = new(true);
    private static readonly Mark No = new(false);

    /// <summary>The answers of these routes are compressed.</summary>
    public static TBuilder Compressed<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(Yes);

    /// <summary>But not those of this one.</summary>
    public static TBuilder Uncompressed<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(No);

    /// <summary>What compresses.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes =
            [
                "application/json",
                "application/problem+json",
                "application/schema+json",
                "application/x-ndjson",
                "text/csv",
                "text/plain",
            ];
        });
        // An answer is compressed once, and mostly for a wire that is faster than the better levels are.
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
    }

    /// <summary>Puts it behind routing.</summary>
    public static void Use(IApplicationBuilder app) =>
        app.UseWhen(IsFor, static compressed => compressed.UseResponseCompression());

    private static bool IsFor(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.GetEndpoint()?.Metadata.GetMetadata<Mark>() is { IsCompressed: true };

    private sealed record Mark(bool IsCompressed);
}
