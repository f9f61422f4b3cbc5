using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Identity;
using Weir.Server.Api.SignIn;
using Weir.Server.Doors;

namespace Weir.Server.Api;

/// <summary>
/// Lets a request through to a route only with a key, or a session, that may. A key in a header goes before a session's cookie.
/// </summary>
internal sealed class ApiGuard(RequestDelegate next, ServerState state)
{
    private static readonly Principal LocalCommand = new()
    {
        Workspace = WorkspaceId.Default,
        KeyName = "local",
        Permissions = PermissionSet.All.Except(PermissionSet.Of(Permission.GatewayUse)),
    };

    public Task InvokeAsync(HttpContext context)
    {
        // Routing answers a wrong method or content type with an endpoint of its own, which is no route.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context);
        }

        // Who maps a route and does not say whom it is for has forgotten it: nobody gets in.
        if (endpoint.Metadata.GetMetadata<ApiAccess>() is not { } access)
        {
            return ApiProblem
                .Of(
                    StatusCodes.Status403Forbidden,
                    "This route does not say whom it is for; this is a fault of Weir's."
                )
                .ExecuteAsync(context);
        }

        if (access.IsOpen || (access.OpenOnLoopback && IsThisMachine(context)))
        {
            return next(context);
        }

        var credential = Credentials.Of(context);
        if (credential is { IsSession: true })
        {
            return BySessionAsync(context, access, credential.Text);
        }

        var given = credential?.Text;
        if (!TryIdentify(given, out var principal, out var word))
        {
            Refusal.Set(context, given is null ? "no key" : "wrong key");
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"weir\"";
            return ApiProblem.Of(StatusCodes.Status401Unauthorized, word).ExecuteAsync(context);
        }

        if (access.ForSessions)
        {
            Refusal.Set(context, "a key where a person is asked for", principal.KeyId);
            return ApiProblem
                .Of(StatusCodes.Status403Forbidden, "This is for a person who is signed in, not for a key.")
                .ExecuteAsync(context);
        }

        if (WhyNot(principal, access, context) is { } refusal)
        {
            Refusal.Set(context, "not permitted", principal.KeyId);
            return ApiProblem.Of(StatusCodes.Status403Forbidden, refusal).ExecuteAsync(context);
        }

        context.Features.Set(
            new ApiCaller(
                principal,
                () => TryIdentify(given, out var now, out _) && WhyNot(now, access, context) is null
            )
            {
                MayNow = () => TryIdentify(given, out var now, out _) ? now.Permissions : default,
                Address = ClientAddress.Of(context)?.ToString(),
                Scope = ResourceScope.Of(principal, access),
            }
        );
        return next(context);
    }

    private Task BySessionAsync(HttpContext context, ApiAccess access, string token)
    {
        if (!OwnPages.Sent(context.Request))
        {
            Refusal.Set(context, "another site's page");
            return ApiProblem
                .Of(StatusCodes.Status403Forbidden, "A session is for Weir's own pages: this request is another's.")
                .ExecuteAsync(context);
        }

        var sessions = state.Modules.Identity.Sessions;
        if (!sessions.TryVerify(token, out var session))
        {
            Refusal.Set(context, "a session that is over or none");
            SessionCookie.Clear(context);
            return ApiProblem
                .Of(StatusCodes.Status401Unauthorized, "The session is over: sign in again.")
                .ExecuteAsync(context);
        }

        if (
            !OwnPages.IsSafe(context.Request.Method)
            && !SameText(context.Request.Headers[OwnPages.CsrfHeader].ToString(), AuthSessions.CsrfToken(token))
        )
        {
            Refusal.Set(context, "a change without the session's word", session.Principal.OwnerId);
            return ApiProblem
                .Of(
                    StatusCodes.Status403Forbidden,
                    $"A change by a session carries {OwnPages.CsrfHeader}, as GET /api/v1/auth/session tells it."
                )
                .ExecuteAsync(context);
        }

        if (WhyNot(session, access, context) is { } refusal)
        {
            Refusal.Set(context, session.LacksFactor ? "no second factor" : "not permitted", session.Principal.OwnerId);
            return ApiProblem.Of(StatusCodes.Status403Forbidden, refusal).ExecuteAsync(context);
        }

        context.Features.Set(
            new ApiCaller(
                session.Principal,
                () => sessions.TryVerify(token, out var now) && WhyNot(now, access, context) is null
            )
            {
                MayNow = () => sessions.TryVerify(token, out var now) ? now.Principal.Permissions : default,
                Address = ClientAddress.Of(context)?.ToString(),
                Session = session,
                Scope = ResourceScope.Of(session.Principal, access),
            }
        );
        return next(context);
    }

    private static string? WhyNot(SignedIn session, ApiAccess access, HttpContext context) =>
        session.LacksFactor && context.GetEndpoint()?.Metadata.GetMetadata<WithoutFactor>() is null
            ? "Your workspace asks for a second factor: set one up on the account page, or sign in with the one you have."
            : WhyNot(session.Principal, access, context);

    private static string? WhyNot(Principal principal, ApiAccess access, HttpContext context)
    {
        if (principal.Bounds is { } bounds)
        {
            if (!bounds.AllowsAddress(ClientAddress.Of(context)))
            {
                return "This key may not be used from your network address.";
            }

            if (!bounds.AllowsOrigin(context.Request.Headers.Origin))
            {
                return "This key may be used by pages of its origins alone.";
            }
        }

        var missing = access.Missing(principal);
        return missing.IsEmpty || ResourceScope.Of(principal, access) is not null ? null
            : principal.Workspace != WorkspaceId.Default && missing.OfOneWorkspace().IsEmpty
                ? "This belongs to the whole instance, not to your workspace."
            : $"This needs the permission {missing}.";
    }

    private bool TryIdentify(
        string? given,
        [NotNullWhen(true)] out Principal? principal,
        [NotNullWhen(false)] out string? word
    )
    {
        principal = null;
        word = null;
        if (given is null)
        {
            word = "Send a Weir key as \"Authorization: Bearer wk_…\", x-api-key or x-weir-key, or sign in.";
            return false;
        }

        if (state.Options.LocalApi is { } local && SameText(given, local.Token))
        {
            principal = LocalCommand;
            return true;
        }

        if (state.Modules.Identity.Keys.TryVerify(given, out principal))
        {
            return true;
        }

        word = KeyRing.LooksLikeKey(given) ? "This key is unknown, revoked or expired." : "This is not a Weir key.";
        return false;
    }

    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is not null && CallerRules.WhyNotLocal(context.Request) is null;

    private static bool SameText(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}
