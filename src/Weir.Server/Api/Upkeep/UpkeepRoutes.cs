using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Upkeep;

namespace Weir.Server.Api.Upkeep;

/// <summary>
/// Compaction and repair of the ledger: of all workspaces, and so only for those who run the server. What a workspace keeps is its own.
/// </summary>
internal static class UpkeepRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Ledger");
        group
            .MapPost("/", BeginAsync)
            .WithName("beginUpkeep")
            .WithSummary("Begins to compact or to repair the ledger while the server runs")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict);
        group
            .MapGet("/", List)
            .WithName("listUpkeep")
            .WithSummary("The work on the ledger that the server does or did last")
            .TakesQuery()
            .Needs(Permission.InstanceManage);
        group
            .MapGet("/{upkeep}", Get)
            .WithName("getUpkeep")
            .WithSummary("How far work on the ledger is")
            .TakesQuery()
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound);
    }

    /// <summary>Maps <c>/months</c>, which is a workspace's own.</summary>
    public static void MapMonths(RouteGroupBuilder group) =>
        group
            .MapGet("/months", Months)
            .WithTags("Ledger")
            .WithName("listMonths")
            .WithSummary("What the workspace keeps of its past: since when, and which months are archived")
            .TakesQuery()
            .Needs(Permission.AnalyticsView);

    private static async Task<Ok<KeptResult>> Months(
        ApiCaller caller,
        UsageLedger ledger,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await KeptAnswers.ReadAsync(ledger, caller.Workspace, cancellationToken));

    private static async Task<Results<Accepted<UpkeepItem>, ApiProblem>> BeginAsync(
        NewUpkeep upkeep,
        ApiCaller caller,
        UpkeepJobs jobs,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        UpkeepKind? kind = upkeep.Kind switch
        {
            "compact" => UpkeepKind.Compact,
            "repair" => UpkeepKind.Repair,
            _ => null,
        };
        if (kind is null)
        {
            return ApiProblem.Invalid(new Dictionary<string, string> { ["kind"] = "must be compact or repair" });
        }

        if (jobs.Begin(kind.Value) is not { } begun)
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                "The ledger is being worked on already; wait until that is done."
            );
        }

        await trail.NoteAsync(
            caller.Actor,
            $"ledger.{begun.Kind}",
            $"upkeep:{begun.Id}",
            before: null,
            after: null,
            cancellationToken
        );
        return TypedResults.Accepted($"/api/v1/ledger/upkeep/{begun.Id}", begun);
    }

    private static Ok<UpkeepList> List(UpkeepJobs jobs) =>
        TypedResults.Ok(new UpkeepList(jobs.Current is { } one ? [one] : []));

    private static Results<Ok<UpkeepItem>, ApiProblem> Get(string upkeep, UpkeepJobs jobs) =>
        jobs.Current is { } one && one.Id == upkeep
            ? TypedResults.Ok(one)
            : ApiProblem.Of(StatusCodes.Status404NotFound, "There is no work of that id.");
}
