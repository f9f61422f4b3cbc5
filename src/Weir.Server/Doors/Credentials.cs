using Microsoft.AspNetCore.Http;
using Weir.Server.Api.SignIn;

namespace Weir.Server.Doors;

/// <summary>What a request of the management side brings, before it is known what it is worth. Its text shows nothing of it.</summary>
/// <param name="text">A key, or a session's token.</param>
/// <param name="isSession">Whether it is a session's token, which a browser sends by itself.</param>
internal sealed class Credential(string text, bool isSession)
{
    /// <summary>A key, or a session's token.</summary>
    public string Text => text;

    /// <summary>Whether it is a session's token, which a browser sends by itself.</summary>
    public bool IsSession => isSession;
}

/// <summary>Where a request of the management side says who makes it: the one place to ask. Stateless.</summary>
internal static class Credentials
{
    private const string SocketPrefix = "weir.key.";
    private const string Bearer = "Bearer ";

    /// <summary>What stands in the first place that has something; a key goes before a session's cookie. Null when none has.</summary>
    public static Credential? Of(HttpContext context) =>
        Key(context) is { } key ? new Credential(key, isSession: false)
        : SessionCookie.Read(context.Request) is { } token ? new Credential(token, isSession: true)
        : null;

    private static string? Key(HttpContext context)
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
