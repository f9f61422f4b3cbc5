using Weir.Foundation.Storage;
using Weir.Ledger.Tests.Ingest;
using Weir.Ledger.Upkeep;

namespace Weir.Ledger.Tests.Upkeep;

/// <summary>A compacted ledger is smaller and the same.</summary>
public sealed class CompactionTests : UpkeepTest
{
    [Fact]
    public async Task What_was_deleted_leaves_no_room_behind_and_what_was_not_is_as_it_was()
    {
        await FillAsync(seed: 11, count: 900);
        await using (var ledger = Open())
        {
            // Node 0 has all of them: nearly everything goes.
            var (count, _) = await ledger.RemoveAsync(0, default, 850, Cancel);
            Assert.Equal(850, count);
        }

        var ids = Ids(Folder.Database);

        var outcome = LedgerCompaction.Run(Folder.Path);

        Assert.Null(outcome.Refusal);
        Assert.Equal(new FileInfo(Folder.Database).Length, outcome.After);
        Assert.True(outcome.After < outcome.Before, $"{outcome.Before} bytes, then {outcome.After}");
        Assert.Equal(ids, Ids(Folder.Database));
        Assert.Empty(Directory.GetFiles(Folder.Path, "*.partial*"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Folder.Database));
        }

        await using (var ledger = Open())
        {
            AppendReserved(ledger, TestRecords.Plain(20_000));
            await ledger.FlushAsync(Cancel);
        }

        Assert.Equal([.. ids, 20_000], Ids(Folder.Database));
    }

    [Fact]
    public async Task A_ledger_that_somebody_reads_is_left_as_it_is()
    {
        await FillAsync(seed: 12, count: 50);
        Execute("UPDATE cursor SET sequence = 1; REPLACE INTO cursor (follower, sequence) VALUES ('one', 1)");
        var outcome = CompactWhileRead();

        Assert.NotNull(outcome.Refusal);
        Assert.Equal(50, Ids(Folder.Database).Count);
        Assert.Empty(Directory.GetFiles(Folder.Path, "*.partial*"));
    }

    [Fact]
    public async Task What_an_earlier_process_left_half_made_is_removed()
    {
        await FillAsync(seed: 13, count: 50);
        await File.WriteAllTextAsync(Folder.Database + ".new.partial", "half", Cancel);

        Assert.Null(LedgerCompaction.Run(Folder.Path).Refusal);

        Assert.Empty(Directory.GetFiles(Folder.Path, "*.partial*"));
        Assert.Equal(50, Ids(Folder.Database).Count);
    }

    private CompactionOutcome CompactWhileRead()
    {
        using var reader = new SqliteDatabase(Folder.Database).OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = "BEGIN; SELECT count(*) FROM record";
        command.ExecuteScalar();
        Execute("REPLACE INTO cursor (follower, sequence) VALUES ('two', 1)");
        return LedgerCompaction.Run(Folder.Path);
    }
}
