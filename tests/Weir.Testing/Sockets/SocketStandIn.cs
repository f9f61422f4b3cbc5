using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Weir.Testing;

/// <summary>A provider's WebSocket server on 127.0.0.1: each connection is played by a script. Thread-safe.</summary>
public sealed class SocketStandIn : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<SocketHandshake> handshakes = new();

    private SocketStandIn(WebApplication app) => this.app = app;

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public Uri BaseUrl => new(app.Urls.Single());

    /// <summary>What was asked for so far.</summary>
    public IReadOnlyList<SocketHandshake> Handshakes => [.. handshakes];

    /// <summary>The only one.</summary>
    public SocketHandshake Handshake => Handshakes.Single();

    /// <summary>Starts; the script ends its connection by returning.</summary>
    /// <param name="script">Plays the provider on one connection.</param>
    /// <param name="protocol">The subprotocol that is chosen, whatever was offered; null for none.</param>
    public static async Task<SocketStandIn> StartAsync(Func<StandInSocket, Task> script, string? protocol = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var standIn = new SocketStandIn(app);
        app.UseWebSockets();
        app.Run(async context =>
        {
            var handshake = SocketHandshake.Of(context);
            standIn.handshakes.Enqueue(handshake);
            using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
            try
            {
                await script(new StandInSocket(socket, handshake));
            }
            catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
            {
                // The other side has gone.
            }
        });
        await app.StartAsync();
        return standIn;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}

/// <summary>What a connection was asked for with.</summary>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">All headers, in the server's order.</param>
public sealed record SocketHandshake(string Target, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>A header's value, any case; null when absent.</summary>
    public string? Header(string name) =>
        Headers
            .Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(h => h.Value)
            .SingleOrDefault();

    internal static SocketHandshake Of(HttpContext context) =>
        new(
            context.Request.Path.Value + context.Request.QueryString.Value,
            [.. context.Request.Headers.Select(h => (h.Key, h.Value.ToString()))]
        );
}

/// <summary>The provider's end of one connection.</summary>
public sealed class StandInSocket(WebSocket socket, SocketHandshake handshake)
{
    /// <summary>What it was asked for with.</summary>
    public SocketHandshake Handshake { get; } = handshake;

    /// <summary>The connection itself.</summary>
    public WebSocket Socket { get; } = socket;

    /// <summary>The next message whole; null when the other side says good-bye.</summary>
    public async Task<string?> ReadAsync()
    {
        var message = await Socket.ReadMessageAsync();
        return message is { } read ? Encoding.UTF8.GetString(read.Bytes) : null;
    }

    /// <summary>Says something, as text.</summary>
    public Task SayAsync(string text) => Socket.SayAsync(text);

    /// <summary>Answers a good-bye, or says it.</summary>
    public Task CloseAsync(WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure, string? reason = null) =>
        Socket.CloseOutputAsync(status, reason, CancellationToken.None);
}

/// <summary>Whole messages over a socket of either side.</summary>
public static class SocketMessages
{
    /// <summary>The next message whole; null when the other side says good-bye.</summary>
    public static async Task<(byte[] Bytes, WebSocketMessageType Kind)?> ReadMessageAsync(
        this WebSocket socket,
        CancellationToken cancel = default
    )
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer, cancel);
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, piece.Count);
            if (piece.EndOfMessage)
            {
                return (message.ToArray(), piece.MessageType);
            }
        }
    }

    /// <summary>The next message whole, as text; null when the other side says good-bye.</summary>
    public static async Task<string?> ReadTextAsync(this WebSocket socket, CancellationToken cancel = default) =>
        await socket.ReadMessageAsync(cancel) is { } read ? Encoding.UTF8.GetString(read.Bytes) : null;

    /// <summary>Says something, as text.</summary>
    public static Task SayAsync(this WebSocket socket, string text, CancellationToken cancel = default) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancel);
}
