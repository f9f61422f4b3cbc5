using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Weir.Server.Doors;

/// <summary>
/// The headers that every answer of the management side has, errors among them: the one table of their values. What the gateway
/// relays has none of them. Stateless and thread-safe.
/// </summary>
internal static class SecurityHeaders
{
    /// <summary>The content policy of what is no page: nothing in it may be run, loaded or framed.</summary>
    public const string NothingRuns = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// One year, subdomains too. Only over TLS, and not under a name of the loopback, which every other program on the machine shares.
    /// </summary>
    public const string StrictTransport = "max-age=31536000; includeSubDomains";

    // What a page could ask of a browser and no page here does. Passkeys are signed in with.
    private const string Permissions =
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), "
        + "gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        + "picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), window-management=(), xr-spatial-tracking=(), "
        + "publickey-credentials-create=(self), publickey-credentials-get=(self)";

    /// <summary>Name and value of each.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Always { get; } =
    [
        new(HeaderNames.XContentTypeOptions, "nosniff"),
        new(HeaderNames.XFrameOptions, "DENY"),
        new("Referrer-Policy", "no-referrer"),
        new("Permissions-Policy", Permissions),
        new("Cross-Origin-Opener-Policy", "same-origin"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        // The filter that it once steered could itself be turned against a page.
        new(HeaderNames.XXSSProtection, "0"),
        // A page has a wider one of its own, and may be kept.
        new(HeaderNames.ContentSecurityPolicy, NothingRuns),
        new(HeaderNames.CacheControl, "no-store"),
    ];

    /// <summary>Sets them; after the scheme and host are known that the caller used.</summary>
    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        foreach (var (name, value) in Always)
        {
            headers[name] = value;
        }

        if (context.Request.IsHttps && !IsLoopbackName(context.Request.Host.Host))
        {
            headers.StrictTransportSecurity = StrictTransport;
        }
    }

    private static bool IsLoopbackName(string host) =>
        host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
