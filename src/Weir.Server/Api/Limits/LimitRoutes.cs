using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Limits;

namespace Weir.Server.Api.Limits;

/// <summary>What is known of limits.</summary>
internal static class LimitRoutes
{
    /// <summary>Maps the route.</summary>
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/limits", List)
            .WithTags("Limits")
            .WithName("listLimits")
            .WithSummary("Quotas of plans: what providers told, what was learned, when they will be met")
            .TakesQuery()
            .Needs(Permission.AnalyticsView);

    private static async Task<Ok<LimitList>> List(
        ApiCaller caller,
        LimitBoard board,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(LimitShaping.List(await board.ReadAsync(caller.Workspace, cancellationToken)));
}
