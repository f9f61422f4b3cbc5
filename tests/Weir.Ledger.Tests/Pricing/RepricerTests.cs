using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;

namespace Weir.Ledger.Tests.Pricing;

public sealed class RepricerTests : LedgerTest
{
    private readonly PriceBook book = new();

    [Fact]
    public async Task A_dry_run_tells_and_changes_nothing()
    {
        await using var ledger = Open();
        Fill(ledger, 600);
        var summary = await Run(ledger, apply: false);
        Assert.Equal(600, summary.Examined);
        Assert.Equal(600, summary.Changed);
        Assert.Equal(Sum(1, 600, n => 1000 * n), summary.Before.NanoUsd);
        Assert.Equal(Sum(1, 600, n => (10 + n) * 1_000_000 + 20 * 2_000_000), summary.After.NanoUsd);
        Assert.Equal(600, (await EntriesAsync(ledger)).Length);
    }

    [Fact]
    public async Task Applied_it_keeps_the_old_figures_and_moves_the_sums()
    {
        await using var ledger = Open();
        Fill(ledger, 600);
        var summary = await Run(ledger, apply: true);
        var entries = await EntriesAsync(ledger, 600);
        Assert.Equal(600, entries.Length);
        Assert.All(
            entries,
            e =>
            {
                Assert.Equal(EntryKind.Repriced, e.Kind);
                Assert.Equal(2, e.Revision);
                Assert.Equal(1000 * e.Before!.Id.Value, e.Before.Cost!.Value.NanoUsd);
                Assert.Equal("2026-07-02", e.Before.PriceVersion);
                Assert.Equal((10 + e.After.Id.Value) * 1_000_000 + 20 * 2_000_000, e.After.Cost!.Value.NanoUsd);
                Assert.Equal(book.Current.Version, e.After.PriceVersion);
            }
        );
        var totals = await ledger.Queries.SummaryAsync(
            new UsageQuery
            {
                Workspace = WorkspaceId.Default,
                From = TestRecords.Start.AddHours(-1),
                To = TestRecords.Start.AddHours(1),
            },
            Cancel
        );
        Assert.Equal(summary.After, totals.Total.Cost);
        Assert.Equal(600, totals.Total.Requests);

        var earlier = Assert.Single(await ledger.Queries.EarlierAsync(WorkspaceId.Default, new RecordId(7), Cancel));
        Assert.Equal(
            (7000L, 1, EntryKind.Repriced),
            (earlier.Record.Cost!.Value.NanoUsd, earlier.Revision, earlier.ReplacedBy)
        );
        Assert.Empty(await ledger.Queries.EarlierAsync(new WorkspaceId(2), new RecordId(7), Cancel));

        var again = await Run(ledger, apply: true);
        Assert.Equal(0, again.Changed);
        Assert.Equal(summary.After, again.Before);
        Assert.Equal(1200, (await EntriesAsync(ledger)).Length);
    }

    [Fact]
    public async Task Only_the_scope_is_touched()
    {
        await using var ledger = Open();
        Fill(ledger, 10);
        AppendReserved(ledger, TestRecords.Plain(11, new WorkspaceId(2)));
        AppendReserved(ledger, TestRecords.Plain(12) with { Key = "ci" });
        var byTime = await Run(
            ledger,
            apply: true,
            s => s with { From = TestRecords.Start.AddMilliseconds(3), To = TestRecords.Start.AddMilliseconds(5) }
        );
        Assert.Equal(2, byTime.Changed);
        var byKey = await Run(
            ledger,
            apply: true,
            s => s with { Filters = [new UsageFilter(new UsageDimension(UsageDimensionKind.Key), ["ci"])] }
        );
        Assert.Equal(1, byKey.Changed);
        var other = await Run(ledger, apply: true, s => s with { Workspace = new WorkspaceId(3) });
        Assert.Equal(0, other.Examined);
        Assert.Equal([3, 4, 12], (await EntriesAsync(ledger, 12)).Select(e => e.After.Id.Value).Order());
    }

    [Fact]
    public async Task What_no_price_is_known_for_is_counted()
    {
        await using var ledger = Open();
        AppendReserved(
            ledger,
            TestRecords.Plain(1) with
            {
                Model = "unlisted",
                RequestedModel = "unlisted",
                Cost = null,
                PriceVersion = null,
            }
        );
        AppendReserved(ledger, TestRecords.Plain(2));
        var summary = await Run(ledger, apply: true);
        Assert.Equal(1, summary.Unpriced);
        Assert.Equal(1, summary.Changed);
    }

    private static long Sum(long from, long to, Func<long, long> of)
    {
        var sum = 0L;
        for (var n = from; n <= to; n++)
        {
            sum += of(n);
        }

        return sum;
    }

    private static void Fill(UsageLedger ledger, int count)
    {
        for (var id = 1; id <= count; id++)
        {
            AppendReserved(ledger, TestRecords.Plain(id));
        }
    }

    private Task<RepriceSummary> Run(UsageLedger ledger, bool apply, Func<RepriceScope, RepriceScope>? with = null)
    {
        book.SetOverrides([
            new PriceOverride
            {
                Model = "claude-sonnet-5",
                Rates = new PriceRates { Input = 1000m, Output = 2000m },
            },
        ]);
        var scope = new RepriceScope
        {
            Workspace = WorkspaceId.Default,
            From = TestRecords.Start.AddHours(-1),
            To = TestRecords.Start.AddHours(1),
        };
        return new Repricer(ledger).RunAsync(with?.Invoke(scope) ?? scope, book.Current, p => p, apply, Cancel);
    }
}
