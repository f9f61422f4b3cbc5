using Weir.Foundation;
using Weir.Ledger;
using Weir.Ledger.Upkeep;
using Weir.Server.Backups;
using Weir.Testing;

namespace Weir.Server.Tests.Backups;

/// <summary>A ledger that cannot be read any more comes back whole from a backup and the journal that is kept.</summary>
public sealed class TornLedgerTests : IDisposable
{
    private const int Page = 4096;

    private readonly TemporaryFolder folder = new();
    private readonly FakeClock clock = new();

    private string Data => folder.At("data");

    private string Backup => folder.At("one.weirbackup");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Everything_acknowledged_is_in_the_newest_backup_and_the_journal_since(int seed)
    {
        await FillAsync(1, 600);
        Assert.Null(DataBackup.Write(Data, Backup, clock, null, Cancel).Failure);
        clock.Advance(TimeSpan.FromSeconds(1));
        await FillAsync(601, 1_400);
        var random = new Random(seed);
        await using (var file = new FileStream(Path.Combine(Data, "ledger.db"), FileMode.Open, FileAccess.ReadWrite))
        {
            // Of every four pages one, the first among them.
            for (long at = 0; at < file.Length; at += Page * random.Next(1, 8))
            {
                var noise = new byte[Page];
                random.NextBytes(noise);
                file.Position = at;
                await file.WriteAsync(noise, Cancel);
            }
        }

        var opened = UsageLedger.Open(new LedgerOptions { DataFolder = Data }, clock);
        Assert.Null(opened.Ledger);
        Assert.Contains("weir doctor --ledger", opened.Refusal, StringComparison.Ordinal);
        var found = LedgerInspector.Inspect(Data, everyIndex: false, 5, null, Cancel);
        Assert.False(found.IsSound);
        Assert.NotNull(LedgerRepair.Run(Data, found, clock, null, Cancel).Refusal);

        clock.Advance(TimeSpan.FromSeconds(1));
        var outcome = DataRestore.Run(Backup, Data, clock.GetUtcNow(), dryRun: false, clock, Cancel);

        Assert.Null(outcome.Failure);
        await using var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = Data }, clock).Ledger!;
        await ledger.FlushAsync(Cancel);
        var entries = await ledger.Feed.ReadAsync(0, 10_000, Cancel);
        Assert.Equal(Enumerable.Range(1, 1_400).Select(id => (long)id), entries.Select(entry => entry.After.Id.Value));
    }

    private async Task FillAsync(long first, long last)
    {
        await using var ledger = UsageLedger
            .Open(
                new LedgerOptions
                {
                    DataFolder = Data,
                    SegmentBytes = 64 * 1024,
                    KeepJournal = TimeSpan.FromDays(7),
                },
                clock
            )
            .Ledger!;
        for (var id = first; id <= last; id++)
        {
            Assert.True(ledger.Journal.TryReserve());
            ledger.Journal.Append(
                new UsageRecord
                {
                    Id = new RecordId(id),
                    Workspace = WorkspaceId.Default,
                    StartedAt = clock.GetUtcNow(),
                    Source = UsageSource.Gateway,
                    Status = RequestStatus.Ok,
                    Model = $"m{id % 7}",
                    Session = $"session-{id % 50}",
                }
            );
            ledger.Journal.Release();
        }
    }
}
