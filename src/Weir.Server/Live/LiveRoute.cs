using System.ComponentModel;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Client;
using Weir.Gateway;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Activities;
using Weir.Server.Limits;

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
        services.AddSingleton(new DashboardNews());
        services.AddSingleton(provider => new LiveFeed(
            provider.GetRequiredService<UsageLedger>().Feed,
            provider.GetRequiredService<LimitNews>(),
            provider.GetRequiredService<LiveOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LiveFeed>>()
        ));
    }

    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/live", ListenAsync)
            .WithName("live")
            .WithTags("Live")
            .WithSummary(
                "What changes, as it changes: a WebSocket, or server-sent events with Accept: text/event-stream"
            )
            .Produces<LiveMessage>(StatusCodes.Status200OK, EventStreamConnection.ContentType)
            .TakesQuery("after", "topics")
            .Needs(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status406NotAcceptable, StatusCodes.Status503ServiceUnavailable);
        // Over HTTP/2 a WebSocket begins with CONNECT.
        routes
            .MapMethods("/live", [HttpMethods.Connect], ListenAsync)
            .TakesQuery("after", "topics")
            .Needs(Permission.AnalyticsView)
            .ExcludeFromDescription();
    }

    private static async Task ListenAsync(
        HttpContext context,
        ApiCaller caller,
        LiveFeed feed,
        LiveOptions options,
        UsageLedger ledger,
        SessionNews sessions,
        LimitNews limits,
        ActivityFeed activity,
        DashboardNews dashboards,
        TimeProvider clock,
        IHostApplicationLifetime lifetime,
        [Description(
            "The last cursor that is known, with the activity feed's behind a dot (42.17); without it a snapshot comes first. Last-Event-ID goes before it."
        )]
            string? after = null,
        [Description(
            "What to tell of: requests, sessions, limits, activity, dashboards, separated by commas. Default requests."
        )]
            string? topics = null
    )
    {
        if (
            !LiveTopics.TryParse(
                topics,
                sessions.Changes,
                limits.Of(caller.Workspace),
                Listening,
                Boards,
                out var wanted
            )
        )
        {
            var fault = new Dictionary<string, string> { ["topics"] = "must be " + LiveTopics.Expected };
            await ApiProblem.Invalid(fault).ExecuteAsync(context);
            return;
        }

        // A browser that comes back by itself says where it was in the header, and repeats the address of its first time.
        var last = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : after;
        var known = default(LivePlace);
        if (!string.IsNullOrEmpty(last) && !LivePlace.TryParse(last, out known))
        {
            var fault = new Dictionary<string, string> { ["after"] = "must be a cursor that /live gave" };
            await ApiProblem.Invalid(fault).ExecuteAsync(context);
            return;
        }

        if (Refusal(context) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        using var place = feed.TryListen(caller.Workspace);
        if (place is null)
        {
            context.Response.Headers.RetryAfter = "10";
            await ApiProblem
                .Of(StatusCodes.Status503ServiceUnavailable, "As many listen already as may; try again later.")
                .ExecuteAsync(context);
            return;
        }

        var session = new LiveSession(feed, ledger, options, clock, caller.Workspace, caller.IsStillGood, wanted);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            lifetime.ApplicationStopping
        );
        if (context.WebSockets.IsWebSocketRequest)
        {
            await SocketAsync(context, session, known, over, lifetime.ApplicationStopping);
            return;
        }

        var events = new EventStreamConnection(context.Response);
        await events.BeginAsync(over.Token);
        if (await session.RunAsync(events, known, over.Token) == LiveEnd.TooSlow)
        {
            context.Abort();
        }

        ActivityListening Listening() =>
            new(activity, () => new ActivityView(caller.Workspace, caller.MayNow()), options, clock);

        DashboardListening Boards() => new(dashboards.Of(caller.Workspace), caller.Principal.OwnerId);
    }

    private static async Task SocketAsync(
        HttpContext context,
        LiveSession session,
        LivePlace known,
        CancellationTokenSource over,
        CancellationToken stopping
    )
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol, StringComparer.Ordinal);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(offered ? Protocol : null);
        var connection = new WebSocketConnection(socket);
        // Its own end: a reading that is cancelled cuts the connection, before a good-bye could be said.
        using var reading = new CancellationTokenSource();
        var closed = UntilClosedAsync(connection, over, reading.Token);
        try
        {
            var end = await session.RunAsync(connection, known, over.Token);
            if (end == LiveEnd.TooSlow)
            {
                // What was being sent is stuck: a good-bye would be stuck behind it.
                context.Abort();
                return;
            }

            await connection.CloseAsync(stopping.IsCancellationRequested ? LiveEnd.Stopping : end, CloseLimit);
        }
        catch (WebSocketException)
        {
            // The connection broke under a message.
        }
        finally
        {
            reading.CancelAfter(CloseLimit);
            await closed;
        }
    }

    private static async Task UntilClosedAsync(
        WebSocketConnection connection,
        CancellationTokenSource over,
        CancellationToken cancellationToken
    )
    {
        await connection.UntilClosedAsync(cancellationToken);
        await over.CancelAsync();
    }

    private static ApiProblem? Refusal(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return AcceptsEvents(context.Request)
                ? null
                : ApiProblem.Of(
                    StatusCodes.Status406NotAcceptable,
                    "Ask for \"Accept: text/event-stream\", or open a WebSocket at this path."
                );
        }

        // A browser asks no server before it opens a WebSocket for a page of another site.
        return CallerRules.WhyForeign(context.Request) is { } why
            ? ApiProblem.Of(StatusCodes.Status403Forbidden, $"No WebSocket: {why}.")
            : null;
    }

    private static bool AcceptsEvents(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .Accept.Any(type =>
                type.Quality is not 0
                && type.MediaType.Equals(EventStreamConnection.ContentType, StringComparison.OrdinalIgnoreCase)
            );
}
