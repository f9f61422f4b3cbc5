using System.Collections.Immutable;
using System.Net;

namespace Weir.Server.Configuration;

/// <summary>Addresses to listen on, as <c>http://127.0.0.1:8082</c>.</summary>
internal static class ListenAddress
{
    /// <summary>Where Weir listens when nothing else is said.</summary>
    public const string Default = "http://127.0.0.1:8082";

    /// <summary>Why a text is no address to listen on; null when it is one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="written">What to call it, where variables were filled in; null for the text itself.</param>
    public static string? Fault(string text, string? written = null)
    {
        // "*" and "+" stand for every interface, which System.Uri does not know.
        var plain = text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal)
            .Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (
            !Uri.TryCreate(plain, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
        )
        {
            return $"\"{written ?? text}\" is not an http or https address to listen on";
        }

        return url.AbsolutePath != "/" || url.Query.Length > 0 || url.UserInfo.Length > 0 || url.Fragment.Length > 0
            ? $"\"{written ?? text}\" must be scheme, host and port alone"
            : null;
    }

    /// <summary>The host names (not the literal addresses) that a server listens under.</summary>
    public static IEnumerable<string> Names(ImmutableArray<string> chosen, ImmutableArray<string> configured) =>
        (chosen.IsEmpty ? configured : chosen)
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url.Host : "")
            .Where(host => Uri.CheckHostName(host) == UriHostNameType.Dns);

    /// <summary>True when only this machine can reach the address.</summary>
    public static bool IsLoopback(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (
            url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        );
}
