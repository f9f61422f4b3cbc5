using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Weir.Capture;
using Weir.Foundation;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Capture;
using Weir.Server.Configuration;

namespace Weir.Server;

/// <summary>
/// Lets go, once an hour, of what is older than the documents say: of requests, sums, sessions, content and events for each workspace, of audit
/// trails for all; and moves old months of requests into files.
/// Ages are counted from a day that a clock which jumps cannot carry far (<see cref="UsageCapture.Today"/>). Thread-safe.
/// </summary>
internal sealed partial class RetentionKeeper(
    IdentityStore identity,
    CaptureModule capture,
    ActivityFeed activity,
    UsageLedger ledger,
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
                await GuardAsync("of the server's", () => LookAsync(documents));
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

        await GuardAsync("of archived months", () => ledger.Archive.ResumeAsync(stopping.Token));
        foreach (var workspace in identity.Workspaces.All)
        {
            if (documents.Of(workspace.Id)?.Current.Config.Retention is not { } kept)
            {
                continue;
            }

            var (id, name) = (workspace.Id, workspace.Name);
            var whose = $"of workspace {name}";
            await GuardAsync(whose, () => KeepUsageAsync(id, name, kept, today));
            await GuardAsync(whose, () => ArchiveAsync(id, name, kept, today));
            await GuardAsync(whose, () => PruneAsync(id, kept.ActivityDays, today));
            await GuardAsync(whose, () => KeepSessionsAsync(id, name, kept, server.Capture));
        }

        await GuardAsync("of the server's events", () => PruneAsync(null, server.Retention.ActivityDays, today));
        await GuardAsync("of audit trails", () => ShortenAsync(server.Retention.AuditDays, today));
    }

    /// <summary>One part at a time: what cannot be let go of in one place holds up no other.</summary>
    private async Task GuardAsync(string whose, Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (Exception failure) when (failure is IOException or SqliteException or UnauthorizedAccessException)
        {
            LogFailed(whose, failure.Message);
        }
    }

    private async Task KeepSessionsAsync(WorkspaceId workspace, string name, RetentionConfig kept, CaptureConfig config)
    {
        if (kept is { SessionDays: null, ContentDays: null })
        {
            return;
        }

        var gone = await capture.RetainAsync(
            workspace,
            new CaptureRetention(kept.SessionDays, kept.ContentDays),
            config,
            stopping.Token
        );
        if (gone is { Residue: { } residue })
        {
            LogFailed($"of workspace {name}", residue);
        }
        else if (gone is { Sessions: > 0 } or { ArchiveLines: > 0 } or { ContentStretches: > 0 })
        {
            LogGone(name, gone.Sessions, gone.ArchiveLines, gone.ContentStretches);
        }
    }

    private async Task ShortenAsync(int? auditDays, DateTimeOffset today)
    {
        if (
            auditDays is { } days
            && await identity.Audit.PruneAsync(today.AddDays(-days), stopping.Token) is > 0 and var entries
        )
        {
            LogShortened(entries);
        }
    }

    private async Task KeepUsageAsync(WorkspaceId workspace, string name, RetentionConfig kept, DateTimeOffset today)
    {
        if (kept is { RequestDays: not null } or { UsageDays: not null })
        {
            DateTimeOffset? records = kept.RequestDays is { } days ? today.AddDays(-days) : null;
            DateTimeOffset? sums = kept.UsageDays is { } all ? today.AddDays(-all) : null;
            var gone = await ledger.Archive.KeepSinceAsync(workspace, records, sums, stopping.Token);
            if (gone > 0)
            {
                LogRequestsGone(name, gone);
            }
        }
    }

    private async Task ArchiveAsync(WorkspaceId workspace, string name, RetentionConfig kept, DateTimeOffset today)
    {
        if (kept.ArchiveDays is { } age)
        {
            foreach (var month in await ledger.Archive.PlanAsync(workspace, today.AddDays(-age), stopping.Token))
            {
                var outcome = await ledger.Archive.ArchiveAsync(workspace, month.Month, stopping.Token);
                if (outcome.Refusal is { } refusal)
                {
                    LogNotArchived(name, month.Month, refusal);
                }
                else
                {
                    LogArchived(name, month.Month, outcome.Records, outcome.Bytes);
                }
            }
        }
    }

    private async Task PruneAsync(WorkspaceId? workspace, int? activityDays, DateTimeOffset today)
    {
        if (
            activityDays is { } days
            && await activity.PruneAsync(workspace, today.AddDays(-days), stopping.Token) is > 0 and var events
        )
        {
            LogPruned(events);
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "Let go of {Records} requests of workspace {Workspace} that are kept no longer"
    )]
    private partial void LogRequestsGone(string workspace, long records);

    [LoggerMessage(
        LogLevel.Information,
        "Archived {Records} requests of workspace {Workspace} of the month {Month:yyyy-MM} in {Bytes} bytes"
    )]
    private partial void LogArchived(string workspace, DateTimeOffset month, long records, long bytes);

    [LoggerMessage(
        LogLevel.Information,
        "The month {Month:yyyy-MM} of workspace {Workspace} is not archived yet, it is tried again within the hour: {Reason}"
    )]
    private partial void LogNotArchived(string workspace, DateTimeOffset month, string reason);

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
        "What is too old {Whose} could not be let go of; it is tried again within the hour: {Reason}"
    )]
    private partial void LogFailed(string whose, string reason);
}
