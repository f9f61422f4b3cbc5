using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Users;

/// <summary>The workspace's people and service accounts.</summary>
internal static class UserRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Users");
        group
            .MapGet("/", List)
            .WithName("listUsers")
            .WithSummary("The workspace's people and service accounts")
            .TakesQuery()
            .Needs(Permission.UsersView);
        group
            .MapGet("/{idOrName}", Get)
            .WithName("getUser")
            .WithSummary("One of them")
            .TakesQuery()
            .Needs(Permission.UsersView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPost("/", Add)
            .WithName("addUser")
            .WithSummary("Invites a person, by a link that is told this once, or makes a service account")
            .Needs(Permission.UsersManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapPatch("/{idOrName}", Change)
            .WithName("changeUser")
            .WithSummary("Changes what somebody is called or may do; new roles end his sessions")
            .RefusesChanges();
        group
            .MapDelete("/{idOrName}", Remove)
            .WithName("removeUser")
            .WithSummary("Removes somebody, with his keys and sessions; what he used stays")
            .RefusesChanges();
        group
            .MapPost("/{idOrName}/suspend", Suspend)
            .WithName("suspendUser")
            .WithSummary("Shuts somebody out, with his keys and sessions, at once")
            .RefusesChanges();
        group
            .MapPost("/{idOrName}/resume", Resume)
            .WithName("resumeUser")
            .WithSummary("Lets somebody in again")
            .RefusesChanges();
        group
            .MapPost("/{idOrName}/reset", Reset)
            .WithName("resetUser")
            .WithSummary("Takes a person's password away; a link to set another is told this once")
            .RefusesChanges();
    }

    private static RouteHandlerBuilder RefusesChanges(this RouteHandlerBuilder builder) =>
        builder
            .Needs(Permission.UsersManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static Ok<UserList> List(ApiCaller caller, UserBook users) =>
        TypedResults.Ok(new UserList([.. users.List(caller.Workspace).Select(UserShapes.Item)]));

    private static Results<Ok<UserItem>, ApiProblem> Get(string idOrName, ApiCaller caller, UserBook users) =>
        users.Find(caller.Workspace, idOrName) is { } user
            ? TypedResults.Ok(UserShapes.Item(user))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "There is no user of that name or id.");

    private static async Task<Results<Created<InvitedUserItem>, ApiProblem>> Add(
        NewUserItem body,
        ApiCaller caller,
        UserBook users,
        CancellationToken cancellationToken
    )
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrEmpty(body.Name))
        {
            errors["name"] = "is missing";
        }

        if (body.Kind is not (null or "person" or "service"))
        {
            errors["kind"] = "person or service";
        }

        if (errors.Count > 0)
        {
            return ApiProblem.Invalid(errors);
        }

        var change = await users.AddAsync(
            caller.Actor,
            new NewUser
            {
                Name = body.Name!,
                DisplayName = Given(body.DisplayName),
                Email = Given(body.Email),
                Kind = body.Kind == "service" ? UserKind.Service : UserKind.Person,
                Roles = [.. body.Roles ?? []],
            },
            cancellationToken
        );
        return change is { IsDone: true, Value: { } made }
            ? TypedResults.Created($"/api/v1/users/{made.User.Id}", UserShapes.WithLink(made))
            : change.Problem();
    }

    private static async Task<Results<Ok<UserItem>, ApiProblem>> Change(
        string idOrName,
        UserPatch body,
        ApiCaller caller,
        UserBook users,
        CancellationToken cancellationToken
    )
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var grants = UserShapes.Grants(body.Grants, errors);
        return errors.Count > 0
            ? ApiProblem.Invalid(errors)
            : Answer(
                await users.ChangeAsync(
                    caller.Actor,
                    idOrName,
                    new UserChange(body.DisplayName, body.Email, body.Roles is null ? null : [.. body.Roles], grants),
                    cancellationToken
                )
            );
    }

    private static async Task<Results<Ok<UserItem>, ApiProblem>> Remove(
        string idOrName,
        ApiCaller caller,
        UserBook users,
        CancellationToken cancellationToken
    ) => Answer(await users.RemoveAsync(caller.Actor, idOrName, cancellationToken));

    private static async Task<Results<Ok<UserItem>, ApiProblem>> Suspend(
        string idOrName,
        ApiCaller caller,
        UserBook users,
        CancellationToken cancellationToken
    ) => Answer(await users.SuspendAsync(caller.Actor, idOrName, cancellationToken));

    private static async Task<Results<Ok<UserItem>, ApiProblem>> Resume(
        string idOrName,
        ApiCaller caller,
        UserBook users,
        CancellationToken cancellationToken
    ) => Answer(await users.ResumeAsync(caller.Actor, idOrName, cancellationToken));

    private static async Task<Results<Ok<InvitedUserItem>, ApiProblem>> Reset(
        string idOrName,
        UserReset? body,
        ApiCaller caller,
        UserBook users,
        CancellationToken cancellationToken
    )
    {
        var change = await users.ResetAsync(caller.Actor, idOrName, body?.DropSecondFactor ?? false, cancellationToken);
        return change is { IsDone: true, Value: { } reset }
            ? TypedResults.Ok(UserShapes.WithLink(reset))
            : change.Problem();
    }

    private static Results<Ok<UserItem>, ApiProblem> Answer(Change<InvitedUser> change) =>
        change is { IsDone: true, Value: { } changed }
            ? TypedResults.Ok(UserShapes.Item(changed.User))
            : change.Problem();

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
