using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Gateway;
using Weir.GraphQL;
using Weir.Server.Api;
using Weir.Server.Live;

namespace Weir.Server.GraphQL;

/// <summary>
/// Operations over a WebSocket, by the protocol <c>graphql-transport-ws</c>: after the greeting each operation has an id, and its
/// answers carry it. What breaks the protocol ends the connection with the protocol's own codes.
/// </summary>
internal sealed class GraphQLSocket
{
    /// <summary>The subprotocol.</summary>
    public const string Protocol = "graphql-transport-ws";

    private const int MostBytes = 512 * 1024;
    private const int MostOperations = 20;
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(10);

    private readonly GraphQLEngine engine;
    private readonly GraphQLCall call;
    private readonly SocketWriter writer;
    private readonly WebSocket socket;
    private readonly CancellationTokenSource over;
    private readonly Dictionary<string, CancellationTokenSource> operations = new(StringComparer.Ordinal);
    private readonly List<Task> running = [];
    private bool isGreeted;

    private GraphQLSocket(
        GraphQLEngine engine,
        GraphQLCall call,
        WebSocket socket,
        SocketWriter writer,
        CancellationTokenSource over
    )
    {
        this.engine = engine;
        this.call = call;
        this.socket = socket;
        this.over = over;
        this.writer = writer;
    }

    /// <summary>Accepts a WebSocket, and answers until it ends.</summary>
    public static async Task AcceptAsync(
        HttpContext context,
        GraphQLEngine engine,
        GraphQLCall call,
        CancellationToken stopping
    )
    {
        if (CallerRules.WhyForeign(context.Request) is { } why)
        {
            await ApiProblem.Of(StatusCodes.Status403Forbidden, $"No WebSocket: {why}.").ExecuteAsync(context);
            return;
        }

        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol, StringComparer.Ordinal))
        {
            await ApiProblem
                .Of(StatusCodes.Status400BadRequest, $"A WebSocket here speaks {Protocol}.")
                .ExecuteAsync(context);
            return;
        }

        using var accepted = await context.WebSockets.AcceptWebSocketAsync(Protocol);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var writing = new SocketWriter(accepted, call.Get<LiveOptions>(), call.Clock);
        var session = new GraphQLSocket(engine, call, accepted, writing, ended);
        try
        {
            await session.RunAsync(stopping);
        }
        catch (WebSocketException)
        {
            // The connection broke.
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(session.running);
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var reader = new SocketReader(socket, MostBytes);
        using var greeting = new CancellationTokenSource(GreetingLimit, call.Clock);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(greeting.Token, over.Token);
        SocketEnd? end = null;
        try
        {
            while (end is null)
            {
                // A reading that is cancelled cuts the connection: only who has not greeted in time is cut so.
                var message = await reader.NextAsync(isGreeted ? over.Token : first.Token);
                if (message is null)
                {
                    end = reader.IsTooLong ? SocketEnd.TooLong : SocketEnd.Normal;
                }
                else
                {
                    end = RequestReader.Json(message.Value) is { ValueKind: JsonValueKind.Object } json
                        ? await TakeAsync(json)
                        : SocketEnd.Invalid("a message is an object, as JSON");
                }
            }
        }
        catch (OperationCanceledException)
        {
            end =
                stopping.IsCancellationRequested ? SocketEnd.Stopping
                : greeting.IsCancellationRequested ? SocketEnd.NotGreeted
                : SocketEnd.Normal;
        }

        await writer.CloseAsync(end);
    }

    private async Task<SocketEnd?> TakeAsync(JsonElement message)
    {
        switch (Text(message, "type"))
        {
            case "connection_init" when isGreeted:
                return SocketEnd.GreetedTwice;
            case "connection_init":
                isGreeted = true;
                await writer.SendAsync("connection_ack", null, null, over.Token);
                return null;
            case "ping":
                await writer.SendAsync("pong", null, null, over.Token);
                return null;
            case "pong":
                return null;
            case "subscribe" when !isGreeted:
                return SocketEnd.Unauthorized;
            case "subscribe":
                return Subscribe(message);
            case "complete" when Text(message, "id") is { Length: > 0 } id:
                await EndAsync(id);
                return null;
            default:
                return SocketEnd.Invalid("there is no message of this type");
        }
    }

    private SocketEnd? Subscribe(JsonElement message)
    {
        if (
            Text(message, "id") is not { Length: > 0 and <= 256 } id
            || !message.TryGetProperty("payload", out var payload)
            || RequestReader.Read(payload, out _) is not { } request
        )
        {
            return SocketEnd.Invalid("subscribe has an id, and a payload with a query");
        }

        lock (operations)
        {
            if (operations.ContainsKey(id))
            {
                return SocketEnd.TwiceSubscribed(id);
            }

            if (operations.Count >= MostOperations)
            {
                return SocketEnd.TooMany(MostOperations);
            }

            var own = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
            operations[id] = own;
            running.RemoveAll(task => task.IsCompleted);
            running.Add(Task.Run(() => AnswerAsync(id, request, own), CancellationToken.None));
        }

        return null;
    }

    private async Task AnswerAsync(string id, GraphQLRequest request, CancellationTokenSource own)
    {
        try
        {
            var (operation, refusal) = engine.Prepare(request);
            if (operation is null)
            {
                Remove(id, own);
                await writer.SendAsync("error", id, refusal, own.Token);
                return;
            }

            if (operation.IsSubscription)
            {
                await foreach (var answer in operation.SubscribeAsync(call, own.Token))
                {
                    if (!answer.Ran)
                    {
                        Remove(id, own);
                        await writer.SendAsync("error", id, answer, own.Token);
                        return;
                    }

                    await writer.SendAsync("next", id, answer, own.Token);
                }
            }
            else
            {
                await writer.SendAsync("next", id, await operation.RunAsync(call, own.Token), own.Token);
            }

            // The id is free before its end is told: a client may use it again at once.
            Remove(id, own);
            await writer.SendAsync("complete", id, null, own.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // It was ended, or the connection was.
        }
        catch (TimeoutException)
        {
            // What was being sent is stuck: a good-bye would be stuck behind it.
            socket.Abort();
        }
        finally
        {
            Remove(id, own);
            own.Dispose();
        }
    }

    private void Remove(string id, CancellationTokenSource own)
    {
        lock (operations)
        {
            if (operations.GetValueOrDefault(id) == own)
            {
                operations.Remove(id);
            }
        }
    }

    private Task EndAsync(string id)
    {
        lock (operations)
        {
            return operations.Remove(id, out var own) ? own.CancelAsync() : Task.CompletedTask;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
