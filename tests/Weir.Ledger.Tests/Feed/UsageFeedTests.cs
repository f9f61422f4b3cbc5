using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Feed;

public sealed class UsageFeedTests : LedgerTest
{
    [Fact]
    public async Task Entries_come_in_order_without_gaps_page_by_page()
    {
        await using var ledger = Open();
        for (var i = 1; i <= 25; i++)
        {
            AppendReserved(ledger, TestRecords.Plain(100 - i));
        }

        await ledger.FlushAsync(Cancel);
        var read = new List<LedgerEntry>();
        while (await ledger.Feed.ReadAsync(read.Count, 10, Cancel) is { IsEmpty: false } page)
        {
            Assert.True(page.Length <= 10);
            read.AddRange(page);
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (long)i), read.Select(e => e.Sequence));
        Assert.Equal(Enumerable.Range(1, 25).Select(i => 100L - i), read.Select(e => e.After.Id.Value));
    }

    [Fact]
    public async Task Each_entry_tells_what_was_before_and_after_however_many_follow()
    {
        await using var ledger = Open();
        var revisions = Enumerable
            .Range(0, 5)
            .Select(i => TestRecords.Full() with { User = $"user {i}", Cost = new Money(i) })
            .ToArray();
        foreach (var revision in revisions)
        {
            AppendReserved(ledger, revision);
            await ledger.FlushAsync(Cancel);
        }

        var entries = await EntriesAsync(ledger);
        Assert.Equal([1, 2, 3, 4, 5], entries.Select(e => e.Revision));
        Assert.Equal(revisions.Select(TestRecords.Show), entries.Select(e => TestRecords.Show(e.After)));
        Assert.Equal(
            revisions.Select(TestRecords.Show).Prepend("none").Take(5),
            entries.Select(e => TestRecords.Show(e.Before))
        );
    }

    [Fact]
    public async Task A_wait_ends_when_an_entry_is_stored_and_at_once_when_there_is_one()
    {
        await using var ledger = Open();
        var wait = ledger.Feed.WaitAsync(0, Cancel);
        Assert.False(wait.IsCompleted);
        AppendReserved(ledger, TestRecords.Plain(1));
        await ledger.FlushAsync(Cancel);
        await wait;
        await ledger.Feed.WaitAsync(0, Cancel);
        Assert.False(ledger.Feed.WaitAsync(1, Cancel).IsCompleted);
        await ledger.DisposeAsync();
        await using var again = Open();
        await again.Feed.WaitAsync(0, Cancel);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        await using var ledger = Open();
        using var cancelled = new CancellationTokenSource();
        var wait = ledger.Feed.WaitAsync(0, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task Cursors_are_kept_for_each_follower()
    {
        await using (var ledger = Open())
        {
            Assert.Equal(0, await ledger.Feed.ReadCursorAsync("alerts", Cancel));
            await ledger.Feed.StoreCursorAsync("alerts", 7, Cancel);
            await ledger.Feed.StoreCursorAsync("live 'feed'", 3, Cancel);
            await ledger.Feed.StoreCursorAsync("alerts", 9, Cancel);
        }

        await using var again = Open();
        Assert.Equal(9, await again.Feed.ReadCursorAsync("alerts", Cancel));
        Assert.Equal(3, await again.Feed.ReadCursorAsync("live 'feed'", Cancel));
    }

    [Fact]
    public async Task A_follower_that_stores_its_cursor_sees_every_entry_once_across_a_kill()
    {
        var seen = new List<long>();
        await using var ledger = Open();
        for (var i = 1; i <= 20; i++)
        {
            AppendReserved(ledger, TestRecords.Plain(i));
        }

        await FollowAsync(ledger, seen, 2);
        using var left = Folder.Copy();
        await using var next = Open(left);
        await FollowAsync(next, seen, 10);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), seen);
    }

    private static async Task FollowAsync(UsageLedger ledger, List<long> seen, int pages)
    {
        await ledger.FlushAsync(Cancel);
        for (var page = 0; page < pages; page++)
        {
            var after = await ledger.Feed.ReadCursorAsync("test", Cancel);
            foreach (var entry in await ledger.Feed.ReadAsync(after, 3, Cancel))
            {
                seen.Add(entry.After.Id.Value);
                await ledger.Feed.StoreCursorAsync("test", entry.Sequence, Cancel);
            }
        }
    }
}
