using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

public sealed class UsageSeriesTests : LedgerTest
{
    private static readonly DateTimeOffset Noon = TestRecords.Start;

    [Fact]
    public async Task Every_minute_of_the_range_has_a_point()
    {
        await using var ledger = Open();
        foreach (var (second, id) in new[] { (-1, 1), (0, 2), (59, 3), (60, 4), (180, 5) })
        {
            AppendReserved(ledger, TestRecords.Plain(id) with { StartedAt = Noon.AddSeconds(second) });
        }

        await ledger.FlushAsync(Cancel);
        var line = Assert.Single(await SeriesAsync(ledger, Noon, Noon.AddSeconds(181), UsageInterval.Minute));
        Assert.Equal(
            [(Noon, 2m), (Noon.AddMinutes(1), 1), (Noon.AddMinutes(2), 0), (Noon.AddMinutes(3), 1)],
            line.Points.Select(p => (p.Time, p.Value))
        );
    }

    [Fact]
    public async Task Weeks_begin_on_monday_and_months_on_their_first()
    {
        await using var ledger = Open();
        AppendReserved(ledger, TestRecords.Plain(1) with { StartedAt = Noon }); // a Thursday
        await ledger.FlushAsync(Cancel);
        var weeks = Assert.Single(await SeriesAsync(ledger, Noon.AddDays(-4), Noon.AddDays(4), UsageInterval.Week));
        Assert.Equal(
            ["2026-06-22 0", "2026-06-29 1", "2026-07-06 0"],
            weeks.Points.Select(p => $"{p.Time:yyyy-MM-dd} {p.Value}")
        );
        var months = Assert.Single(
            await SeriesAsync(ledger, Noon.AddMonths(-2), Noon.AddMonths(1), UsageInterval.Month)
        );
        Assert.Equal(
            ["2026-05-01 0", "2026-06-01 0", "2026-07-01 1", "2026-08-01 0"],
            months.Points.Select(p => $"{p.Time:yyyy-MM-dd} {p.Value}")
        );
    }

    [Theory]
    [InlineData(UsageMetric.Requests, "2")]
    [InlineData(UsageMetric.Errors, "1")]
    [InlineData(UsageMetric.InputTokens, "24")]
    [InlineData(UsageMetric.CacheReadTokens, "200000")]
    [InlineData(UsageMetric.CacheWrite5mTokens, "4096")]
    [InlineData(UsageMetric.CacheWrite1hTokens, "0")]
    [InlineData(UsageMetric.OutputTokens, "1024")]
    [InlineData(UsageMetric.ReasoningTokens, "256")]
    [InlineData(UsageMetric.TotalTokens, "205144")]
    [InlineData(UsageMetric.CostUsd, "0.246913578")]
    [InlineData(UsageMetric.BilledUsd, "0.123456789")]
    [InlineData(UsageMetric.SavingsUsd, "1.728395064")]
    public async Task Every_metric_is_its_own_sum(UsageMetric metric, string sum)
    {
        await using var ledger = Open();
        var record = TestRecords.Full() with { Workspace = WorkspaceId.Default };
        AppendReserved(ledger, record);
        AppendReserved(
            ledger,
            record with
            {
                Id = new RecordId(1),
                Status = RequestStatus.CallerAborted,
                Billing = Billing.Metered,
            }
        );
        await ledger.FlushAsync(Cancel);
        foreach (var interval in Enum.GetValues<UsageInterval>())
        {
            var lines = await ledger.Queries.SeriesAsync(
                Range(Noon.AddHours(-1), Noon.AddHours(1)),
                metric,
                interval,
                Cancel
            );
            Assert.Equal(sum, $"{Assert.Single(lines).Points.Sum(p => p.Value):0.#########}");
        }
    }

    [Fact]
    public async Task The_ends_of_the_calendar_have_points()
    {
        await using var ledger = Open();
        foreach (var interval in new[] { UsageInterval.Week, UsageInterval.Month, UsageInterval.Day })
        {
            Assert.NotEmpty(
                Assert.Single(await SeriesAsync(ledger, DateTimeOffset.MinValue, Day(1, 2, 1), interval)).Points
            );
            Assert.NotEmpty(
                Assert.Single(await SeriesAsync(ledger, Day(9999, 12, 1), DateTimeOffset.MaxValue, interval)).Points
            );
        }

        Assert.Empty(Assert.Single(await SeriesAsync(ledger, Noon, Noon, UsageInterval.Day)).Points);
    }

    [Fact]
    public async Task Too_many_points_are_refused()
    {
        await using var ledger = Open(options: Folder.Options with { SegmentBytes = 1024 * 1024 });
        Assert.True(UsageQueries.CountPoints(Noon, Noon.AddYears(10), UsageInterval.Hour) > UsageQueries.MostPoints);
        await AssertRefusedAsync<ArgumentOutOfRangeException>(
            ledger,
            Range(Noon, Noon.AddYears(10)),
            UsageInterval.Hour
        );
        await AssertRefusedAsync<ArgumentOutOfRangeException>(
            ledger,
            Range(Noon, Noon.AddDays(1).AddTicks(1)),
            UsageInterval.Minute
        );
        for (var i = 1; i <= 60; i++)
        {
            AppendReserved(ledger, TestRecords.Plain(i) with { Session = $"session-{i}" });
        }

        await ledger.FlushAsync(Cancel);
        await AssertRefusedAsync<TooManyGroupsException>(
            ledger,
            Range(Noon, Noon.AddHours(40_000)) with
            {
                GroupBy = [new UsageDimension(UsageDimensionKind.Session)],
            },
            UsageInterval.Hour
        );
    }

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);

    private static UsageQuery Range(DateTimeOffset from, DateTimeOffset to) =>
        new()
        {
            Workspace = WorkspaceId.Default,
            From = from,
            To = to,
        };

    private static async Task AssertRefusedAsync<T>(UsageLedger ledger, UsageQuery query, UsageInterval interval)
        where T : Exception =>
        await Assert.ThrowsAsync<T>(() => ledger.Queries.SeriesAsync(query, UsageMetric.Requests, interval, Cancel));

    private static async Task<IReadOnlyList<UsageSeries>> SeriesAsync(
        UsageLedger ledger,
        DateTimeOffset from,
        DateTimeOffset to,
        UsageInterval interval
    ) => await ledger.Queries.SeriesAsync(Range(from, to), UsageMetric.Requests, interval, Cancel);
}
