using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Capture;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Server.Capture;
using Weir.Server.Configuration;

namespace Weir.Server;

/// <summary>
/// Lets go, once an hour, of what is older than the documents say: of sessions, content and events for each workspace, of audit trails for all.
/// Ages are counted from a day that a clock which jumps cannot carry far (<see cref="UsageCapture.Today"/>). Thread-safe.
/// </summary>
internal sealed partial class RetentionKeeper(
    IdentityStore identity,
    CaptureModule capture,
    ActivityFeed activity,
    TimeProvider clock,
    ILogger<RetentionKeeper> log
) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource stopping = new();
    private Task keeping = Task.CompletedTask;

    /// <summary>Begins, with a first look at once. To be called once.</summary>
    public void Start(Documents documents) => keeping = Task.Run(() => KeepAsync(documents), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await keeping;
        stopping.Dispose();
    }

    private async Task KeepAsync(Documents documents)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        try
        {
            do
            {
                try
                {
                    await LookAsync(documents);
                }
                catch (Exception failure)
                    when (failure is IOException or SqliteException or UnauthorizedAccessException)
                {
                    LogFailed(failure.Message);
                }
            } while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task LookAsync(Documents documents)
    {
        var server = documents.Server.Current.Config;
        if (await capture.TodayAsync(server.Capture) is not { } today)
        {
            return;
        }

        foreach (var workspace in identity.Workspaces.All)
        {
            if (documents.Of(workspace.Id)?.Current.Config.Retention.ActivityDays is { } kept)
            {
                await PruneAsync(workspace.Id, today.AddDays(-kept));
            }

            if (
                documents.Of(workspace.Id)?.Current.Config.Retention
                is { } retention
                    and not { SessionDays: null, ContentDays: null }
            )
            {
                var gone = await capture.RetainAsync(
                    workspace.Id,
                    new CaptureRetention(retention.SessionDays, retention.ContentDays),
                    server.Capture,
                    stopping.Token
                );
                if (gone is { Residue: { } residue })
                {
                    LogFailed(residue);
                }
                else if (gone is { Sessions: > 0 } or { ArchiveLines: > 0 } or { ContentStretches: > 0 })
                {
                    LogGone(workspace.Name, gone.Sessions, gone.ArchiveLines, gone.ContentStretches);
                }
            }
        }

        if (server.Retention.ActivityDays is { } instances)
        {
            await PruneAsync(null, today.AddDays(-instances));
        }

        if (server.Retention.AuditDays is { } days)
        {
            var entries = await identity.Audit.PruneAsync(today.AddDays(-days), stopping.Token);
            if (entries > 0)
            {
                LogShortened(entries);
            }
        }
    }

    private async Task PruneAsync(WorkspaceId? workspace, DateTimeOffset before)
    {
        var events = await activity.PruneAsync(workspace, before, stopping.Token);
        if (events > 0)
        {
            LogPruned(events);
        }
    }

    [LoggerMessage(LogLevel.Information, "Let go of {Events} events of the activity feed that are kept no longer")]
    private partial void LogPruned(int events);

    [LoggerMessage(
        LogLevel.Information,
        "Let go of what workspace {Workspace} keeps no longer: {Sessions} sessions, {Lines} lines of the archive, {Content} days of content"
    )]
    private partial void LogGone(string workspace, int sessions, long lines, int content);

    [LoggerMessage(LogLevel.Information, "Let go of {Entries} entries of audit trails that are kept no longer")]
    private partial void LogShortened(long entries);

    [LoggerMessage(
        LogLevel.Warning,
        "What is too old could not be let go of; it is tried again within the hour: {Reason}"
    )]
    private partial void LogFailed(string reason);
}
