using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weir.Server.Live;

/// <summary>How messages reach one listener.</summary>
internal interface ILiveConnection
{
    /// <summary>Sends a message; completes once the listener's side has room for the next.</summary>
    /// <param name="type">The message's <c>type</c>.</param>
    /// <param name="place">Where the listener is then.</param>
    /// <param name="json">The whole message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task SendAsync(string type, LivePlace place, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);
}

/// <summary>Server-sent events (<c>text/event-stream</c>): the type is the event's name, the place its id.</summary>
internal sealed class EventStreamConnection(HttpResponse response) : ILiveConnection
{
    public const string ContentType = "text/event-stream";

    /// <summary>Sends the head at once, so that the listener knows that it is heard.</summary>
    public Task BeginAsync(CancellationToken cancellationToken)
    {
        response.ContentType = ContentType;
        // A proxy that buffers would hold everything back.
        response.Headers["X-Accel-Buffering"] = "no";
        return response.StartAsync(cancellationToken);
    }

    public async Task SendAsync(
        string type,
        LivePlace place,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken
    )
    {
        var body = response.BodyWriter;
        Encoding.UTF8.GetBytes($"event: {type}\nid: {place}\ndata: ", body);
        // JSON as Weir writes it has no line breaks.
        body.Write(json.Span);
        body.Write("\n\n"u8);
        await body.FlushAsync(cancellationToken);
    }
}

/// <summary>A WebSocket: one text message each. What the listener sends is read and not heeded.</summary>
internal sealed class WebSocketConnection(WebSocket socket) : ILiveConnection
{
    public Task SendAsync(
        string type,
        LivePlace place,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken
    ) => socket.SendAsync(json, WebSocketMessageType.Text, endOfMessage: true, cancellationToken).AsTask();

    /// <summary>Completes when the listener closes or its connection breaks.</summary>
    /// <param name="cancellationToken">Cuts the connection.</param>
    public async Task UntilClosedAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[256];
        try
        {
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            {
                await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // It broke, or the server has ended it: closed either way.
        }
    }

    /// <summary>Says good-bye, as far as the listener can still hear it.</summary>
    public async Task CloseAsync(LiveEnd end, TimeSpan limit)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        var (status, word) = end switch
        {
            LiveEnd.Stopping => (WebSocketCloseStatus.EndpointUnavailable, "the server is stopping"),
            LiveEnd.NoLongerAllowed => (WebSocketCloseStatus.PolicyViolation, "the key is no longer good"),
            _ => (WebSocketCloseStatus.NormalClosure, null),
        };
        using var enough = new CancellationTokenSource(limit);
        try
        {
            await socket.CloseOutputAsync(status, word, enough.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // There is nobody left to tell.
        }
    }
}

/// <summary>Why a listener's connection ends.</summary>
internal enum LiveEnd
{
    /// <summary>The listener has gone.</summary>
    Gone,

    /// <summary>The server stops.</summary>
    Stopping,

    /// <summary>The key was revoked, or has expired.</summary>
    NoLongerAllowed,

    /// <summary>A message could not leave in time.</summary>
    TooSlow,
}
