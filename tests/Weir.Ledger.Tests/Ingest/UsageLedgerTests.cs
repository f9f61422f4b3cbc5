using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Tests.Ingest;

public sealed class UsageLedgerTests : LedgerTest
{
    [Fact]
    public async Task What_is_appended_is_stored_and_read_back_the_same()
    {
        var records = Enumerable.Range(0, 300).Select(TestRecords.Arbitrary).DistinctBy(r => r.Id).ToArray();
        await using var ledger = Open();
        foreach (var record in records)
        {
            AppendReserved(ledger, record);
        }

        var before = ledger.Status;
        Assert.Equal((300, 0, 300), (before.Journalled, before.Written, before.Pending));
        Assert.Equal(records.Max(r => r.Id.Value), ledger.HighestId.Value);
        await AssertHoldsAsync(ledger, records);
        Assert.Equal(300, ledger.Status.Written);
    }

    [Fact]
    public async Task Its_files_are_for_their_owner_alone()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        await ledger.FlushAsync(Cancel);

        const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var folder = Path.GetDirectoryName(Folder.Database)!;
        foreach (
            var path in Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Append(Path.Combine(folder, "journal"))
                .Where(_ => !OperatingSystem.IsWindows())
        )
        {
            Assert.Equal((path, UnixFileMode.None), (path, new FileInfo(path).UnixFileMode & Others));
        }
    }

    [Fact]
    public async Task It_opens_again_where_it_was_closed()
    {
        var first = Open();
        AppendReserved(first, TestRecords.Plain(1));
        await first.DisposeAsync();
        Assert.Empty(Folder.Segments());
        await using var second = Open();
        AppendReserved(second, TestRecords.Plain(2));
        await AssertHoldsAsync(second, TestRecords.Plain(1), TestRecords.Plain(2));
        Assert.Equal((2, 2), (second.Status.Journalled, second.Status.Written));
        Assert.Equal(2, second.HighestId.Value);
        Assert.Null(second.Status.ReplayWarning);
    }

    [Fact]
    public async Task A_record_that_comes_again_is_its_next_revision_and_the_same_again_is_nothing()
    {
        await using var ledger = Open();
        var first = TestRecords.Plain(1);
        var second = first with { Usage = first.Usage with { Output = 99 }, Session = "s", MessageId = "msg_other" };
        AppendReserved(ledger, first);
        AppendReserved(ledger, second);
        AppendReserved(ledger, second);
        await ledger.FlushAsync(Cancel);
        var entries = await EntriesAsync(ledger);
        Assert.Equal(
            [(1L, 1, EntryKind.Created), (2L, 2, EntryKind.Enriched)],
            entries.Select(e => (e.Sequence, e.Revision, e.Kind))
        );
        Assert.Null(entries[0].Before);
        Assert.Equal(TestRecords.Show(first), TestRecords.Show(entries[0].After));
        Assert.Equal(TestRecords.Show(first), TestRecords.Show(entries[1].Before));
        Assert.Equal(TestRecords.Show(second), TestRecords.Show(entries[1].After));
        Assert.Equal((3, 3, 0), (ledger.Status.Journalled, ledger.Status.Written, ledger.Status.Pending));
    }

    [Fact]
    public async Task Repricing_changes_cost_alone_and_keeps_the_old_figure()
    {
        await using var ledger = Open();
        var record = TestRecords.Full() with { Workspace = WorkspaceId.Default };
        AppendReserved(ledger, record);
        AppendReserved(ledger, TestRecords.Plain(2));
        await ledger.FlushAsync(Cancel);
        var changed = await ledger.RepriceAsync(
            WorkspaceId.Default,
            [record.Id, new RecordId(2), new RecordId(404)],
            r => r.Id.Value == 2 ? r : r with { Cost = new Money(5), PriceVersion = "new", User = "intruder" },
            Cancel
        );
        Assert.Equal(1, changed);
        Assert.Equal(
            0,
            await ledger.RepriceAsync(new WorkspaceId(2), [record.Id], r => r with { Cost = null }, Cancel)
        );
        var entry = (await EntriesAsync(ledger))[^1];
        Assert.Equal((3L, 2, EntryKind.Repriced), (entry.Sequence, entry.Revision, entry.Kind));
        Assert.Equal(TestRecords.Show(record), TestRecords.Show(entry.Before));
        Assert.Equal(
            TestRecords.Show(record with { Cost = new Money(5), PriceVersion = "new" }),
            TestRecords.Show(entry.After)
        );
    }

    [Fact]
    public async Task A_price_function_that_throws_is_the_callers_and_leaves_the_writer_whole()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        await ledger.FlushAsync(Cancel);
        await Assert.ThrowsAsync<DivideByZeroException>(() =>
            ledger.RepriceAsync(WorkspaceId.Default, [new RecordId(1)], _ => throw new DivideByZeroException(), Cancel)
        );
        AppendReserved(ledger, TestRecords.Plain(2));
        await AssertHoldsAsync(ledger, TestRecords.Plain(1), TestRecords.Plain(2));
    }

    [Fact]
    public async Task A_second_opening_of_the_same_folder_is_refused()
    {
        await using var ledger = Open();
        var second = UsageLedger.Open(Folder.Options, Clock);
        Assert.Null(second.Ledger);
        Assert.Contains("another process", second.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        await Open().DisposeAsync();

        await ExecuteAsync("INSERT INTO schema_migration SELECT number + 1000, name, 'x', 'now' FROM schema_migration");
        var result = UsageLedger.Open(Folder.Options, Clock);
        Assert.Null(result.Ledger);
        Assert.Contains("use the newer version", result.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_a_refusal()
    {
        var path = Path.Combine(Folder.Path, "file");
        File.WriteAllText(path, "");
        var result = UsageLedger.Open(Folder.Options with { DataFolder = path }, Clock);
        Assert.Null(result.Ledger);
        Assert.NotNull(result.Refusal);
    }

    [Fact]
    public async Task The_writer_outlives_a_locked_file()
    {
        var told = new ConcurrentQueue<Exception>();
        await using var ledger = Open(options: Folder.Options with { WriteFailed = told.Enqueue });
        AppendReserved(ledger, TestRecords.Plain(1));
        await ledger.FlushAsync(Cancel);
        using (var other = new SqliteDatabase(Folder.Database).OpenWriter())
        {
            using var locked = other.BeginTransaction(deferred: false);
            AppendReserved(ledger, TestRecords.Plain(2));
            var flush = ledger.FlushAsync(Cancel);
            await Eventually.True(() => ledger.Status.WriteFailure is not null, "the failure shows");
            Assert.Equal((2, 1, 1), (ledger.Status.Journalled, ledger.Status.Written, ledger.Status.Pending));
            Assert.False(flush.IsCompleted);
            Assert.True(ledger.Journal.TryReserve());
            ledger.Journal.Release();
        }

        await AssertHoldsAsync(ledger, TestRecords.Plain(1), TestRecords.Plain(2));
        Assert.Null(ledger.Status.WriteFailure);
        Assert.IsType<SqliteException>(Assert.Single(told));
    }

    [Fact]
    public async Task The_writer_comes_by_itself_after_its_interval()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        await Eventually.True(
            () =>
            {
                Clock.Advance(Folder.Options.WriteInterval);
                return ledger.Status.Written == 1;
            },
            "stored without a flush"
        );
    }

    [Fact]
    public async Task Appends_from_many_threads_are_each_counted_and_stored_once()
    {
        const int threads = 8;
        const int each = 1_500;
        await using var ledger = Open(options: Folder.Options with { SegmentBytes = 256 * 1024 });
        await Task.WhenAll(
            Enumerable
                .Range(0, threads)
                .Select(t =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < each; i++)
                        {
                            AppendReserved(ledger, TestRecords.Plain((t * each) + i + 1));
                            if (i % 500 == 0)
                            {
                                await ledger.FlushAsync(Cancel);
                            }
                        }
                    })
                )
        );
        Assert.Equal(threads * each, ledger.Status.Journalled);
        await ledger.FlushAsync(Cancel);
        var entries = await EntriesAsync(ledger);
        Assert.Equal(Enumerable.Range(1, threads * each).Select(i => (long)i), entries.Select(e => e.Sequence));
        Assert.Equal(
            Enumerable.Range(1, threads * each).Select(i => (long)i),
            entries.Select(e => e.After.Id.Value).Order()
        );
        Assert.Equal((threads * each, 0), (ledger.Status.Written, ledger.Status.Pending));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteDatabase(Folder.Database).OpenWriter();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
