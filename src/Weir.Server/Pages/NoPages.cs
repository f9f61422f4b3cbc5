using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weir.Server.Pages;

/// <summary>What stands at <c>/</c> when Weir was built without its pages: what runs here, and what is missing.</summary>
internal static class NoPages
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
        <h1>Weir is running, without its pages</h1>
        <p>It was built where Node was missing, or the packages of the pages could not be had. The gateway, the meter and the
        API are whole. Install Node 20.19 or newer, run <code>dotnet build</code> again, and the pages are here.</p>
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

    /// <summary>Sends it.</summary>
    public static async Task SendAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = Page.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(Page, context.RequestAborted);
        }
    }
}
