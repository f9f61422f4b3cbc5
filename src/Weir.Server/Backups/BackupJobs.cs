using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Weir.Gateway.Activities;
using Weir.Server.Configuration;

namespace Weir.Server.Backups;

/// <summary>
/// The backups that a running server makes, one at a time: when somebody asks, and by itself as often as the server's document
/// says. Those of its own making are let go when there are more than it says. The folder is all that is remembered: a killed server
/// goes on from what is in it. Thread-safe.
/// </summary>
internal sealed partial class BackupJobs(
    string dataFolder,
    TimeProvider clock,
    ActivityFeed activity,
    ILogger<BackupJobs> log
) : IAsyncDisposable
{
    private const long Spare = 64L * 1024 * 1024;
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(15);

    // A killed one leaves a folder. In a folder that is not the server's alone, somebody else's may still grow.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private BackupConfig config = new();
    private ITimer? timer;
    private BackupEntry? current; // the one that is made, or the last that failed
    private CancellationTokenSource? cancel;
    private Task work = Task.CompletedTask;
    private DateTimeOffset? failedAt;

    /// <summary>What the server's document says.</summary>
    public BackupConfig Config
    {
        get => Volatile.Read(ref config);
        set => Volatile.Write(ref config, value);
    }

    /// <summary>Why the newest of those made by itself failed; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Where the files are.</summary>
    public string Folder => Config.Folder ?? Path.Combine(dataFolder, "backups");

    /// <summary>Begins to look, once a minute, whether one is due. To be called once.</summary>
    public void Start()
    {
        Guard(Clean);
        timer = clock.CreateTimer(_ => Look(), null, Pace, Pace);
    }

    /// <summary>All of them, newest first.</summary>
    public ImmutableArray<BackupEntry> List()
    {
        BackupEntry? now;
        lock (gate)
        {
            now = current;
        }

        return
        [
            .. (now is null ? [] : new[] { now })
                .Concat(Files())
                .DistinctBy(entry => entry.Id)
                .OrderByDescending(entry => entry.CreatedAt),
        ];
    }

    /// <summary>One; null when there is none of that id.</summary>
    public BackupEntry? Find(string id) => List().FirstOrDefault(entry => entry.Id == id);

    /// <summary>The path of one that is done.</summary>
    public string FileOf(BackupEntry entry) => Path.Combine(Folder, entry.FileName);

    /// <summary>Begins one; null while another is made.</summary>
    public BackupEntry? Begin(bool isScheduled = false)
    {
        lock (gate)
        {
            if (current is { State: BackupState.Running } || stopping.IsCancellationRequested)
            {
                return null;
            }

            var entry = BackupEntry.Begin(clock.GetUtcNow(), isScheduled);
            current = entry;
            cancel?.Dispose();
            cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            var token = cancel.Token;
            work = Task.Run(() => Make(entry, token), CancellationToken.None);
            return entry;
        }
    }

    /// <summary>Gives one up that is made, and removes what there is of it. False when there is none of that id.</summary>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    public async Task<bool> RemoveAsync(string id)
    {
        if (Find(id) is not { } entry)
        {
            return false;
        }

        await StopMaking(id);
        lock (gate)
        {
            current = current?.Id == id ? null : current;
        }

        if (Directory.Exists(Folder))
        {
            File.Delete(FileOf(entry));
        }

        return true;
    }

    private Task StopMaking(string id)
    {
        lock (gate)
        {
            if (current?.Id != id)
            {
                return Task.CompletedTask;
            }

            cancel?.Cancel();
            return work;
        }
    }

    /// <summary>One look: whether a backup is due.</summary>
    internal void Look()
    {
        if (Config.Every is not { } every)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var last = Files().Where(entry => entry.IsScheduled).Max(entry => (DateTimeOffset?)entry.CreatedAt);
        // A clock that was set back would else wait for the time that it has already shown.
        var isDue = last is not { } at || at > now || at + every <= now;
        if (isDue && (failedAt is not { } failed || failed > now || failed + AfterFailure <= now))
        {
            Begin(isScheduled: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (timer is not null)
        {
            await timer.DisposeAsync();
        }

        await stopping.CancelAsync();
        await work;
        cancel?.Dispose();
        stopping.Dispose();
    }

    private void Make(BackupEntry entry, CancellationToken cancellationToken)
    {
        string? failure;
        try
        {
            DataFolder.DataFolders.Create(Folder);
            failure = Room() ?? Write(entry, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            End(null);
            return;
        }
        catch (Exception e)
        {
            failure = $"the backup could not be written: {e.Message}";
        }

        if (failure is not null)
        {
            // The other way round, a look in between would begin the next one and tell of its failure anew.
            Failed(entry, failure);
            End(entry with { State = BackupState.Failed, Error = failure, EndedAt = clock.GetUtcNow() });
            return;
        }

        if (entry.IsScheduled)
        {
            (Failure, failedAt) = (null, null);
            Guard(LetGo);
        }

        End(null);
    }

    private string? Write(BackupEntry entry, CancellationToken cancellationToken) =>
        DataBackup
            .Write(
                dataFolder,
                FileOf(entry),
                clock,
                (part, done) => End(entry with { Part = part, Progress = done }),
                cancellationToken
            )
            .Failure;

    // The journal must go on: what a backup would fill is not begun.
    private string? Room()
    {
        var names = DataFiles.Of(dataFolder);
        var sizes = names
            .Select(name => new FileInfo(Path.Combine(dataFolder, name)))
            .Where(file => file.Exists)
            .ToList();
        var largest = sizes
            .Where(file => DataFiles.IsDatabase(file.Name))
            .Select(file => file.Length)
            .DefaultIfEmpty()
            .Max();
        var needed = largest + (sizes.Sum(file => file.Length) / 2) + Spare;
        var free = new DriveInfo(Path.GetFullPath(Folder)).AvailableFreeSpace;
        return free < needed ? $"the backup may need {needed} bytes, and the disk of {Folder} has {free}" : null;
    }

    private void End(BackupEntry? entry)
    {
        lock (gate)
        {
            current = entry;
        }
    }

    private void Failed(BackupEntry entry, string reason)
    {
        LogFailed(reason);
        if (!entry.IsScheduled)
        {
            return;
        }

        if (Failure is null)
        {
            activity.Publish(null, ActivitySubject.None, new BackupFailedDetails(reason));
        }

        (Failure, failedAt) = (reason, clock.GetUtcNow());
    }

    private void LetGo()
    {
        foreach (
            var old in Files()
                .Where(entry => entry.IsScheduled)
                .OrderByDescending(entry => entry.CreatedAt)
                .Skip(Config.Keep)
        )
        {
            File.Delete(FileOf(old));
        }
    }

    private void Clean()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var left in new DirectoryInfo(Folder).EnumerateDirectories(".weir-*.weirbackup.partial-*"))
        {
            if (Config.Folder is null || left.LastWriteTimeUtc + Abandoned < now)
            {
                left.Delete(recursive: true);
            }
        }
    }

    private ImmutableArray<BackupEntry> Files()
    {
        try
        {
            return Directory.Exists(Folder)
                ? [.. new DirectoryInfo(Folder).EnumerateFiles().Select(BackupEntry.Of).OfType<BackupEntry>()]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(e.Message);
            return [];
        }
    }

    private void Guard(Action upkeep)
    {
        try
        {
            upkeep();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(e.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "A backup failed: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "The folder of backups cannot be used as it should: {Reason}")]
    private partial void LogUnreadable(string reason);
}
