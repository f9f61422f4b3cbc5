using System.Collections.Immutable;
using System.Globalization;
using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

/// <summary>Records about the moments at which clocks are set, in every kind of zone: each answer is that of a plain count, with node telling the local times.</summary>
public sealed class ZonePropertyTests : LedgerTest
{
    private const int Records = 300;
    private const int Questions = 12;

    [Theory]
    [InlineData("Europe/Berlin", "2024-03-31T01:00Z")]
    [InlineData("Europe/Berlin", "2024-10-27T01:00Z")]
    [InlineData("America/New_York", "2023-11-05T06:00Z")]
    [InlineData("America/Sao_Paulo", "2018-11-04T03:00Z")]
    [InlineData("America/Havana", "2022-11-06T05:00Z")]
    [InlineData("Asia/Beirut", "2022-03-26T22:00Z")]
    [InlineData("Asia/Kolkata", "2023-01-31T18:30Z")]
    [InlineData("Asia/Kathmandu", "2021-12-31T18:15Z")]
    [InlineData("Australia/Lord_Howe", "2022-04-02T15:00Z")]
    [InlineData("Australia/Lord_Howe", "2022-10-01T15:30Z")]
    [InlineData("Pacific/Apia", "2011-12-30T10:00Z")]
    [InlineData("Pacific/Chatham", "2022-09-24T14:00Z")]
    [InlineData("Africa/Casablanca", "2023-03-19T02:00Z")]
    [InlineData("Atlantic/Azores", "2022-10-30T01:00Z")]
    [InlineData("UTC", "2024-02-29T00:00Z")]
    public async Task Every_question_agrees_with_a_plain_count(string zone, string about)
    {
        var random = new Random(zone.GetHashCode(StringComparison.Ordinal) ^ about.Length);
        var usage = new RandomUsage(random.Next());
        var middle = DateTimeOffset.Parse(about, CultureInfo.InvariantCulture);
        var clock = new Testing.FakeClock(middle.AddDays(3));
        await using var ledger = UsageLedger.Open(Folder.Options with { SegmentBytes = 1024 * 1024 }, clock).Ledger!;
        var records = Enumerable
            .Range(1, Records)
            .Select(id => usage.Record(id) with { StartedAt = Near(random, middle), Workspace = WorkspaceId.Default })
            .ToArray();
        foreach (var record in records)
        {
            ledger.Journal.Append(record);
        }

        await ledger.FlushAsync(Cancel);
        var local = (await NodeClock.LocalAsync(zone, records.Select(r => r.StartedAt)))
            .Zip(records)
            .ToDictionary(pair => pair.Second.Id, pair => pair.First);
        for (var i = 0; i < Questions; i++)
        {
            var week = new[] { DayOfWeek.Monday, DayOfWeek.Sunday, DayOfWeek.Saturday }[i % 3];
            var (a, b) = (Near(random, middle), Near(random, middle));
            var query = usage.Query() with
            {
                Workspace = WorkspaceId.Default,
                From = a < b ? a : b,
                To = a < b ? b : a,
                Calendar = new UsageCalendar(UsageCalendar.FindZone(zone)!, week),
            };
            var matching = NaiveCount.Matching(records, query).ToArray();
            foreach (
                var interval in new[] { UsageInterval.Hour, UsageInterval.Day, UsageInterval.Week, UsageInterval.Month }
            )
            {
                await AssertSeriesAsync(ledger, query, interval, matching, local);
            }

            await AssertHeatmapAsync(ledger, query, matching, local);
            await AssertTopAsync(ledger, query, matching, usage);
            await AssertDistributionAsync(ledger, query, matching);
        }
    }

    private static async Task AssertSeriesAsync(
        UsageLedger ledger,
        UsageQuery query,
        UsageInterval interval,
        UsageRecord[] matching,
        Dictionary<RecordId, DateTime> local
    )
    {
        string Label(DateTime at, TimeSpan offset) =>
            interval switch
            {
                // The repeated hour differs by its offset.
                UsageInterval.Hour => $"{at:yyyy-MM-ddTHH} {offset}",
                UsageInterval.Day => $"{at:yyyy-MM-dd}",
                UsageInterval.Week =>
                    $"{at.Date.AddDays(-(((int)at.DayOfWeek - (int)query.Calendar.WeekStart + 7) % 7)):yyyy-MM-dd}",
                _ => $"{at:yyyy-MM}",
            };

        var lines = await ledger.Queries.SeriesAsync(query, UsageMetric.CostUsd, interval, Cancel);
        var expected = matching
            .GroupBy(r =>
                (
                    NaiveCount.Key([.. query.GroupBy.Select(d => NaiveCount.Value(r, d))]),
                    Label(local[r.Id], Offset(r, local))
                )
            )
            .Select(g => (g.Key, Sum: g.Sum(r => r.Cost?.ToUsd() ?? 0)))
            .Where(g => g.Sum != 0)
            .ToDictionary(g => g.Key, g => g.Sum);
        Assert.Equal(
            expected.OrderBy(pair => pair.Key),
            lines
                .SelectMany(line =>
                    line.Points.Where(p => p.Value != 0)
                        .Select(p =>
                            KeyValuePair.Create(
                                (NaiveCount.Key(line.Keys), Label(p.Time.DateTime, p.Time.Offset)),
                                p.Value
                            )
                        )
                )
                .OrderBy(pair => pair.Key)
        );
    }

    private static TimeSpan Offset(UsageRecord record, Dictionary<RecordId, DateTime> local)
    {
        var whole = DateTimeOffset.FromUnixTimeSeconds(record.StartedAt.ToUnixTimeSeconds());
        return local[record.Id] - whole.UtcDateTime;
    }

    private static async Task AssertHeatmapAsync(
        UsageLedger ledger,
        UsageQuery query,
        UsageRecord[] matching,
        Dictionary<RecordId, DateTime> local
    )
    {
        var map = await ledger.Queries.HeatmapAsync(query, UsageMetric.Requests, Cancel);
        Assert.Equal(query.Calendar.WeekStart, map.Days[0].Weekday);
        foreach (var day in map.Days)
        {
            for (var hour = 0; hour < 24; hour++)
            {
                Assert.Equal(
                    matching.Count(r => local[r.Id].DayOfWeek == day.Weekday && local[r.Id].Hour == hour),
                    day.Hours[hour].Value
                );
            }
        }

        Assert.Equal(
            (query.To - query.From).TotalHours,
            (double)map.Days.Sum(day => day.Hours.Sum(hour => hour.Hours)),
            tolerance: 0.001
        );
    }

    private static async Task AssertTopAsync(
        UsageLedger ledger,
        UsageQuery query,
        UsageRecord[] matching,
        RandomUsage usage
    )
    {
        query = query with
        {
            GroupBy = [usage.Query().GroupBy.FirstOrDefault(new UsageDimension(UsageDimensionKind.Model))],
        };
        var groups = NaiveCount.Groups(matching, query);
        var summary = await ledger.Queries.SummaryAsync(query, Cancel);
        foreach (var figure in UsageFigure.All)
        {
            var top = await ledger.Queries.TopAsync(query, figure, 2, Cancel);
            Assert.Equal(Math.Min(2, groups.Count), top.Rows.Length);
            Assert.Equal(groups.Count - top.Rows.Length, top.OtherMembers);
            var rows = top.Rows.Select(row => NaiveCount.Key(row.Keys)).ToArray();
            Assert.All(
                top.Rows,
                row => Assert.Equal(NaiveCount.Show(groups[NaiveCount.Key(row.Keys)]), NaiveCount.Show(row.Totals))
            );
            var others = groups.Where(g => !rows.Contains(g.Key)).SelectMany(g => g.Value).ToArray();
            Assert.Equal(NaiveCount.Show(others), NaiveCount.Show(top.Other));
            Assert.Equal(NaiveCount.Show(matching), NaiveCount.Show(top.Total));
            Assert.Equal(
                summary
                    .Rows.OrderByDescending(row => figure.Of(row.Totals) ?? decimal.MinValue)
                    .ThenByDescending(row => row.Totals.Requests)
                    .ThenBy(row => row.Keys[0], StringComparer.Ordinal)
                    .Select(row => NaiveCount.Key(row.Keys))
                    .Take(2),
                rows
            );
        }
    }

    private static async Task AssertDistributionAsync(UsageLedger ledger, UsageQuery query, UsageRecord[] matching)
    {
        foreach (var scale in new[] { UsageScale.Log, UsageScale.Linear })
        {
            var found = await ledger.Queries.DistributionAsync(query, UsageDuration.Whole, scale, 12, Cancel);
            var groups = NaiveCount.Groups(matching, query);
            Assert.Equal(groups.Keys.Order(), found.Groups.Select(g => NaiveCount.Key(g.Keys)).Order());
            Assert.True(found.Edges.Length <= 13);
            foreach (var group in found.Groups)
            {
                var times = groups[NaiveCount.Key(group.Keys)]
                    .Select(r => r.Duration)
                    .OfType<TimeSpan>()
                    .Select(t => t.TotalMilliseconds)
                    .Order()
                    .ToArray();
                Assert.Equal(times.Length, group.Count);
                Assert.Equal(groups[NaiveCount.Key(group.Keys)].Length - times.Length, group.Unknown);
                Assert.Equal(
                    found
                        .Edges.Zip(found.Edges.Skip(1))
                        .Select(bar => times.LongCount(t => t >= bar.First && t < bar.Second)),
                    group.Bars
                );
                if (times.Length > 0)
                {
                    Assert.InRange(times[0], group.Min!.Value, group.Min.Value * 1.02);
                    Assert.InRange(times[^1], group.Max!.Value * 0.98, group.Max.Value);
                    foreach (var (quantile, told) in new[] { (0.5, group.P50), (0.75, group.P75), (0.9, group.P90) })
                    {
                        var exact = times[(int)(quantile * (times.Length - 1))];
                        Assert.InRange(told!.Value, exact * 0.99, exact * 1.01);
                    }
                }
            }
        }
    }

    private static DateTimeOffset Near(Random random, DateTimeOffset middle)
    {
        var time = random.Next(4) switch
        {
            0 => middle.AddMinutes(15 * random.Next(-12, 13)),
            1 => middle.AddSeconds(random.Next(-7200, 7200)),
            2 => middle.AddMinutes(random.Next(-3 * 1440, 3 * 1440)),
            _ => middle.AddMinutes(random.Next(-60 * 1440, 60 * 1440)),
        };
        return random.Next(3) == 0 ? time.AddMicroseconds(random.Next(-1, 2)) : time;
    }
}
