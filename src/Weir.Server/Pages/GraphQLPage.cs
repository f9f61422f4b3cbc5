using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Server.Api;

namespace Weir.Server.Pages;

/// <summary>
/// What a browser sees at <c>/graphql</c>: GraphiQL, to ask questions on. It shows nothing that needs a key, and asks nobody but
/// this server.
/// </summary>
internal static class GraphQLPage
{
    private const string Home = "/graphql/page";

    private const string Folder = "graphql/";
    private const string Page = "graphql.html";

    // Its editor writes styles into the page, and has no other way. No script may, and what a style could ask for is here alone.
    private const string Policy =
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Leads a browser that comes without a question to the page. A program asks for no HTML.</summary>
    public static void Resolve(HttpContext context)
    {
        var request = context.Request;
        if (
            HttpMethods.IsGet(request.Method)
            && request.Path == "/graphql"
            && !request.Query.ContainsKey("query")
            && !context.WebSockets.IsWebSocketRequest
            && request
                .GetTypedHeaders()
                .Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        )
        {
            request.Path = Home;
        }
    }

    /// <summary>Maps the page and its files.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var page = new Lazy<EmbeddedFile?>(() => EmbeddedFile.Find(Folder + Page));
        var files = EmbeddedFile
            .Names(Folder)
            .Where(name => name != Page)
            .ToFrozenDictionary(
                name => name,
                name => new Lazy<EmbeddedFile?>(() => EmbeddedFile.Find(Folder + name)),
                StringComparer.Ordinal
            );
        routes
            .MapGet(
                Home,
                context => page.Value is { } found ? SendAsync(context, found) : Missing().ExecuteAsync(context)
            )
            .OpenToAll()
            .ExcludeFromDescription();
        routes
            .MapGet(
                "/graphql/{name}",
                context =>
                    files.TryGetValue(context.GetRouteValue("name") as string ?? "", out var file)
                        ? SendAsync(context, file.Value!)
                        : ApiProblem
                            .Of(StatusCodes.Status404NotFound, "The page at /graphql has no such file.")
                            .ExecuteAsync(context)
            )
            .OpenToAll()
            .ExcludeFromDescription();
    }

    private static Task SendAsync(HttpContext context, EmbeddedFile file)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.Vary = "Accept";
        return file.SendAsync(context);
    }

    private static ApiProblem Missing() =>
        ApiProblem.Of(
            StatusCodes.Status501NotImplemented,
            "This build carries no page: Node and npm's registry were not at hand when it was built. POST /graphql answers programs."
        );
}
