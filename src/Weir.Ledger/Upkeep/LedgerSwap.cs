using Weir.Foundation.Storage;

namespace Weir.Ledger.Upkeep;

/// <summary>Puts a new <c>ledger.db</c> in the place of another in one step: whatever ends the process, one of the two is there, whole.</summary>
internal static class LedgerSwap
{
    /// <summary>Where the new file is made; what an earlier process left there is removed.</summary>
    public static string Fresh(string ledger)
    {
        var fresh = $"{ledger}.new.partial";
        Remove(fresh);
        return fresh;
    }

    /// <summary>Puts it in place.</summary>
    /// <param name="fresh">The new file, which nobody has open.</param>
    /// <param name="ledger">The file that it replaces, which nobody has open.</param>
    /// <param name="aside">What the old one is called from then on; null to let go of it.</param>
    /// <returns>Why it was not done; null when it was.</returns>
    /// <exception cref="IOException">The folder cannot be written; the old file is in place.</exception>
    public static string? Put(string fresh, string ledger, string? aside)
    {
        if (Settle(new SqliteDatabase(fresh), check: true) is { } unsound)
        {
            return unsound;
        }

        // A log that stays behind would be replayed over the new file.
        if (Settle(new SqliteDatabase(ledger), check: false) is { } busy)
        {
            return busy;
        }

        using (var file = new FileStream(fresh, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }

        File.Delete($"{ledger}-shm");
        File.Delete($"{ledger}-wal");
        File.Replace(fresh, ledger, aside);
        return null;
    }

    /// <summary>Removes a file that did not come into its place.</summary>
    public static void Remove(string fresh)
    {
        File.Delete(fresh);
        File.Delete($"{fresh}-wal");
        File.Delete($"{fresh}-shm");
        File.Delete($"{fresh}-journal");
    }

    private static string? Settle(SqliteDatabase database, bool check)
    {
        using var connection = database.OpenWriter();
        using var command = connection.CreateCommand();
        if (check)
        {
            command.CommandText = "PRAGMA integrity_check(1)";
            if (command.ExecuteScalar() is not "ok" and var fault)
            {
                return $"{database.Path} came out damaged: {fault}";
            }
        }

        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        using var row = command.ExecuteReader();
        return row.Read() && row.GetInt64(0) == 0 ? null : $"{database.Path} is being read by another process";
    }
}
