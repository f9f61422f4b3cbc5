using System.Net;
using Microsoft.AspNetCore.Http;
using Weir.Gateway;

namespace Weir.Server.Doors;

/// <summary>Where a request of the management side came from: the one place to ask, for the audit trail and for throttling.</summary>
internal static class ClientAddress
{
    /// <summary>
    /// The caller's address, trusted proxies looked through (<c>server.trustedProxies</c>); null for a command on the same machine
    /// that uses the local socket. The peer of the connection is <see cref="ConnectionInfo.RemoteIpAddress"/> as ever.
    /// </summary>
    public static IPAddress? Of(HttpContext context) =>
        context.Features.Get<Origin>() is { } known ? known.Value.Address : context.Connection.RemoteIpAddress;

    /// <summary>
    /// Finds out where a request came from, and gives it the scheme and the host that the caller used: what compares origins and
    /// names hosts sees what the caller's browser sees.
    /// </summary>
    public static void Establish(HttpContext context, TrustedProxies proxies)
    {
        var origin = ClientOrigin.Of(context.Request, proxies);
        context.Features.Set(new Origin(origin));
        if (origin.Scheme is { } scheme)
        {
            context.Request.Scheme = scheme;
        }

        if (origin.Host is { } host)
        {
            context.Request.Host = new HostString(host);
        }
    }

    private sealed record Origin(ClientOrigin Value);
}
