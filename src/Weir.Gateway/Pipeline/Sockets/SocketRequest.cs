using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// A request for a WebSocket (RFC 6455, and RFC 8441 over HTTP/2), and the one that Weir makes of it for the provider: a
/// handshake of its own over HTTP/1.1, with the subprotocols that the caller asked for. Extensions end at Weir, so that messages can be
/// read. One for each connection.
/// </summary>
internal sealed class SocketRequest
{
    /// <summary>Where a browser's client, which can set no header, puts its key (OpenAI's SDK does).</summary>
    public const string KeyProtocol = "openai-insecure-api-key.";

    private const string ProtocolHeader = "Sec-WebSocket-Protocol";

    private readonly string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
    private readonly List<string> offered = [];

    /// <summary>Whether a request asks for a WebSocket, whether or not it does so well.</summary>
    public static bool IsAskedForBy(HttpContext context)
    {
        var features = context.Features;
        return features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
            ? "websocket".Equals(connect.Protocol, StringComparison.OrdinalIgnoreCase)
            : features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                && HttpMethods.IsGet(context.Request.Method)
                && Protocols(context.Request.Headers.Upgrade).Contains("websocket", StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether it asks as RFC 6455 has it.</summary>
    public static bool IsWellFormed(HttpContext context)
    {
        var headers = context.Request.Headers;
        return headers.SecWebSocketVersion == "13"
            && (
                !HttpMethods.IsGet(context.Request.Method)
                || (headers.SecWebSocketKey.Count == 1 && IsNonce(headers.SecWebSocketKey.ToString()))
            );
    }

    /// <summary>The model that its address names, Azure's deployment too; null for none.</summary>
    public static string? ModelOf(IQueryCollection query) =>
        Attribution.Text(query["model"].ToString(), 256) ?? Attribution.Text(query["deployment"].ToString(), 256);

    /// <summary>The keys among the subprotocols that a request asks for.</summary>
    public static IEnumerable<string> Keys(IHeaderDictionary headers) =>
        Protocols(headers.SecWebSocketProtocol)
            .Where(p => p.StartsWith(KeyProtocol, StringComparison.Ordinal))
            .Select(p => p[KeyProtocol.Length..]);

    /// <summary>Makes a request, whose other headers are set, one for a WebSocket.</summary>
    /// <param name="from">The caller's headers.</param>
    /// <param name="to">The request that goes up.</param>
    /// <param name="keepsCredentials">Whether a key of the caller's own among the subprotocols goes on; a Weir key never does.</param>
    public void Ask(IHeaderDictionary from, HttpRequestMessage to, bool keepsCredentials)
    {
        to.Version = HttpVersion.Version11;
        to.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        offered.Clear();
        foreach (var protocol in Protocols(from.SecWebSocketProtocol))
        {
            var isKey = protocol.StartsWith(KeyProtocol, StringComparison.Ordinal);
            if (
                !Authenticator.ClaimsWeirKey(isKey ? protocol[KeyProtocol.Length..] : protocol)
                && (keepsCredentials || !isKey)
            )
            {
                offered.Add(protocol);
            }
        }

        var headers = to.Headers;
        headers.TryAddWithoutValidation("Connection", "Upgrade");
        headers.TryAddWithoutValidation("Upgrade", "websocket");
        headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        if (offered.Count > 0)
        {
            headers.TryAddWithoutValidation(ProtocolHeader, string.Join(", ", offered));
        }
    }

    /// <summary>Whether an answer with 101 agrees to what was asked; <paramref name="protocol"/> is the subprotocol that it chose, null for none.</summary>
    public bool IsAgreed(HttpResponseMessage answer, out string? protocol)
    {
        protocol = Header(answer, ProtocolHeader);
        return "websocket".Equals(Header(answer, "Upgrade"), StringComparison.OrdinalIgnoreCase)
            && Header(answer, "Sec-WebSocket-Accept") == AcceptOf(key)
            && Header(answer, "Sec-WebSocket-Extensions") is null
            && (protocol is null || offered.Contains(protocol));
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString().Trim() : null;

    private static IEnumerable<string> Protocols(StringValues values) =>
        values.SelectMany(v =>
            (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        );

    private static bool IsNonce(string value)
    {
        Span<byte> bytes = stackalloc byte[16];
        return value.Length == 24 && Convert.TryFromBase64String(value, bytes, out var count) && count == 16;
    }

    [SuppressMessage(
        "Security",
        "CA5350",
        Justification = "RFC 6455, 1.3, prescribes SHA-1; nothing rests on its strength."
    )]
    private static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
}
