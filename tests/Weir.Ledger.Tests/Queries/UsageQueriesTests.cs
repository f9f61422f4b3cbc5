using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

public sealed class UsageQueriesTests : LedgerTest
{
    private static readonly DateTimeOffset Start = TestRecords.Start;
    private static readonly UsageDimensionKind[] Plain =
    [
        .. Enum.GetValues<UsageDimensionKind>().Where(k => k != UsageDimensionKind.Tag),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_question_is_answered_as_a_plain_count_of_the_records_would(int seed)
    {
        var random = new Random(seed);
        await using var ledger = Open();
        var records = Enumerable.Range(1, 400).Select(i => Arbitrary(random, i)).ToDictionary(r => r.Id);
        foreach (var record in records.Values)
        {
            AppendReserved(ledger, record);
        }

        await ledger.FlushAsync(Cancel);
        // Later revisions take their old figures out of every sum.
        foreach (var id in records.Keys.Where(_ => random.Next(3) == 0).ToArray())
        {
            records[id] = Arbitrary(random, id.Value) with
            {
                Workspace = records[id].Workspace,
                Source = records[id].Source, // another witness would only fill in what is unknown
            };
            AppendReserved(ledger, records[id]);
        }

        await ledger.FlushAsync(Cancel);
        var repriced = records
            .Values.Where(r => r.Workspace == WorkspaceId.Default)
            .Take(50)
            .Select(r => r.Id)
            .ToArray();
        await ledger.RepriceAsync(WorkspaceId.Default, repriced, r => r with { Cost = new Money(77) }, Cancel);
        foreach (var id in repriced)
        {
            records[id] = records[id] with { Cost = new Money(77) };
        }

        for (var i = 0; i < 60; i++)
        {
            var query = RandomQuery(random);
            var expected = NaiveCount.Groups(records.Values, query);
            var summary = await ledger.Queries.SummaryAsync(query, Cancel);
            Assert.Equal(
                expected.ToDictionary(g => g.Key, g => NaiveCount.Show(g.Value)),
                summary.Rows.ToDictionary(r => NaiveCount.Key(r.Keys), r => NaiveCount.Show(r.Totals))
            );
            Assert.Equal(
                NaiveCount.Show([.. NaiveCount.Matching(records.Values, query)]),
                NaiveCount.Show(summary.Total)
            );
            await AssertSeriesAsync(ledger, query, summary);
            await AssertRecordsAsync(ledger, query, records.Values);
        }

        foreach (var workspace in new[] { 1, 2 })
        {
            var audit = await ledger.Queries.AuditAsync(
                new WorkspaceId(workspace),
                Start.AddYears(-5),
                Start.AddYears(5),
                Cancel
            );
            Assert.True(audit.IsSound, audit.ToString());
            Assert.Equal(
                records.Values.Count(r =>
                    r.Workspace.Value == workspace && Math.Abs((r.StartedAt - Start).TotalDays) < 5 * 365
                ),
                audit.Records
            );
        }
    }

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
    public async Task A_series_of_too_many_points_is_refused()
    {
        await using var ledger = Open();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            ledger.Queries.SeriesAsync(
                All(Start, Start.AddYears(1)),
                UsageMetric.Requests,
                UsageInterval.Minute,
                Cancel
            )
        );
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
        foreach (var kind in Plain)
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

    private static async Task AssertSeriesAsync(UsageLedger ledger, UsageQuery query, UsageSummary summary)
    {
        foreach (
            var interval in new[] { UsageInterval.Hour, UsageInterval.Day, UsageInterval.Week, UsageInterval.Month }
        )
        {
            if (UsageQueries.CountPoints(query.From, query.To, interval) > 5000)
            {
                continue;
            }

            var cost = await ledger.Queries.SeriesAsync(query, UsageMetric.CostUsd, interval, Cancel);
            Assert.Equal(summary.Total.Cost.ToUsd(), cost.Sum(s => s.Points.Sum(p => p.Value)));
            var requests = await ledger.Queries.SeriesAsync(query, UsageMetric.Requests, interval, Cancel);
            foreach (var line in requests.Where(l => query.GroupBy.Length > 0))
            {
                var row = summary.Rows.Single(r => r.Keys.SequenceEqual(line.Keys));
                Assert.Equal(row.Totals.Requests, line.Points.Sum(p => p.Value));
            }
        }
    }

    private static async Task AssertRecordsAsync(UsageLedger ledger, UsageQuery query, IEnumerable<UsageRecord> records)
    {
        var expected = NaiveCount
            .Matching(records, query)
            .OrderByDescending(r => r.StartedAt)
            .ThenByDescending(r => r.Id)
            .Select(r => r.Id)
            .ToArray();
        var found = new List<RecordId>();
        string? cursor = null;
        do
        {
            var page = await ledger.Queries.RecordsAsync(query, cursor, 37, Cancel);
            found.AddRange(page.Items.Select(i => i.Record.Id));
            cursor = page.Next;
            Assert.True(cursor is null || UsageQueries.IsCursor(cursor));
        } while (cursor is not null);

        Assert.Equal(expected, found);
    }

    private static UsageQuery RandomQuery(Random random)
    {
        var from = RandomTime(random);
        var to = random.Next(4) == 0 ? from.AddMinutes(random.Next(0, 90)) : RandomTime(random);
        return new UsageQuery
        {
            Workspace = new WorkspaceId(random.Next(1, 3)),
            From = from < to ? from : to,
            To = from < to ? to : from,
            GroupBy = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomDimension(random)).Distinct()],
            Filters =
            [
                .. Enumerable
                    .Range(0, random.Next(0, 3))
                    .Select(_ => RandomDimension(random))
                    .Select(d => new UsageFilter(d, RandomValues(random, d))),
            ],
        };
    }

    private static DateTimeOffset RandomTime(Random random)
    {
        var time = Start.AddMinutes(random.Next(-90 * 24 * 60, 90 * 24 * 60));
        return random.Next(3) switch
        {
            0 => new DateTimeOffset(time.Date, TimeSpan.Zero),
            1 => time,
            _ => time.AddTicks(random.Next()),
        };
    }

    private static UsageDimension RandomDimension(Random random) =>
        random.Next(12) == 0
            ? new UsageDimension(UsageDimensionKind.Tag, "cost-centre")
            : new UsageDimension(Plain[random.Next(Plain.Length)]);

    private static ImmutableArray<string?> RandomValues(Random random, UsageDimension dimension) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, 3))
                .Select(_ => NaiveCount.Value(Arbitrary(random, 1), dimension))
                .Append(random.Next(5) == 0 ? "never seen" : NaiveCount.Value(Arbitrary(random, 1), dimension)),
        ];

    private static UsageRecord Arbitrary(Random random, long id)
    {
        string? Pick(params string?[] texts) => texts[random.Next(texts.Length)];
        long? Tokens() => random.Next(3) == 0 ? null : random.NextInt64(0, 1_000_000);
        Money? Amount() => random.Next(4) == 0 ? null : new Money(random.NextInt64(0, long.MaxValue / 1000));
        var session = Pick(null, "s1", "s2", "s3");
        return new UsageRecord
        {
            Id = new RecordId(id),
            Workspace = new WorkspaceId(random.Next(1, 3)),
            StartedAt = random.Next(40) switch
            {
                0 => new DateTimeOffset(1, 1, 2, 0, 0, 0, TimeSpan.Zero),
                1 => new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero),
                2 => new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero),
                _ => Kept(RandomTime(random)),
            },
            Duration = random.Next(3) == 0 ? null : TimeSpan.FromMicroseconds(random.Next()),
            TimeToFirstToken = random.Next(3) == 0 ? null : TimeSpan.FromMicroseconds(random.Next()),
            Source = random.Next(9) == 0 ? UsageSource.Import : UsageSource.Gateway,
            Status = (RequestStatus)random.Next(0, 11),
            Provider = Pick(null, "anthropic", "openai"),
            Model = Pick(null, "m1", "m2", "m3"),
            RequestedModel = Pick("m1", "m2"),
            Route = Pick(null, "r"),
            Key = Pick(null, "k1", "k2"),
            User = Pick(null, "ada", "m1"),
            Team = Pick(null, "core"),
            Project = Pick(null, "weir"),
            Session = session,
            Agent = session is null && random.Next(9) != 0 ? null : Pick(null, "a1"),
            Client = Pick("codex", "claude-code"),
            Usage = new TokenUsage
            {
                Input = Tokens(),
                CacheRead = Tokens(),
                CacheWrite5m = Tokens(),
                CacheWrite1h = Tokens(),
                Output = Tokens(),
                Reasoning = Tokens(),
            },
            Quality = (UsageQuality)random.Next(0, 4),
            Billing = (Billing)random.Next(0, 3),
            Cost = Amount(),
            RequestedCost = Amount(),
            Tags =
                random.Next(2) == 0
                    ? ImmutableSortedDictionary<string, string>.Empty
                    : ImmutableSortedDictionary<string, string>.Empty.Add("cost-centre", Pick("1", "2")!),
        };
    }

    /// <summary>Records keep whole microseconds.</summary>
    private static DateTimeOffset Kept(DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
