using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Secrets;

/// <summary>The workspace's sealed secrets: stored, named and removed, never shown.</summary>
internal static class SecretRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Secrets");
        group
            .MapGet("/", List)
            .WithName("listSecrets")
            .WithSummary("The workspace's secrets, without their values")
            .TakesQuery()
            .Needs(Permission.SecretsView);
        group
            .MapPost("/", Store)
            .WithName("storeSecret")
            .WithSummary("Seals a value: a new secret, or another value of one, which takes force at once")
            .Needs(Permission.SecretsManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{name}", Remove)
            .WithName("removeSecret")
            .WithSummary("Removes a secret that no configuration uses")
            .Needs(Permission.SecretsManage)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapPost("/rotate-key", Rotate)
            .WithName("rotateSecretKey")
            .WithSummary("Puts another master key in force and seals the secrets of all workspaces anew with it")
            .Needs(Permission.SecretsManage, Permission.InstanceManage)
            .Refuses(StatusCodes.Status409Conflict);
    }

    private static Ok<SecretList> List(ApiCaller caller, SecretStore secrets, Documents documents) =>
        TypedResults.Ok(
            new SecretList([
                .. secrets.List(caller.Workspace).Select(secret => Item(secret, caller.Workspace, documents)),
            ])
        );

    private static async Task<Results<Ok<SecretItem>, ApiProblem>> Store(
        SecretValue body,
        ApiCaller caller,
        SecretStore secrets,
        Documents documents,
        CancellationToken cancellationToken
    )
    {
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrEmpty(body.Name))
        {
            missing["name"] = "is missing";
        }

        if (string.IsNullOrEmpty(body.Value))
        {
            missing["value"] = "is missing";
        }

        if (missing.Count > 0)
        {
            return ApiProblem.Invalid(missing);
        }

        // A new secret that is named like a vendor belongs to the vendor.
        var given =
            body.Origin is null && !secrets.List(caller.Workspace).Any(secret => secret.Name == body.Name)
                ? ProviderPresets.AddressOf(body.Name!)?.OriginalString
                : body.Origin;
        if (
            SecretRules.OriginOf(given) is { } origin
            && documents.UsesOf(caller.Workspace, body.Name!).FirstOrDefault(use => use.Origin != origin) is { } other
        )
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                $"Line {other.Line} of the configuration sends this secret to {other.Origin}: give one for {origin} another name."
            );
        }

        var change = await secrets.SetAsync(
            caller.Actor,
            new NewSecret(body.Name!, body.Value!, given),
            cancellationToken
        );
        if (change.Value is not { } secret)
        {
            return change.Problem();
        }

        documents.TakeSecrets();
        await secrets.SettleAsync().WaitAsync(cancellationToken);
        return TypedResults.Ok(Item(secret, caller.Workspace, documents));
    }

    private static async Task<Results<Ok<SecretItem>, ApiProblem>> Remove(
        string name,
        ApiCaller caller,
        SecretStore secrets,
        Documents documents,
        CancellationToken cancellationToken
    )
    {
        string? WhyNot() =>
            documents.UseOf(caller.Workspace, name) is { } use
                ? $"Line {use.Line} of the configuration uses it for provider {use.Provider}: take it out there first."
                : null;

        // Asked once before, so that a document which may use it is not refused for the moment of the asking.
        if (WhyNot() is { } used)
        {
            return ApiProblem.Of(StatusCodes.Status409Conflict, used);
        }

        var change = await secrets.RemoveAsync(caller.Actor, name, WhyNot, cancellationToken);
        return change.Value is { } secret
            ? TypedResults.Ok(Item(secret, caller.Workspace, documents))
            : change.Problem();
    }

    private static async Task<Results<Ok<SecretKeyRotation>, ApiProblem>> Rotate(
        ApiCaller caller,
        SecretStore secrets,
        Documents documents,
        CancellationToken cancellationToken
    )
    {
        var change = await secrets.RotateAsync(caller.Actor, cancellationToken);
        if (change.Value is not { } rotation)
        {
            return change.Problem();
        }

        // Secrets that did not open for want of a key may do so now.
        documents.TakeSecrets();
        return TypedResults.Ok(
            new SecretKeyRotation(
                rotation.Key,
                rotation.Resealed,
                rotation.Unopened,
                rotation.Dropped,
                rotation.Resumed
            )
        );
    }

    private static SecretItem Item(Secret secret, WorkspaceId workspace, Documents documents) =>
        new()
        {
            Name = secret.Name,
            Origin = secret.Origin,
            Version = secret.Version,
            CreatedAt = secret.CreatedAt,
            UpdatedAt = secret.UpdatedAt,
            UpdatedBy = secret.UpdatedBy,
            UsedBy = [.. documents.UsesOf(workspace, secret.Name).Select(use => use.Provider)],
        };
}
