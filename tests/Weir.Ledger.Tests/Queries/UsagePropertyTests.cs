using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Queries;

/// <summary>Whatever was stored, amended, seen again and priced anew: every answer is that of a plain count over the records as they stand.</summary>
public sealed class UsagePropertyTests
{
    private const int Records = 250;
    private const int Questions = 40;
    private static readonly UsageInterval[] Intervals =
    [
        UsageInterval.Hour,
        UsageInterval.Day,
        UsageInterval.Week,
        UsageInterval.Month,
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Any_question_is_answered_as_a_plain_count_of_the_records_would() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), CheckAsync)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(8));

    /// <summary>The same when months are archived between, and what is told late of them brings them back.</summary>
    [Fact]
    public void Any_question_is_answered_alike_when_months_are_archived() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => CheckAsync(seed, archive: true))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(8));

    private static Task CheckAsync(int seed) => CheckAsync(seed, archive: false);

    private static async Task CheckAsync(int seed, bool archive)
    {
        using var folder = new TestFolder();
        var usage = new RandomUsage(seed);
        var clock = new Testing.FakeClock(usage.Time());
        await using var ledger = UsageLedger.Open(folder.Options, clock).Ledger!;
        var records = await StoreAsync(ledger, usage, clock, archive);
        for (var i = 0; i < Questions; i++)
        {
            if (archive && usage.OneIn(4))
            {
                await ArchiveAsync(ledger, usage);
            }

            var query = usage.Query();
            var summary = await ledger.Queries.SummaryAsync(query, Cancel);
            AssertSummary(records, query, summary);
            await AssertSeriesAsync(ledger, records, query);
            await AssertRecordsAsync(ledger, records, query);
            await AssertSpansAsync(ledger, records, query);
        }

        foreach (var workspace in new[] { 1, 2 })
        {
            var audit = await ledger.Queries.AuditAsync(
                new WorkspaceId(workspace),
                DateTimeOffset.MinValue,
                DateTimeOffset.MaxValue,
                Cancel
            );
            Assert.True(audit.IsSound, audit.ToString());
            Assert.Equal(records.Count(r => r.Workspace.Value == workspace), audit.Records);
            foreach (var record in archive ? records : [])
            {
                var found = await ledger.Queries.RecordAsync(new WorkspaceId(workspace), record.Id, Cancel);
                Assert.Equal(
                    record.Workspace.Value == workspace ? TestRecords.Show(record) : null,
                    found is null ? null : TestRecords.Show(found.Record)
                );
            }
        }
    }

    /// <summary>Some months go, some come back.</summary>
    private static async Task ArchiveAsync(UsageLedger ledger, RandomUsage usage)
    {
        foreach (var workspace in new[] { new WorkspaceId(1), new WorkspaceId(2) })
        {
            foreach (var month in await ledger.Archive.PlanAsync(workspace, DateTimeOffset.MaxValue, Cancel))
            {
                if (usage.OneIn(2))
                {
                    var outcome = await ledger.Archive.ArchiveAsync(workspace, month.Month, Cancel);
                    Assert.Equal((month.Records, null), (outcome.Records, outcome.Refusal));
                }
            }
        }

        foreach (var month in await ledger.Archive.ListAsync(Cancel))
        {
            Assert.True(!usage.OneIn(5) || await ledger.Archive.RestoreAsync(month.Workspace, month.Month, Cancel));
        }
    }

    /// <summary>Stores records, later words on some of them, and other prices for some; returns what they then are.</summary>
    private static async Task<ImmutableArray<UsageRecord>> StoreAsync(
        UsageLedger ledger,
        RandomUsage usage,
        Testing.FakeClock clock,
        bool archive
    )
    {
        var ids = Enumerable.Range(1, Records).Select(i => new RecordId(i)).ToArray();
        var records = ids.ToDictionary(id => id, id => usage.Record(id.Value));
        foreach (var id in ids)
        {
            ledger.Journal.Append(records[id]);
        }

        await ledger.FlushAsync(Cancel);
        foreach (var id in ids.Where(_ => usage.OneIn(3)))
        {
            // From the same witness it replaces, from another it fills in and betters: the merge has tests of its own.
            var seen = usage.Record(id.Value) with
            {
                Workspace = records[id].Workspace,
            };
            seen = usage.OneIn(4) ? seen with { StartedAt = records[id].StartedAt.AddDays(-1) } : seen;
            var known = records[id];
            records[id] = TestRecords.Kept(
                known.Source == seen.Source ? seen : Weir.Ledger.Ingest.RecordMerge.Fold([known, seen], Doubts.None)
            );
            ledger.Journal.Append(seen);
            if (usage.OneIn(10))
            {
                clock.Set(usage.Time());
                await ledger.FlushAsync(Cancel);
            }

            if (archive && usage.OneIn(10))
            {
                await ledger.FlushAsync(Cancel);
                await ArchiveAsync(ledger, usage);
            }
        }

        await ledger.FlushAsync(Cancel);
        if (archive)
        {
            await ArchiveAsync(ledger, usage);
        }

        var priced = ids.Where(id => records[id].Workspace == WorkspaceId.Default && usage.OneIn(4)).ToArray();
        await ledger.RepriceAsync(
            WorkspaceId.Default,
            priced,
            r => r with { Cost = r.Id.Value % 3 == 0 ? null : new Money(77 * r.Id.Value) },
            Cancel
        );
        foreach (var id in priced)
        {
            records[id] = records[id] with { Cost = id.Value % 3 == 0 ? null : new Money(77 * id.Value) };
        }

        return [.. records.Values];
    }

    private static void AssertSummary(ImmutableArray<UsageRecord> records, UsageQuery query, UsageSummary summary)
    {
        var expected = NaiveCount.Groups(records, query);
        Assert.Equal(
            expected.ToDictionary(g => g.Key, g => NaiveCount.Show(g.Value)),
            summary.Rows.ToDictionary(r => NaiveCount.Key(r.Keys), r => NaiveCount.Show(r.Totals))
        );
        Assert.Equal(NaiveCount.Show([.. NaiveCount.Matching(records, query)]), NaiveCount.Show(summary.Total));
        foreach (var row in summary.Rows)
        {
            var group = expected[NaiveCount.Key(row.Keys)];
            AssertQuantiles(group.Select(r => r.Duration), row.Totals.Latency);
            AssertQuantiles(group.Select(r => r.TimeToFirstToken), row.Totals.TimeToFirstToken);
        }

        var costs = summary.Rows.Select(r => r.Totals.Cost.NanoUsd).ToArray();
        Assert.Equal(costs.OrderDescending(), costs);
    }

    private static void AssertQuantiles(IEnumerable<TimeSpan?> times, Percentiles told)
    {
        var sorted = times.OfType<TimeSpan>().Order().ToArray();
        foreach (var (quantile, value) in new[] { (0.5, told.P50), (0.95, told.P95), (0.99, told.P99) })
        {
            if (sorted.Length == 0)
            {
                Assert.Null(value);
                continue;
            }

            var exact = sorted[(int)(quantile * (sorted.Length - 1))].TotalMilliseconds;
            Assert.InRange(value!.Value, exact * 0.99, exact * 1.01);
        }
    }

    private static async Task AssertSeriesAsync(
        UsageLedger ledger,
        ImmutableArray<UsageRecord> records,
        UsageQuery query
    )
    {
        foreach (var interval in Intervals)
        {
            var lines = await ledger.Queries.SeriesAsync(query, UsageMetric.CostUsd, interval, Cancel);
            var expected = NaiveCount
                .Matching(records, query)
                .GroupBy(r => NaiveCount.Key([.. query.GroupBy.Select(d => NaiveCount.Value(r, d))]))
                .ToDictionary(g => g.Key, g => NaiveCount.Series(g, query, interval));
            if (expected.Count == 0 && query.GroupBy.IsEmpty)
            {
                Assert.All(Assert.Single(lines).Points, p => Assert.Equal(0, p.Value));
                continue;
            }

            Assert.Equal(expected.Keys.Order(), lines.Select(l => NaiveCount.Key(l.Keys)).Order());
            foreach (var line in lines)
            {
                Assert.Equal(expected[NaiveCount.Key(line.Keys)], line.Points);
            }
        }
    }

    private static async Task AssertSpansAsync(
        UsageLedger ledger,
        ImmutableArray<UsageRecord> records,
        UsageQuery query
    )
    {
        query = query with { From = Whole(query.From), To = Whole(query.To), GroupBy = [] };
        var matching = NaiveCount.Matching(records, query).OrderBy(r => r.StartedAt).ToArray();
        Assert.Equal(
            matching
                .GroupBy(r =>
                    (r.StartedAt.UtcTicks / TimeSpan.TicksPerHour, r.StartedAt.UtcTicks % TimeSpan.TicksPerHour == 0)
                )
                .Select(span =>
                    Show(
                        span.First().StartedAt,
                        span.Last().StartedAt,
                        span.GroupBy(r => r.Model)
                            .Select(model =>
                                (
                                    model.Key,
                                    model.LongCount(),
                                    model.Sum(r => r.Cost?.NanoUsd ?? 0),
                                    model.Sum(r => r.Usage.Output ?? 0)
                                )
                            )
                    )
                ),
            (await ledger.Queries.SpansAsync(query, Cancel)).Select(span =>
                Show(
                    span.FirstAt,
                    span.LastAt,
                    span.Parts.Select(part => (part.Model, part.Requests, part.Cost.NanoUsd, part.Tokens.Output ?? 0))
                )
            )
        );
        var costs = await ledger.Queries.CostsAsync(query, 7, Cancel);
        Assert.Equal(
            matching.Where(r => r.Cost?.NanoUsd > 0).Select(r => r.StartedAt).TakeLast(7),
            costs.Select(cost => cost.At)
        );

        static string Show(
            DateTimeOffset first,
            DateTimeOffset last,
            IEnumerable<(string? Model, long Requests, long Cost, long Output)> parts
        ) => $"{first:O} {last:O} {string.Join(';', parts.OrderBy(part => part.Model, StringComparer.Ordinal))}";

        static DateTimeOffset Whole(DateTimeOffset time) =>
            new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    private static async Task AssertRecordsAsync(
        UsageLedger ledger,
        ImmutableArray<UsageRecord> records,
        UsageQuery query
    )
    {
        var found = new List<RecordId>();
        string? cursor = null;
        do
        {
            var page = await ledger.Queries.RecordsAsync(query, cursor, 37, Cancel);
            Assert.InRange(page.Items.Length, cursor is null ? 0 : 1, 37);
            found.AddRange(page.Items.Select(i => i.Record.Id));
            cursor = page.Next;
            Assert.True(cursor is null || UsageQueries.IsCursor(cursor));
        } while (cursor is not null);

        Assert.Equal(
            NaiveCount
                .Matching(records, query)
                .OrderByDescending(r => r.StartedAt)
                .ThenByDescending(r => r.Id)
                .Select(r => r.Id),
            found
        );
    }
}
