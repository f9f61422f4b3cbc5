using Weir.Foundation;

namespace Weir.Ledger.Tests.Ingest;

/// <summary>A ledger whose file cannot be opened journals on, and takes up what it journalled when the file is mended.</summary>
public sealed class UnreadableLedgerTests : LedgerTest
{
    private LedgerOptions Without => Folder.Options with { GoesOnWithout = true, KeepJournal = TimeSpan.FromDays(7) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_journalled_without_the_file_is_stored_when_it_is_mended(bool keepsJournal)
    {
        var options = Without with { KeepJournal = keepsJournal ? TimeSpan.FromDays(7) : TimeSpan.Zero };
        var first = Enumerable.Range(1, 600).Select(id => TestRecords.Plain(id)).ToArray();
        await using (var before = Open(options: options))
        {
            // The journal ends with its segments gone: nothing in the folder tells how far the ledger stands.
            Array.ForEach(first, record => AppendReserved(before, record));
        }

        var whole = await TearAsync();
        var meanwhile = Enumerable.Range(601, 40).Select(id => TestRecords.Plain(id)).ToArray();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await using (var torn = Open(options: options))
        {
            Array.ForEach(meanwhile, record => AppendReserved(torn, record));
            await ExpectShutAsync(torn);
            Assert.Equal(40, torn.Status.Pending);
        }

        await using (var tornAgain = Open(options: options))
        {
            Assert.Equal(40, tornAgain.Status.Pending);
            AppendReserved(tornAgain, TestRecords.Plain(641));
            await File.WriteAllBytesAsync(Folder.Database, whole, Cancel);
            await UntilOpenAsync(tornAgain);

            await AssertHoldsAsync(tornAgain, [.. first, .. meanwhile, TestRecords.Plain(641)]);
            Assert.Equal(641, tornAgain.Status.Journalled);
            AppendReserved(tornAgain, TestRecords.Plain(642));
        }

        await using var after = Open();
        await AssertHoldsAsync(after, [.. first, .. meanwhile, TestRecords.Plain(641), TestRecords.Plain(642)]);
    }

    [Fact]
    public async Task What_a_killed_process_left_unstored_and_stored_counts_once()
    {
        TestFolder killed;
        await using (var before = Open(options: Without))
        {
            for (var id = 1; id <= 30; id++)
            {
                AppendReserved(before, TestRecords.Plain(id));
            }

            await before.FlushAsync(Cancel);
            for (var id = 31; id <= 50; id++)
            {
                AppendReserved(before, TestRecords.Plain(id));
            }

            killed = Folder.Copy();
        }

        using (killed)
        {
            var database = killed.Database;
            var (whole, log) = (
                await File.ReadAllBytesAsync(database, Cancel),
                await File.ReadAllBytesAsync(database + "-wal", Cancel)
            );
            File.Delete(database + "-wal");
            File.Delete(database + "-shm");
            await File.WriteAllBytesAsync(database, new byte[whole.Length], Cancel);
            await using var torn = Open(killed, Without with { DataFolder = killed.Path });
            AppendReserved(torn, TestRecords.Plain(51));
            // Which of them are stored nobody can say without the file.
            Assert.Equal(51, torn.Status.Pending);

            await File.WriteAllBytesAsync(database + "-wal", log, Cancel);
            await File.WriteAllBytesAsync(database, whole, Cancel);
            await UntilOpenAsync(torn);

            await AssertHoldsAsync(torn, [.. Enumerable.Range(1, 51).Select(id => TestRecords.Plain(id))]);
            Assert.Equal(51, torn.Status.Journalled);
        }
    }

    [Fact]
    public async Task Who_is_told_of_the_opening_finds_what_was_stored_before_and_nothing_of_what_waits()
    {
        await using (var before = Open(options: Without))
        {
            AppendReserved(before, TestRecords.Plain(1));
        }

        var whole = await TearAsync();
        await using var torn = Open(options: Without);
        long? newest = null;
        torn.Opened = () => newest = torn.Feed.Newest;
        AppendReserved(torn, TestRecords.Plain(2));
        await File.WriteAllBytesAsync(Folder.Database, whole, Cancel);

        await UntilOpenAsync(torn);
        await torn.FlushAsync(Cancel);

        Assert.Equal(1, newest);
        Assert.Equal(2, torn.Feed.Newest);
        Assert.Equal(new RecordId(2), torn.HighestId);
    }

    [Fact]
    public async Task A_file_that_stands_beyond_the_numbers_of_a_clock_set_back_is_not_taken_up()
    {
        await using (var before = Open(options: Without with { KeepJournal = TimeSpan.Zero }))
        {
            AppendReserved(before, TestRecords.Plain(1));
        }

        var whole = await TearAsync();
        Clock.Advance(TimeSpan.FromDays(1));
        await using (var torn = Open(options: Without with { KeepJournal = TimeSpan.Zero }))
        {
            AppendReserved(torn, TestRecords.Plain(2));
            await File.WriteAllBytesAsync(Folder.Database, whole, Cancel);
            await UntilOpenAsync(torn);
            await torn.FlushAsync(Cancel);
        }

        whole = await TearAsync();
        Clock.Advance(TimeSpan.FromDays(-2));
        await using var early = Open(options: Without with { KeepJournal = TimeSpan.Zero });
        AppendReserved(early, TestRecords.Plain(3));
        await File.WriteAllBytesAsync(Folder.Database, whole, Cancel);
        await Eventually.True(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(5));
                return early.Status.Unavailable?.Contains("clock", StringComparison.Ordinal) == true;
            },
            "the clock is named"
        );

        Assert.Equal(1, early.Status.Pending);
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => early.FlushAsync(Cancel));
    }

    /// <summary>Makes noise of the file; returns what it was.</summary>
    private async Task<byte[]> TearAsync()
    {
        var whole = await File.ReadAllBytesAsync(Folder.Database, Cancel);
        var noise = new byte[whole.Length];
        new Random(3).NextBytes(noise);
        await File.WriteAllBytesAsync(Folder.Database, noise, Cancel);
        return whole;
    }

    private static async Task ExpectShutAsync(UsageLedger ledger)
    {
        var reason = ledger.Status.Unavailable;
        Assert.Contains("ledger.db is damaged", reason, StringComparison.Ordinal);
        Assert.Null(ledger.Status.RefusesBecause);
        Assert.Throws<LedgerUnavailableException>(() => ledger.Feed.Newest);
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => EntriesAsync(ledger));
        await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(1), Cancel)
        );
        await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            ledger.ImportAsync([TestRecords.Plain(9_999)], Cancel)
        );
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => ledger.Archive.ListAsync(Cancel));
    }

    private Task UntilOpenAsync(UsageLedger ledger) =>
        Eventually.True(
            () =>
            {
                Clock.Advance(TimeSpan.FromSeconds(5));
                return ledger.Status.Unavailable is null;
            },
            "the ledger opens"
        );
}
