using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Weir.Gateway;

/// <summary>
/// Who may speak to Weir without a key, and under which names. The rules keep a page in a browser from spending: DNS
/// rebinding is stopped by the name, a foreign page by its origin, and what a page can send without asking first
/// (a "simple" request) by its content type. Stateless and thread-safe.
/// </summary>
public static class CallerRules
{
    private static readonly FrozenSet<string> ForwardingHeaders = FrozenSet.ToFrozenSet(
        [
            "Forwarded",
            "Via",
            "X-Original-Forwarded-For",
            "X-Original-Host",
            "X-Real-IP",
            "X-Client-IP",
            "X-Cluster-Client-IP",
            "X-ProxyUser-IP",
            "X-Envoy-External-Address",
            "CF-Connecting-IP",
            "CF-Ray",
            "True-Client-IP",
            "Fastly-Client-IP",
            "Fly-Client-IP",
            "Tailscale-User-Login",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>
    /// Whether the request names Weir by a name that it goes by: a name of the loopback, the literal address that the
    /// connection came in on, or one of <paramref name="hosts"/>. Requests for others are answered with 421.
    /// </summary>
    public static bool IsKnownHost(HttpRequest request, ImmutableArray<string> hosts)
    {
        var host = request.Host;
        if (IsLoopbackName(host.Host))
        {
            return true;
        }

        if (
            IPAddress.TryParse(host.Host, out var literal)
            && request.HttpContext.Connection.LocalIpAddress is { } local
            && SameAddress(literal, local)
        )
        {
            return true;
        }

        foreach (var known in hosts)
        {
            if (
                known.Equals(host.Value, StringComparison.OrdinalIgnoreCase)
                || known.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Why the caller cannot be taken for the local user, for a person; null when it can.</summary>
    public static string? WhyNotLocal(HttpRequest request)
    {
        if (request.HttpContext.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(Plain(peer)))
        {
            return "the connection does not come from this machine";
        }

        if (!IsLoopbackName(request.Host.Host))
        {
            return "the Host header does not name this machine's loopback";
        }

        var headers = request.Headers;
        if (WhyForeign(request) is { } foreign)
        {
            return foreign;
        }

        foreach (var (name, _) in headers)
        {
            if (name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || ForwardingHeaders.Contains(name))
            {
                return $"the {name} header says that the request was forwarded";
            }
        }

        // CONNECT, which asks for a WebSocket over HTTP/2, has no body either.
        var takesBody =
            !HttpMethods.IsGet(request.Method)
            && !HttpMethods.IsHead(request.Method)
            && !HttpMethods.IsConnect(request.Method);
        return takesBody && !IsJson(request.ContentType) ? "the content type is not application/json" : null;
    }

    /// <summary>Why the request is one that a page of another site made, for a person; null when it does not look so.</summary>
    public static string? WhyForeign(HttpRequest request)
    {
        var headers = request.Headers;
        return headers.TryGetValue(HeaderNames.Origin, out var origin) && !IsOwnOrigin(origin, request.Host)
                ? "the Origin header names another site"
            : headers.TryGetValue("Sec-Fetch-Site", out var site) && site != "same-origin" && site != "none"
                ? "the request was made by a page of another site"
            : null;
    }

    /// <summary>
    /// Whether a browser asks for something to show or to run: a page, a frame, a script, a picture. What a script fetches as data
    /// is none of it, nor is a WebSocket. Browsers without <c>Sec-Fetch-Dest</c> (over plain HTTP from elsewhere they send none) show themselves by
    /// asking for HTML.
    /// </summary>
    public static bool IsForPage(HttpRequest request)
    {
        var headers = request.Headers;
        return (headers.TryGetValue("Sec-Fetch-Dest", out var dest) && dest != "empty" && dest != "websocket")
            || headers["Sec-Fetch-Mode"] == "navigate"
            || AsksForHtml(headers.Accept);
    }

    private static bool AsksForHtml(StringValues accept)
    {
        for (var i = 0; i < accept.Count; i++)
        {
            if (
                accept[i] is { } kinds
                && (
                    kinds.Contains("text/html", StringComparison.OrdinalIgnoreCase)
                    || kinds.Contains("application/xhtml", StringComparison.OrdinalIgnoreCase)
                )
            )
            {
                return true;
            }
        }

        return false;
    }

    internal static bool IsJson(string? contentType)
    {
        const string Json = "application/json";
        return contentType is not null
            && contentType.StartsWith(Json, StringComparison.OrdinalIgnoreCase)
            && (contentType.Length == Json.Length || contentType[Json.Length] is ';' or ' ' or '\t');
    }

    private static bool IsLoopbackName(string host) =>
        host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static bool IsOwnOrigin(StringValues origin, HostString host) =>
        origin.Count == 1
        && Uri.TryCreate(origin[0], UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.Authority.Equals(
            new UriBuilder(uri.Scheme, host.Host, host.Port ?? -1).Uri.Authority,
            StringComparison.OrdinalIgnoreCase
        );

    private static bool SameAddress(IPAddress literal, IPAddress local) => Plain(literal).Equals(Plain(local));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
