using System.Globalization;
using Weir.Foundation;
using Weir.Ledger.Ingest;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Upkeep;

/// <summary>
/// Pages of <c>ledger.db</c> are zeroed, overwritten, flipped and cut off, one place after another by seed. Whatever is hit: nothing
/// throws, what goes on takes records into the journal, and a repair gives all records back or refuses.
/// </summary>
public sealed class TornPageTests : UpkeepTest
{
    private const int Page = 4096;
    private const int Records = 500;

    [Theory]
    [InlineData(Tear.Zeroes)]
    [InlineData(Tear.Noise)]
    [InlineData(Tear.CutOff)]
    [InlineData(Tear.OneBit)]
    public async Task A_torn_page_is_told_and_mended_or_refused(Tear tear)
    {
        await FillAsync(seed: 6, Records);
        var ids = Ids(Folder.Database);
        var whole = await File.ReadAllBytesAsync(Folder.Database, Cancel);
        var pages = whole.Length / Page;
        var random = new Random(7);
        var (mended, refused) = (0, 0);
        for (var round = 0; round < 8; round++)
        {
            using var folder = Folder.Copy();
            // The first rounds hit the first page, which everything stands on.
            var page = round < 2 ? 0 : random.Next(1, pages);
            await File.WriteAllBytesAsync(folder.Database, Torn(whole, tear, page, random), Cancel);

            var found = Inspect(folder.Path);
            if (tear is not Tear.OneBit)
            {
                Assert.False(found.IsSound, $"page {page}");
            }

            var outcome = Repair(found, folder.Path);
            if (outcome.Refusal is { } refusal)
            {
                refused++;
                Assert.NotEmpty(refusal);
                continue;
            }

            mended++;
            Assert.Empty(Faults(Inspect(folder.Path)));
            Assert.Equal(ids, Ids(folder.Database));
        }

        Assert.True(refused > 0 || tear is Tear.OneBit, "A first page that is gone cannot be mended.");
        Assert.True(mended > 0 || tear is Tear.CutOff, $"{mended} mended, {refused} refused");
    }

    [Theory]
    [InlineData(Tear.Zeroes)]
    [InlineData(Tear.Noise)]
    [InlineData(Tear.CutOff)]
    [InlineData(Tear.OneBit)]
    public async Task A_ledger_with_a_torn_page_opens_and_journals_or_says_what_to_do(Tear tear)
    {
        await FillAsync(seed: 8, Records);
        var whole = await File.ReadAllBytesAsync(Folder.Database, Cancel);
        var random = new Random(9);
        for (var round = 0; round < 12; round++)
        {
            using var folder = Folder.Copy();
            var page = round < 2 ? 0 : random.Next(1, whole.Length / Page);
            await File.WriteAllBytesAsync(folder.Database, Torn(whole, tear, page, random), Cancel);

            var opened = UsageLedger.OpenOver(folder.Options, Clock, Disk);
            if (opened.Ledger is not { } ledger)
            {
                Assert.Contains(folder.Database, opened.Refusal, StringComparison.Ordinal);
                Assert.Contains("weir doctor --ledger", opened.Refusal, StringComparison.Ordinal);
                continue;
            }

            await using (ledger)
            {
                for (var id = 10_000; id < 10_050; id++)
                {
                    AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(id) });
                }

                // Stored, or told why not; in both cases it stands in the journal.
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                var flush = ledger.FlushAsync(patience.Token);
                await Eventually.True(
                    () => flush.IsCompleted || ledger.Status.WriteFailure is not null,
                    "storing or saying why not"
                );
                await patience.CancelAsync();
                await Task.WhenAny(flush);
                var status = ledger.Status;
                Assert.Equal(Records + 50, status.Journalled);
                Assert.True(status.Pending is 0 or 50, status.Pending.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    [Fact]
    public async Task A_page_that_is_torn_while_the_ledger_is_open_loses_nothing_that_was_taken()
    {
        await FillAsync(seed: 10, Records);
        var whole = await File.ReadAllBytesAsync(Folder.Database, Cancel);
        await using (var ledger = Open(options: Folder.Options with { KeepJournal = TimeSpan.FromDays(7) }))
        {
            AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(10_000) });
            await ledger.FlushAsync(Cancel);
            for (var at = Page; at < whole.Length; at += Page)
            {
                whole.AsSpan(at, Page).Clear();
            }

            await using (
                var file = new FileStream(Folder.Database, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)
            )
            {
                await file.WriteAsync(whole, Cancel);
            }

            for (var id = 10_001; id <= 10_500; id++)
            {
                AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(id) });
            }

            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var flush = ledger.FlushAsync(patience.Token);
            await Eventually.True(() => flush.IsCompleted || ledger.Status.WriteFailure is not null, "an end");
            await patience.CancelAsync();
            await Task.WhenAny(flush);
            Assert.Equal(Records + 501, ledger.Status.Journalled);
            Assert.Null(ledger.Status.RefusesBecause);
        }

        var journalled = new HashSet<long>();
        foreach (
            var (number, path) in Ledger
                .Ingest.JournalFile.In(Folder.Journal)
                .Concat(JournalFile.In(Path.Combine(Folder.Journal, KeptJournal.FolderName)))
        )
        {
            using var file = JournalFile.TryOpen(number, path);
            file?.Scan((sequence, _, _) => journalled.Add(sequence));
        }

        Assert.Equal(Enumerable.Range(1, Records + 501).Select(n => (long)n), journalled.Order());
    }

    private static byte[] Torn(byte[] whole, Tear tear, int page, Random random)
    {
        var torn = whole.ToArray();
        var at = page * Page;
        switch (tear)
        {
            case Tear.Zeroes:
                torn.AsSpan(at, Page).Clear();
                break;
            case Tear.Noise:
                random.NextBytes(torn.AsSpan(at, Page));
                break;
            case Tear.CutOff:
                return torn[..(at + random.Next(0, Page))];
            default:
                torn[at + random.Next(0, Page)] ^= (byte)(1 << random.Next(8));
                break;
        }

        return torn;
    }
}

/// <summary>What happens to a page.</summary>
public enum Tear
{
    Zeroes,
    Noise,
    CutOff,
    OneBit,
}
