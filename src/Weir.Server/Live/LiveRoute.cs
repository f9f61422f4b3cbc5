using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Client;
using Weir.Ledger;
using Weir.Server.Api;

namespace Weir.Server.Live;

/// <summary>
/// <c>GET /live</c>: what changes in the caller's workspace, as it changes, over a WebSocket or as server-sent events.
/// </summary>
internal static class LiveRoute
{
    /// <summary>The subprotocol that Weir answers with.</summary>
    public const string Protocol = "weir.live.v1";

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    /// <summary>Registers what it needs.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(new LiveOptions());
        services.AddSingleton(provider => new LiveFeed(
            provider.GetRequiredService<UsageLedger>().Feed,
            provider.GetRequiredService<LiveOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LiveFeed>>()
        ));
    }

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/live", ListenAsync)
            .WithName("live")
            .WithTags("Live")
            .WithSummary("What changes, as it changes: a WebSocket, or server-sent events with Accept: text/event-stream.")
            .Produces<LiveMessage>(StatusCodes.Status200OK, EventStreamConnection.ContentType)
            .ForReaders();

    private static async Task ListenAsync(
        HttpContext context,
        ApiCaller caller,
        LiveFeed feed,
        LiveOptions options,
        UsageLedger ledger,
        TimeProvider clock,
        IHostApplicationLifetime lifetime,
        [System.ComponentModel.Description("The last cursor that is known; without it a snapshot comes first.")]
            string? after = null
    )
    {
        var isSocket = context.WebSockets.IsWebSocketRequest;
        if (!isSocket && !AcceptsEvents(context.Request))
        {
            await ApiProblem
                .Of(
                    StatusCodes.Status406NotAcceptable,
                    "Ask for \"Accept: text/event-stream\", or open a WebSocket at this path."
                )
                .ExecuteAsync(context);
            return;
        }

        if (!TryReadCursor(after ?? context.Request.Headers["Last-Event-ID"].ToString(), out var known))
        {
            await ApiProblem
                .Invalid(new Dictionary<string, string> { ["after"] = "must be a cursor that /live gave" })
                .ExecuteAsync(context);
            return;
        }

        using var place = feed.TryListen();
        if (place is null)
        {
            context.Response.Headers.RetryAfter = "10";
            await ApiProblem
                .Of(StatusCodes.Status503ServiceUnavailable, $"{options.Listeners} listen already; try again later.")
                .ExecuteAsync(context);
            return;
        }

        var session = new LiveSession(feed, ledger, options, clock, caller.Workspace, caller.IsStillGood);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            lifetime.ApplicationStopping
        );
        if (isSocket)
        {
            await SocketAsync(context, session, known, over, lifetime.ApplicationStopping);
        }
        else
        {
            var events = new EventStreamConnection(context.Response);
            await events.BeginAsync(over.Token);
            if (await session.RunAsync(events, known, over.Token) == LiveEnd.TooSlow)
            {
                context.Abort();
            }
        }
    }

    private static async Task SocketAsync(
        HttpContext context,
        LiveSession session,
        long? known,
        CancellationTokenSource over,
        CancellationToken stopping
    )
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol, StringComparer.Ordinal);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(offered ? Protocol : null);
        var connection = new WebSocketConnection(socket);
        var closed = connection.UntilClosedAsync(over.Token).ContinueWith(_ => over.Cancel(), TaskScheduler.Default);
        LiveEnd end;
        try
        {
            end = await session.RunAsync(connection, known, over.Token);
        }
        catch (WebSocketException)
        {
            end = LiveEnd.Gone;
        }

        if (end == LiveEnd.TooSlow)
        {
            // What was being sent is stuck: a good-bye would be stuck behind it.
            context.Abort();
        }
        else
        {
            using var limit = new CancellationTokenSource(CloseLimit);
            await connection.CloseAsync(stopping.IsCancellationRequested ? LiveEnd.Stopping : end, limit.Token);
        }

        await over.CancelAsync();
        await closed;
    }

    private static bool AcceptsEvents(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .Accept.Any(type =>
                type.Quality is not 0
                && type.MediaType.Equals(EventStreamConnection.ContentType, StringComparison.OrdinalIgnoreCase)
            );

    private static bool TryReadCursor(string text, out long? cursor)
    {
        cursor = null;
        if (text.Length == 0)
        {
            return true;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        cursor = number;
        return true;
    }
}
