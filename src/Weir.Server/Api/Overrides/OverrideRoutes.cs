using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Api.Overrides;

/// <summary>What is to happen at once, whatever the documents say: spending stopped, a provider switched off, a route moved.</summary>
internal static class OverrideRoutes
{
    private const string Meaning =
        "In force when this answers, over restarts too, and with nothing changed in the configuration. Requests that are under way come to "
        + "their end. Set again, it is replaced. In the audit trail.";

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Overrides");
        group
            .MapGet("/", List)
            .WithName("listOverrides")
            .WithSummary("What is set in the place of what the documents say")
            .WithDescription("Of other workspaces that alone which who runs the server set for all.")
            .Needs(Permission.AnalyticsView);
        group
            .MapPut("/spending", StopAsync)
            .WithName("stopSpending")
            .WithSummary("Stops spending: no request that may cost something is passed on")
            .WithDescription(Meaning)
            .Needs(Permission.BudgetsSet)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapDelete("/spending", ResumeAsync)
            .WithName("resumeSpending")
            .WithSummary("Lets spending go on")
            .Needs(Permission.BudgetsSet)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPut("/providers/{provider}", SwitchOffAsync)
            .WithName("switchProviderOff")
            .WithSummary("Switches a provider off: nothing is sent there")
            .WithDescription(
                Meaning
                    + " A provider of the server's document is switched off for every workspace that it is shared with; "
                    + "another workspace switches one that is shared with it off for itself."
            )
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/providers/{provider}", SwitchOnAsync)
            .WithName("switchProviderOn")
            .WithSummary("Switches a provider on again")
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapPut("/routes/{route}", MoveAsync)
            .WithName("moveRoute")
            .WithSummary("Moves a route: its requests go to one target first, and to those that are written behind it")
            .WithDescription(Meaning + " Strategy and affinity of the route rest meanwhile.")
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/routes/{route}", MoveBackAsync)
            .WithName("moveRouteBack")
            .WithSummary("Lets a route go where the document says again")
            .NeedsWithDefault(Permission.ConfigWrite, Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static Ok<OverrideList> List(ApiCaller caller, ServerState state)
    {
        var workspace = caller.Workspace;
        var living = state.Modules.Identity.Overrides.Living();
        var own = living.Where(one => one.Workspace == workspace).ToList();
        var off = state
            .Modules.Providers(workspace)
            .Where(provider => provider.IsOff)
            .Select(provider => provider.Provider);
        // A provider of the server's that was switched off, for those who share it.
        var shared = living.Where(one =>
            one is { Kind: OverrideKind.ProviderOff }
            && one.Workspace == WorkspaceId.Default
            && off.Any(name => Is(name, one.Subject))
            && !own.Any(other => other.Kind == one.Kind && Is(other.Subject, one.Subject))
        );
        return TypedResults.Ok(
            new OverrideList([
                .. own.Concat(living.Where(one => one.Everywhere))
                    .Concat(shared)
                    .Distinct()
                    .OrderBy(one => one.At)
                    .Select(one => Item(one, workspace)),
            ])
        );
    }

    private static async Task<Results<Ok<OverrideItem>, ApiProblem>> StopAsync(
        SpendingStop body,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        var mayEverywhere =
            caller.Workspace == WorkspaceId.Default && caller.Principal.Permissions.Has(Permission.InstanceManage);
        if (body.Everywhere && !mayEverywhere)
        {
            return ApiProblem.Of(
                StatusCodes.Status403Forbidden,
                "Spending of every workspace is stopped in the workspace default, with the permission instance:manage."
            );
        }

        return await SetAsync(
            new NewOverride(OverrideKind.SpendingStopped, "")
            {
                Everywhere = body.Everywhere,
                Until = body.Until,
                Reason = body.Reason,
            },
            caller,
            state,
            cancellationToken
        );
    }

    private static Task<Results<Ok<OverrideItem>, ApiProblem>> ResumeAsync(
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    ) => LiftAsync(OverrideKind.SpendingStopped, "", caller, state, cancellationToken);

    private static async Task<Results<Ok<OverrideItem>, ApiProblem>> SwitchOffAsync(
        string provider,
        OverrideEdit body,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        if (Find(state, caller.Workspace, provider) is not { } name)
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "This workspace has no provider of that name.");
        }

        return await SetAsync(
            new NewOverride(OverrideKind.ProviderOff, name) { Until = body.Until, Reason = body.Reason },
            caller,
            state,
            cancellationToken
        );
    }

    private static Task<Results<Ok<OverrideItem>, ApiProblem>> SwitchOnAsync(
        string provider,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    ) => LiftAsync(OverrideKind.ProviderOff, provider, caller, state, cancellationToken);

    private static async Task<Results<Ok<OverrideItem>, ApiProblem>> MoveAsync(
        string route,
        RouteMove body,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        if (state.Modules.Routes(caller.Workspace).FirstOrDefault(one => Is(one.Name, route)) is not { } found)
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "This workspace has no route of that name.");
        }

        if (Find(state, caller.Workspace, body.Target?.Provider ?? "") is not { } provider)
        {
            return ApiProblem.Invalid(
                new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/target/provider"] = "is none of this workspace's providers",
                }
            );
        }

        return await SetAsync(
            new NewOverride(OverrideKind.RouteMoved, found.Name)
            {
                Provider = provider,
                Model = string.IsNullOrEmpty(body.Target?.Model) ? null : body.Target.Model,
                Until = body.Until,
                Reason = body.Reason,
            },
            caller,
            state,
            cancellationToken
        );
    }

    private static Task<Results<Ok<OverrideItem>, ApiProblem>> MoveBackAsync(
        string route,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    ) => LiftAsync(OverrideKind.RouteMoved, route, caller, state, cancellationToken);

    private static async Task<Results<Ok<OverrideItem>, ApiProblem>> SetAsync(
        NewOverride request,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await state.Modules.Identity.Overrides.SetAsync(caller.Actor, request, cancellationToken),
            caller,
            state
        );

    private static async Task<Results<Ok<OverrideItem>, ApiProblem>> LiftAsync(
        OverrideKind kind,
        string subject,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        // One that stops others too is no single workspace's to lift.
        var isOfAll = state
            .Modules.Identity.Overrides.Living()
            .Any(one => one.Workspace == caller.Workspace && one.Kind == kind && one.Everywhere);
        if (isOfAll && !caller.Principal.Permissions.Has(Permission.InstanceManage))
        {
            return ApiProblem.Of(
                StatusCodes.Status403Forbidden,
                "Spending of every workspace is stopped: to let it go on needs the permission instance:manage."
            );
        }

        return Answer(
            await state.Modules.Identity.Overrides.LiftAsync(caller.Actor, kind, subject, cancellationToken),
            caller,
            state
        );
    }

    private static Results<Ok<OverrideItem>, ApiProblem> Answer(
        Change<Override> change,
        ApiCaller caller,
        ServerState state
    )
    {
        if (change.Value is not { } one)
        {
            return change.Problem();
        }

        state.Modules.TellOverrides();
        return TypedResults.Ok(Item(one, caller.Workspace));
    }

    private static string? Find(ServerState state, WorkspaceId workspace, string name) =>
        state.Modules.Providers(workspace).FirstOrDefault(provider => Is(provider.Provider, name))?.Provider;

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static OverrideItem Item(Override one, WorkspaceId workspace) =>
        new()
        {
            Id = one.Id,
            Kind = Word(one.Kind),
            Subject = one.Subject,
            Target = one.Provider is { } provider ? new OverrideTarget(provider, one.Model) : null,
            Everywhere = one.Everywhere,
            Own = one.Workspace == workspace,
            At = one.At,
            Until = one.Until,
            ByKind = one.ActorKind,
            By = one.Workspace == workspace ? one.ActorId : null,
            Reason = one.Reason,
        };

    private static string Word(OverrideKind kind) =>
        kind switch
        {
            OverrideKind.SpendingStopped => "spending-stopped",
            OverrideKind.ProviderOff => "provider-off",
            _ => "route-moved",
        };
}
