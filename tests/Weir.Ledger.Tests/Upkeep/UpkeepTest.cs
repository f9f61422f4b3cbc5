using System.Collections.Immutable;
using Weir.Foundation.Storage;
using Weir.Ledger.Tests.Ingest;
using Weir.Ledger.Tests.Queries;
using Weir.Ledger.Upkeep;

namespace Weir.Ledger.Tests.Upkeep;

/// <summary>What tests of a closed ledger's file share.</summary>
public abstract class UpkeepTest : LedgerTest
{
    private protected async Task FillAsync(int seed, int count)
    {
        await using var ledger = Open(options: Folder.Options with { KeepJournal = TimeSpan.FromDays(7) });
        var usage = new RandomUsage(seed);
        for (var id = 1; id <= count; id++)
        {
            AppendReserved(ledger, usage.Record(id) with { UpstreamId = $"req_{seed}_{id}" });
            if (id % 500 == 0)
            {
                await ledger.FlushAsync(Cancel);
                Clock.Advance(TimeSpan.FromHours(1));
            }
        }

        await ledger.FlushAsync(Cancel);
    }

    private protected LedgerInspection Inspect(string? folder = null) =>
        LedgerInspector.Inspect(folder ?? Folder.Path, everyIndex: true, most: 20, progress: null, Cancel);

    private protected RepairOutcome Repair(LedgerInspection found, string? folder = null) =>
        LedgerRepair.Run(folder ?? Folder.Path, found, Clock, progress: null, Cancel);

    private protected static ImmutableArray<string> Faults(LedgerInspection found) =>
        [.. found.Findings.Where(finding => finding.IsFault).Select(finding => finding.Check)];

    private protected int Execute(string sql)
    {
        using var connection = new SqliteDatabase(Folder.Database).OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private protected static List<long> Ids(string database)
    {
        using var connection = new SqliteDatabase(database).OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM record ORDER BY id";
        using var rows = command.ExecuteReader();
        var ids = new List<long>();
        while (rows.Read())
        {
            ids.Add(rows.GetInt64(0));
        }

        return ids;
    }
}
