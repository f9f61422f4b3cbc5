using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;

namespace Weir.Server.Api.Budgets;

/// <summary>Writes budgets and limits one at a time.</summary>
internal static class RuleRoutes
{
    private const string Meaning =
        "The workspace's document is changed in its text, in this place alone, and goes the way of PUT /config: checked as a whole, a version, "
        + "in the audit trail. With dryRun=true nothing changes, and the answer says what would. A document that is written so that it cannot be "
        + "changed in place is left alone (409).";

    /// <summary>What is said of an <c>If-Match</c> that may be left out.</summary>
    public const string EtagMeaning =
        "The ETag of the configuration that the caller knows; without it the newest is changed.";

    /// <summary>Maps those of budgets.</summary>
    public static void MapBudgets(RouteGroupBuilder group)
    {
        group.MapPost("/", AddBudgetAsync).WithName("addBudget").WithSummary("Adds a budget").Writes();
        group
            .MapPatch("/{budget}", ChangeBudgetAsync)
            .WithName("changeBudget")
            .WithSummary("Changes a budget")
            .Writes();
        group
            .MapDelete("/{budget}", RemoveBudgetAsync)
            .WithName("removeBudget")
            .WithSummary("Removes a budget")
            .Writes();
    }

    /// <summary>Maps those of limits: <c>/limits</c> is what is known of the limits of others.</summary>
    public static void MapLimits(RouteGroupBuilder group)
    {
        group.WithTags("Budgets");
        group.MapPost("/", AddLimitAsync).WithName("addRateLimit").WithSummary("Adds a limit").Writes();
        group
            .MapPatch("/{limit}", ChangeLimitAsync)
            .WithName("changeRateLimit")
            .WithSummary("Changes a limit")
            .Writes();
        group
            .MapDelete("/{limit}", RemoveLimitAsync)
            .WithName("removeRateLimit")
            .WithSummary("Removes a limit")
            .Writes();
    }

    private static void Writes(this RouteHandlerBuilder route) =>
        route
            .WithDescription(Meaning)
            .TakesQuery("dryRun")
            .Needs(Permission.BudgetsSet)
            .Refuses(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed,
                StatusCodes.Status422UnprocessableEntity
            );

    private static Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> AddBudgetAsync(
        BudgetEdit body,
        bool? dryRun,
        [FromHeader(Name = "If-Match"), Description(EtagMeaning)] string? ifMatch,
        ApiCaller caller,
        RuleDesks desks,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            desks.Of(RuleKind.Budgets, caller),
            response,
            RuleDesk.Act.Add,
            body.Name,
            RuleFields.Of(body),
            ifMatch,
            dryRun,
            cancellationToken
        );

    private static Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> ChangeBudgetAsync(
        string budget,
        BudgetEdit body,
        bool? dryRun,
        [FromHeader(Name = "If-Match"), Description(EtagMeaning)] string? ifMatch,
        ApiCaller caller,
        RuleDesks desks,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            desks.Of(RuleKind.Budgets, caller),
            response,
            RuleDesk.Act.Change,
            budget,
            RuleFields.Of(body),
            ifMatch,
            dryRun,
            cancellationToken
        );

    private static Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> RemoveBudgetAsync(
        string budget,
        bool? dryRun,
        [FromHeader(Name = "If-Match"), Description(EtagMeaning)] string? ifMatch,
        ApiCaller caller,
        RuleDesks desks,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            desks.Of(RuleKind.Budgets, caller),
            response,
            RuleDesk.Act.Remove,
            budget,
            RuleFields.None,
            ifMatch,
            dryRun,
            cancellationToken
        );

    private static Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> AddLimitAsync(
        RateLimitEdit body,
        bool? dryRun,
        [FromHeader(Name = "If-Match"), Description(EtagMeaning)] string? ifMatch,
        ApiCaller caller,
        RuleDesks desks,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            desks.Of(RuleKind.Limits, caller),
            response,
            RuleDesk.Act.Add,
            body.Name,
            RuleFields.Of(body),
            ifMatch,
            dryRun,
            cancellationToken
        );

    private static Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> ChangeLimitAsync(
        string limit,
        RateLimitEdit body,
        bool? dryRun,
        [FromHeader(Name = "If-Match"), Description(EtagMeaning)] string? ifMatch,
        ApiCaller caller,
        RuleDesks desks,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            desks.Of(RuleKind.Limits, caller),
            response,
            RuleDesk.Act.Change,
            limit,
            RuleFields.Of(body),
            ifMatch,
            dryRun,
            cancellationToken
        );

    private static Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> RemoveLimitAsync(
        string limit,
        bool? dryRun,
        [FromHeader(Name = "If-Match"), Description(EtagMeaning)] string? ifMatch,
        ApiCaller caller,
        RuleDesks desks,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        AnswerAsync(
            desks.Of(RuleKind.Limits, caller),
            response,
            RuleDesk.Act.Remove,
            limit,
            RuleFields.None,
            ifMatch,
            dryRun,
            cancellationToken
        );

    private static async Task<Results<Ok<RuleChange>, Created<RuleChange>, ApiProblem>> AnswerAsync(
        RuleDesk desk,
        HttpResponse response,
        RuleDesk.Act act,
        string? name,
        RuleFields fields,
        string? ifMatch,
        bool? dryRun,
        CancellationToken cancellationToken
    )
    {
        var (change, problem) = await desk.RunAsync(act, name, fields, ifMatch, dryRun ?? false, cancellationToken);
        if (change is null)
        {
            return problem!;
        }

        response.Headers.ETag = $"\"{change.Etag}\"";
        return act == RuleDesk.Act.Add && !change.DryRun
            ? TypedResults.Created($"/api/v1/{desk.Kind.Path}/{Uri.EscapeDataString(change.Name)}", change)
            : TypedResults.Ok(change);
    }
}
