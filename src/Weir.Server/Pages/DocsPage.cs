using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Server.Api;

namespace Weir.Server.Pages;

/// <summary>
/// <c>GET /docs</c>: the API's description to read and to try, by Swagger UI. It shows nothing that needs a key, and asks
/// nobody but this server.
/// </summary>
internal static class DocsPage
{
    // Its style sheet holds its icons as data.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Names =
    [
        "docs.css",
        "docs.js",
        "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui.css",
    ];

    /// <summary>Maps the page and its files.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var page = new Lazy<EmbeddedFile?>(() => EmbeddedFile.Find("docs/docs.html"));
        var files = Names.ToFrozenDictionary(
            name => name,
            name => new Lazy<EmbeddedFile?>(() => EmbeddedFile.Find("docs/" + name)),
            StringComparer.Ordinal
        );
        // Without Node at the build the page's own files are there, and those of Swagger UI are not.
        bool IsWhole() => files.Values.All(file => file.Value is not null);

        routes
            .MapGet("/docs", context => IsWhole() ? SendAsync(context, page.Value!) : Missing().ExecuteAsync(context))
            .OpenToAll()
            .ExcludeFromDescription();
        routes
            .MapGet(
                "/docs/{name}",
                context =>
                    files.TryGetValue(context.GetRouteValue("name") as string ?? "", out var file)
                    && file.Value is { } found
                        ? SendAsync(context, found)
                        : ApiProblem
                            .Of(StatusCodes.Status404NotFound, "The page at /docs has no such file.")
                            .ExecuteAsync(context)
            )
            .OpenToAll()
            .ExcludeFromDescription();
    }

    private static Task SendAsync(HttpContext context, EmbeddedFile file)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return file.SendAsync(context);
    }

    private static ApiProblem Missing() =>
        ApiProblem.Of(
            StatusCodes.Status501NotImplemented,
            "This build carries no page: Node and npm's registry were not at hand when it was built. "
                + "GET /openapi/v1.json describes the API."
        );
}
