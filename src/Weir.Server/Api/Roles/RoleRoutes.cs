using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Roles;

/// <summary>The workspace's roles, and the permissions that they are made of.</summary>
internal static class RoleRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/permissions", Permissions)
            .WithTags("Roles")
            .WithName("listPermissions")
            .WithSummary("Every permission that there is")
            .TakesQuery()
            .Needs(Permission.RolesView);
        var group = api.MapGroup("/roles").WithTags("Roles");
        group
            .MapGet("/", List)
            .WithName("listRoles")
            .WithSummary("The workspace's roles, the built-in ones first")
            .TakesQuery()
            .Needs(Permission.RolesView);
        group
            .MapGet("/{name}", Get)
            .WithName("getRole")
            .WithSummary("One role")
            .TakesQuery()
            .Needs(Permission.RolesView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPost("/", CreateAsync)
            .WithName("createRole")
            .WithSummary("Makes a role")
            .Needs(Permission.RolesManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapPut("/{name}", ChangeAsync)
            .WithName("changeRole")
            .WithSummary("Changes a role of the workspace's own, for everybody who has it, at once")
            .Needs(Permission.RolesManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{name}", RemoveAsync)
            .WithName("removeRole")
            .WithSummary("Removes a role that nobody has")
            .Needs(Permission.RolesManage)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static Ok<PermissionList> Permissions() =>
        TypedResults.Ok(
            new PermissionList([
                .. PermissionTable.All.Select(info => new PermissionItem(
                    info.Name,
                    info.Meaning,
                    [.. info.Includes.Select(included => included.Name())],
                    info.IsInstance
                )),
            ])
        );

    private static Ok<RoleList> List(ApiCaller caller, RoleBook roles) =>
        TypedResults.Ok(
            new RoleList([.. roles.List(caller.Workspace).Select(role => Item(caller.Workspace, roles, role))])
        );

    private static Results<Ok<RoleItem>, ApiProblem> Get(string name, ApiCaller caller, RoleBook roles) =>
        roles.List(caller.Workspace).FirstOrDefault(role => role.Name == name) is { } found
            ? TypedResults.Ok(Item(caller.Workspace, roles, found))
            : ApiProblem.Of(StatusCodes.Status404NotFound, "There is no role of that name.");

    private static async Task<Results<Created<RoleItem>, ApiProblem>> CreateAsync(
        RoleText body,
        ApiCaller caller,
        RoleBook roles,
        CancellationToken cancellationToken
    )
    {
        if (Read(body, body.Name ?? "", out var errors) is not { } role)
        {
            return ApiProblem.Invalid(errors);
        }

        var change = await roles.SetAsync(caller.Actor, role, mustBeNew: true, cancellationToken);
        return change.Value is { } made
            ? TypedResults.Created($"/api/v1/roles/{made.Name}", Item(caller.Workspace, roles, made))
            : change.Problem();
    }

    private static async Task<Results<Ok<RoleItem>, ApiProblem>> ChangeAsync(
        string name,
        RoleText body,
        ApiCaller caller,
        RoleBook roles,
        CancellationToken cancellationToken
    )
    {
        if (Read(body, name, out var errors) is not { } role)
        {
            return ApiProblem.Invalid(errors);
        }

        var change = await roles.SetAsync(caller.Actor, role, mustBeNew: false, cancellationToken);
        return change.Value is { } changed ? TypedResults.Ok(Item(caller.Workspace, roles, changed)) : change.Problem();
    }

    private static async Task<Results<Ok<RoleItem>, ApiProblem>> RemoveAsync(
        string name,
        ApiCaller caller,
        RoleBook roles,
        CancellationToken cancellationToken
    )
    {
        var change = await roles.RemoveAsync(caller.Actor, name, cancellationToken);
        return change.Value is { } removed ? TypedResults.Ok(Item(caller.Workspace, roles, removed)) : change.Problem();
    }

    private static Role? Read(RoleText body, string name, out Dictionary<string, string> errors)
    {
        errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var permissions = ImmutableArray.CreateBuilder<Permission>();
        foreach (var word in body.Permissions ?? [])
        {
            if (PermissionTable.Find(word) is { } permission)
            {
                permissions.Add(permission);
            }
            else
            {
                errors["permissions"] =
                    $"unknown permission \"{word}\" ({Suggestion.For(word, [.. PermissionTable.All.Select(info => info.Name)])})";
            }
        }

        if (body.Name is { } named && named != name)
        {
            errors["name"] = "a role keeps its name";
        }

        return errors.Count > 0
            ? null
            : new Role
            {
                Name = name,
                Description = body.Description ?? "",
                Parents = [.. (body.Parents ?? []).Distinct(StringComparer.Ordinal)],
                Own = PermissionSet.Of(permissions.ToArray()),
            };
    }

    private static RoleItem Item(WorkspaceId workspace, RoleBook roles, Role role) =>
        new()
        {
            Name = role.Name,
            Description = role.Description,
            BuiltIn = role.IsBuiltIn,
            Parents = role.Parents,
            Permissions = (roles.Permits(workspace, role.Name) ?? role.Own).Names(),
        };
}
