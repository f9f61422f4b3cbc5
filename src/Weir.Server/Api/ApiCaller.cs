using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Api;

/// <summary>Who calls the management API, as a handler's parameter.</summary>
/// <param name="Principal">Whom the key stands for.</param>
/// <param name="IsStillGood">Asks whether the caller would be let through now: for answers that go on for long.</param>
internal sealed record ApiCaller(Principal Principal, Func<bool> IsStillGood)
{
    /// <summary>The tenant, from the key and from nowhere else.</summary>
    public WorkspaceId Workspace => Principal.Workspace;

    /// <summary>What he may do now; nothing when he would not be let through. For answers that go on for long.</summary>
    public required Func<PermissionSet> MayNow { get; init; }

    /// <summary>The network address that he speaks from; null where there is none.</summary>
    public string? Address { get; init; }

    /// <summary>What he is answered of on this route; null for everything.</summary>
    public ResourceScope? Scope { get; init; }

    /// <summary>The session that he is signed in by; null for a key.</summary>
    public SignedIn? Session { get; init; }

    /// <summary>Who he is to the audit trail.</summary>
    public Actor Actor =>
        new()
        {
            Workspace = Principal.Workspace,
            Kind =
                Principal.KeyId is not null ? ActorKind.Key
                : Principal.OwnerId is not null ? ActorKind.User
                : ActorKind.Local,
            Id = Principal.KeyId ?? Principal.OwnerId,
            Name = Principal.KeyName ?? Principal.User ?? "local",
            Address = Address,
            Permissions = Principal.Permissions,
        };

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
