using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Server.Configuration;

namespace Weir.Server.Api;

/// <summary><c>/health</c> says that the process lives, <c>/health/ready</c> whether it takes work.</summary>
internal static class HealthRoutes
{
    /// <summary>Maps both; neither needs a key.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/health", Alive)
            .OpenToAll()
            .WithName("health")
            .WithTags("Health")
            .WithSummary("Whether the process lives");
        routes
            .MapGet("/health/ready", Ready)
            .OpenToAll()
            .WithName("ready")
            .WithTags("Health")
            .WithSummary("Whether it takes work")
            .WithMetadata(
                new ProducesResponseTypeMetadata(
                    StatusCodes.Status503ServiceUnavailable,
                    typeof(ReadinessResult),
                    ["application/json"]
                )
            );

        // Balancers look with HEAD.
        routes.MapMethods("/health", [HttpMethods.Head], Alive).OpenToAll().ExcludeFromDescription();
        routes.MapMethods("/health/ready", [HttpMethods.Head], Ready).OpenToAll().ExcludeFromDescription();
    }

    private static Ok<HealthResult> Alive(ServerState state) =>
        TypedResults.Ok(
            state.Modules.Ledger.Status.Unavailable is { } reason
                ? new HealthResult("degraded", reason)
                : new HealthResult("ok")
        );

    private static Results<Ok<ReadinessResult>, JsonHttpResult<ReadinessResult>> Ready(ServerState state)
    {
        var status = state.Modules.Ledger.Status;
        var config = state.Config.Current;
        CheckItem[] checks =
        [
            status.RefusesBecause is { } refusal
                ? new CheckItem("journal", "failed", refusal)
                : new CheckItem("journal", "ok", null),
            status.WriteFailure is { } failure
                ? new CheckItem("ledger", "warning", failure)
                : new CheckItem("ledger", status.ReplayWarning is null ? "ok" : "warning", status.ReplayWarning),
            config.PendingFaults.IsEmpty
                ? new CheckItem("configuration", "ok", null)
                : new CheckItem(
                    "configuration",
                    "warning",
                    $"the file on disk has {ConfigFault.Count(config.PendingFaults.Length)}; the configuration before it is in force"
                ),
            state.IsStopping
                ? new CheckItem("server", "failed", "it is stopping")
                : new CheckItem("server", "ok", null),
        ];
        return checks.Any(check => check.Status == "failed")
            ? TypedResults.Json(
                new ReadinessResult("unready", checks),
                statusCode: StatusCodes.Status503ServiceUnavailable
            )
            : TypedResults.Ok(new ReadinessResult("ready", checks));
    }
}
