using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Tests.Ingest;
using Weir.Ledger.Upkeep;

namespace Weir.Ledger.Tests.Upkeep;

/// <summary>Sums of records that are archived, and of those that are kept no longer, survive a look and a repair.</summary>
public sealed class ArchivedRepairTests : UpkeepTest
{
    private static readonly ImmutableArray<WorkspaceId> Workspaces = [new(1), new(2)];

    [Theory]
    [InlineData("UPDATE rollup_page SET cells = (SELECT cells FROM rollup_page WHERE id = 1) WHERE set_no = 0", false)]
    [InlineData("DELETE FROM rollup_page WHERE set_no IN (0, 1, 3)", false)]
    [InlineData("UPDATE rollup_page SET latency = NULL", true)]
    public async Task What_is_archived_is_summed_up_anew(string damage, bool isFileTorn)
    {
        var before = await FillAndArchiveAsync(letGo: false);
        Assert.Empty(Faults(Inspect()));
        Assert.NotEqual(0, Execute(damage));
        var found = Inspect();
        Assert.Equal(["sums"], Faults(found));

        Assert.Null(Repair(isFileTorn ? Torn(found) : found).Refusal);

        Assert.Empty(Faults(Inspect()));
        Assert.Equal(before, await AnswersAsync());
    }

    [Fact]
    public async Task Sums_of_what_is_kept_no_longer_are_taken_over_as_they_are()
    {
        var before = await FillAndArchiveAsync(letGo: true);
        var found = Inspect();
        Assert.Empty(Faults(found));

        Assert.Null(Repair(Torn(found)).Refusal);

        Assert.Empty(Faults(Inspect()));
        Assert.Equal(before, await AnswersAsync());
    }

    [Fact]
    public async Task A_day_that_lost_records_is_not_summed_up_anew()
    {
        await FillAndArchiveAsync(letGo: true);
        Assert.NotEqual(
            0,
            Execute("UPDATE rollup_page SET latency = NULL, first_token = NULL WHERE set_no = 0 AND width = 0")
        );
        var found = Inspect();
        Assert.Equal(["sums"], Faults(found));

        Assert.Contains("kept no longer", Repair(found).Refusal, StringComparison.Ordinal);
    }

    private static LedgerInspection Torn(LedgerInspection found) =>
        found with
        {
            Findings = [.. found.Findings, new LedgerFinding("file", LedgerPart.File, true, "a page is torn")],
        };

    private async Task<ImmutableArray<string>> FillAndArchiveAsync(bool letGo)
    {
        await FillAsync(seed: 11, count: 900);
        Clock.Advance(TimeSpan.FromDays(70));
        await using (var ledger = Open())
        {
            foreach (var workspace in Workspaces)
            {
                var plan = await ledger.Archive.PlanAsync(workspace, Clock.GetUtcNow(), Cancel);
                Assert.NotEmpty(plan);
                foreach (var month in plan)
                {
                    Assert.Null((await ledger.Archive.ArchiveAsync(workspace, month.Month, Cancel)).Refusal);
                }
            }

            if (letGo)
            {
                // In the middle of a day that has records from then on.
                var query = new UsageQuery
                {
                    Workspace = Workspaces[0],
                    From = DateTimeOffset.MinValue,
                    To = TestRecords.Start.AddDays(-10), // what came later stands in rows yet
                };
                var page = await ledger.Queries.RecordsAsync(query, null, 400, Cancel);
                var quarter = TimeSpan.FromMinutes(15).Ticks;
                var since = page
                    .Items.Where(item => item.Record.Duration is not null)
                    .Select(item => item.Record.StartedAt.AddTicks(-(item.Record.StartedAt.UtcTicks % quarter)))
                    .First(start => start.TimeOfDay > TimeSpan.Zero);
                Assert.True(await ledger.Archive.KeepSinceAsync(Workspaces[0], since, null, Cancel) > 0);
            }
        }

        return await AnswersAsync();
    }

    private async Task<ImmutableArray<string>> AnswersAsync()
    {
        await using var ledger = Open();
        var answers = ImmutableArray.CreateBuilder<string>();
        foreach (var workspace in Workspaces)
        {
            var summary = await ledger.Queries.SummaryAsync(
                new UsageQuery
                {
                    Workspace = workspace,
                    From = DateTimeOffset.MinValue,
                    To = DateTimeOffset.MaxValue,
                    GroupBy =
                    [
                        new UsageDimension(UsageDimensionKind.Model),
                        new UsageDimension(UsageDimensionKind.Team),
                    ],
                },
                Cancel
            );
            answers.AddRange(summary.Rows.Select(row => $"{string.Join('|', row.Keys)} {row.Totals}"));
        }

        return answers.ToImmutable();
    }
}
