using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Weir.Client;
using Weir.Exports;
using Weir.Identity;
using Weir.Server.Api.Usage;
using Weir.Server.Exports;

namespace Weir.Server.Api.Exports;

/// <summary>Exports as files: asked for, waited for, taken by ranges. Of the caller's workspace, and within what he may see.</summary>
internal static class ExportRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Exports");
        group
            .MapPost("/", CreateAsync)
            .WithName("createExport")
            .WithSummary("Begins to make a file of the requests of a range")
            .TakesQuery()
            .NeedsOrGrant(Permission.AnalyticsExport)
            .Refuses(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status501NotImplemented
            );
        group
            .MapGet("/", List)
            .WithName("listExports")
            .WithSummary("The exports that are made and that were made in the last day")
            .TakesQuery()
            .NeedsOrGrant(Permission.AnalyticsExport);
        group
            .MapGet("/{export}", Get)
            .WithName("getExport")
            .WithSummary("How far an export is")
            .TakesQuery()
            .NeedsOrGrant(Permission.AnalyticsExport)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapGet("/{export}/file", FileAsync)
            .WithName("getExportFile")
            .WithSummary("An export's file, whole or in ranges")
            .TakesQuery()
            .NeedsOrGrant(Permission.AnalyticsExport)
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces<Stream>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{export}", RemoveAsync)
            .WithName("removeExport")
            .WithSummary("Cancels an export and removes its file")
            .TakesQuery()
            .NeedsOrGrant(Permission.AnalyticsExport)
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Accepted<ExportItem>, ApiProblem>> CreateAsync(
        NewExport asked,
        ApiCaller caller,
        ExportJobs jobs,
        ExportMaker maker,
        AuditTrail trail,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var (question, errors) = ExportQuestion.Read(asked, caller, clock);
        if (question is null)
        {
            return ApiProblem.Invalid(errors);
        }

        if (maker.Missing(question.Format) is { } missing)
        {
            return ApiProblem.Of(StatusCodes.Status501NotImplemented, missing);
        }

        var entry = jobs.Add(
            (id, now) =>
                new ExportEntry
                {
                    Id = id,
                    Workspace = caller.Workspace.Value,
                    Format = ExportFormats.NameOf(question.Format),
                    From = question.Query.From,
                    To = question.Query.To,
                    Filters = (
                        asked.Filters ?? ImmutableDictionary<string, IReadOnlyList<string>>.Empty
                    ).ToImmutableSortedDictionary(
                        filter => filter.Key,
                        filter => filter.Value.ToImmutableArray(),
                        StringComparer.Ordinal
                    ),
                    GroupBy = [.. question.Query.GroupBy.Select(dimension => dimension.ToString())],
                    ScopeKind = caller.Scope?.Kind,
                    ScopeNames = caller.Scope?.Names ?? [],
                    State = ExportState.Queued,
                    CreatedAt = now,
                }
        );
        if (entry is null)
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                $"There are {ExportJobs.MostJobs} exports, which is as many as a workspace may have; remove one first."
            );
        }

        await NoteAsync(trail, caller, "usage.export", entry, cancellationToken);
        return TypedResults.Accepted($"/api/v1/exports/{entry.Id}", Shape(entry));
    }

    private static Ok<ExportList> List(ApiCaller caller, ExportJobs jobs) =>
        TypedResults.Ok(
            new ExportList([.. jobs.List(caller.Workspace).Where(entry => entry.IsWithin(caller.Scope)).Select(Shape)])
        );

    private static Results<Ok<ExportItem>, ApiProblem> Get(string export, ApiCaller caller, ExportJobs jobs) =>
        Seen(export, caller, jobs) is { } entry ? TypedResults.Ok(Shape(entry)) : None();

    private static async Task<Results<PhysicalFileHttpResult, ApiProblem>> FileAsync(
        string export,
        ApiCaller caller,
        ExportJobs jobs,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (Seen(export, caller, jobs) is not { } entry)
        {
            return None();
        }

        if (entry.State != ExportState.Done)
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                entry.State == ExportState.Failed
                    ? $"This export failed: {entry.Error}."
                    : "This export is not done yet; look at its state."
            );
        }

        await NoteAsync(trail, caller, "usage.export.take", entry, cancellationToken);
        var format = ExportFormats.Parse(entry.Format)!.Value;
        // A file never changes under its id, so the id is its tag.
        return TypedResults.PhysicalFile(
            jobs.FileOf(entry),
            ExportFormats.MediaType(format),
            ExportFormats.FileName(format),
            lastModified: entry.EndedAt,
            entityTag: new EntityTagHeaderValue($"\"{entry.Id}\""),
            enableRangeProcessing: true
        );
    }

    private static async Task<Results<NoContent, ApiProblem>> RemoveAsync(
        string export,
        ApiCaller caller,
        ExportJobs jobs,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (Seen(export, caller, jobs) is not { } entry || !await jobs.RemoveAsync(caller.Workspace, entry.Id))
        {
            return None();
        }

        await NoteAsync(trail, caller, "usage.export.remove", entry, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ExportEntry? Seen(string id, ApiCaller caller, ExportJobs jobs) =>
        jobs.Find(caller.Workspace, id) is { } entry && entry.IsWithin(caller.Scope) ? entry : null;

    private static ApiProblem None() => ApiProblem.Of(StatusCodes.Status404NotFound, "There is no export of that id.");

    private static Task NoteAsync(
        AuditTrail trail,
        ApiCaller caller,
        string action,
        ExportEntry entry,
        CancellationToken cancellationToken
    ) =>
        trail.NoteAsync(
            caller.Actor,
            action,
            $"usage:{TimeText.Of(entry.From)}/{TimeText.Of(entry.To)}",
            before: null,
            $$"""{"format":"{{entry.Format}}","export":"{{entry.Id}}"}""",
            cancellationToken
        );

    private static ExportItem Shape(ExportEntry entry) =>
        new()
        {
            Id = entry.Id,
            Format = entry.Format,
            State = entry.State.ToString().ToLowerInvariant(),
            From = entry.From,
            To = entry.To,
            Filters = entry.Filters.ToImmutableSortedDictionary(
                filter => filter.Key,
                filter => (IReadOnlyList<string>)filter.Value,
                StringComparer.Ordinal
            ),
            GroupBy = entry.GroupBy,
            Rows = entry.Rows,
            RowsInAll = entry.RowsInAll,
            Bytes = entry.Bytes,
            Error = entry.Error,
            CreatedAt = entry.CreatedAt,
            EndedAt = entry.EndedAt,
            ExpiresAt = entry.EndedAt + ExportJobs.Kept,
            File = entry.State == ExportState.Done ? $"/api/v1/exports/{entry.Id}/file" : null,
        };
}
