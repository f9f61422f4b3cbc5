using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Weir.Client;
using Weir.Identity;
using Weir.Server.Backups;

namespace Weir.Server.Api.Backups;

/// <summary>Backups of the whole server: all workspaces, and so only for those who run it.</summary>
internal static class BackupRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("Backups");
        group
            .MapPost("/", CreateAsync)
            .WithName("createBackup")
            .WithSummary("Begins to write the data folder into one file")
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status409Conflict);
        group
            .MapGet("/", List)
            .WithName("listBackups")
            .WithSummary("The backups that the server has and makes")
            .TakesQuery()
            .Needs(Permission.InstanceManage);
        group
            .MapGet("/{backup}", Get)
            .WithName("getBackup")
            .WithSummary("How far a backup is")
            .TakesQuery()
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound);
        group
            .MapGet("/{backup}/file", FileAsync)
            .WithName("getBackupFile")
            .WithSummary("A backup's file, whole or in ranges")
            .TakesQuery()
            .Needs(Permission.InstanceManage)
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces<Stream>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        group
            .MapDelete("/{backup}", RemoveAsync)
            .WithName("removeBackup")
            .WithSummary("Gives a backup up that is made, and removes its file")
            .TakesQuery()
            .Needs(Permission.InstanceManage)
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Accepted<BackupItem>, ApiProblem>> CreateAsync(
        ApiCaller caller,
        BackupJobs jobs,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (jobs.Begin() is not { } entry)
        {
            return ApiProblem.Of(StatusCodes.Status409Conflict, "A backup is being made; wait until it is done.");
        }

        await NoteAsync(trail, caller, "backup.make", entry, cancellationToken);
        return TypedResults.Accepted($"/api/v1/backups/{entry.Id}", Shape(entry));
    }

    private static Ok<BackupList> List(BackupJobs jobs) =>
        TypedResults.Ok(new BackupList([.. jobs.List().Select(Shape)]));

    private static Results<Ok<BackupItem>, ApiProblem> Get(string backup, BackupJobs jobs) =>
        jobs.Find(backup) is { } entry ? TypedResults.Ok(Shape(entry)) : None();

    private static async Task<Results<PhysicalFileHttpResult, ApiProblem>> FileAsync(
        string backup,
        ApiCaller caller,
        BackupJobs jobs,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (jobs.Find(backup) is not { } entry)
        {
            return None();
        }

        if (entry.State != BackupState.Done)
        {
            return ApiProblem.Of(
                StatusCodes.Status409Conflict,
                entry.State == BackupState.Failed
                    ? $"This backup failed: {entry.Error}."
                    : "This backup is not done yet; look at its state."
            );
        }

        await NoteAsync(trail, caller, "backup.take", entry, cancellationToken);
        // A file never changes under its id, so the id is its tag.
        return TypedResults.PhysicalFile(
            jobs.FileOf(entry),
            "application/octet-stream",
            entry.FileName,
            lastModified: entry.EndedAt,
            entityTag: new EntityTagHeaderValue($"\"{entry.Id}\""),
            enableRangeProcessing: true
        );
    }

    private static async Task<Results<NoContent, ApiProblem>> RemoveAsync(
        string backup,
        ApiCaller caller,
        BackupJobs jobs,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (jobs.Find(backup) is not { } entry || !await jobs.RemoveAsync(backup))
        {
            return None();
        }

        await NoteAsync(trail, caller, "backup.remove", entry, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ApiProblem None() => ApiProblem.Of(StatusCodes.Status404NotFound, "There is no backup of that id.");

    private static Task NoteAsync(
        AuditTrail trail,
        ApiCaller caller,
        string action,
        BackupEntry entry,
        CancellationToken cancellationToken
    ) => trail.NoteAsync(caller.Actor, action, $"backup:{entry.Id}", before: null, after: null, cancellationToken);

    private static BackupItem Shape(BackupEntry entry) =>
        new()
        {
            Id = entry.Id,
            State = entry.State.ToString().ToLowerInvariant(),
            Scheduled = entry.IsScheduled,
            Part = entry.Part,
            Progress = entry.Progress,
            Bytes = entry.Bytes,
            Error = entry.Error,
            CreatedAt = entry.CreatedAt,
            EndedAt = entry.EndedAt,
            File = entry.State == BackupState.Done ? $"/api/v1/backups/{entry.Id}/file" : null,
        };
}
