using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.SignIn;

/// <summary>Passkeys: to sign in with one, to add one and to remove one.</summary>
internal static class PasskeyRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Sign-in");
        group
            .MapPost("/passkey/sign-in/options", BeginSignIn)
            .WithName("beginPasskeySignIn")
            .WithSummary("What the browser needs to sign in by a passkey")
            .ForStrangers();
        group
            .MapPost("/passkey/sign-in", SignIn)
            .WithName("passkeySignIn")
            .WithSummary("Signs in by a passkey. The session comes in a cookie")
            .ForStrangers();
        group
            .MapPost("/passkeys/options", BeginAdding)
            .WithName("beginPasskey")
            .WithSummary("What the browser needs to make a passkey")
            .RefusesChanges()
            .AlsoWithoutFactor();
        group
            .MapPost("/passkeys", Add)
            .WithName("addPasskey")
            .WithSummary("Keeps a passkey that the browser made")
            .RefusesChanges()
            .AlsoWithoutFactor();
        group
            .MapPost("/passkeys/{id}/remove", Remove)
            .WithName("removePasskey")
            .WithSummary("Takes a passkey no more")
            .RefusesChanges();
    }

    private static async Task<Ok<PasskeyOptions>> BeginSignIn(HttpContext context, PasskeyDesk passkeys) =>
        TypedResults.Ok(new PasskeyOptions(await passkeys.BeginSignInAsync(context)));

    private static async Task<Results<Ok<SignInAnswer>, ApiProblem>> SignIn(
        PasskeyAnswer body,
        HttpContext context,
        PasskeyDesk passkeys,
        SignInDesk desk,
        AuthSessions sessions,
        CancellationToken cancellationToken
    )
    {
        var asked = Stopwatch.GetTimestamp();
        var result = passkeys.Asked(context) is { } state
            ? await desk.PasskeyAsync(
                PasskeyDesk.Claimed(body.Credential),
                () => passkeys.UsedAsync(context, state, body.Credential),
                SignInRoutes.From(context),
                cancellationToken
            )
            // Nothing was asked of this browser, or too long ago: nothing is looked at.
            : new SignInResult(SignInOutcome.Refused);
        return await SignInRoutes.AnswerAsync(context, sessions, result, asked);
    }

    private static async Task<Results<Ok<PasskeyOptions>, ApiProblem>> BeginAdding(
        PasswordAgain body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        PasskeyDesk passkeys,
        CancellationToken cancellationToken
    ) =>
        await own.WhyNotAgainAsync(caller.Session!, body.Password, SignInRoutes.From(context), cancellationToken)
            is { } refusal
            ? ApiProblem.Of(StatusCodes.Status409Conflict, refusal)
            : TypedResults.Ok(new PasskeyOptions(await passkeys.BeginAddingAsync(context, caller.Session!)));

    private static async Task<Results<Ok<RecoveryCodeList>, ApiProblem>> Add(
        NewPasskey body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        PasskeyDesk passkeys,
        CancellationToken cancellationToken
    ) =>
        await passkeys.AddedAsync(context, caller.Session!, body.Credential, body.Name) is { } made
            ? OwnRoutes.Answer(
                context,
                await own.AddPasskeyAsync(caller.Session!, made, SignInRoutes.From(context), cancellationToken)
            )
            : ApiProblem.Of(
                StatusCodes.Status400BadRequest,
                "This passkey is not the one that was asked for, or it took longer than five minutes."
            );

    private static async Task<Results<Ok<RecoveryCodeList>, ApiProblem>> Remove(
        string id,
        PasswordAgain body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    ) =>
        OwnRoutes.Answer(
            context,
            await own.RemovePasskeyAsync(
                caller.Session!,
                id,
                body.Password,
                SignInRoutes.From(context),
                cancellationToken
            )
        );
}
