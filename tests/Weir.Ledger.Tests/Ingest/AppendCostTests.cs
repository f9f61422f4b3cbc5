namespace Weir.Ledger.Tests.Ingest;

/// <summary>Measures the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;

[Collection(nameof(MeasuredAlone))]
public sealed class AppendCostTests : LedgerTest
{
    [Fact]
    public async Task Two_hundred_thousand_appends_allocate_nothing_and_leave_nothing_in_memory()
    {
        await using var ledger = Open(options: Folder.Options with { SegmentBytes = 4 * 1024 * 1024 });
        await AppendManyAsync(ledger, 0, 20_000);
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = await AppendManyAsync(ledger, 20_000, 200_000);
        Assert.True(allocated < 200_000, $"{allocated} bytes for 200,000 appends");
        var grown = GC.GetTotalMemory(forceFullCollection: true) - heap;
        Assert.True(grown < 4 * 1024 * 1024, $"the heap grew by {grown} bytes");
        Assert.Equal((220_000, 0), (ledger.Status.Written, ledger.Status.Pending));
    }

    private static async Task<long> AppendManyAsync(UsageLedger ledger, long firstId, int count)
    {
        long allocated = 0;
        for (var done = 0; done < count; done += 5_000)
        {
            var records = Enumerable.Range(1, 5_000).Select(i => TestRecords.Plain(firstId + done + i)).ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var record in records)
            {
                ledger.Journal.TryReserve();
                ledger.Journal.Append(record);
                ledger.Journal.Release();
            }

            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            await ledger.FlushAsync(Cancel);
        }

        return allocated;
    }
}
