using System.Diagnostics;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Bench.Ledger;

/// <summary>Archives every whole month of a ledger, and asks for what is in the files.</summary>
internal static class ArchiveAll
{
    public static async Task<object> RunAsync(string folder)
    {
        await using var ledger = UsageLedger
            .Open(new LedgerOptions { DataFolder = folder }, TimeProvider.System)
            .Ledger!;
        var workspace = WorkspaceId.Default;
        var plan = await ledger.Archive.PlanAsync(workspace, DateTimeOffset.MaxValue, default);
        var (records, bytes) = (0L, 0L);
        var began = Stopwatch.GetTimestamp();
        foreach (var month in plan)
        {
            var outcome = await ledger.Archive.ArchiveAsync(workspace, month.Month, default);
            (records, bytes) = (records + outcome.Records, bytes + outcome.Bytes);
        }

        var took = Stopwatch.GetElapsedTime(began);
        var query = new UsageQuery
        {
            Workspace = workspace,
            From = plan[0].Month,
            To = plan[0].Month.AddMonths(1),
        };
        var first = await TimeAsync(() => ledger.Queries.RecordsAsync(query, null, 100, default));
        var second = await TimeAsync(() => ledger.Queries.RecordsAsync(query, null, 100, default));
        var summary = await TimeAsync(() => ledger.Queries.SummaryAsync(query, default));
        var back = await TimeAsync(() => ledger.Archive.RestoreAsync(workspace, plan[0].Month, default));
        return new
        {
            months = plan.Length,
            records,
            bytesPerRecord = (double)bytes / records,
            seconds = took.TotalSeconds,
            firstMonth = plan[0].Records,
            firstQueryMs = first,
            secondQueryMs = second,
            summaryMs = summary,
            restoreMs = back,
        };
    }

    private static async Task<double> TimeAsync<T>(Func<Task<T>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        await ask();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
