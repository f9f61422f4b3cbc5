using Microsoft.AspNetCore.Http;

namespace Weir.Server.Api.SignIn;

/// <summary>
/// Whether a request comes from Weir's own pages. A cookie says who sits at the browser and not which page asks: other sites, and
/// other ports of this machine, must not ask in his name. Stateless.
/// </summary>
internal static class OwnPages
{
    /// <summary>The header that a change by cookie must carry, with the session's own word against forgery.</summary>
    public const string CsrfHeader = "x-weir-csrf";

    /// <summary>
    /// True for a request of Weir's own page, and for one of no page: a program sends neither <c>Origin</c> nor
    /// <c>Sec-Fetch-Site</c>. A WebSocket, which a page of any site may open, must name its origin.
    /// </summary>
    public static bool Sent(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
        {
            return false;
        }

        var origins = request.Headers.Origin;
        return origins.Count switch
        {
            0 => !request.HttpContext.WebSockets.IsWebSocketRequest,
            1 => IsOwn(origins[0], request),
            _ => false,
        };
    }

    /// <summary>True for methods that change nothing.</summary>
    public static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    // Before a proxy that ends TLS the page's scheme is another than the request's; its host is the same.
    private static bool IsOwn(string? origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (page.Scheme == Uri.UriSchemeHttps || (page.Scheme == Uri.UriSchemeHttp && !request.IsHttps))
        && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
