using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>Questions about many requests at once: the largest, how long they took, when, and sides compared.</summary>
internal static class AnalyticsRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group
            .MapGet("/top", Top)
            .WithName("getUsageTop")
            .WithSummary("The members of a dimension with the largest of a figure, and what the others come to")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented)
            .OnPaper("The largest");
        group
            .MapGet("/distribution", Distribution)
            .WithName("getUsageDistribution")
            .WithSummary("How long requests took: quantiles and a histogram")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented)
            .OnPaper("How long requests took");
        group
            .MapGet("/heatmap", Heatmap)
            .WithName("getUsageHeatmap")
            .WithSummary("A metric by weekday and hour of a zone's clock")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented)
            .OnPaper("Weekdays and hours");
        group
            .MapGet("/compare", Compare)
            .WithName("compareUsage")
            .WithSummary("Periods, or values of a dimension, side by side")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented)
            .OnPaper("Side by side");
    }

    private static async Task<Results<Ok<UsageTopResult>, ApiProblem>> Top(
        [AsParameters] UsageParameters parameters,
        [AsParameters] TopParameters shape,
        [AsParameters] ZoneParameters zone,
        [AsParameters] PaperParameters paper,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await AnalyticsAnswers.TopAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<UsageDistributionResult>, ApiProblem>> Distribution(
        [AsParameters] UsageParameters parameters,
        [AsParameters] DistributionGroupParameters groups,
        [AsParameters] DistributionParameters shape,
        [AsParameters] ZoneParameters zone,
        [AsParameters] PaperParameters paper,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await AnalyticsAnswers.DistributionAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<UsageHeatmapResult>, ApiProblem>> Heatmap(
        [AsParameters] UsageParameters parameters,
        [AsParameters] HeatmapParameters shape,
        [AsParameters] CalendarParameters calendar,
        [AsParameters] PaperParameters paper,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await AnalyticsAnswers.HeatmapAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<UsageComparison>, ApiProblem>> Compare(
        [AsParameters] UsageParameters parameters,
        [AsParameters] CompareParameters shape,
        [AsParameters] CalendarParameters calendar,
        [AsParameters] PaperParameters paper,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await AnalyticsAnswers.CompareAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );
}
