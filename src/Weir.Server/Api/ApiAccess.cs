using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Api;

/// <summary>What a route asks of its caller. A route without one lets nobody in.</summary>
internal sealed record ApiAccess
{
    /// <summary>All of these.</summary>
    public PermissionSet Needs { get; init; }

    /// <summary>
    /// And all of these, of a caller of the workspace <c>default</c>: where what the route touches is a workspace's own, and
    /// that workspace's is the server's.
    /// </summary>
    public PermissionSet InDefault { get; init; }

    /// <summary>Or all of these instead; none for no other way.</summary>
    public PermissionSet Or { get; init; }

    /// <summary>True where who may do it with single things alone is answered of those alone.</summary>
    public bool TakesGrants { get; init; }

    /// <summary>True when a caller on this machine needs no key.</summary>
    public bool OpenOnLoopback { get; init; }

    /// <summary>True for what everybody may have who shows who he is, by a key or a session.</summary>
    public bool ForCallers { get; init; }

    /// <summary>True for what a person does about himself: a session, and no key, opens it.</summary>
    public bool ForSessions { get; init; }

    /// <summary>True for what everybody may have.</summary>
    public bool IsOpen => Needs.IsEmpty && !ForCallers && !ForSessions;

    /// <summary>What a caller lacks; none for one who may.</summary>
    public PermissionSet Missing(Principal principal)
    {
        var needs = principal.Workspace == WorkspaceId.Default ? Needs.Or(InDefault) : Needs;
        return !Or.IsEmpty && principal.Permissions.Covers(Or) ? default : needs.Except(principal.Permissions);
    }
}

/// <summary>
/// A route that is also for a person who shows no second factor where his workspace asks for one: what he needs to set one up.
/// </summary>
internal sealed record WithoutFactor;

/// <summary>Says what a route asks of its caller.</summary>
internal static class ApiAccessExtensions
{
    /// <summary>A caller who holds all of these permissions.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, params ReadOnlySpan<Permission> permissions)
        where TBuilder : IEndpointConventionBuilder =>
        builder.For(new ApiAccess { Needs = PermissionSet.Of(permissions) });

    /// <summary>A caller who holds either of these permissions.</summary>
    public static TBuilder NeedsEither<TBuilder>(this TBuilder builder, Permission one, Permission other)
        where TBuilder : IEndpointConventionBuilder =>
        builder.For(new ApiAccess { Needs = PermissionSet.Of(one), Or = PermissionSet.Of(other) });

    /// <summary>Everybody who shows who he is.</summary>
    public static TBuilder ForCallers<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.For(new ApiAccess { ForCallers = true });

    /// <summary>A person who is signed in.</summary>
    public static TBuilder ForSessions<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.For(new ApiAccess { ForSessions = true });

    /// <summary>A caller who holds one permission, and in the workspace <c>default</c> another one too.</summary>
    public static TBuilder NeedsWithDefault<TBuilder>(
        this TBuilder builder,
        Permission permission,
        Permission inDefault
    )
        where TBuilder : IEndpointConventionBuilder =>
        builder.For(new ApiAccess { Needs = PermissionSet.Of(permission), InDefault = PermissionSet.Of(inDefault) });

    /// <summary>
    /// A caller who holds this permission, or holds it for single things: he is answered of those alone. The handler asks
    /// <see cref="ApiCaller.Scope"/>.
    /// </summary>
    public static TBuilder NeedsOrGrant<TBuilder>(this TBuilder builder, Permission permission)
        where TBuilder : IEndpointConventionBuilder =>
        builder.For(new ApiAccess { Needs = PermissionSet.Of(permission), TakesGrants = true });

    /// <summary>Everybody, with a key or without.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ApiAccess());

    /// <summary>Also a person who shows no second factor where his workspace asks for one.</summary>
    public static TBuilder AlsoWithoutFactor<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new WithoutFactor());

    /// <summary>What a route asks, and the refusals that come of it.</summary>
    public static TBuilder For<TBuilder>(this TBuilder builder, ApiAccess access)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(access).Refuses(StatusCodes.Status401Unauthorized).Refuses(StatusCodes.Status403Forbidden);
}
