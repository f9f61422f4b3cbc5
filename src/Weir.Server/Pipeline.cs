using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Gateway;
using Weir.Server.Api;
using Weir.Server.Api.Capture;
using Weir.Server.Doors;
using Weir.Server.Pages;

namespace Weir.Server;

/// <summary>The order in which a request meets the server's parts.</summary>
internal static class Pipeline
{
    /// <summary>
    /// 1. The gateway takes what is its own: no routing, no header, nothing before it.
    /// 2. Everything else gets safe headers, a bound on its body, and problems instead of bare errors.
    /// 3. A path without a version means the newest; a browser at /graphql gets a page.
    /// 4. Routing; what a route answers may be compressed, and what no route takes may be a page, which needs no key.
    /// 5. The key that the route asks for, between two counts: of the wrong keys of an address, and of a caller's requests.
    /// 6. The body, held against what the route takes; then the handler.
    /// </summary>
    public static void Map(WebApplication app, ServerState state)
    {
        // (1)
        if (state.Modules.Gateway is { } gateway)
        {
            app.Use(next =>
                context =>
                    ModelGateway.Owns(context.Request) && !CapturePaths.IsOtlp(context.Request.Path)
                        ? gateway.HandleAsync(context)
                        : next(context)
            );
        }

        // (2)
        var log = app.Services.GetRequiredService<ILogger<ManagementSide>>();
        var refusals = app.Services.GetRequiredService<RefusalLog>();
        app.Use(next => new ManagementSide(next, state, refusals, log).InvokeAsync);
        // (3)
        app.Use(next =>
            context =>
            {
                ApiVersions.Resolve(context.Request);
                GraphQLPage.Resolve(context);
                return next(context);
            }
        );
        // (4)
        app.UseWebSockets(
            new WebSocketOptions
            {
                KeepAliveInterval = TimeSpan.FromSeconds(15),
                KeepAliveTimeout = TimeSpan.FromSeconds(30),
            }
        );
        app.UseRouting();
        AnswerCompression.Use(app);
        var pages = PageFiles.Load();
        app.Use(next => new PageServing(next, pages).InvokeAsync);
        // (5)
        var throttle = new Throttle(state);
        app.Use(throttle.BeforeGuard);
        app.Use(next => new ApiGuard(next, state).InvokeAsync);
        app.Use(throttle.AfterGuard);
        // (6)
        var json = app.Services.GetRequiredService<IOptions<JsonOptions>>();
        app.Use(next => new PayloadDoor(next, json).InvokeAsync);
        ApiRoutes.Map(app);
    }
}
