using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

/// <summary>What is answered from rollups: the records are deleted behind the ledger's back, and the answer is the same.</summary>
public sealed class RollupAnswerTests : LedgerTest
{
    private int sweeps;

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
    public async Task Quarters_of_an_hour_need_no_record_and_of_shorter_ends_the_smaller_part_does()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1) with { StartedAt = TestRecords.Start.AddMinutes(26) });
        AppendReserved(ledger, TestRecords.Plain(2) with { StartedAt = TestRecords.Start.AddHours(2) });
        await ledger.FlushAsync(Cancel);
        Execute("DELETE FROM record WHERE id = 1");
        Assert.Equal(1, await CountAsync(ledger, 15, 30));
        Assert.Equal(1, await CountAsync(ledger, -45, 45));
        Assert.Equal(1, await CountAsync(ledger, 16, 30));
        Assert.Equal(0, await CountAsync(ledger, 24, 30));
        Assert.Equal(0, await CountAsync(ledger, 15, 20));
        Assert.Equal(1, await CountAsync(ledger, 15, 28));
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
        Assert.Equal(new LedgerAudit(5, 10, 0), await AuditAsync(ledger));
        Execute("UPDATE rollup SET cost = cost + 1 WHERE set_no = 0");
        Assert.False((await AuditAsync(ledger)).IsSound);
        Execute("UPDATE rollup SET cost = cost - 1 WHERE set_no = 0");
        await SweepAsync(ledger);
        Assert.Equal(0L, Scalar("SELECT count(*) FROM rollup"));
        Assert.Equal(new LedgerAudit(5, 21, 0), await AuditAsync(ledger)); // a month by each of eleven dimensions too
        foreach (var (set, width) in new[] { (0, 0), (0, 2), (1, 1), (2, 1), (2, 2), (3, 1), (3, 3) })
        {
            Execute($"UPDATE rollup_page SET latency = NULL WHERE set_no = {set} AND width = {width}");
            Assert.False((await AuditAsync(ledger)).IsSound);
            Execute($"UPDATE rollup_page SET latency = first_token WHERE set_no = {set} AND width = {width}");
        }

        Execute("DELETE FROM rollup_page");
        Assert.Equal(5, (await AuditAsync(ledger)).Records);
        Assert.False((await AuditAsync(ledger)).IsSound);
    }

    [Fact]
    public async Task What_has_come_to_rest_stands_in_pages_and_what_changes_later_in_rows_beside_them()
    {
        Clock.Set(TestRecords.Start.AddMinutes(10));
        await using var ledger = Open();
        var record = TestRecords.Full() with { Workspace = WorkspaceId.Default, StartedAt = TestRecords.Start };
        AppendReserved(ledger, record);
        await ledger.FlushAsync(Cancel);
        var counted = new LedgerAudit(1, 10, 0);
        Assert.Equal(("00 11 21", null), (Scalar(Widths("rollup")), Scalar(Widths("rollup_page")) as string));
        Assert.Equal(counted, await AuditAsync(ledger));
        Assert.Equal(1, await CountAsync(ledger, -60, 60));

        await SweepAsync(ledger);
        Assert.Equal(0L, Scalar("SELECT count(*) FROM rollup"));
        Assert.Equal("00 02 11 21 22 31 32 33", Scalar(Widths("rollup_page")));
        Assert.Equal(counted with { Combinations = 21 }, await AuditAsync(ledger));
        Assert.Equal(1, await CountAsync(ledger, -60, 60));

        AppendReserved(ledger, record with { Usage = record.Usage with { Output = 7_777 } });
        AppendReserved(ledger, record with { Id = new RecordId(500), StartedAt = Clock.GetUtcNow() });
        await ledger.FlushAsync(Cancel);
        Assert.Equal("00 11 21", Scalar(Widths("rollup")));
        Assert.True((await AuditAsync(ledger)).IsSound);
        Assert.Equal(2, await CountAsync(ledger, -60, 60 * 24 * 5));
        await SweepAsync(ledger);
        Assert.True((await AuditAsync(ledger)).IsSound);
        Execute("DELETE FROM record");
        Assert.Equal(2, await CountAsync(ledger, -60, 60 * 24 * 5));
    }

    [Fact]
    public async Task Weeks_and_hours_and_sessions_by_day_are_answered_from_pages_of_their_own()
    {
        await using var ledger = Open();
        var (usage, random) = (new RandomUsage(12), new Random(12));
        var from = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero); // a Monday
        var records = Enumerable
            .Range(1, 300)
            .Select(i =>
                usage.Record(i) with
                {
                    Workspace = WorkspaceId.Default,
                    StartedAt = from.AddSeconds(random.Next(28 * 86_400)),
                }
            )
            .ToArray();
        foreach (var record in records)
        {
            AppendReserved(ledger, record);
        }

        await ledger.FlushAsync(Cancel);
        await SweepAsync(ledger);
        Assert.Equal("00 02 04 11 21 22 31 32 33", Scalar(Widths("rollup_page")));
        Assert.True((await AuditAsync(ledger)).IsSound);
        foreach (var (width, what) in new[] { ("04", "weeks"), ("31", "hours"), ("32", "days") })
        {
            Execute($"UPDATE rollup_page SET set_no = set_no + 100 WHERE set_no || width <> '{width}'");
            await AssertOwnAsync(ledger, what, records, from);
            Execute("UPDATE rollup_page SET set_no = set_no - 100 WHERE set_no >= 100");
        }

        // Without them the same comes from what they are made of.
        Execute("DELETE FROM rollup_page WHERE set_no || width IN ('04', '31', '32')");
        foreach (var what in new[] { "weeks", "hours", "days" })
        {
            await AssertOwnAsync(ledger, what, records, from);
        }
    }

    [Fact]
    public async Task What_changes_later_changes_weeks_and_hours_and_sessions_by_day_too()
    {
        await using var ledger = Open();
        var from = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var records = Enumerable
            .Range(1, 40)
            .Select(i =>
                TestRecords.Full() with
                {
                    Id = new RecordId(i),
                    Workspace = WorkspaceId.Default,
                    Session = $"s{i % 5}",
                    StartedAt = from.AddHours(i * 7),
                }
            )
            .ToArray();
        foreach (var record in records)
        {
            AppendReserved(ledger, record);
        }

        await SweepAsync(ledger);
        Assert.Equal("00 02 04 11 21 22 31 32 33", Scalar(Widths("rollup_page")));
        for (var i = 0; i < records.Length; i += 3)
        {
            records[i] = records[i] with { Usage = records[i].Usage with { Output = 5_000 + i } };
            AppendReserved(ledger, records[i]);
            if (i % 2 == 0)
            {
                await SweepAsync(ledger);
            }

            await ledger.FlushAsync(Cancel);
            foreach (var what in new[] { "weeks", "hours", "days" })
            {
                await AssertOwnAsync(ledger, what, records, from);
            }
        }

        Assert.True((await AuditAsync(ledger)).IsSound);
    }

    [Fact]
    public async Task A_page_that_nothing_is_left_of_goes()
    {
        await using var ledger = Open();
        var record = TestRecords.Full() with { Workspace = WorkspaceId.Default, StartedAt = TestRecords.Start };
        AppendReserved(ledger, record);
        await SweepAsync(ledger);
        Assert.NotEqual(0L, Scalar("SELECT count(*) FROM rollup_page WHERE workspace = 1"));
        AppendReserved(ledger, record with { StartedAt = TestRecords.Start.AddDays(-30) });
        await SweepAsync(ledger);
        Assert.Equal(
            1L,
            Scalar("SELECT count(DISTINCT start) FROM rollup_page WHERE workspace = 1 AND width IN (0, 1, 2)")
        );
        Assert.True((await AuditAsync(ledger)).IsSound);
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

    private static string Widths(string table) =>
        $"""
            SELECT group_concat(set_no || width, ' ')
            FROM (SELECT DISTINCT set_no, width FROM {table} WHERE workspace <> 9 ORDER BY set_no, width)
            """;

    /// <summary>Moves the clock on and stores something far away, as the next request would.</summary>
    private async Task SweepAsync(UsageLedger ledger)
    {
        Clock.Set(Clock.GetUtcNow().AddDays(3));
        AppendReserved(ledger, TestRecords.Plain(900 + sweeps++, new WorkspaceId(9)));
        await ledger.FlushAsync(Cancel);
        await Eventually.True(() => Scalar("SELECT count(*) FROM rollup") is 0L, "the sweep");
        Execute("DELETE FROM rollup_page WHERE workspace = 9");
    }

    /// <summary>Asks what one kind of page alone answers whole.</summary>
    private static async Task AssertOwnAsync(
        UsageLedger ledger,
        string what,
        UsageRecord[] records,
        DateTimeOffset from
    )
    {
        var query = new UsageQuery
        {
            Workspace = WorkspaceId.Default,
            From = from,
            To = from.AddDays(28),
            GroupBy =
            [
                .. (
                    what switch
                    {
                        "weeks" => new[] { UsageDimensionKind.Model, UsageDimensionKind.Key },
                        "hours" => [UsageDimensionKind.Model],
                        _ => [UsageDimensionKind.Session],
                    }
                ).Select(kind => new UsageDimension(kind)),
            ],
        };
        if (what == "days")
        {
            var top = await ledger.Queries.TopAsync(query, UsageFigure.Named("outputTokens")!, 1000, Cancel);
            Assert.Equal(
                NaiveCount
                    .Groups(records, query)
                    .ToDictionary(g => g.Key, g => g.Value.Sum(r => r.Usage.Output ?? 0))
                    .OrderBy(g => g.Key),
                top.Rows.ToDictionary(r => NaiveCount.Key(r.Keys), r => r.Totals.Tokens.Output ?? 0).OrderBy(g => g.Key)
            );
            return;
        }

        query = what == "weeks" ? query : query with { From = from.AddHours(9), To = from.AddHours(21) };
        var summary = await ledger.Queries.SummaryAsync(query, Cancel);
        Assert.Equal(
            NaiveCount
                .Groups(records, query)
                .ToDictionary(g => g.Key, g => NaiveCount.Show(g.Value))
                .OrderBy(g => g.Key),
            summary.Rows.ToDictionary(r => NaiveCount.Key(r.Keys), r => NaiveCount.Show(r.Totals)).OrderBy(g => g.Key)
        );
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
