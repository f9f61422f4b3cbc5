using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Weir.Server.Configuration;

namespace Weir.Server.Api;

/// <summary>
/// The host names under which this server may be called. A name that an attacker owns and points at this machine (DNS
/// rebinding) is not among them; an address cannot be rebound.
/// </summary>
internal static class KnownHosts
{
    /// <summary>True for localhost, any IP address, the names it listens on, and those of <c>server.hosts</c>.</summary>
    public static bool Includes(HostString host, ServerConfig server, ImmutableArray<string> urls)
    {
        var name = host.Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(name.AsSpan().Trim("[]"), out _)
            || server.Hosts.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (urls.IsEmpty ? server.Urls : urls).Any(url =>
                Uri.TryCreate(url, UriKind.Absolute, out var bound)
                && bound.Host.Equals(name, StringComparison.OrdinalIgnoreCase)
            );
    }
}
