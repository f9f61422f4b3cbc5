using System.Globalization;
using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;
using Weir.Ledger.Storage.Sqlite;

namespace Weir.Ledger.Upkeep;

/// <summary>
/// Makes sums anew from the records: of the days that differ, each in a transaction of its own, or, when pages of the file are
/// damaged, all of them in a new file that then takes its place. A process that is killed meanwhile leaves what is done and a
/// ledger that opens. Records are believed, never changed.
/// </summary>
public static class LedgerRepair
{
    private const long Second = 1_000_000;

    /// <summary>Repairs.</summary>
    /// <param name="dataFolder">The data folder, which the caller holds and nobody else uses.</param>
    /// <param name="found">What is wrong with it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="progress">Told what is at work, and how far from 0 to 1.</param>
    /// <param name="cancellationToken">Ends it between two days; what is done stays.</param>
    /// <returns>What was done.</returns>
    public static RepairOutcome Run(
        string dataFolder,
        LedgerInspection found,
        TimeProvider clock,
        Action<string, double>? progress,
        CancellationToken cancellationToken
    ) => Run(dataFolder, found, clock, progress, static () => { }, cancellationToken);

    /// <summary>As the public one, of a file that others may read until it is replaced.</summary>
    /// <param name="dataFolder">The data folder; nobody writes to its ledger.</param>
    /// <param name="found">What is wrong with it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="progress">Told what is at work.</param>
    /// <param name="replacing">Called before the file is replaced: when it returns, nobody reads it any more.</param>
    /// <param name="cancellationToken">Ends it between two days.</param>
    internal static RepairOutcome Run(
        string dataFolder,
        LedgerInspection found,
        TimeProvider clock,
        Action<string, double>? progress,
        Action replacing,
        CancellationToken cancellationToken
    )
    {
        if (found.HasDamagedRecords)
        {
            return new RepairOutcome(
                0,
                null,
                "the records themselves are damaged, and sums cannot be made right from them"
            );
        }

        var ledger = Path.Combine(dataFolder, "ledger.db");
        try
        {
            if (found.HasDamagedPages)
            {
                return Whole(ledger, clock, progress, replacing, cancellationToken);
            }

            var database = new SqliteDatabase(ledger);
            var cut = CutDays(database);
            var days = found.Days.Where(day => !IsCut(cut, day)).ToList();
            Days(database, days, clock, progress, cancellationToken);
            return days.Count == found.Days.Count
                ? new RepairOutcome(days.Count, null, null)
                : new RepairOutcome(
                    days.Count,
                    null,
                    $"{ledger}: a day of which records were deleted, being kept no longer, cannot be summed up anew"
                );
        }
        catch (Exception e) when (e is SqliteException or IOException or InvalidDataException)
        {
            return new RepairOutcome(0, null, $"{ledger}: {e.Message}")
            {
                Broke = e is IOException or SqliteException { SqliteErrorCode: not (11 or 26) }, // not SQLITE_CORRUPT, SQLITE_NOTADB
            };
        }
    }

    private static RepairOutcome Whole(
        string ledger,
        TimeProvider clock,
        Action<string, double>? progress,
        Action replacing,
        CancellationToken cancellationToken
    )
    {
        var fresh = LedgerSwap.Fresh(ledger);
        try
        {
            var target = new SqliteDatabase(fresh);
            SqliteMigrator.Migrate(target, LedgerSchema.Migrations, clock, LedgerSchema.AddFunctions);
            if (RecordCopy.Run(ledger, target, progress, cancellationToken) is { } refusal)
            {
                return new RepairOutcome(0, null, refusal);
            }

            BringBack(target);
            var cut = CutDays(target);
            var days = RecordCopy.DaysOf(target).FindAll(day => !IsCut(cut, day));
            Days(target, days, clock, progress, cancellationToken);
            var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            replacing();
            var aside = $"{ledger}.damaged-{stamp}";
            return LedgerSwap.Put(fresh, ledger, aside) is { } held
                ? new RepairOutcome(0, null, held)
                : new RepairOutcome(days.Count, aside, null);
        }
        finally
        {
            LedgerSwap.Remove(fresh);
        }
    }

    /// <summary>Puts the records of all archived months back: their sums are to be made anew too.</summary>
    private static void BringBack(SqliteDatabase database)
    {
        using var store = new LedgerStore(database, new NameTable());
        foreach (var month in store.Months.ToList())
        {
            store.BringBackMonth(month.Id);
        }
    }

    /// <summary>For each workspace that let go of records, the day up to which its sums tell of more than its records.</summary>
    private static Dictionary<int, long> CutDays(SqliteDatabase database)
    {
        using var connection = database.OpenReader();
        using var row = new PreparedStatement(connection, "SELECT workspace, records FROM kept_since");
        var days = new Dictionary<int, long>();
        while (row.Step())
        {
            days[(int)row.Int64(0)] = RecordCopy.CutDay(row.Int64(1));
        }

        return days;
    }

    private static bool IsCut(Dictionary<int, long> days, (int Workspace, long Day) day) =>
        days.TryGetValue(day.Workspace, out var until) && day.Day < until;

    private static void Days(
        SqliteDatabase database,
        List<(int Workspace, long Day)> days,
        TimeProvider clock,
        Action<string, double>? progress,
        CancellationToken cancellationToken
    )
    {
        using var store = new LedgerStore(database, new NameTable());
        store.DeleteUnreadablePages();
        var end = RollupWidth.Day.Seconds();
        foreach (
            var month in store
                .Months.Where(month =>
                    days.Exists(day =>
                        day.Workspace == month.Workspace
                        && day.Day * Second < month.Until
                        && (day.Day + end) * Second > month.Start
                    )
                )
                .ToList()
        )
        {
            store.BringBackMonth(month.Id);
        }

        for (var i = 0; i < days.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (workspace, day) = days[i];
            store.RebuildDay(workspace, RollupWidths.Floor(day, RollupWidth.Day.Seconds()), clock.GetUtcNow());
            progress?.Invoke(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"day {DateTimeOffset.FromUnixTimeSeconds(day):yyyy-MM-dd}"
                ),
                (i + 1d) / days.Count
            );
        }

        store.Checkpoint();
    }
}

/// <summary>What a repair came to.</summary>
/// <param name="Days">How many days' sums were made anew.</param>
/// <param name="Aside">Where the damaged file is kept; null when it was mended in place.</param>
/// <param name="Refusal">Why nothing could be repaired; null when it was.</param>
public sealed record RepairOutcome(int Days, string? Aside, string? Refusal)
{
    /// <summary>True when it was begun and could not be ended: the disk is full, say. What days are done stay so.</summary>
    public bool Broke { get; init; }
}
