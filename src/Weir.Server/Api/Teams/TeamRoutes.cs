using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Teams;

/// <summary>The workspace's teams and who is in them.</summary>
internal static class TeamRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Teams");
        group
            .MapGet("/", List)
            .WithName("listTeams")
            .WithSummary("The workspace's teams")
            .TakesQuery()
            .Needs(Permission.TeamsView);
        group
            .MapPost("/", CreateAsync)
            .WithName("createTeam")
            .WithSummary("Makes a team")
            .Needs(Permission.TeamsManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapPatch("/{team}", ChangeAsync)
            .WithName("changeTeam")
            .WithSummary("Gives a team another name or description")
            .Needs(Permission.TeamsManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{team}", RemoveAsync)
            .WithName("removeTeam")
            .WithSummary("Removes a team; figures that carry its name stay")
            .Needs(Permission.TeamsManage)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPut("/{team}/members/{user}", JoinAsync)
            .WithName("addTeamMember")
            .WithSummary("Takes a person into a team")
            .Needs(Permission.TeamsManage)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapDelete("/{team}/members/{user}", LeaveAsync)
            .WithName("removeTeamMember")
            .WithSummary("Takes a person out of a team")
            .Needs(Permission.TeamsManage)
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static Ok<TeamList> List(ApiCaller caller, TeamBook teams) =>
        TypedResults.Ok(new TeamList([.. teams.List(caller.Workspace).Select(Item)]));

    private static async Task<Results<Created<TeamItem>, ApiProblem>> CreateAsync(
        TeamText body,
        ApiCaller caller,
        TeamBook teams,
        CancellationToken cancellationToken
    )
    {
        var change = await teams.CreateAsync(caller.Actor, body.Name ?? "", body.Description, cancellationToken);
        return change.Value is { } made
            ? TypedResults.Created($"/api/v1/teams/{made.Id}", Item(made))
            : change.Problem();
    }

    private static async Task<Results<Ok<TeamItem>, ApiProblem>> ChangeAsync(
        string team,
        TeamText body,
        ApiCaller caller,
        TeamBook teams,
        CancellationToken cancellationToken
    ) => Answer(await teams.ChangeAsync(caller.Actor, team, body.Name, body.Description, cancellationToken));

    private static async Task<Results<Ok<TeamItem>, ApiProblem>> RemoveAsync(
        string team,
        ApiCaller caller,
        TeamBook teams,
        CancellationToken cancellationToken
    ) => Answer(await teams.RemoveAsync(caller.Actor, team, cancellationToken));

    private static async Task<Results<Ok<TeamItem>, ApiProblem>> JoinAsync(
        string team,
        string user,
        ApiCaller caller,
        TeamBook teams,
        CancellationToken cancellationToken
    ) => Answer(await teams.SetMemberAsync(caller.Actor, team, user, isMember: true, cancellationToken));

    private static async Task<Results<Ok<TeamItem>, ApiProblem>> LeaveAsync(
        string team,
        string user,
        ApiCaller caller,
        TeamBook teams,
        CancellationToken cancellationToken
    ) => Answer(await teams.SetMemberAsync(caller.Actor, team, user, isMember: false, cancellationToken));

    private static Results<Ok<TeamItem>, ApiProblem> Answer(Change<Team> change) =>
        change.Value is { } team ? TypedResults.Ok(Item(team)) : change.Problem();

    private static TeamItem Item(Team team) =>
        new()
        {
            Id = team.Id,
            Name = team.Name,
            Description = team.Description,
            CreatedAt = team.CreatedAt,
            Members = team.Members,
        };
}
