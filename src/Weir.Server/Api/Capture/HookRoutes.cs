using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Hooks;
using Weir.Identity;

namespace Weir.Server.Api.Capture;

/// <summary>
/// Hooks of coding agents. The answer says nothing and comes at once: a hook must never change what an agent does, nor hold it up.
/// </summary>
internal static class HookRoutes
{
    private static readonly byte[] Nothing = "{}"u8.ToArray();

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/hooks/claude-code", (RequestDelegate)ReceiveAsync)
            .WithName("postClaudeCodeHook")
            .WithSummary("Takes what a hook of Claude Code says")
            .WithDescription(
                "What Claude Code gives a hook on standard input, plain or compressed with gzip. The answer is an empty object, which "
                    + "changes nothing of what Claude Code does. 429 comes with Retry-After."
            )
            .WithTags("Capture")
            .IsDescribed(ReceiveAsync)
            .WithMetadata(
                new AcceptsMetadata(["application/json"], typeof(object)),
                new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), ["application/json"])
            )
            .Needs(Permission.CaptureIngest)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status429TooManyRequests
            );

    private static async Task ReceiveAsync(HttpContext context)
    {
        var gate = context.RequestServices.GetRequiredService<CaptureGate>();
        if (!gate.TryEnter())
        {
            await FullAsync(context);
            return;
        }

        try
        {
            await ReadAsync(context);
        }
        finally
        {
            gate.Leave();
        }
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var (body, fault) = await DeliveredBody.ReadAsync(
            context.Request,
            CapturePaths.MostHookBytes,
            context.RequestAborted
        );
        using var read = body;
        if (body is null)
        {
            await ApiProblem
                .Of(fault, $"A message has at most {CapturePaths.MostHookBytes} bytes, plain or compressed with gzip.")
                .ExecuteAsync(context);
            return;
        }

        var services = context.RequestServices;
        var caught = new Catch();
        var workspace = context.Features.GetRequiredFeature<ApiCaller>().Workspace;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (!services.GetRequiredService<ClaudeCodeHooks>().TryRead(workspace, body.Bytes.Span, now, caught))
        {
            await ApiProblem
                .Of(StatusCodes.Status400BadRequest, "The body is not the JSON object that a hook is given.")
                .ExecuteAsync(context);
            return;
        }

        // An agent waits for the answer, and a hook tells of no usage: it is not waited for until it is stored.
        if (!services.GetRequiredService<ICaptureIntake>().TryTake(workspace, caught, out _))
        {
            await FullAsync(context);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Nothing.Length;
        await context.Response.Body.WriteAsync(Nothing, context.RequestAborted);
    }

    private static Task FullAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = CaptureGate.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return ApiProblem
            .Of(StatusCodes.Status429TooManyRequests, "There is no room at the moment; come again.")
            .ExecuteAsync(context);
    }
}
