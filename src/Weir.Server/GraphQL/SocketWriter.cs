using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Weir.Client.Json;
using Weir.GraphQL;
using Weir.Server.Live;

namespace Weir.Server.GraphQL;

/// <summary>
/// Messages of <c>graphql-transport-ws</c>, one after another. There is no queue: who has an answer waits until there is room for
/// it, and a listener that takes none for too long is dropped. Thread-safe.
/// </summary>
internal sealed class SocketWriter(WebSocket socket, LiveOptions options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Sends a message.</summary>
    /// <exception cref="TimeoutException">It could not leave in time.</exception>
    public async Task SendAsync(string type, string? id, GraphQLResponse? answer, CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = WeirJson.Encoder }))
        {
            writer.WriteStartObject();
            if (id is not null)
            {
                writer.WriteString("id"u8, id);
            }

            writer.WriteString("type"u8, type);
            if (answer is not null && type == "error")
            {
                writer.WriteStartArray("payload"u8);
                answer.WriteErrors(writer);
                writer.WriteEndArray();
            }
            else if (answer is not null)
            {
                writer.WritePropertyName("payload"u8);
                answer.Write(writer);
            }

            writer.WriteEndObject();
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            // One that is cancelled in the middle would cut the connection that others share.
            using var limit = new CancellationTokenSource(options.SendLimit, clock);
            await socket.SendAsync(json.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        }
        catch (OperationCanceledException slow)
        {
            throw new TimeoutException("The listener does not take its messages.", slow);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();

    /// <summary>Says good-bye, as far as the listener can still hear it.</summary>
    public async Task CloseAsync(SocketEnd end)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(2), clock);
        try
        {
            await turn.WaitAsync(enough.Token);
            try
            {
                await socket.CloseOutputAsync((WebSocketCloseStatus)end.Code, end.Word, enough.Token);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // There is nobody left to tell.
        }
    }
}
