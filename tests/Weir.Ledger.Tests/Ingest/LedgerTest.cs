using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>What tests of a whole ledger share: a folder, a clock that stands still (so that the writer writes when told), a disk.</summary>
public abstract class LedgerTest : IDisposable
{
    private protected TestFolder Folder { get; } = new();

    private protected FakeClock Clock { get; } = new();

    private protected TestDisk Disk { get; } = new();

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected UsageLedger Open(TestFolder? folder = null, LedgerOptions? options = null)
    {
        var result = UsageLedger.OpenOver(options ?? (folder ?? Folder).Options, Clock, Disk);
        Assert.Null(result.Refusal);
        return result.Ledger!;
    }

    private protected static async Task<ImmutableArray<LedgerEntry>> EntriesAsync(UsageLedger ledger, long after = 0) =>
        await ledger.Feed.ReadAsync(after, 100_000, Cancel);

    private protected static async Task AssertHoldsAsync(UsageLedger ledger, params UsageRecord[] expected)
    {
        await ledger.FlushAsync(Cancel);
        var entries = await EntriesAsync(ledger);
        Assert.Equal(expected.Select(TestRecords.Show), entries.Select(e => TestRecords.Show(e.After)));
        var status = ledger.Status;
        Assert.Equal(0, status.Pending);
        Assert.Equal(status.Journalled, status.Written + status.Pending);
    }

    private protected static void AppendReserved(UsageLedger ledger, UsageRecord record)
    {
        Assert.True(ledger.Journal.TryReserve());
        try
        {
            ledger.Journal.Append(record);
        }
        finally
        {
            ledger.Journal.Release();
        }
    }
}
