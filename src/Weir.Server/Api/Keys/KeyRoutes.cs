using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Keys;

/// <summary>The workspace's API keys.</summary>
internal static class KeyRoutes
{
    private const long MaxOverlapSeconds = 30L * 24 * 3600;

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Keys");
        group
            .MapGet("/", List)
            .WithName("listKeys")
            .WithSummary("The workspace's keys, without their texts")
            .TakesQuery("includeRevoked")
            .NeedsEither(Permission.KeysView, Permission.KeysOwn);
        group
            .MapPost("/", Create)
            .WithName("createKey")
            .WithSummary("Makes a key; its text is told this once")
            .NeedsEither(Permission.KeysManage, Permission.KeysOwn)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapPost("/{idOrName}/rotate", Rotate)
            .WithName("rotateKey")
            .WithSummary("Gives a key a new text, told this once")
            .NeedsEither(Permission.KeysManage, Permission.KeysOwn)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        group
            .MapDelete("/{idOrName}", Revoke)
            .WithName("revokeKey")
            .WithSummary("Ends a key at once")
            .NeedsEither(Permission.KeysManage, Permission.KeysOwn)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<KeyList>> List(
        ApiCaller caller,
        KeyRing keys,
        UserBook users,
        bool? includeRevoked,
        CancellationToken cancellationToken
    )
    {
        var found = await keys.ListAsync(caller.Workspace, includeRevoked ?? false, cancellationToken);
        var owners = users.List(caller.Workspace).ToDictionary(user => user.Id, StringComparer.Ordinal);
        return TypedResults.Ok(
            new KeyList([
                .. found
                    .Where(key =>
                        caller.Principal.Permissions.Has(Permission.KeysView)
                        || (key.Owner is not null && key.Owner == caller.Principal.OwnerId)
                    )
                    .Select(key => KeyShapes.Item(key, owners.GetValueOrDefault(key.Owner ?? ""))),
            ])
        );
    }

    private static async Task<Results<Created<KeyWithText>, ApiProblem>> Create(
        NewKey body,
        ApiCaller caller,
        KeyRing keys,
        UserBook users,
        CancellationToken cancellationToken
    )
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrEmpty(body.Name))
        {
            errors["name"] = "is missing";
        }

        var scopes = Scopes(body.Scopes, errors);
        if (errors.Count > 0)
        {
            return ApiProblem.Invalid(errors);
        }

        var change = await keys.CreateAsync(
            caller.Actor,
            new NewApiKey
            {
                Name = body.Name!,
                Scopes = scopes,
                Owner = Given(body.Owner),
                Models = [.. body.Models ?? []],
                Networks = [.. body.Networks ?? []],
                Origins = [.. body.Origins ?? []],
                User = Given(body.User),
                Team = Given(body.Team),
                Project = Given(body.Project),
                ExpiresAt = body.ExpiresAt,
            },
            cancellationToken
        );
        return change is { Outcome: ChangeOutcome.Done, Key: { } key, Text: { } text }
            ? TypedResults.Created($"/api/v1/keys/{key.Id}", KeyShapes.WithText(key, Owner(users, caller, key), text))
            : Refusal(change);
    }

    private static async Task<Results<Ok<KeyWithText>, ApiProblem>> Rotate(
        string idOrName,
        KeyRotation? body,
        ApiCaller caller,
        KeyRing keys,
        UserBook users,
        CancellationToken cancellationToken
    )
    {
        var overlap = body?.OverlapSeconds ?? 0;
        if (overlap is < 0 or > MaxOverlapSeconds)
        {
            return ApiProblem.Invalid(
                ImmutableDictionary<string, string>.Empty.Add("overlapSeconds", $"from 0 to {MaxOverlapSeconds}")
            );
        }

        var change = await keys.RotateAsync(caller.Actor, idOrName, TimeSpan.FromSeconds(overlap), cancellationToken);
        return change is { Outcome: ChangeOutcome.Done, Key: { } key, Text: { } text }
            ? TypedResults.Ok(KeyShapes.WithText(key, Owner(users, caller, key), text))
            : Refusal(change);
    }

    private static async Task<Results<Ok<KeyItem>, ApiProblem>> Revoke(
        string idOrName,
        ApiCaller caller,
        KeyRing keys,
        UserBook users,
        CancellationToken cancellationToken
    )
    {
        var change = await keys.RevokeAsync(caller.Actor, idOrName, cancellationToken);
        return change is { Outcome: ChangeOutcome.Done, Key: { } key }
            ? TypedResults.Ok(KeyShapes.Item(key, Owner(users, caller, key)))
            : Refusal(change);
    }

    private static User? Owner(UserBook users, ApiCaller caller, ApiKey key) =>
        key.Owner is { } owner ? users.Find(caller.Workspace, owner) : null;

    private static ImmutableArray<string> Scopes(IReadOnlyList<string>? words, Dictionary<string, string> errors)
    {
        if (words is null)
        {
            return [KeyScopes.Gateway];
        }

        if (words.Count == 0)
        {
            errors["scopes"] = "name at least one";
        }
        else if (words.FirstOrDefault(word => KeyScopes.Of(word) is null) is { } unknown)
        {
            errors["scopes"] =
                $"unknown scope \"{unknown}\" ({Suggestion.For(unknown, [.. KeyScopes.Bundles, .. PermissionTable.All.Select(info => info.Name)])})";
        }

        return [.. words.Distinct(StringComparer.Ordinal)];
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static ApiProblem Refusal(KeyChange change) =>
        ApiProblem.Of(
            change.Outcome switch
            {
                ChangeOutcome.NotFound => StatusCodes.Status404NotFound,
                ChangeOutcome.Taken or ChangeOutcome.Refused => StatusCodes.Status409Conflict,
                ChangeOutcome.Invalid => StatusCodes.Status400BadRequest,
                _ => throw new InvalidOperationException($"{change.Outcome} came without its key."),
            },
            change.Reason
        );
}
