using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

public sealed class UsageQueriesTests : LedgerTest
{
    private static readonly DateTimeOffset Start = TestRecords.Start;

    [Fact]
    public async Task Latency_quantiles_are_within_one_percent_from_rollups_and_from_records()
    {
        await using var ledger = Open();
        for (var i = 1; i <= 1000; i++)
        {
            AppendReserved(ledger, TestRecords.Plain(i) with { Duration = TimeSpan.FromMilliseconds(i) });
        }

        await ledger.FlushAsync(Cancel);
        foreach (var from in new[] { Start.AddDays(-1), Start.AddMilliseconds(-1) })
        {
            var total = (await ledger.Queries.SummaryAsync(All(from, Start.AddSeconds(2)), Cancel)).Total;
            Assert.InRange(total.Latency.P50!.Value, 495, 505);
            Assert.InRange(total.Latency.P95!.Value, 940, 960);
            Assert.InRange(total.Latency.P99!.Value, 980, 1000);
            Assert.Equal(default, total.TimeToFirstToken);
        }
    }

    [Fact]
    public async Task Nothing_is_nothing_and_a_range_may_be_empty_future_or_reversed()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1));
        await ledger.FlushAsync(Cancel);
        foreach (
            var query in new[]
            {
                All(Start, Start),
                All(Start.AddYears(100), Start.AddYears(101)),
                All(Start.AddDays(1), Start),
                All(Start, Start.AddTicks(1)),
                All(Start, Start.AddDays(1)) with
                {
                    Workspace = new WorkspaceId(2),
                },
            }
        )
        {
            var summary = await ledger.Queries.SummaryAsync(query, Cancel);
            Assert.Empty(summary.Rows.Where(r => r.Totals.Requests > 0));
            Assert.Equal(0, summary.Total.Requests);
            Assert.Empty((await ledger.Queries.RecordsAsync(query, null, 10, Cancel)).Items);
        }

        Assert.Null(await ledger.Queries.RecordAsync(new WorkspaceId(2), new RecordId(1), Cancel));
        Assert.Null(await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(2), Cancel));
        Assert.NotNull(await ledger.Queries.RecordAsync(WorkspaceId.Default, new RecordId(1), Cancel));
    }

    [Fact]
    public async Task Ten_thousand_groups_come_out_whole()
    {
        await using var ledger = Open(options: Folder.Options with { SegmentBytes = 4 * 1024 * 1024 });
        for (var i = 1; i <= 10_000; i++)
        {
            AppendReserved(ledger, TestRecords.Plain(i) with { User = $"user-{i}", Session = $"session-{i}" });
        }

        await ledger.FlushAsync(Cancel);
        foreach (var kind in new[] { UsageDimensionKind.User, UsageDimensionKind.Session })
        {
            var query = All(Start.AddDays(-1), Start.AddDays(1)) with { GroupBy = [new UsageDimension(kind)] };
            var summary = await ledger.Queries.SummaryAsync(query, Cancel);
            Assert.Equal(10_000, summary.Rows.Length);
            Assert.Equal(new Money(10_000_000), summary.Rows[0].Totals.Cost);
            Assert.Equal(10_000, summary.Total.Requests);
        }
    }

    [Fact]
    public async Task Absurd_figures_break_neither_the_writer_nor_any_answer()
    {
        await using var ledger = Open();
        var records = Enumerable.Range(0, 300).Select(TestRecords.Arbitrary).DistinctBy(r => r.Id).ToList();
        records.Add(TestRecords.Plain(1) with { Cost = new Money(-5), RequestedCost = new Money(long.MaxValue) });
        records.Add(TestRecords.Plain(2) with { Cost = new Money(5), RequestedCost = new Money(long.MinValue) });
        records.Add(TestRecords.Plain(3) with { Duration = TimeSpan.MaxValue, TimeToFirstToken = TimeSpan.MinValue });
        foreach (var record in records)
        {
            AppendReserved(ledger, record);
        }

        await ledger.FlushAsync(Cancel);
        Assert.Null(ledger.Status.WriteFailure);
        foreach (var workspace in new[] { 1, 2, 3 }.Select(w => new WorkspaceId(w)))
        {
            var all = All(DateTimeOffset.MinValue, DateTimeOffset.MaxValue) with { Workspace = workspace };
            var own = records.Where(r => r.Workspace == workspace).ToArray();
            var total = (await ledger.Queries.SummaryAsync(all, Cancel)).Total;
            Assert.Equal(own.Length, total.Requests);
            Assert.Equal(own.Aggregate(0L, (sum, r) => unchecked(sum + (r.Usage.Input ?? 0))), total.Tokens.Input);
            Assert.Equal(own.Aggregate(0L, (sum, r) => unchecked(sum + (r.Cost?.NanoUsd ?? 0))), total.Cost.NanoUsd);
            var years = all with { From = Start.AddYears(-50), To = Start.AddYears(50) };
            Assert.Single(
                await ledger.Queries.SeriesAsync(years, UsageMetric.TotalTokens, UsageInterval.Month, Cancel)
            );
            var audit = await ledger.Queries.AuditAsync(workspace, all.From, all.To, Cancel);
            Assert.True(audit.IsSound, audit.ToString());
        }
    }

    [Fact]
    public async Task Another_workspaces_records_never_show_whatever_is_asked()
    {
        var other = new WorkspaceId(2);
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(1), Workspace = WorkspaceId.Default });
        AppendReserved(ledger, TestRecords.Full() with { Id = new RecordId(2), Workspace = other });
        await ledger.FlushAsync(Cancel);
        var dimensions = RandomUsage.Plain.Append(new UsageDimension(UsageDimensionKind.Tag, "cost-centre"));
        foreach (var dimension in dimensions)
        {
            var value = NaiveCount.Value(TestRecords.Full(), dimension);
            foreach (var length in new[] { TimeSpan.FromDays(2), TimeSpan.FromMinutes(20) })
            {
                var query = All(Start.AddMinutes(-5), Start + length) with
                {
                    GroupBy = [dimension],
                    Filters = [new UsageFilter(dimension, [value])],
                };
                var row = Assert.Single((await ledger.Queries.SummaryAsync(query, Cancel)).Rows);
                Assert.Equal((value, 1), (row.Keys[0], row.Totals.Requests));
                var item = Assert.Single((await ledger.Queries.RecordsAsync(query, null, 10, Cancel)).Items);
                Assert.Equal(1, item.Record.Id.Value);
                Assert.Empty(
                    (await ledger.Queries.SummaryAsync(query with { Workspace = new WorkspaceId(3) }, Cancel)).Rows
                );
            }
        }
    }

    [Fact]
    public async Task Bounds_are_half_open_to_the_tick()
    {
        await using var ledger = Open();
        var midnight = new DateTimeOffset(2026, 7, 3, 0, 0, 0, TimeSpan.Zero);
        AppendReserved(ledger, TestRecords.Plain(1) with { StartedAt = midnight });
        await ledger.FlushAsync(Cancel);
        foreach (
            var (from, to, expected) in new[]
            {
                (midnight, midnight.AddTicks(1), 1),
                (midnight.AddTicks(1), midnight.AddDays(1), 0),
                (midnight.AddDays(-1), midnight, 0),
                (midnight.AddDays(-1), midnight.AddTicks(1), 1),
                (midnight.AddTicks(-1), midnight.AddTicks(1), 1),
                (midnight.ToOffset(TimeSpan.FromHours(5.75)), midnight.AddDays(1).ToOffset(TimeSpan.FromHours(-3)), 1),
            }
        )
        {
            Assert.Equal(expected, (await ledger.Queries.SummaryAsync(All(from, to), Cancel)).Total.Requests);
            Assert.Equal(expected, (await ledger.Queries.RecordsAsync(All(from, to), null, 9, Cancel)).Items.Length);
        }
    }

    [Fact]
    public async Task A_session_is_found_wherever_its_records_have_moved()
    {
        await using var ledger = Open();
        var record = TestRecords.Plain(1) with { Session = "s" };
        AppendReserved(ledger, record);
        AppendReserved(ledger, TestRecords.Plain(2) with { Session = "t" });
        await ledger.FlushAsync(Cancel);
        foreach (var days in new[] { -40, 40 })
        {
            var moved = record with { StartedAt = record.StartedAt.AddDays(days) };
            AppendReserved(ledger, moved);
            await ledger.FlushAsync(Cancel);
            var query = All(Start.AddDays(-50), Start.AddDays(50)) with
            {
                Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Session), ["s", "never seen"])],
            };
            Assert.Equal(1, (await ledger.Queries.SummaryAsync(query, Cancel)).Total.Requests);
            var item = Assert.Single((await ledger.Queries.RecordsAsync(query, null, 10, Cancel)).Items);
            Assert.Equal(moved.StartedAt, item.Record.StartedAt);
        }
    }

    [Fact]
    public async Task A_cancelled_query_ends()
    {
        await using var ledger = Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ledger.Queries.SummaryAsync(All(Start, Start.AddDays(1)), new CancellationToken(canceled: true))
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz.1")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    public void What_is_no_cursor_is_known(string text) => Assert.False(UsageQueries.IsCursor(text));

    [Fact]
    public void Dimensions_go_by_the_names_of_the_api()
    {
        foreach (var kind in RandomUsage.Plain.Select(d => d.Kind))
        {
            var name = new UsageDimension(kind).ToString();
            Assert.True(UsageDimension.TryParse(name, out var parsed));
            Assert.Equal(kind, parsed.Kind);
        }

        Assert.True(UsageDimension.TryParse("tag.cost-centre", out var tag));
        Assert.Equal(("tag.cost-centre", "cost-centre"), (tag.ToString(), tag.Tag));
        Assert.False(UsageDimension.TryParse("tag.", out _));
        Assert.False(UsageDimension.TryParse("Model", out _));
    }

    [Fact]
    public void Statuses_and_sources_go_by_the_names_of_the_api()
    {
        Assert.Equal("caller_aborted", UsageNames.Of(RequestStatus.CallerAborted));
        Assert.Equal("gateway", UsageNames.Of(UsageSource.Gateway));
        foreach (var status in Enum.GetValues<RequestStatus>())
        {
            Assert.True(UsageNames.TryParse(UsageNames.Of(status), out RequestStatus parsed));
            Assert.Equal(status, parsed);
        }

        Assert.False(UsageNames.TryParse("fine", out RequestStatus _));
    }

    private static UsageQuery All(DateTimeOffset from, DateTimeOffset to) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            From = from,
            To = to,
        };
}
