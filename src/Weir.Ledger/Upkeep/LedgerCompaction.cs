using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Upkeep;

/// <summary>Writes <c>ledger.db</c> anew without the room that deleted and moved rows left, while nobody uses it.</summary>
public static class LedgerCompaction
{
    // What the disk must have beside the new file: journal and log go on as soon as it is in place.
    private const long Spare = 64L * 1024 * 1024;

    /// <summary>Compacts.</summary>
    /// <param name="dataFolder">The data folder, which the caller holds and nobody else uses.</param>
    /// <returns>What it came to. A process that is killed meanwhile leaves the file as it was.</returns>
    public static CompactionOutcome Run(string dataFolder) => Run(dataFolder, static () => { });

    /// <summary>As the public one, of a file that others may read until it is replaced.</summary>
    /// <param name="dataFolder">The data folder; nobody writes to its ledger.</param>
    /// <param name="replacing">Called before the file is replaced: when it returns, nobody reads it any more.</param>
    internal static CompactionOutcome Run(string dataFolder, Action replacing)
    {
        var ledger = Path.Combine(dataFolder, "ledger.db");
        if (!File.Exists(ledger))
        {
            return new CompactionOutcome(0, 0, $"{ledger} is not there");
        }

        var fresh = LedgerSwap.Fresh(ledger);
        try
        {
            var before = new FileInfo(ledger).Length + Size($"{ledger}-wal");
            var free = new DriveInfo(Path.GetFullPath(dataFolder)).AvailableFreeSpace;
            if (free < before + Spare)
            {
                return new CompactionOutcome(
                    before,
                    before,
                    $"the new file may need {before + Spare} bytes, and the disk of {dataFolder} has {free}"
                );
            }

            using (var connection = new SqliteDatabase(ledger).OpenWriter())
            {
                // Into a file that is there and empty, so that it is never readable by others.
                MakePrivate(fresh);
                using var command = connection.CreateCommand();
                command.CommandText = "VACUUM INTO $path";
                command.Parameters.AddWithValue("$path", fresh);
                command.ExecuteNonQuery();
            }

            replacing();
            return LedgerSwap.Put(fresh, ledger, aside: null) is { } refusal
                ? new CompactionOutcome(before, before, refusal)
                : new CompactionOutcome(before, new FileInfo(ledger).Length, null);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return new CompactionOutcome(0, 0, $"{ledger} could not be compacted, and is as it was: {e.Message}");
        }
        finally
        {
            LedgerSwap.Remove(fresh);
        }
    }

    private static long Size(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static void MakePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = AtomicFile.OwnerOnly;
        }

        new FileStream(path, options).Dispose();
    }
}

/// <summary>What a compaction came to.</summary>
/// <param name="Before">The ledger's bytes before, its log included; 0 when it could not be looked at.</param>
/// <param name="After">And after.</param>
/// <param name="Refusal">Why nothing was done; null when it was.</param>
public sealed record CompactionOutcome(long Before, long After, string? Refusal);
