using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Organisations;

/// <summary>What stands above workspaces, for budgets that they share.</summary>
internal static class OrganisationRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Workspaces");
        group
            .MapGet("/", List)
            .WithName("listOrganisations")
            .WithSummary("The organisations and the workspaces in each")
            .TakesQuery()
            .Needs(Permission.InstanceView);
        group
            .MapPost("/", CreateAsync)
            .WithName("createOrganisation")
            .WithSummary("Makes an organisation")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{name}", RemoveAsync)
            .WithName("removeOrganisation")
            .WithSummary("Removes an organisation that no workspace is in")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static Ok<OrganisationList> List(WorkspaceRegistry workspaces) =>
        TypedResults.Ok(new OrganisationList([.. workspaces.Organisations.Select(Item)]));

    private static async Task<Results<Created<OrganisationItem>, ApiProblem>> CreateAsync(
        NewOrganisation body,
        ApiCaller caller,
        WorkspaceRegistry workspaces,
        CancellationToken cancellationToken
    )
    {
        var change = await workspaces.CreateOrganisationAsync(caller.Actor, body.Name ?? "", cancellationToken);
        return change.Value is { } made
            ? TypedResults.Created($"/api/v1/organisations/{made.Name}", Item(made))
            : change.Problem();
    }

    private static async Task<Results<Ok<OrganisationItem>, ApiProblem>> RemoveAsync(
        string name,
        ApiCaller caller,
        WorkspaceRegistry workspaces,
        CancellationToken cancellationToken
    )
    {
        var change = await workspaces.RemoveOrganisationAsync(caller.Actor, name, cancellationToken);
        return change.Value is { } removed ? TypedResults.Ok(Item(removed)) : change.Problem();
    }

    private static OrganisationItem Item(Organisation organisation) =>
        new(organisation.Name, organisation.CreatedAt, organisation.Workspaces);
}
