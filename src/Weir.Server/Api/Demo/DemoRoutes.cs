using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Demo;
using Weir.Identity;

namespace Weir.Server.Api.Demo;

/// <summary>A simulated year, to try the pages with.</summary>
internal static class DemoRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Demo");
        group
            .MapGet("/", GetAsync)
            .WithName("getDemo")
            .WithSummary("How far the simulated year is")
            .Needs(Permission.InstanceView);
        group
            .MapPost("/", FillAsync)
            .WithName("fillDemo")
            .WithSummary("Begins to write a simulated year")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status409Conflict);
        group
            .MapDelete("/", RemoveAsync)
            .WithName("removeDemo")
            .WithSummary("Begins to take the simulated year out")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<DemoStatus>> GetAsync(DemoJob demo, CancellationToken cancellationToken) =>
        TypedResults.Ok(await StatusAsync(demo, cancellationToken));

    private static async Task<Results<Accepted<DemoStatus>, ApiProblem>> FillAsync(
        DemoJob demo,
        ApiCaller caller,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (!await demo.TryFillAsync(caller.Workspace, cancellationToken))
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                "A simulated year is there already or being worked on. Remove it first: weir demo --remove."
            );
        }

        await trail.NoteAsync(caller.Actor, "demo.fill", "demo", null, null, cancellationToken);
        return TypedResults.Accepted((string?)null, await StatusAsync(demo, cancellationToken));
    }

    private static async Task<Results<Accepted<DemoStatus>, ApiProblem>> RemoveAsync(
        DemoJob demo,
        ApiCaller caller,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (!demo.TryRemove())
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                "The simulated year is being worked on; try again later."
            );
        }

        await trail.NoteAsync(caller.Actor, "demo.remove", "demo", null, null, cancellationToken);
        return TypedResults.Accepted((string?)null, await StatusAsync(demo, cancellationToken));
    }

    private static async Task<DemoStatus> StatusAsync(DemoJob demo, CancellationToken cancellationToken)
    {
        var progress = await demo.ProgressAsync(cancellationToken);
        return new DemoStatus
        {
            State = progress.State switch
            {
                DemoState.Filling => "filling",
                DemoState.Filled => "filled",
                DemoState.Removing => "removing",
                DemoState.Failed => "failed",
                _ => "empty",
            },
            Records = progress.Records,
            Progress = progress.Progress,
            Failure = progress.Failure,
        };
    }
}
