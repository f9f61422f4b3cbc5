using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Identity;

namespace Weir.Server.Api;

/// <summary>Who calls the management API, as a handler's parameter.</summary>
/// <param name="Principal">Whom the key stands for.</param>
/// <param name="IsStillGood">Asks whether the key would be let through now: for answers that go on for long.</param>
internal sealed record ApiCaller(Principal Principal, Func<bool> IsStillGood)
{
    /// <summary>The tenant, from the key and from nowhere else.</summary>
    public WorkspaceId Workspace => Principal.Workspace;

    /// <summary>
    /// What the server says of its own troubles, which may name files of its: for its own workspace alone. Others are told that
    /// it can be seen there.
    /// </summary>
    public string Told(string? trouble) =>
        Workspace == WorkspaceId.Default ? $"{trouble}" : "who runs the server can see why";

    /// <summary>Binds the parameter.</summary>
    public static ValueTask<ApiCaller?> BindAsync(HttpContext context) =>
        ValueTask.FromResult(context.Features.Get<ApiCaller>());
}

/// <summary>What a route asks of its caller.</summary>
/// <param name="Scope">The scope that the key must have; admin keys may also read.</param>
/// <param name="InstanceOnly">True for what belongs to the instance and not to one workspace.</param>
/// <param name="OpenOnLoopback">True when a caller on this machine needs no key.</param>
internal sealed record ApiAccess(KeyScopes Scope, bool InstanceOnly = false, bool OpenOnLoopback = false);

/// <summary>Lets a request through to a route that asks for a key only with one that may.</summary>
internal sealed class ApiGuard(RequestDelegate next, ServerState state)
{
    private const string SocketPrefix = "weir.key.";

    private static readonly Principal LocalCommand = new()
    {
        Workspace = WorkspaceId.Default,
        KeyName = "local",
        Scopes = KeyScopes.Read | KeyScopes.Admin | KeyScopes.Ingest,
    };

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ApiAccess>() is not { } access)
        {
            return next(context);
        }

        if (access.OpenOnLoopback && IsThisMachine(context))
        {
            return next(context);
        }

        var given = Credential(context.Request);
        if (!TryIdentify(given, out var principal, out var word))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"weir\"";
            return ApiProblem.Of(StatusCodes.Status401Unauthorized, word).ExecuteAsync(context);
        }

        if (!May(principal, access.Scope))
        {
            return ApiProblem
                .Of(
                    StatusCodes.Status403Forbidden,
                    $"This needs a key with the scope \"{access.Scope.ToString().ToLowerInvariant()}\"."
                )
                .ExecuteAsync(context);
        }

        if (access.InstanceOnly && principal.Workspace != WorkspaceId.Default)
        {
            return ApiProblem
                .Of(StatusCodes.Status403Forbidden, "This belongs to the whole instance, not to your workspace.")
                .ExecuteAsync(context);
        }

        context.Features.Set(
            new ApiCaller(principal, () => TryIdentify(given, out var now, out _) && May(now, access.Scope))
        );
        return next(context);
    }

    private static bool May(Principal principal, KeyScopes scope) =>
        principal.Scopes.HasFlag(scope) || (scope == KeyScopes.Read && principal.Scopes.HasFlag(KeyScopes.Admin));

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
            word = "Send a Weir key as \"Authorization: Bearer wk_…\", x-api-key or x-weir-key.";
            return false;
        }

        if (state.Options.LocalApi is { } local && SameText(given, local.Token))
        {
            principal = LocalCommand;
            return true;
        }

        if (state.Modules.Keys.TryVerify(given, out principal))
        {
            return true;
        }

        word = KeyRing.LooksLikeKey(given) ? "This key is unknown, revoked or expired." : "This is not a Weir key.";
        return false;
    }

    private static string? Credential(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers["x-weir-key"].ToString() is { Length: > 0 } own)
        {
            return own;
        }

        if (headers["x-api-key"].ToString() is { Length: > 0 } common)
        {
            return common;
        }

        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? authorization["Bearer ".Length..].Trim()
            : SocketCredential(request);
    }

    // A page in a browser can give a WebSocket no header but its subprotocols.
    private static string? SocketCredential(HttpRequest request) =>
        request.HttpContext.WebSockets.IsWebSocketRequest
            ? request
                .HttpContext.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(protocol =>
                    protocol.StartsWith(SocketPrefix, StringComparison.Ordinal)
                )
                ?[SocketPrefix.Length..]
            : null;

    private static bool IsThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is not null && CallerRules.WhyNotLocal(context.Request) is null;

    private static bool SameText(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}

/// <summary>Says what a route asks of its caller.</summary>
internal static class ApiAccessExtensions
{
    /// <summary>A key that may read.</summary>
    public static TBuilder ForReaders<TBuilder>(this TBuilder builder, bool instanceOnly = false)
        where TBuilder : IEndpointConventionBuilder => builder.For(new ApiAccess(KeyScopes.Read, instanceOnly));

    /// <summary>A key that may change things.</summary>
    public static TBuilder ForAdmins<TBuilder>(this TBuilder builder, bool instanceOnly = false)
        where TBuilder : IEndpointConventionBuilder => builder.For(new ApiAccess(KeyScopes.Admin, instanceOnly));

    /// <summary>What a route asks, and the refusals that come of it.</summary>
    public static TBuilder For<TBuilder>(this TBuilder builder, ApiAccess access)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(access).Refuses(StatusCodes.Status401Unauthorized).Refuses(StatusCodes.Status403Forbidden);
}
