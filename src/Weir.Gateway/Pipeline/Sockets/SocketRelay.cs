using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weir.Foundation;
using Weir.Gateway.Metering;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Relays a WebSocket that the provider has agreed to, message by message, both ways at once. What the provider says goes to the
/// meter first: the record of a turn is journalled before the message that ended it goes out. A message is read only when the one
/// before it has been taken, so that a slow reader slows the writer and fills no memory. Pings go to both sides; who does not
/// answer them is gone.
/// </summary>
internal sealed class SocketRelay
{
    /// <summary>How long a side may take to answer a good-bye.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    /// <summary>How often an ending server looks whether the answer under way has come to its end.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly UpstreamCall call;
    private readonly Exchange exchange;
    private readonly HttpResponseMessage answer;
    private readonly string? protocol;
    private readonly TurnMeter meter;
    private readonly CancellationToken shutdown;
    private int broke;
    private bool usedExchangeId;
    private string why = RequestRefusals.NotOfTheKey(null);
    private readonly TaskCompletionSource goodBye = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SocketRelay(UpstreamCall call, HttpResponseMessage answer, string? protocol, CancellationToken shutdown)
    {
        this.call = call;
        this.answer = answer;
        this.protocol = protocol;
        this.shutdown = shutdown;
        exchange = call.Exchange;
        meter = TurnMeter.For(call.Attempt.Target.Provider.Kind, exchange.RequestedModel, call.Clock);
    }

    /// <summary>Which side broke first; null while none did.</summary>
    private SocketOutcome? Broken => Volatile.Read(ref broke) is not 0 and var how ? (SocketOutcome)how : null;

    /// <summary>Relays to the end. Everything that was used is journalled when it returns.</summary>
    /// <param name="call">The call that was answered.</param>
    /// <param name="answer">101, with the connection in its content.</param>
    /// <param name="protocol">The subprotocol that was agreed on; null for none.</param>
    /// <param name="shutdown">Ends it at once.</param>
    public static async Task RunAsync(
        UpstreamCall call,
        HttpResponseMessage answer,
        string? protocol,
        CancellationToken shutdown
    )
    {
        var relay = new SocketRelay(call, answer, protocol, shutdown);
        // The server's own handshake, for both versions of HTTP.
        var handshake = new WebSocketMiddleware(
            relay.OpenAsync,
            Options.Create(new WebSocketOptions()),
            NullLoggerFactory.Instance
        );
        await handshake.Invoke(call.Exchange.Context);
    }

    private async Task OpenAsync(HttpContext context)
    {
        var beat = exchange.Gateway.Config.PingInterval;
        using var provider = new SocketEnd(
            WebSocket.CreateFromStream(
                await answer.Content.ReadAsStreamAsync(shutdown),
                new WebSocketCreationOptions
                {
                    SubProtocol = protocol,
                    KeepAliveInterval = beat,
                    KeepAliveTimeout = 2 * beat,
                }
            ),
            SocketOutcome.ProviderBroke,
            call.Clock
        );
        var headers = context.Response.Headers;
        HeaderRules.CopyResponse(answer, headers, keepsLength: false);
        headers["x-weir-request-id"] = exchange.IdText;
        headers["x-weir-provider"] = call.Attempt.Target.Provider.Name;
        WebSocket accepted;
        try
        {
            accepted = await context.WebSockets.AcceptWebSocketAsync(
                new WebSocketAcceptContext
                {
                    SubProtocol = protocol,
                    KeepAliveInterval = beat,
                    KeepAliveTimeout = 2 * beat,
                }
            );
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            provider.Abort();
            return;
        }

        using var caller = new SocketEnd(accepted, SocketOutcome.CallerBroke, call.Clock);
        await RelayAsync(caller, provider);
    }

    private async Task RelayAsync(SocketEnd caller, SocketEnd provider)
    {
        var stopping = exchange.Context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown, stopping ?? default);
        using var ended = new CancellationTokenSource();
        var up = UpAsync(caller, provider);
        var down = DownAsync(caller, provider);
        var told = StopAsync(caller, provider, stop.Token, ended.Token);
        var first = await Task.WhenAny(up, down, goodBye.Task);
        await ended.CancelAsync();
        await told;

        // A good-bye is answered by the one who hears it, and the answer is passed on as it was; nobody waits for long.
        var rest = Task.WhenAll(up, down);
        if (Broken is null)
        {
            await Task.WhenAny(rest, Task.Delay(CloseLimit, call.Clock, CancellationToken.None));
        }

        if (!rest.IsCompleted || Broken is not null)
        {
            caller.Abort();
            provider.Abort();
            if (Broken != SocketOutcome.ProviderBroke)
            {
                // What the provider said before it broke is still on its way; of a caller who takes nothing, nobody waits for that.
                exchange.Context.Abort();
            }
        }

        await rest;
        var isProvidersDoing =
            first == down ? await down != SocketOutcome.CallerBroke : await up == SocketOutcome.ProviderBroke;
        var status = isProvidersDoing ? RequestStatus.UpstreamReset : RequestStatus.CallerAborted;
        foreach (var turn in meter.Complete())
        {
            Write(turn, status);
        }
    }

    /// <summary>What the caller says, to the provider.</summary>
    private async Task<SocketOutcome> UpAsync(SocketEnd caller, SocketEnd provider)
    {
        var limit = exchange.Gateway.Config.MaxBodyBytes;
        while (true)
        {
            if (await caller.ReadAsync(limit) is { } end)
            {
                await EndAsync(end, caller, provider);
                return Ended(end);
            }

            if (!MayAsk(caller.Message.Span))
            {
                await EndAsync(SocketOutcome.Refused, caller, provider);
                return SocketOutcome.Refused;
            }

            meter.FromCaller(caller.Message.Span);
            // Who has not heard yet that Weir has ended it goes on talking, until he answers the good-bye.
            if (!await provider.WriteAsync(caller.Message, caller.Kind) && !goodBye.Task.IsCompleted)
            {
                return Ended(SocketOutcome.ProviderBroke);
            }
        }
    }

    /// <summary>What the provider says, to the meter and the caller.</summary>
    private async Task<SocketOutcome> DownAsync(SocketEnd caller, SocketEnd provider)
    {
        var limit = exchange.Gateway.Config.MaxBodyBytes;
        while (true)
        {
            if (await provider.ReadAsync(limit) is { } end)
            {
                await EndAsync(end, provider, caller);
                return Ended(end);
            }

            var hasRoom = true;
            foreach (var turn in meter.FromProvider(provider.Message.Span))
            {
                hasRoom &= Write(turn, RequestStatus.UpstreamReset);
            }

            if (!await caller.WriteAsync(provider.Message, provider.Kind) && !goodBye.Task.IsCompleted)
            {
                return Ended(SocketOutcome.CallerBroke);
            }

            if (!hasRoom)
            {
                // 1013, try again later (IANA's registry of RFC 6455). What is still under way is read to its end.
                await CloseBothAsync(caller, provider, (WebSocketCloseStatus)1013, "Weir cannot account for more now");
            }
        }
    }

    /// <summary>Says good-bye to both sides when the server stops, once no answer is under way or the time is up.</summary>
    private async Task StopAsync(SocketEnd caller, SocketEnd provider, CancellationToken stop, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, ended);
        await WaitAsync(Timeout.InfiniteTimeSpan, either.Token);
        while (!ended.IsCancellationRequested && !shutdown.IsCancellationRequested && meter.IsAnswering)
        {
            using var sooner = CancellationTokenSource.CreateLinkedTokenSource(shutdown, ended);
            await WaitAsync(LookAgain, sooner.Token);
        }

        if (!ended.IsCancellationRequested)
        {
            await CloseBothAsync(caller, provider, WebSocketCloseStatus.EndpointUnavailable, "the server is stopping");
        }
    }

    private async Task EndAsync(SocketOutcome end, SocketEnd from, SocketEnd to)
    {
        switch (end)
        {
            case SocketOutcome.Closed:
                var (status, reason) = from.GoodBye;
                await to.CloseAsync(status, reason);
                break;
            case SocketOutcome.TooLarge:
                await BothAsync(WebSocketCloseStatus.MessageTooBig, "the message is larger than Weir takes");
                break;
            case SocketOutcome.Refused:
                await BothAsync(WebSocketCloseStatus.PolicyViolation, why);
                break;
        }

        Task BothAsync(WebSocketCloseStatus status, string reason) => CloseBothAsync(from, to, status, reason);
    }

    private Task CloseBothAsync(SocketEnd one, SocketEnd other, WebSocketCloseStatus status, string reason)
    {
        goodBye.TrySetResult();
        return Task.WhenAll(one.CloseAsync(status, reason), other.CloseAsync(status, reason));
    }

    /// <summary>Whether the key is still good, and one that is bound to models may say this.</summary>
    private bool MayAsk(ReadOnlySpan<byte> message)
    {
        if (exchange.WhyNoLonger() is { } reason)
        {
            why = reason;
            return false;
        }

        if (exchange.Caller.Principal.Bounds is not { HasModels: true } bounds)
        {
            return true;
        }

        if (CallerModels.Of(message) is not { } models)
        {
            return false;
        }

        foreach (var model in models)
        {
            if (!bounds.AllowsModel(model))
            {
                why = RequestRefusals.NotOfTheKey(model);
                return false;
            }
        }

        return true;
    }

    /// <summary>Journals a turn. False when there is no room for another.</summary>
    private bool Write(Turn turn, RequestStatus broken)
    {
        var id = usedExchangeId ? call.Records.NextId() : exchange.Id;
        usedExchangeId = true;
        var record = new AnswerPart
        {
            Id = id,
            StartedAt = turn.StartedAt,
            Duration = turn.Duration,
            FirstContent = turn.FirstContent,
            Status = turn.Status ?? broken,
            HttpStatus = turn.Refusal,
            Dialect = turn.Dialect,
            Streaming = true,
            Reading = turn.Reading,
            Session = exchange.IdText,
            PromptBytes = turn.PromptBytes,
        }.Settle(exchange, call.Attempt.Target.Provider);
        return call.Records.WriteOneOfMany(exchange, record);
    }

    /// <summary>Notes which side broke first: what follows from that breaks the other one too.</summary>
    private SocketOutcome Ended(SocketOutcome how)
    {
        if (how is SocketOutcome.CallerBroke or SocketOutcome.ProviderBroke)
        {
            Interlocked.CompareExchange(ref broke, (int)how, 0);
        }

        return how;
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(time, call.Clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // That is what was waited for.
        }
    }
}
