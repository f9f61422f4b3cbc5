using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;
using Weir.Ledger.Upkeep;

namespace Weir.Ledger.Tests.Upkeep;

/// <summary>A look finds what was changed behind the ledger's back and says where; a repair makes sums anew and nothing else.</summary>
public sealed class LedgerRepairTests : UpkeepTest
{
    [Fact]
    public async Task A_ledger_that_was_only_used_is_sound()
    {
        await FillAsync(seed: 1, count: 900);

        var found = Inspect();

        Assert.Empty(Faults(found));
        Assert.Equal(900, found.Records);
        Assert.Equal(0, found.Differing);
        Assert.True(found.Combinations > 900);
        Assert.Equal(
            ["file", "counters", "names", "references", "entries", "sightings", "cursors", "journal", "sums"],
            found.Findings.Select(finding => finding.Check)
        );
    }

    [Fact]
    public async Task A_sum_that_differs_is_told_with_its_day_its_combination_and_by_how_much()
    {
        await using (var ledger = Open())
        {
            AppendReserved(ledger, TestRecords.Plain(1) with { Model = "m1", Cost = new Money(700) });
            await ledger.FlushAsync(Cancel);
        }

        Assert.Equal(1, Execute("UPDATE rollup SET cost = cost + 5, requests = 3 WHERE set_no = 0"));

        var found = Inspect();

        Assert.Equal(["sums"], Faults(found));
        var difference = found.Differences.First(one => one.Set == "wide" && one.Width == "quarter");
        Assert.Equal(TestRecords.Start.UtcDateTime.Date, difference.From.UtcDateTime);
        Assert.Equal(WorkspaceId.Default, difference.Workspace);
        Assert.Equal("m1", difference.Keys["model"]);
        Assert.Equal(
            [new FigureDifference("requests", 1, 3), new FigureDifference("costNanoUsd", 700, 705)],
            difference.Differs
        );
    }

    [Theory]
    [InlineData("UPDATE rollup SET output = output + 1")]
    [InlineData("DELETE FROM rollup WHERE set_no = 1")]
    [InlineData("DELETE FROM rollup_page WHERE set_no = 0 AND width = 2")]
    [InlineData("DELETE FROM rollup_page WHERE set_no = 3")]
    [InlineData("UPDATE rollup_page SET cells = substr(cells, 1, length(cells) - 3) WHERE set_no < 3")]
    [InlineData("UPDATE rollup_page SET cells = x'ffffffffffffffffffff' WHERE id % 3 = 0")]
    [InlineData("UPDATE rollup_page SET cells = (SELECT cells FROM rollup_page WHERE id = 1)")]
    [InlineData("UPDATE rollup_page SET latency = x'0102030405', first_token = NULL")]
    [InlineData("DELETE FROM rollup; DELETE FROM rollup_page; DELETE FROM rollup_lineage; DELETE FROM rollup_tag")]
    public async Task Sums_that_were_changed_are_made_anew_from_the_records(string damage)
    {
        await FillAsync(seed: 2, count: 700);
        var ids = Ids(Folder.Database);
        Assert.NotEqual(0, Execute(damage));
        var found = Inspect();
        Assert.Equal(["sums"], Faults(found));

        var outcome = Repair(found);

        Assert.Null(outcome.Refusal);
        Assert.Null(outcome.Aside);
        Assert.True(outcome.Days > 0);
        var after = Inspect();
        Assert.Empty(Faults(after));
        Assert.Equal(700, after.Records);
        Assert.Equal(ids, Ids(Folder.Database));

        // And what comes from then on is added to what is right.
        await using (var ledger = Open())
        {
            AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(5_000) });
            await ledger.FlushAsync(Cancel);
        }

        Assert.Empty(Faults(Inspect()));
    }

    [Theory]
    [InlineData("UPDATE name SET text = text || 'x' WHERE id = 2", "names")]
    [InlineData("DELETE FROM name WHERE id = 3", "references")]
    [InlineData("DELETE FROM record_kind WHERE id = 1", "references")]
    [InlineData("UPDATE entry SET record = record + 1000000 WHERE sequence = 7", "entries")]
    [InlineData("DELETE FROM entry WHERE sequence = 9", "entries")]
    [InlineData("UPDATE meta SET value = 3 WHERE key = 'entries'", "counters")]
    [InlineData("UPDATE sighting_run SET ids = x'0908070605040302ff01010101010101' || x'00'", "sightings")]
    public async Task Sums_are_not_made_of_records_that_are_damaged(string damage, string check)
    {
        await FillAsync(seed: 3, count: 300);
        Assert.NotEqual(0, Execute(damage));

        var found = Inspect();

        Assert.Contains(check, Faults(found));
        Assert.True(found.HasDamagedRecords);
        var before = await File.ReadAllBytesAsync(Folder.Database, Cancel);
        Assert.Contains("records", Repair(found).Refusal, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Folder.Database, Cancel));
    }

    [Fact]
    public async Task A_follower_that_read_further_than_there_are_entries_is_told()
    {
        await FillAsync(seed: 4, count: 20);
        Execute("REPLACE INTO cursor (follower, sequence) VALUES ('budgets', 1000)");

        var found = Inspect();

        Assert.Equal(["cursors"], Faults(found));
        Assert.False(found.HasDamagedRecords);
        Assert.Contains("budgets", found.Findings.Single(finding => finding.IsFault).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_lacks_a_row_is_found_and_made_anew()
    {
        await FillAsync(seed: 5, count: 400);
        var ids = Ids(Folder.Database);
        Execute(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, 'started_at)', 'started_at) WHERE id > 100') WHERE name = 'record_by_time';
            """
        );
        Execute("DELETE FROM record WHERE id = 50; INSERT INTO record SELECT * FROM record WHERE 0");
        Execute(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, ' WHERE id > 100', '') WHERE name = 'record_by_time';
            """
        );

        var found = Inspect();

        Assert.Contains("file", Faults(found));
        Assert.Contains(50, ids);
        Assert.NotNull(Repair(found).Refusal); // the index knows a record that the table has lost
    }

    [Fact]
    public async Task A_look_may_be_taken_beside_a_ledger_at_work()
    {
        await using var ledger = Open();
        for (var id = 1; id <= 300; id++)
        {
            AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(id) });
        }

        await ledger.FlushAsync(Cancel);

        Assert.Empty(Faults(Inspect()));
    }
}
