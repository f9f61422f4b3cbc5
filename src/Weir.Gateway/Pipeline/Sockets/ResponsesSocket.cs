using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// A socket at <c>/v1/responses</c>: what is said on it is answered as <see cref="ResponsesTurn"/> has it, one message after the other.
/// The next is read while one is answered, so that a caller who goes is noticed; those behind it wait where they are. Bounded in how
/// long it stays open and how long nothing is asked (https://developers.openai.com/api/docs/guides/websocket-mode has the hour).
/// </summary>
internal sealed class ResponsesSocket
{
    /// <summary>How long a socket stays open.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(60);

    /// <summary>How long nothing may be asked.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(15);

    /// <summary>How long a caller may take to answer a good-bye.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    private readonly Exchange exchange;
    private readonly Func<HttpContext, Task> answer;
    private readonly TimeProvider clock;
    private readonly CancellationToken shutdown;
    private readonly long opened;
    private int asked;

    private ResponsesSocket(
        Exchange exchange,
        Func<HttpContext, Task> answer,
        TimeProvider clock,
        CancellationToken shutdown
    )
    {
        this.exchange = exchange;
        this.answer = answer;
        this.clock = clock;
        this.shutdown = shutdown;
        opened = clock.GetTimestamp();
    }

    /// <summary>Opens it and stays with it to its end.</summary>
    /// <param name="exchange">The request for it, which is well-formed, and whose caller is known.</param>
    /// <param name="answer">Answers each request that comes over it.</param>
    /// <param name="clock">Bounds it.</param>
    /// <param name="shutdown">Ends it at once.</param>
    public static async Task RunAsync(
        Exchange exchange,
        Func<HttpContext, Task> answer,
        TimeProvider clock,
        CancellationToken shutdown
    )
    {
        var socket = new ResponsesSocket(exchange, answer, clock, shutdown);
        // The server's own handshake, for both versions of HTTP.
        var handshake = new WebSocketMiddleware(
            socket.OpenAsync,
            Options.Create(new WebSocketOptions()),
            NullLoggerFactory.Instance
        );
        await handshake.Invoke(exchange.Context);
    }

    private async Task OpenAsync(HttpContext context)
    {
        var beat = exchange.Gateway.Config.PingInterval;
        context.Response.Headers["x-weir-request-id"] = exchange.IdText;
        WebSocket accepted;
        try
        {
            accepted = await context.WebSockets.AcceptWebSocketAsync(
                new WebSocketAcceptContext { KeepAliveInterval = beat, KeepAliveTimeout = 2 * beat }
            );
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return;
        }

        using var caller = new SocketEnd(accepted, SocketOutcome.CallerBroke, clock);
        await ConverseAsync(caller);
    }

    private async Task ConverseAsync(SocketEnd caller)
    {
        var stopping = exchange.Context.RequestServices?.GetService<IHostApplicationLifetime>()?.ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown, stopping ?? default);
        using var gone = new CancellationTokenSource();
        var limit = exchange.Gateway.Config.MaxBodyBytes;
        var chain = new ResponsesChain(limit);
        var next = caller.ReadAsync(limit).AsTask();
        (WebSocketCloseStatus, string)? over;
        while ((over = await WhyOverAsync(caller, next, stop.Token)) is null)
        {
            if (await next is { } end)
            {
                await EndAsync(caller, end);
                return;
            }

            if (caller.Kind != WebSocketMessageType.Text)
            {
                await LeaveAsync(caller, null, (WebSocketCloseStatus.InvalidMessageType, "a message is JSON as text"));
                return;
            }

            using var turn = ResponsesTurn.Of(caller.Message, chain, $"{exchange.IdText}_{++asked}");
            next = caller.ReadAsync(limit).AsTask();
            var work = turn.RunAsync(
                caller,
                (body, events) => answer(TurnContext.Make(exchange.Context, body, events, gone.Token)),
                clock
            );
            if (await Task.WhenAny(work, next) == next && await next is not null)
            {
                await gone.CancelAsync();
            }

            if (await work == StatusCodes.Status401Unauthorized)
            {
                await LeaveAsync(caller, next, (WebSocketCloseStatus.PolicyViolation, "the key is no longer good"));
                return;
            }
        }

        await LeaveAsync(caller, next, over.Value);
    }

    /// <summary>Waits for what the caller says. Null when it has; else why nothing more is waited for.</summary>
    private async Task<(WebSocketCloseStatus, string)?> WhyOverAsync(
        SocketEnd caller,
        Task next,
        CancellationToken stop
    )
    {
        var left = Longest - clock.GetElapsedTime(opened);
        if (left > TimeSpan.Zero)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(next, Task.Delay(left < LongestSilence ? left : LongestSilence, clock, enough.Token));
            await enough.CancelAsync();
        }

        if (stop.IsCancellationRequested)
        {
            return (WebSocketCloseStatus.EndpointUnavailable, "the server is stopping");
        }

        if (clock.GetElapsedTime(opened) >= Longest)
        {
            await caller.WriteAsync(
                SocketErrors.Make(
                    StatusCodes.Status400BadRequest,
                    "websocket_connection_limit_reached",
                    "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue."
                ),
                WebSocketMessageType.Text
            );
            return (WebSocketCloseStatus.EndpointUnavailable, "open for an hour");
        }

        return next.IsCompleted ? null : (WebSocketCloseStatus.EndpointUnavailable, "nothing was asked for 15 minutes");
    }

    /// <summary>The caller has ended it.</summary>
    private static async Task EndAsync(SocketEnd caller, SocketOutcome end)
    {
        if (end == SocketOutcome.TooLarge)
        {
            await caller.CloseAsync(WebSocketCloseStatus.MessageTooBig, "the message is larger than Weir takes");
        }
        else if (end == SocketOutcome.Closed)
        {
            var (status, reason) = caller.GoodBye;
            await caller.CloseAsync(status, reason);
        }
    }

    /// <summary>Says good-bye and hears the caller out, though not for long.</summary>
    private async Task LeaveAsync(
        SocketEnd caller,
        Task<SocketOutcome?>? next,
        (WebSocketCloseStatus Status, string Reason) why
    )
    {
        await caller.CloseAsync(why.Status, why.Reason);
        var rest = HearOutAsync(caller, next);
        if (await Task.WhenAny(rest, Task.Delay(CloseLimit, clock, shutdown)) != rest)
        {
            caller.Abort();
        }

        await rest;
    }

    private async Task HearOutAsync(SocketEnd caller, Task<SocketOutcome?>? next)
    {
        var limit = exchange.Gateway.Config.MaxBodyBytes;
        while (await (next ?? caller.ReadAsync(limit).AsTask()) is null)
        {
            next = null;
        }
    }
}
