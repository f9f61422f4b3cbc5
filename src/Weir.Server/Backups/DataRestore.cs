using System.Globalization;
using Weir.Ledger;
using Weir.Server.DataFolder;

namespace Weir.Server.Backups;

/// <summary>What a restore came to.</summary>
/// <param name="Manifest">The backup; null when it could not be read.</param>
/// <param name="Records">Records of the journal that come on top of it.</param>
/// <param name="Aside">Where the folder that was there before is now; null when there was none or nothing was done.</param>
/// <param name="Failure">Why nothing was changed; null when it was done, or would have been.</param>
public sealed record RestoreOutcome(BackupManifest? Manifest, long Records, string? Aside, string? Failure)
{
    /// <summary>True when it was not tried or given up on purpose: what was asked for cannot be. Not when the disk failed.</summary>
    public bool IsRefused { get; init; }
}

/// <summary>
/// Puts a backup in the place of a data folder. It is unpacked and verified beside the folder, which is then exchanged for it in
/// one step and kept: whatever ends the process, the data folder is the old one or the new one.
/// </summary>
public static class DataRestore
{
    private const string HistoryFile = "history";

    /// <summary>Does it.</summary>
    /// <param name="file">The backup.</param>
    /// <param name="dataFolder">The data folder; need not exist.</param>
    /// <param name="moment">The moment to go forward to with the journal of the present folder; null for the backup as it is.</param>
    /// <param name="dryRun">True to do all but the exchange.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends it before the exchange.</param>
    public static RestoreOutcome Run(
        string file,
        string dataFolder,
        DateTimeOffset? moment,
        bool dryRun,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        dataFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        var (backup, refusal) = BackupFile.Open(file);
        using var opened = backup;
        if (backup is null)
        {
            return new RestoreOutcome(null, 0, null, refusal) { IsRefused = true };
        }

        var manifest = backup.Manifest;
        if (moment < manifest.LedgerAt || moment > clock.GetUtcNow())
        {
            return new RestoreOutcome(
                manifest,
                0,
                null,
                $"this backup reaches from {manifest.LedgerAt:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} to now: for an earlier time take an older one"
            )
            {
                IsRefused = true,
            };
        }

        var exists = Directory.Exists(dataFolder);
        using var held = exists ? DataFolderLock.TryTake(dataFolder) : null;
        if (exists && held is null)
        {
            var holder = DataFolderLock.ReadHolder(dataFolder)?.Describe() ?? "a process that does not say";
            return new RestoreOutcome(manifest, 0, null, $"{dataFolder} is held by {holder}: stop it first")
            {
                IsRefused = true,
            };
        }

        held?.Describe(new Holder(Environment.ProcessId, null, clock.GetUtcNow()));
        var fresh = $"{dataFolder}.restoring-{Guid.NewGuid():N}";
        try
        {
            DataFolders.Create(fresh);
            return
                Fill(backup, fresh, dataFolder, moment, cancellationToken) is var (records, failure)
                && (failure is not null || dryRun)
                ? new RestoreOutcome(manifest, records, null, failure) { IsRefused = failure is not null }
                : new RestoreOutcome(manifest, records, Exchange(fresh, dataFolder, exists, clock), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new RestoreOutcome(manifest, 0, null, $"nothing was restored: {e.Message}");
        }
        finally
        {
            if (Directory.Exists(fresh))
            {
                Directory.Delete(fresh, recursive: true);
            }
        }
    }

    private static (long Records, string? Failure) Fill(
        BackupFile backup,
        string fresh,
        string dataFolder,
        DateTimeOffset? moment,
        CancellationToken cancellationToken
    )
    {
        if (backup.ExtractTo(fresh, cancellationToken) is { } fault)
        {
            return (0, fault);
        }

        long records = 0;
        if (moment is { } to)
        {
            if (HistoryOf(fresh) != HistoryOf(dataFolder))
            {
                return (
                    0,
                    "the data folder was restored since this backup, and its journal does not go on from it: give --data the folder that was put aside, or restore without a time"
                );
            }

            (records, var refusal) = LedgerRewind.Fill(dataFolder, fresh, to);
            if (refusal is not null)
            {
                return (0, refusal);
            }
        }

        // What is journalled from here on has the numbers of what was journalled there before.
        File.WriteAllText(Path.Combine(fresh, HistoryFile), Guid.NewGuid().ToString("N"));
        return (records, null);
    }

    private static string HistoryOf(string folder) =>
        Path.Combine(folder, HistoryFile) is var path && File.Exists(path) ? File.ReadAllText(path) : "";

    private static string? Exchange(string fresh, string dataFolder, bool exists, TimeProvider clock)
    {
        if (!exists)
        {
            Directory.Move(fresh, dataFolder);
            return null;
        }

        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var aside = $"{dataFolder}.before-{stamp}";
        if (FolderExchange.Try(fresh, dataFolder))
        {
            Directory.Move(fresh, aside);
            return aside;
        }

        Directory.Move(dataFolder, aside);
        try
        {
            Directory.Move(fresh, dataFolder);
        }
        catch (IOException)
        {
            Directory.Move(aside, dataFolder);
            throw;
        }

        return aside;
    }
}
