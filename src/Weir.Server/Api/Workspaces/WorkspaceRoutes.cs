using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Workspaces;

/// <summary>Which workspace a caller looks at.</summary>
internal static class WorkspaceRoutes
{
    /// <summary>Maps the route.</summary>
    public static void Map(RouteGroupBuilder group) =>
        group
            .MapGet("/current", Current)
            .WithTags("Keys")
            .WithName("getCurrentWorkspace")
            .WithSummary("The workspace of the key that asks")
            .TakesQuery()
            .ForReaders()
            .Refuses(StatusCodes.Status404NotFound);

    private static Results<Ok<WorkspaceItem>, ApiProblem> Current(ApiCaller caller, KeyRing keys) =>
        keys.WorkspaceName(caller.Workspace) is { } name
            ? TypedResults.Ok(new WorkspaceItem(name))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "The key's workspace is not there any more.");
}
