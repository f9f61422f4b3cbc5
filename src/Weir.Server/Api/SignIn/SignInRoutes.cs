using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Doors;

namespace Weir.Server.Api.SignIn;

/// <summary>Signing in and out, and who one is.</summary>
internal static class SignInRoutes
{
    // Whatever a refusal cost to find out, it is told no sooner than this after it was asked for.
    private static readonly TimeSpan SoonestRefusal = TimeSpan.FromMilliseconds(400);

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Sign-in");
        group
            .MapPost("/sign-in", Password)
            .WithName("signIn")
            .WithSummary("The first step: name and password. The session comes in a cookie")
            .ForStrangers();
        group
            .MapPost("/sign-in/code", Code)
            .WithName("signInCode")
            .WithSummary("The second step, where it is asked for: a one-time code or a recovery code")
            .ForStrangers();
        group
            .MapPost("/invitation/look", Look)
            .WithName("lookAtInvitation")
            .WithSummary("What an invitation is for")
            .ForStrangers()
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPost("/invitation", Accept)
            .WithName("acceptInvitation")
            .WithSummary("Takes an invitation: sets the password and signs in")
            .ForStrangers();
        group
            .MapGet("/session", Session)
            .WithName("getCaller")
            .WithSummary("Who one is and what one may do; for a session, the word that changes must carry")
            .TakesQuery()
            .ForCallers()
            .AlsoWithoutFactor();
        group
            .MapPost("/sign-out", SignOut)
            .WithName("signOut")
            .WithSummary("Ends the session")
            .ForSessions()
            .AlsoWithoutFactor();
    }

    /// <summary>For everybody, from Weir's own pages or from no page: nobody is signed in by another site's.</summary>
    public static RouteHandlerBuilder ForStrangers(this RouteHandlerBuilder builder) =>
        builder
            .OpenToAll()
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status401Unauthorized,
                StatusCodes.Status403Forbidden,
                StatusCodes.Status429TooManyRequests,
                StatusCodes.Status503ServiceUnavailable
            )
            .AddEndpointFilter(
                async (context, next) =>
                {
                    if (OwnPages.Sent(context.HttpContext.Request))
                    {
                        return await next(context);
                    }

                    Refusal.Set(context.HttpContext, "another site's page");
                    return ApiProblem.Of(StatusCodes.Status403Forbidden, "Sign in on Weir's own page.");
                }
            );

    /// <summary>From where a request comes.</summary>
    public static SignInFrom From(HttpContext context) =>
        new(ClientAddress.Of(context), context.Request.Headers.UserAgent.ToString());

    /// <summary>Tells how an attempt ended, and gives the browser its session in the place of the one that it had.</summary>
    public static async Task<Results<Ok<SignInAnswer>, ApiProblem>> AnswerAsync(
        HttpContext context,
        AuthSessions sessions,
        SignInResult result,
        long asked
    )
    {
        switch (result.Outcome)
        {
            case SignInOutcome.SignedIn:
                if (SessionCookie.Read(context.Request) is { } former)
                {
                    // Not given up when the caller goes: what he had must not go on beside what he was given.
                    await sessions.ReplaceAsync(former, From(context), CancellationToken.None);
                }

                SessionCookie.Write(context, result.Opened!);
                return TypedResults.Ok(new SignInAnswer("signedIn", null));
            case SignInOutcome.CodeNeeded:
                return TypedResults.Ok(new SignInAnswer("codeNeeded", result.Ticket));
            case SignInOutcome.Wait:
                return Later(context, StatusCodes.Status429TooManyRequests, result.Wait, "Too many attempts failed");
            case SignInOutcome.Busy:
                return Later(
                    context,
                    StatusCodes.Status503ServiceUnavailable,
                    TimeSpan.FromSeconds(2),
                    "Too many sign in at once"
                );
            case SignInOutcome.Sealed:
                return ApiProblem.Of(
                    StatusCodes.Status503ServiceUnavailable,
                    "One-time codes cannot be checked now: the server cannot read its master keys. Take a recovery code, or tell "
                        + "whoever runs it."
                );
            default:
                var left = SoonestRefusal - Stopwatch.GetElapsedTime(asked);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, TimeProvider.System, context.RequestAborted);
                }

                return ApiProblem.Of(
                    StatusCodes.Status401Unauthorized,
                    "That is not right, or it is no longer good. Look at every field and try again."
                );
        }
    }

    private static async Task<Results<Ok<SignInAnswer>, ApiProblem>> Password(
        SignInRequest body,
        HttpContext context,
        SignInDesk desk,
        AuthSessions sessions,
        CancellationToken cancellationToken
    )
    {
        var asked = Stopwatch.GetTimestamp();
        return await AnswerAsync(
            context,
            sessions,
            await desk.PasswordAsync(
                string.IsNullOrEmpty(body.Workspace) ? "default" : body.Workspace,
                body.Name,
                body.Password,
                From(context),
                cancellationToken
            ),
            asked
        );
    }

    private static async Task<Results<Ok<SignInAnswer>, ApiProblem>> Code(
        SignInCode body,
        HttpContext context,
        SignInDesk desk,
        AuthSessions sessions,
        CancellationToken cancellationToken
    )
    {
        var asked = Stopwatch.GetTimestamp();
        return await AnswerAsync(
            context,
            sessions,
            await desk.CodeAsync(body.Ticket, body.Code, From(context), cancellationToken),
            asked
        );
    }

    private static Results<Ok<InvitationInfo>, ApiProblem> Look(InvitationToken body, SignInDesk desk) =>
        desk.Invitation(body.Token) is { } found
            ? TypedResults.Ok(new InvitationInfo(found.Workspace, found.User, found.DisplayName, found.ExpiresAt))
            : ApiProblem.Of(
                StatusCodes.Status404NotFound,
                "This link was used, has been replaced or is too old. Ask for another."
            );

    private static async Task<Results<Ok<SignInAnswer>, ApiProblem>> Accept(
        InvitationAnswer body,
        HttpContext context,
        SignInDesk desk,
        AuthSessions sessions,
        CancellationToken cancellationToken
    )
    {
        var asked = Stopwatch.GetTimestamp();
        var result = await desk.AcceptAsync(body.Token, body.Password, From(context), cancellationToken);
        return result is { SignIn: { } signIn }
            ? await AnswerAsync(context, sessions, signIn, asked)
            : ApiProblem.Of(StatusCodes.Status400BadRequest, result.Fault);
    }

    private static Ok<CallerInfo> Session(ApiCaller caller, HttpContext context, WorkspaceRegistry workspaces) =>
        TypedResults.Ok(
            new CallerInfo
            {
                Workspace = workspaces.Find(caller.Workspace)?.Name ?? "",
                User = caller.Principal.User,
                Key = caller.Principal.KeyName,
                Permissions = caller.Principal.Permissions.Names(),
                Session = caller.Session?.SessionId,
                EndsAt = caller.Session?.EndsAt,
                LacksFactor = caller.Session is { LacksFactor: true },
                Csrf =
                    caller.Session is not null && SessionCookie.Read(context.Request) is { } token
                        ? AuthSessions.CsrfToken(token)
                        : null,
            }
        );

    private static async Task<NoContent> SignOut(
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    )
    {
        await own.SignOutAsync(caller.Session!, From(context), cancellationToken);
        SessionCookie.Clear(context);
        return TypedResults.NoContent();
    }

    private static ApiProblem Later(HttpContext context, int status, TimeSpan wait, string word)
    {
        var seconds = (long)Math.Ceiling(wait.TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return ApiProblem.Of(status, $"{word}: try again in {seconds} seconds.");
    }
}
