using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Api.Keys;

namespace Weir.Server.Api.Workspaces;

/// <summary>The workspaces of the instance, for who runs it; and for everybody the own one.</summary>
internal static class WorkspaceRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Workspaces");
        group
            .MapGet("/", List)
            .WithName("listWorkspaces")
            .WithSummary("The workspaces of the instance")
            .TakesQuery()
            .Needs(Permission.InstanceView);
        group
            .MapPost("/", CreateAsync)
            .WithName("createWorkspace")
            .WithSummary("Makes a workspace and its first key, whose text is told this once")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapGet("/current", Current)
            .WithName("getCurrentWorkspace")
            .WithSummary("The workspace of who asks")
            .TakesQuery()
            .Needs(Permission.WorkspaceView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapGet("/{name}", Get)
            .WithName("getWorkspace")
            .WithSummary("One workspace")
            .TakesQuery()
            .Needs(Permission.InstanceView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPatch("/{name}", ChangeAsync)
            .WithName("changeWorkspace")
            .WithSummary(
                "Gives a workspace another title or organisation, suspends or resumes it, asks its people for a second factor"
            )
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{name}", ArchiveAsync)
            .WithName("archiveWorkspace")
            .WithSummary("Closes a workspace for good; its records stay, its name stays taken")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static Ok<WorkspaceList> List(WorkspaceRegistry workspaces) =>
        TypedResults.Ok(new WorkspaceList([.. workspaces.All.Select(Item)]));

    private static Results<Ok<WorkspaceItem>, ApiProblem> Current(ApiCaller caller, WorkspaceRegistry workspaces) =>
        workspaces.Find(caller.Workspace) is { } found
            ? TypedResults.Ok(Item(found))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "The workspace is not there any more.");

    private static Results<Ok<WorkspaceItem>, ApiProblem> Get(string name, WorkspaceRegistry workspaces) =>
        workspaces.Find(name) is { } found
            ? TypedResults.Ok(Item(found))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "There is no workspace of that name.");

    private static async Task<Results<Created<WorkspaceWithKey>, ApiProblem>> CreateAsync(
        NewWorkspaceItem body,
        ApiCaller caller,
        WorkspaceRegistry workspaces,
        CancellationToken cancellationToken
    )
    {
        var change = await workspaces.CreateAsync(
            caller.Actor,
            new NewWorkspace(body.Name ?? "", body.Title, body.Organisation),
            cancellationToken
        );
        if (change.Value is not { } made)
        {
            return change.Problem();
        }

        var item = Item(made.Workspace);
        return TypedResults.Created(
            $"/api/v1/workspaces/{item.Name}",
            new WorkspaceWithKey
            {
                Name = item.Name,
                Title = item.Title,
                Organisation = item.Organisation,
                State = item.State,
                CreatedAt = item.CreatedAt,
                RequiresSecondFactor = item.RequiresSecondFactor,
                AdminKey = KeyShapes.WithText(made.AdminKey, owner: null, made.KeyText),
            }
        );
    }

    private static async Task<Results<Ok<WorkspaceItem>, ApiProblem>> ChangeAsync(
        string name,
        WorkspacePatch body,
        ApiCaller caller,
        WorkspaceRegistry workspaces,
        CancellationToken cancellationToken
    )
    {
        WorkspaceState? state = body.State switch
        {
            null => null,
            "active" => WorkspaceState.Active,
            "suspended" => WorkspaceState.Suspended,
            _ => WorkspaceState.Archived,
        };
        if (state == WorkspaceState.Archived)
        {
            return ApiProblem.Invalid(
                new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = "active or suspended" }
            );
        }

        var change = await workspaces.ChangeAsync(
            caller.Actor,
            name,
            new WorkspaceChange(body.Title, body.Organisation, state, body.RequiresSecondFactor),
            cancellationToken
        );
        return change.Value is { } changed ? TypedResults.Ok(Item(changed)) : change.Problem();
    }

    private static async Task<Results<Ok<WorkspaceItem>, ApiProblem>> ArchiveAsync(
        string name,
        ApiCaller caller,
        WorkspaceRegistry workspaces,
        CancellationToken cancellationToken
    )
    {
        var change = await workspaces.ChangeAsync(
            caller.Actor,
            name,
            new WorkspaceChange(State: WorkspaceState.Archived),
            cancellationToken
        );
        return change.Value is { } changed ? TypedResults.Ok(Item(changed)) : change.Problem();
    }

    private static WorkspaceItem Item(Workspace workspace) =>
        new()
        {
            Name = workspace.Name,
            Title = workspace.Title,
            Organisation = workspace.Organisation,
            State = workspace.State.ToString().ToLowerInvariant(),
            CreatedAt = workspace.CreatedAt,
            RequiresSecondFactor = workspace.RequiresSecondFactor,
        };
}
