using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Queries;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

/// <summary>Records of sessions and handoffs, in their order.</summary>
public sealed class LineageQueriesTests : LedgerTest
{
    private static readonly DateTimeOffset Start = TestRecords.Start;

    [Fact]
    public async Task A_sessions_records_come_oldest_first_and_no_others()
    {
        await using var ledger = Open();
        await ImportAsync(
            ledger,
            Record(1, "s1", 5),
            Record(2, "s2", 1),
            Record(3, "s1", 2),
            Record(4, null, 3),
            Record(5, "s1", 3 * 24 * 60),
            Record(6, "s1", 1) with
            {
                Workspace = new WorkspaceId(2),
            }
        );

        var records = await ledger.Lineage.RecordsAsync(WorkspaceId.Default, "s1", Cancel);

        Assert.Equal([3L, 1L, 5L], records.Select(r => r.Id.Value));
        Assert.Empty(await ledger.Lineage.RecordsAsync(WorkspaceId.Default, "nobody", Cancel));
    }

    [Fact]
    public async Task Spans_name_the_hours_and_times_are_exact_within_them()
    {
        await using var ledger = Open();
        await ImportAsync(
            ledger,
            Record(1, "s1", 5),
            Record(2, "s1", 200),
            Record(3, "s1", 201),
            Record(4, "s2", 7),
            Record(5, null, 8)
        );

        var spans = await ledger.Lineage.SpansAsync(WorkspaceId.Default, Start.AddDays(-1), Start.AddDays(1), Cancel);
        var span = spans.Single(s => s.Session == "s1");
        var last = await ledger.Lineage.TimesAsync(WorkspaceId.Default, span.LastHour, spans, Cancel);

        Assert.Equal(["s1", "s2"], spans.Select(s => s.Session).Order());
        Assert.Equal((Start.AddMinutes(200), Start.AddMinutes(201)), last["s1"]);
        Assert.False(last.ContainsKey("s2"));
        Assert.Empty(await ledger.Lineage.SpansAsync(WorkspaceId.Default, Start.AddDays(1), Start.AddDays(2), Cancel));
        Assert.Empty(await ledger.Lineage.SpansAsync(new WorkspaceId(2), Start.AddDays(-1), Start.AddDays(1), Cancel));
    }

    [Fact]
    public async Task Handoffs_come_newest_first_up_to_a_moment()
    {
        await using var ledger = Open();
        await ImportAsync(
            ledger,
            Record(1, "s1", 1) with
            {
                HandoffReason = "route",
            },
            Record(2, "s1", 2),
            Record(3, null, 3) with
            {
                HandoffReason = "fallback:overloaded",
            },
            Record(4, "s1", 3) with
            {
                HandoffReason = "route",
            }
        );
        var query = All(Start, Start.AddDays(1));

        Assert.Equal([4L, 3L, 1L], await HandoffsAsync(ledger, query, null, 10));
        Assert.Equal([4L, 3L], await HandoffsAsync(ledger, query, null, 2));
        Assert.Equal([1L], await HandoffsAsync(ledger, query, Start.AddMinutes(2), 10));
        Assert.Equal([4L, 3L, 1L], await HandoffsAsync(ledger, query, Start.AddMinutes(3), 10));
    }

    [Fact]
    public async Task Requests_of_sessions_carry_what_their_records_do()
    {
        await using var ledger = Open();
        var record = Record(1, "s1", 1) with { Agent = "a", MessageId = "m", Duration = TimeSpan.FromSeconds(2) };
        await ImportAsync(ledger, record, Record(2, null, 2), Record(3, "s2", 3));

        var found = await ledger.Lineage.RequestsAsync(All(Start, Start.AddMinutes(3)), Cancel);

        var request = Assert.Single(found);
        Assert.Equal(
            (
                record.Session,
                record.Agent,
                record.MessageId,
                record.Model,
                record.StartedAt,
                record.Duration,
                record.Cost,
                record.Usage,
                record.Billing
            ),
            (
                request.Session,
                request.Agent,
                request.MessageId,
                request.Model,
                request.StartedAt,
                request.Duration,
                request.Cost,
                request.Usage,
                request.Billing
            )
        );
    }

    [Theory]
    [InlineData("", "record_by_time")]
    [InlineData(LineageQueries.HandedOver, "record_by_handoff")]
    public async Task No_query_reads_the_whole_table_or_sorts(string conditions, string index)
    {
        await using (var ledger = Open())
        {
            await ImportAsync(ledger, Record(1, "s1", 1));
        }

        using var connection = new SqliteDatabase(Path.Combine(Folder.Path, "ledger.db")).OpenReader();
        var text = new QueryText();
        using var row = text.Prepare(
            connection,
            "EXPLAIN QUERY PLAN " + LineageQueries.Newest(text, "record r", WorkspaceId.Default, 1, 2, 3, conditions)
        );
        var plan = new List<string?>();
        while (row.Step())
        {
            plan.Add(row.Text(3));
        }

        Assert.Contains($"USING INDEX {index} ", plan[0], StringComparison.Ordinal);
        Assert.All(plan[1..], step => Assert.Contains(" USING INTEGER PRIMARY KEY ", step, StringComparison.Ordinal));
    }

    private static UsageQuery All(DateTimeOffset from, DateTimeOffset to) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            From = from,
            To = to,
        };

    private static UsageRecord Record(long id, string? session, int minute) =>
        TestRecords.Plain(id) with
        {
            Session = session,
            StartedAt = Start.AddMinutes(minute),
        };

    private static Task<ImportOutcome> ImportAsync(UsageLedger ledger, params UsageRecord[] records) =>
        ledger.ImportAsync(records, Cancel);

    private static async Task<IEnumerable<long>> HandoffsAsync(
        UsageLedger ledger,
        UsageQuery query,
        DateTimeOffset? until,
        int limit
    ) => (await ledger.Lineage.HandoffsAsync(query, until, limit, Cancel)).Select(r => r.Id.Value);
}
