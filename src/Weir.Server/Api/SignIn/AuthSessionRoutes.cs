using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.SignIn;

/// <summary>Who is signed in.</summary>
internal static class AuthSessionRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Sign-in");
        group
            .MapGet("/", List)
            .WithName("listAuthSessions")
            .WithSummary("One's own sessions; everybody's in the workspace for who manages people")
            .TakesQuery("own")
            .ForCallers();
        group
            .MapDelete("/{id}", Revoke)
            .WithName("revokeAuthSession")
            .WithSummary("Ends one of them at once")
            .ForCallers()
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static Ok<AuthSessionList> List(ApiCaller caller, AuthSessions sessions, bool? own)
    {
        var all = caller.Principal.Permissions.Has(Permission.UsersManage) && own is not true;
        return TypedResults.Ok(
            new AuthSessionList(
                all || caller.Session is not null
                    ?
                    [
                        .. sessions
                            .List(caller.Workspace, all ? null : caller.Principal.OwnerId)
                            .Select(session => Item(session, caller)),
                    ]
                    : []
            )
        );
    }

    private static async Task<Results<Ok<AuthSessionItem>, ApiProblem>> Revoke(
        string id,
        ApiCaller caller,
        HttpContext context,
        AuthSessions sessions,
        CancellationToken cancellationToken
    )
    {
        var change = await sessions.RevokeAsync(caller.Actor, id, cancellationToken);
        if (change is not { IsDone: true, Value: { } ended })
        {
            return change.Problem();
        }

        if (ended.Id == caller.Session?.SessionId)
        {
            SessionCookie.Clear(context);
        }

        return TypedResults.Ok(Item(ended, caller));
    }

    private static AuthSessionItem Item(AuthSession session, ApiCaller caller) =>
        new()
        {
            Id = session.Id,
            User = session.User,
            Method = session.Method.ToString().ToLowerInvariant(),
            Address = session.Address,
            Agent = session.Agent,
            CreatedAt = session.CreatedAt,
            SeenAt = session.SeenAt,
            EndsAt = session.EndsAt,
            IsThis = session.Id == caller.Session?.SessionId,
        };
}
