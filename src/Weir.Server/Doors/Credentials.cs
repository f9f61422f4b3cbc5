using Microsoft.AspNetCore.Http;

namespace Weir.Server.Doors;

/// <summary>The key that a request of the management side brings, before it is known what it is worth.</summary>
internal static class Credentials
{
    private const string SocketPrefix = "weir.key.";
    private const string Bearer = "Bearer ";

    /// <summary>The key as it stands in the first place that has one; null when none has.</summary>
    public static string? Of(HttpContext context)
    {
        var headers = context.Request.Headers;
        var authorization = headers.Authorization.ToString();
        return headers["x-weir-key"].ToString() is { Length: > 0 } own ? own
            : headers["x-api-key"].ToString() is { Length: > 0 } common ? common
            : authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? authorization[Bearer.Length..].Trim()
            : context.WebSockets.IsWebSocketRequest ? OfSocket(context.WebSockets)
            : null;
    }

    // A page in a browser can give a WebSocket no header but its subprotocols.
    private static string? OfSocket(WebSocketManager sockets) =>
        sockets
            .WebSocketRequestedProtocols.FirstOrDefault(protocol =>
                protocol.StartsWith(SocketPrefix, StringComparison.Ordinal)
            )
            ?[SocketPrefix.Length..];
}
