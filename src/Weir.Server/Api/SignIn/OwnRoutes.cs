using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.SignIn;

/// <summary>
/// What a person does about his own credentials. Each change gives the browser a new token and ends his other sessions.
/// </summary>
internal static class OwnRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Sign-in");
        group
            .MapGet("/credentials", Credentials)
            .WithName("getCredentials")
            .WithSummary("What one signs in with")
            .TakesQuery()
            .ForSessions()
            .AlsoWithoutFactor();
        group
            .MapPost("/password", Password)
            .WithName("changePassword")
            .WithSummary("Sets another password")
            .RefusesChanges();
        group
            .MapPost("/totp", BeginCodes)
            .WithName("beginCodes")
            .WithSummary("Makes a secret for one-time codes, told this once")
            .RefusesChanges()
            .AlsoWithoutFactor();
        group
            .MapPost("/totp/confirm", ConfirmCodes)
            .WithName("confirmCodes")
            .WithSummary("Asks for one-time codes from now on; recovery codes are told this once")
            .RefusesChanges()
            .AlsoWithoutFactor();
        group
            .MapPost("/totp/remove", RemoveCodes)
            .WithName("removeCodes")
            .WithSummary("Asks for one-time codes no more")
            .RefusesChanges();
        group
            .MapPost("/recovery-codes", RenewRecovery)
            .WithName("renewRecoveryCodes")
            .WithSummary("Makes new recovery codes, told this once, in the place of the old")
            .RefusesChanges();
    }

    /// <summary>Says how a change to one's own credentials may be refused.</summary>
    public static RouteHandlerBuilder RefusesChanges(this RouteHandlerBuilder builder) =>
        builder
            .ForSessions()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    /// <summary>Gives the browser its new token and tells the new recovery codes.</summary>
    public static Results<Ok<RecoveryCodeList>, ApiProblem> Answer(HttpContext context, Change<RenewedSession> change)
    {
        if (change is not { IsDone: true, Value: { } renewed })
        {
            return change.Problem();
        }

        SessionCookie.Write(context, renewed.Opened);
        return TypedResults.Ok(new RecoveryCodeList(renewed.RecoveryCodes));
    }

    private static Ok<CredentialInfo> Credentials(ApiCaller caller, OwnDesk own)
    {
        var credentials = own.Credentials(caller.Session!);
        return TypedResults.Ok(
            new CredentialInfo(
                credentials.HasCodes,
                credentials.RecoveryCodesLeft,
                [
                    .. credentials.Passkeys.Select(passkey => new PasskeyItem(
                        passkey.Id,
                        passkey.Name,
                        passkey.CreatedAt,
                        passkey.LastUsedAt
                    )),
                ]
            )
        );
    }

    private static async Task<Results<Ok<RecoveryCodeList>, ApiProblem>> Password(
        PasswordChange body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    ) =>
        Answer(
            context,
            await own.ChangePasswordAsync(
                caller.Session!,
                body.Current,
                body.Next,
                SignInRoutes.From(context),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<BegunCodesItem>, ApiProblem>> BeginCodes(
        PasswordAgain body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    )
    {
        var change = await own.BeginCodesAsync(
            caller.Session!,
            body.Password,
            SignInRoutes.From(context),
            cancellationToken
        );
        return change is { IsDone: true, Value: { } begun }
            ? TypedResults.Ok(new BegunCodesItem(begun.Secret, begun.Address))
            : change.Problem();
    }

    private static async Task<Results<Ok<RecoveryCodeList>, ApiProblem>> ConfirmCodes(
        OneTimeCode body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    ) =>
        Answer(
            context,
            await own.ConfirmCodesAsync(caller.Session!, body.Code, SignInRoutes.From(context), cancellationToken)
        );

    private static async Task<Results<Ok<RecoveryCodeList>, ApiProblem>> RemoveCodes(
        PasswordAgain body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    ) =>
        Answer(
            context,
            await own.RemoveCodesAsync(caller.Session!, body.Password, SignInRoutes.From(context), cancellationToken)
        );

    private static async Task<Results<Ok<RecoveryCodeList>, ApiProblem>> RenewRecovery(
        PasswordAgain body,
        ApiCaller caller,
        HttpContext context,
        OwnDesk own,
        CancellationToken cancellationToken
    ) =>
        Answer(
            context,
            await own.RenewRecoveryAsync(caller.Session!, body.Password, SignInRoutes.From(context), cancellationToken)
        );
}
