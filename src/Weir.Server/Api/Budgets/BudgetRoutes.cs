using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;

namespace Weir.Server.Api.Budgets;

/// <summary>How budgets and limits stand, and who gives them more room.</summary>
internal static class BudgetRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Budgets");
        group
            .MapGet("/", List)
            .WithName("listBudgets")
            .WithSummary("The budgets and limits that hold, and how each of their counters stands")
            .WithDescription(
                "Budgets and limits are written in the configuration. Of the server's, another workspace sees those that are "
                    + "kept for each workspace or for itself, and its own counters of them."
            )
            .TakesQuery()
            .Needs(Permission.BudgetsView);
        group
            .MapPost("/{budget}/grants", GrantAsync)
            .WithName("grantBudget")
            .WithSummary("Gives a budget more room until a time")
            .Needs(Permission.CostsApprove)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{budget}/grants/{grant}", EndAsync)
            .WithName("endBudgetGrant")
            .WithSummary("Ends a grant before its time")
            .Needs(Permission.CostsApprove)
            .Refuses(StatusCodes.Status404NotFound);
        RuleRoutes.MapBudgets(group);
    }

    private static Ok<BudgetList> List(ApiCaller caller, ServerState state, WorkspaceRegistry workspaces) =>
        TypedResults.Ok(
            new BudgetListing(
                state.Documents,
                caller.Workspace,
                workspaces.Find(caller.Workspace)?.Name ?? "",
                state.Modules.Standings(caller.Workspace),
                state.Modules.Identity.Grants.Living()
            ).Make(state.Options.Clock.GetUtcNow())
        );

    private static async Task<Results<Created<BudgetGrantItem>, ApiProblem>> GrantAsync(
        string budget,
        NewBudgetGrantItem body,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        var config = state
            .Documents.Of(caller.Workspace)
            ?.Current.Config.Gateway.Budgets.FirstOrDefault(found =>
                found.Name.Equals(budget, StringComparison.OrdinalIgnoreCase)
            );
        if (config is null)
        {
            return ApiProblem.Of(
                StatusCodes.Status404NotFound,
                "There is no budget of that name in this workspace's document."
            );
        }

        var scope = body.Scope ?? ImmutableDictionary<string, string>.Empty;
        var wanted = BudgetListing
            .ScopeOf(config.Scope)
            .Where(part => part.Value == "*")
            .Select(part => Part(part.Key));
        if (!wanted.Order().SequenceEqual(scope.Keys.Order()) || scope.Values.Any(value => value.Length is 0 or > 256))
        {
            return ApiProblem.Invalid(
                new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/scope"] = wanted.Any()
                        ? $"says which counter of the budget is meant: a value for {string.Join(" and ", wanted)}"
                        : "is empty: the budget has one counter",
                }
            );
        }

        if (body.AmountUsd is <= 0 or > 1_000_000_000m)
        {
            return ApiProblem.Invalid(
                new SortedDictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/amountUsd"] = "is above 0 and at most a billion",
                }
            );
        }

        var change = await state.Modules.Identity.Grants.GrantAsync(
            caller.Actor,
            new NewBudgetGrant(
                config.Name,
                scope.ToImmutableSortedDictionary(StringComparer.Ordinal),
                Money.FromUsd(body.AmountUsd),
                body.Until,
                body.Reason
            ),
            cancellationToken
        );
        if (change.Value is not { } made)
        {
            return change.Problem();
        }

        state.Modules.TellGrants();
        return TypedResults.Created(
            $"/api/v1/budgets/{Uri.EscapeDataString(made.Budget)}/grants/{made.Id}",
            BudgetListing.Item(made)
        );
    }

    private static async Task<Results<Ok<BudgetGrantItem>, ApiProblem>> EndAsync(
        string budget,
        string grant,
        ApiCaller caller,
        ServerState state,
        CancellationToken cancellationToken
    )
    {
        var isOfBudget = state
            .Modules.Identity.Grants.Living()
            .Any(one =>
                one.Id == grant
                && one.Workspace == caller.Workspace
                && one.Budget.Equals(budget, StringComparison.OrdinalIgnoreCase)
            );
        if (!isOfBudget)
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "The budget has no grant of that id that holds.");
        }

        var change = await state.Modules.Identity.Grants.EndAsync(caller.Actor, grant, cancellationToken);
        if (change.Value is not { } ended)
        {
            return change.Problem();
        }

        state.Modules.TellGrants();
        return TypedResults.Ok(BudgetListing.Item(ended));
    }

    // A tag's counter goes by the tag's value, whatever its name.
    private static string Part(string written) =>
        written.StartsWith("tag.", StringComparison.Ordinal) ? "tag" : written;
}
