using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

/// <summary>What is answered from rollups: the records are deleted behind the ledger's back, and the answer is the same.</summary>
public sealed class RollupAnswerTests : LedgerTest
{
    private static readonly UsageDimension CostCentre = new(UsageDimensionKind.Tag, "cost-centre");

    private static readonly UsageQuery Days = new()
    {
        Workspace = WorkspaceId.Default,
        From = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero),
        To = new DateTimeOffset(2026, 9, 1, 13, 0, 0, TimeSpan.Zero),
    };

    [Fact]
    public async Task Every_dimension_and_every_combination_that_a_set_holds_needs_no_record()
    {
        await using var ledger = Open();
        var usage = new RandomUsage(11);
        var records = Enumerable.Range(1, 300).Select(i => usage.Record(i)).ToImmutableArray();
        foreach (var record in records)
        {
            AppendReserved(ledger, record);
        }

        await ledger.FlushAsync(Cancel);
        Execute("DELETE FROM record");
        var lineage = new UsageDimension(UsageDimensionKind.Session);
        foreach (var first in RandomUsage.Plain.Append(CostCentre))
        {
            await AssertAsync(ledger, records, [first]);
            foreach (var second in RandomUsage.Plain.Where(d => d != first))
            {
                if (first != CostCentre || second.Kind is not (UsageDimensionKind.Session or UsageDimensionKind.Agent))
                {
                    await AssertAsync(ledger, records, [first, second]);
                }
            }
        }

        await AssertAsync(ledger, records, RandomUsage.Plain);
        await AssertAsync(ledger, records, [.. RandomUsage.Plain.RemoveAll(IsLineage), CostCentre]);
        Assert.Empty((await ledger.Queries.SummaryAsync(Days with { GroupBy = [lineage, CostCentre] }, Cancel)).Rows);
    }

    [Fact]
    public async Task Quarters_of_an_hour_need_no_record_and_shorter_ends_do()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1) with { StartedAt = TestRecords.Start.AddMinutes(16) });
        await ledger.FlushAsync(Cancel);
        Execute("DELETE FROM record");
        Assert.Equal(1, await CountAsync(ledger, 15, 30));
        Assert.Equal(1, await CountAsync(ledger, -45, 45));
        Assert.Equal(0, await CountAsync(ledger, 16, 30));
    }

    [Fact]
    public async Task An_audit_finds_a_cell_that_tells_otherwise_and_one_that_is_missing()
    {
        await using var ledger = Open();
        foreach (var i in Enumerable.Range(0, 5))
        {
            AppendReserved(
                ledger,
                TestRecords.Full() with
                {
                    Id = new RecordId(i + 1),
                    Workspace = WorkspaceId.Default,
                }
            );
        }

        await ledger.FlushAsync(Cancel);
        Assert.Equal(new LedgerAudit(5, 8, 0), await AuditAsync(ledger));
        await FoldAsync(ledger);
        Assert.Equal(new LedgerAudit(5, 8, 0), await AuditAsync(ledger));
        Execute("UPDATE rollup SET cost = cost + 1 WHERE set_no = 0 AND width = 2");
        Assert.False((await AuditAsync(ledger)).IsSound);
        Execute("UPDATE rollup SET cost = cost - 1 WHERE set_no = 0 AND width = 2");
        Assert.True((await AuditAsync(ledger)).IsSound);
        Execute("UPDATE rollup SET latency = NULL WHERE set_no = 1");
        Assert.False((await AuditAsync(ledger)).IsSound);
        Execute("DELETE FROM rollup WHERE requests <> 0");
        Assert.Equal(5, (await AuditAsync(ledger)).Records);
        Assert.False((await AuditAsync(ledger)).IsSound);
    }

    [Fact]
    public async Task Wider_cells_are_made_an_hour_after_their_records_and_follow_every_later_change()
    {
        Clock.Set(TestRecords.Start.AddMinutes(30));
        await using var ledger = Open();
        var record = TestRecords.Full() with { Workspace = WorkspaceId.Default, StartedAt = TestRecords.Start };
        AppendReserved(ledger, record);
        await ledger.FlushAsync(Cancel);
        var counted = new LedgerAudit(1, 8, 0);
        Assert.Equal("00 11 21", Scalar(Widths)); // each set's finest alone
        Assert.Equal(counted, await AuditAsync(ledger));
        Assert.Equal(1, await CountAsync(ledger, -60, 60));

        await FoldAsync(ledger);
        Assert.Equal("00 01 02 11 21 22", Scalar(Widths));
        Assert.Equal(counted, await AuditAsync(ledger));
        Assert.Equal(1, await CountAsync(ledger, -60, 60));

        AppendReserved(ledger, record with { Usage = record.Usage with { Output = 7_777 } });
        AppendReserved(ledger, record with { Id = new RecordId(500), StartedAt = Clock.GetUtcNow() });
        await ledger.FlushAsync(Cancel);
        Assert.True((await AuditAsync(ledger)).IsSound);
        Assert.Equal(2, await CountAsync(ledger, -60, 60 * 24 * 5));
        Execute("DELETE FROM record");
        Assert.Equal(2, await CountAsync(ledger, -60, 60 * 24 * 5));
    }

    [Fact]
    public async Task A_clock_that_jumps_counts_nothing_twice()
    {
        await using var ledger = Open();
        int[] hours = [0, 5, 3, 300, -200, -201, 4, 5, 0];
        for (var i = 0; i < hours.Length; i++)
        {
            Clock.Set(TestRecords.Start.AddHours(hours[i]));
            foreach (var startedAt in new[] { Clock.GetUtcNow(), TestRecords.Start, TestRecords.Start.AddDays(20) })
            {
                var id = new RecordId((1000 * i) + startedAt.Day + startedAt.Hour);
                AppendReserved(ledger, TestRecords.Plain(1) with { Id = id, StartedAt = startedAt });
            }

            await ledger.FlushAsync(Cancel);
            Assert.True((await AuditAsync(ledger)).IsSound);
        }
    }

    [Fact]
    public async Task An_audit_finds_cells_that_have_no_record()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Full() with { Workspace = WorkspaceId.Default });
        await ledger.FlushAsync(Cancel);
        Execute("DELETE FROM record");
        var audit = await AuditAsync(ledger);
        Assert.Equal(0, audit.Records);
        Assert.False(audit.IsSound);
    }

    [Fact]
    public async Task A_record_that_moves_leaves_no_cell_behind()
    {
        await using var ledger = Open();
        var record = TestRecords.Full();
        AppendReserved(ledger, record);
        await ledger.FlushAsync(Cancel);
        var cells = Scalar("SELECT count(*) FROM rollup");
        AppendReserved(
            ledger,
            record with
            {
                StartedAt = record.StartedAt.AddDays(3),
                Model = "other",
                Session = "other",
            }
        );
        await ledger.FlushAsync(Cancel);
        Assert.Equal(cells, Scalar("SELECT count(*) FROM rollup"));
        Assert.Equal(0L, Scalar("SELECT count(*) FROM rollup WHERE requests <> 1"));
    }

    private const string Widths = """
        SELECT group_concat(set_no || width, ' ') FROM (SELECT DISTINCT set_no, width FROM rollup ORDER BY set_no, width)
        """;

    /// <summary>Moves the clock on and stores something far away, as the next request would.</summary>
    private async Task FoldAsync(UsageLedger ledger)
    {
        Clock.Set(Clock.GetUtcNow().AddDays(3));
        AppendReserved(ledger, TestRecords.Plain(900, new WorkspaceId(9)));
        await ledger.FlushAsync(Cancel);
        Execute("DELETE FROM rollup WHERE workspace = 9");
    }

    private static bool IsLineage(UsageDimension d) => d.Kind is UsageDimensionKind.Session or UsageDimensionKind.Agent;

    private static Task<LedgerAudit> AuditAsync(UsageLedger ledger) =>
        ledger.Queries.AuditAsync(WorkspaceId.Default, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Cancel);

    private static async Task<long> CountAsync(UsageLedger ledger, int fromMinute, int toMinute)
    {
        var query = Days with
        {
            From = TestRecords.Start.AddMinutes(fromMinute),
            To = TestRecords.Start.AddMinutes(toMinute),
        };
        return (await ledger.Queries.SummaryAsync(query, Cancel)).Total.Requests;
    }

    private static async Task AssertAsync(
        UsageLedger ledger,
        ImmutableArray<UsageRecord> records,
        ImmutableArray<UsageDimension> groupBy
    )
    {
        var query = Days with { GroupBy = groupBy };
        var summary = await ledger.Queries.SummaryAsync(query, Cancel);
        Assert.Equal(
            NaiveCount.Groups(records, query).ToDictionary(g => g.Key, g => NaiveCount.Show(g.Value)),
            summary.Rows.ToDictionary(r => NaiveCount.Key(r.Keys), r => NaiveCount.Show(r.Totals))
        );
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteDatabase(Folder.Database).OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }

    private object? Scalar(string sql)
    {
        using var connection = new SqliteDatabase(Folder.Database).OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
