using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Weir.Server.Api;

/// <summary><c>GET /</c>: says what runs here. It shows nothing that needs a key.</summary>
internal static class FrontPage
{
    private static readonly byte[] Page = Encoding.UTF8.GetBytes(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Weir</title>
        </head>
        <body>
        <h1>Weir is running</h1>
        <p>This is the gateway and the meter for AI traffic. Point a tool at this address and see what it used.</p>
        <ul>
        <li>Claude Code: <code>ANTHROPIC_BASE_URL</code> is this address.</li>
        <li>Codex and OpenAI's SDKs: the base URL is this address with <code>/v1</code>.</li>
        <li>Usage: <code>weir usage</code> on this machine, or <code>GET /api/v1/usage/summary</code> with a key.</li>
        <li><a href="/openapi/v1.json">The API's description</a>, <a href="/health/ready">the server's health</a>.</li>
        </ul>
        </body>
        </html>

        """
    );

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet(
                "/",
                async (HttpContext context) =>
                {
                    context.Response.ContentType = "text/html; charset=utf-8";
                    context.Response.ContentLength = Page.Length;
                    await context.Response.Body.WriteAsync(Page, context.RequestAborted);
                }
            )
            .ExcludeFromDescription();
}
