using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Api.Capture;
using Weir.Server.Limits;
using Weir.Server.StatusLine;

namespace Weir.Server.Api.StatusLine;

/// <summary>What a status line shows, and what it tells: one request for both.</summary>
internal static class StatusLineRoutes
{
    private const int LongestSession = 200;
    private const int MostBytes = 256 * 1024;

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/statusline", Get)
            .WithTags("Limits")
            .WithName("getStatusLine")
            .WithSummary("Cost today and of a session, the running block and its limits, from memory")
            .TakesQuery("session")
            .Needs(Permission.AnalyticsView);
        api.MapPost("/statusline", Post)
            .WithTags("Limits")
            .WithName("postStatusLine")
            .WithSummary("Takes the quotas of what Claude Code gives its status line, and answers as GET does")
            .WithMetadata(new AcceptsMetadata(["application/json"], typeof(JsonElement)))
            .TakesQuery("session")
            .Needs(Permission.AnalyticsView, Permission.CaptureIngest)
            .Refuses(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<Results<Ok<StatusLineResult>, ApiProblem>> Get(
        [Description("The session whose cost is asked for, by the agent's own id.")] string? session,
        ApiCaller caller,
        StatusBoard board,
        CancellationToken cancellationToken
    ) =>
        session is { Length: > LongestSession }
            ? TooLong()
            : TypedResults.Ok(await board.AskAsync(caller.Workspace, Named(session), cancellationToken));

    private static async Task<Results<Ok<StatusLineResult>, ApiProblem>> Post(
        [Description("The session whose cost is asked for, by the agent's own id.")] string? session,
        ApiCaller caller,
        HttpRequest request,
        StatusBoard board,
        QuotaIntake quotas,
        CancellationToken cancellationToken
    )
    {
        if (session is { Length: > LongestSession })
        {
            return TooLong();
        }

        var (body, fault) = await DeliveredBody.ReadAsync(request, MostBytes, cancellationToken);
        using var read = body;
        if (body is null)
        {
            return ApiProblem.Of(fault, $"The body has at most {MostBytes} bytes, plain or compressed with gzip.");
        }

        if (quotas.TakeStatusLine(caller.Workspace, body.Bytes.ToArray(), Named(session)))
        {
            board.Forget(caller.Workspace);
        }

        return TypedResults.Ok(await board.AskAsync(caller.Workspace, Named(session), cancellationToken));
    }

    private static string? Named(string? session) => session is { Length: > 0 } ? session : null;

    private static ApiProblem TooLong() =>
        ApiProblem.Invalid(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["session"] = $"has more than {LongestSession} characters",
            }
        );
}
