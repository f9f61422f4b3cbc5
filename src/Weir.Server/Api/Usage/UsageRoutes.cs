using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Exports;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Exports;

namespace Weir.Server.Api.Usage;

/// <summary>What was used: sums, series, single requests. Always of the key's own workspace.</summary>
internal static class UsageRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Usage");
        group
            .MapGet("/summary", Summary)
            .WithName("getUsageSummary")
            .WithSummary("Sums by the named dimensions or by hour, day, week or month, and their total")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented)
            .OnPaper("Sums");
        group
            .MapGet("/series", Series)
            .WithName("getUsageSeries")
            .WithSummary("One figure over time")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented)
            .OnPaper("Over time");
        AnalyticsRoutes.Map(group);
        group
            .MapGet("/requests", Requests)
            .WithName("listRequests")
            .WithSummary("Single requests, newest first, page by page")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest);
        group
            .MapGet("/requests/{id}", Request)
            .WithName("getRequest")
            .WithSummary("One request, with what it was before each of its changes")
            .TakesQuery()
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapGet("/export", Export)
            .WithName("exportRequests")
            .WithSummary("All requests of a range in one file, or their sums on paper")
            .WithMetadata(
                new TextAnswers("text/csv", "application/x-ndjson"),
                new FileAnswers(
                    ExportFormats.MediaType(ExportFormat.Xlsx),
                    ExportFormats.MediaType(ExportFormat.Parquet),
                    ExportFormats.MediaType(ExportFormat.Pdf)
                )
            )
            .NeedsOrGrant(Permission.AnalyticsExport)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status501NotImplemented);
    }

    private static async Task<Results<Ok<UsageSummaryResult>, ApiProblem>> Summary(
        [AsParameters] UsageParameters parameters,
        [AsParameters] GroupParameters groups,
        [AsParameters] CalendarParameters calendar,
        [AsParameters] PaperParameters paper,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await UsageAnswers.SummaryAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<UsageSeriesResult>, ApiProblem>> Series(
        [AsParameters] UsageParameters parameters,
        [AsParameters] GroupParameters groups,
        [AsParameters] SeriesParameters shape,
        [AsParameters] CalendarParameters calendar,
        [AsParameters] PaperParameters paper,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await UsageAnswers.SeriesAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<RequestPage>, ApiProblem>> Requests(
        [AsParameters] UsageParameters parameters,
        [AsParameters] PageParameters paging,
        [AsParameters] ZoneParameters zone,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        UsageAnswers.Told(
            await UsageAnswers.RequestsAsync(
                parameters.Request,
                new UsageAsker(caller, ledger.Queries, clock),
                cancellationToken
            )
        );

    private static async Task<Results<Ok<RequestItem>, ApiProblem>> Request(
        string id,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        await UsageAnswers.RequestAsync(id, new UsageAsker(caller, ledger.Queries, clock), cancellationToken)
            is { } found
            ? TypedResults.Ok(found)
            : ApiProblem.Of(StatusCodes.Status404NotFound, "There is no request of that id.");

    private static async Task<Results<UsageExport, ApiProblem>> Export(
        [AsParameters] UsageParameters parameters,
        [AsParameters] ExportParameters shape,
        ApiCaller caller,
        ExportMaker maker,
        AuditTrail trail,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (question, errors) = ExportQuestion.Read(parameters.Request, caller, clock);
        if (question is null)
        {
            return ApiProblem.Invalid(errors);
        }

        if (maker.Missing(question.Format) is { } missing)
        {
            return ApiProblem.Of(StatusCodes.Status501NotImplemented, missing);
        }

        await trail.NoteAsync(
            caller.Actor,
            "usage.export",
            $"usage:{TimeText.Of(question.Query.From)}/{TimeText.Of(question.Query.To)}",
            before: null,
            $$"""{"format":"{{ExportFormats.NameOf(question.Format)}}"}""",
            cancellationToken
        );
        return new UsageExport(maker, question);
    }
}
