using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Weir.Client;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Server.Api.Usage;

/// <summary>What was used: sums, series, single requests. Always of the key's own workspace.</summary>
internal static class UsageRoutes
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Usage");
        group
            .MapGet("/summary", Summary)
            .WithName("getUsageSummary")
            .WithSummary("Sums by the named dimensions or by hour, day, week or month, and their total")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest);
        group
            .MapGet("/series", Series)
            .WithName("getUsageSeries")
            .WithSummary("One figure over time")
            .NeedsOrGrant(Permission.AnalyticsView)
            .Refuses(StatusCodes.Status400BadRequest);
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
            .WithSummary("All requests of a range in one file")
            .WithMetadata(new TextAnswers("text/csv", "application/x-ndjson"))
            .NeedsOrGrant(Permission.AnalyticsExport)
            .Refuses(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<UsageSummaryResult>, ApiProblem>> Summary(
        [AsParameters] UsageParameters parameters,
        [AsParameters] GroupParameters groups,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: true, "groupBy");
        var query = reader.Read(caller, clock);
        if (
            reader.Errors.Count == 0
            && reader.Period is { } named
            && Periods.Starts(query.From, query.To, named).Length > Periods.Most
        )
        {
            reader.Fault("groupBy", $"the range has more than {Periods.Most} of these periods");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        if (reader.Period is { } period)
        {
            return TypedResults.Ok(await Periods.SummaryAsync(ledger.Queries, query, period, cancellationToken));
        }

        return TypedResults.Ok(UsageShapes.Summary(query, await ledger.Queries.SummaryAsync(query, cancellationToken)));
    }

    private static async Task<Results<Ok<UsageSeriesResult>, ApiProblem>> Series(
        [AsParameters] UsageParameters parameters,
        [AsParameters] GroupParameters groups,
        [AsParameters] SeriesParameters shape,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(
            parameters.Request,
            groupsByPeriod: false,
            "groupBy",
            "metric",
            "interval",
            "compare"
        );
        var query = reader.Read(caller, clock);
        var (metric, interval, compare) = (reader.Metric(), reader.Interval(), reader.ComparePrevious());
        Bound(reader, query, interval);
        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        var series = await ledger.Queries.SeriesAsync(query, metric, interval, cancellationToken);
        SeriesPeriod? previous = null;
        if (compare)
        {
            var before = query with { From = query.From - (query.To - query.From), To = query.From };
            previous = new SeriesPeriod(
                before.From,
                before.To,
                UsageShapes.Lines(
                    before.GroupBy,
                    await ledger.Queries.SeriesAsync(before, metric, interval, cancellationToken),
                    metric
                )
            );
        }

        return TypedResults.Ok(
            new UsageSeriesResult(
                UsageQueryReader.MetricName(metric),
                interval.ToString().ToLowerInvariant(),
                query.From,
                query.To,
                UsageShapes.Lines(query.GroupBy, series, metric)
            )
            {
                Previous = previous,
            }
        );
    }

    private static async Task<Results<Ok<RequestPage>, ApiProblem>> Requests(
        [AsParameters] UsageParameters parameters,
        [AsParameters] PageParameters paging,
        ApiCaller caller,
        UsageLedger ledger,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false, "cursor", "limit");
        var query = reader.Read(caller, clock);
        var limit = reader.Whole("limit", 1, MaxLimit, DefaultLimit);
        var cursor = reader.One("cursor");
        if (cursor is not null && !UsageQueries.IsCursor(cursor))
        {
            reader.Fault("cursor", "is no cursor: give the next of the page before");
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        var page = await ledger.Queries.RecordsAsync(query, cursor, limit, cancellationToken);
        return TypedResults.Ok(new RequestPage([.. page.Items.Select(UsageShapes.Request)], page.Next));
    }

    private static async Task<Results<Ok<RequestItem>, ApiProblem>> Request(
        string id,
        ApiCaller caller,
        UsageLedger ledger,
        CancellationToken cancellationToken
    )
    {
        var found = RecordId.TryParse(id, out var record)
            ? await ledger.Queries.RecordAsync(caller.Workspace, record, cancellationToken)
            : null;
        if (found is null || caller.Scope?.Covers(found.Record) == false)
        {
            return ApiProblem.Of(StatusCodes.Status404NotFound, "There is no request of that id.");
        }

        var earlier = await ledger.Queries.EarlierAsync(caller.Workspace, record, cancellationToken);
        var words = await ledger.Queries.WordsAsync(caller.Workspace, record, cancellationToken);
        return TypedResults.Ok(
            UsageShapes.Request(found) with
            {
                Earlier = [.. earlier.Select(UsageShapes.Earlier)],
                Sightings = [.. words.Select(UsageShapes.Sighting)],
            }
        );
    }

    private static async Task<Results<UsageExport, ApiProblem>> Export(
        [AsParameters] UsageParameters parameters,
        [AsParameters] ExportParameters shape,
        ApiCaller caller,
        UsageLedger ledger,
        AuditTrail trail,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var reader = new UsageQueryReader(parameters.Request, groupsByPeriod: false, "format");
        var query = reader.Read(caller, clock);
        var word = reader.One("format") ?? "csv";
        var format = UsageExport.Format(word);
        if (format is null)
        {
            reader.Fault(
                "format",
                word is "xlsx" or "focus" ? $"\"{word}\" is not available in this version" : "csv, ndjson or json"
            );
        }

        if (reader.Errors.Count > 0)
        {
            return ApiProblem.Invalid(reader.Errors);
        }

        await trail.NoteAsync(
            caller.Actor,
            "usage.export",
            $"usage:{TimeText.Of(query.From)}/{TimeText.Of(query.To)}",
            before: null,
            $$"""{"format":"{{word}}"}""",
            cancellationToken
        );
        return new UsageExport(ledger.Queries, query, format!.Value);
    }

    private static void Bound(UsageQueryReader reader, UsageQuery query, UsageInterval interval)
    {
        var range = query.To - query.From;
        if (interval == UsageInterval.Minute && range > TimeSpan.FromDays(1))
        {
            reader.Fault("interval", "minutes are kept for a range of at most one day");
        }
        else if (UsageQueries.CountPoints(query.From, query.To, interval) > UsageQueries.MostPoints)
        {
            reader.Fault("interval", $"the range has more than {UsageQueries.MostPoints} points");
        }
    }
}
