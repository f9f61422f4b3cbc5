using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Weir.Foundation.Network;

namespace Weir.Gateway;

/// <summary>Which proxies are believed, and by which headers.</summary>
/// <param name="Networks">Their addresses.</param>
/// <param name="Header">
/// What they write. One kind alone is believed: a proxy passes the other on as the caller wrote it.
/// </param>
public sealed record TrustedProxies(NetworkList Networks, ForwardingHeader Header)
{
    /// <summary>Nobody is believed.</summary>
    public static TrustedProxies None { get; } = new(NetworkList.Empty, ForwardingHeader.XForwarded);
}

/// <summary>In which headers a proxy tells of its caller.</summary>
public enum ForwardingHeader
{
    /// <summary><c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c> and <c>X-Forwarded-Host</c>.</summary>
    XForwarded,

    /// <summary><c>Forwarded</c> (RFC 7239).</summary>
    Forwarded,
}

/// <summary>Where a request came from before trusted proxies handed it on.</summary>
/// <param name="Address">
/// The caller's address: the last one that is no trusted proxy's, IPv4 where it is IPv4 inside IPv6. Null on a Unix socket.
/// </param>
/// <param name="Scheme">What the caller speaks, <c>http</c> or <c>https</c>; null when no proxy that is believed told.</param>
/// <param name="Host">The host that the caller named; null when no proxy that is believed told.</param>
public readonly record struct ClientOrigin(IPAddress? Address, string? Scheme, string? Host)
{
    // No honest chain is as long; what is written before these is not read.
    private const int MostHops = 32;

    /// <summary>Where a request came from. Without a trusted proxy at the other end of the connection, what headers say is nothing.</summary>
    public static ClientOrigin Of(HttpRequest request, TrustedProxies proxies)
    {
        if (request.HttpContext.Connection.RemoteIpAddress is not { } remote)
        {
            return default;
        }

        var peer = NetworkList.Plain(remote);
        return proxies.Networks.IsEmpty || !proxies.Networks.Contains(peer) ? new ClientOrigin(peer, null, null)
            : proxies.Header == ForwardingHeader.Forwarded ? OfForwarded(request.Headers, proxies.Networks, peer)
            : OfXForwarded(request.Headers, proxies.Networks, peer);
    }

    private static ClientOrigin OfXForwarded(IHeaderDictionary headers, NetworkList trusted, IPAddress peer)
    {
        var hops = Items(headers["X-Forwarded-For"], ',');
        var address = peer;
        var read = 0;
        while (read < hops.Count && trusted.Contains(address) && ReadAddress(hops[^(read + 1)]) is { } before)
        {
            address = before;
            read++;
        }

        // Proxies set the other two anew or add to them as they add to the first: what the last hop that was read wrote.
        return new ClientOrigin(
            address,
            ReadScheme(At(Items(headers["X-Forwarded-Proto"], ','), read)),
            ReadHost(At(Items(headers["X-Forwarded-Host"], ','), read))
        );
    }

    private static ClientOrigin OfForwarded(IHeaderDictionary headers, NetworkList trusted, IPAddress peer)
    {
        var hops = Items(headers["Forwarded"], ',');
        var origin = new ClientOrigin(peer, null, null);
        for (var i = hops.Count - 1; i >= 0 && trusted.Contains(origin.Address!); i--)
        {
            string? by = null;
            string? scheme = null;
            string? host = null;
            foreach (var pair in Items(hops[i], ';'))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0)
                {
                    continue;
                }

                var value = HeaderUtilities.RemoveQuotes(pair.AsSpan(equals + 1).Trim().ToString()).ToString();
                switch (pair[..equals].Trim().ToLowerInvariant())
                {
                    case "for":
                        by = value;
                        break;
                    case "proto":
                        scheme = ReadScheme(value);
                        break;
                    case "host":
                        host = ReadHost(value);
                        break;
                }
            }

            origin = origin with { Scheme = scheme ?? origin.Scheme, Host = host ?? origin.Host };
            if (ReadAddress(by) is not { } before)
            {
                break;
            }

            origin = origin with { Address = before };
        }

        return origin;
    }

    private static string? At(List<string> items, int hops) =>
        items.Count == 0 ? null : items[Math.Max(0, items.Count - Math.Max(1, hops))];

    /// <summary>The last items of a header's values, outside quotes.</summary>
    private static List<string> Items(StringValues values, char separator)
    {
        var items = new List<string>();
        foreach (var value in values)
        {
            var start = 0;
            var quoted = false;
            for (var i = 0; i <= value?.Length; i++)
            {
                if (i == value.Length || (value[i] == separator && !quoted))
                {
                    items.Add(value[start..i].Trim());
                    start = i + 1;
                }
                else if (value[i] == '"')
                {
                    quoted = !quoted;
                }
            }
        }

        return items.Count > MostHops ? items[^MostHops..] : items;
    }

    /// <summary>An address, a port after it or not; null for what is none (<c>unknown</c>, <c>_hidden</c>).</summary>
    private static IPAddress? ReadAddress(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var bracket = text.IndexOf(']', StringComparison.Ordinal);
        var plain =
            text[0] == '[' && bracket > 0 ? text[1..bracket]
            : text.Count(c => c == ':') == 1 ? text[..text.IndexOf(':', StringComparison.Ordinal)]
            : text;
        return NetworkList.TryParse(plain, out var network) && !plain.Contains('/', StringComparison.Ordinal)
            ? network.BaseAddress
            : null;
    }

    private static string? ReadScheme(string? text) =>
        text is null ? null
        : text.Equals("https", StringComparison.OrdinalIgnoreCase) ? "https"
        : text.Equals("http", StringComparison.OrdinalIgnoreCase) ? "http"
        : null;

    private static string? ReadHost(string? text) =>
        text is { Length: > 0 and <= 255 } && Uri.CheckHostName(new HostString(text).Host) != UriHostNameType.Unknown
            ? text
            : null;
}
