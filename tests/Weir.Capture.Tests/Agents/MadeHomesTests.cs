using Weir.Bench.AgentLogs;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Tests.Agents;

/// <summary>Homes that were made, read into a ledger: sums by model, day and session are what was made.</summary>
public sealed class MadeHomesTests : CaptureTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Gemini_cli(int seed)
    {
        var truth = GeminiHome.Write(Path.Combine(Home, ".gemini"), 300, seed);

        await AssertAsync(truth, "gemini-cli");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task OpenCode_through_its_layouts(int seed)
    {
        var truth = OpenCodeHome.Write(Path.Combine(Home, ".local", "share", "opencode"), 120, seed);

        await AssertAsync(truth, "opencode");
    }

    private async Task AssertAsync(Truth truth, string client)
    {
        await CatchUpAsync();
        Assert.Equal(0, (await CatchUpAsync()).Requests);

        var records = await AllAsync();
        Assert.True(truth.Total.Requests > 300 && truth.Files > 300, $"{truth.Total.Requests} of {truth.Files} files");
        Assert.All(records, record => Assert.Equal(client, record.Client));
        Assert.Equal(truth.ByModel, Sums(records, record => record.Model));
        Assert.Equal(truth.ByDay, Sums(records, record => record.StartedAt.ToString("yyyy-MM-dd")));
        Assert.Equal(truth.BySession, Sums(records, record => record.Session));
        await using var open = await OpenAsync();
        Assert.All(
            open.Capture.Sources(),
            source =>
            {
                Assert.Empty(source.Problems);
                Assert.Empty(source.Skipped);
            }
        );
    }

    private static SortedDictionary<string, Sum> Sums(List<UsageRecord> records, Func<UsageRecord, string?> by)
    {
        var sums = new SortedDictionary<string, Sum>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            var usage = record.Usage;
            var key = by(record) ?? "?";
            sums[key] = sums.GetValueOrDefault(key)
                .With(
                    new Tokens(
                        usage.Input ?? 0,
                        usage.CacheRead ?? 0,
                        usage.CacheWrite5m ?? 0,
                        usage.CacheWrite1h ?? 0,
                        usage.Output ?? 0
                    )
                );
        }

        return sums;
    }

    private async Task<List<UsageRecord>> AllAsync()
    {
        await using var ledger = UsageLedger.Open(new LedgerOptions { DataFolder = Data }, TimeProvider.System).Ledger!;
        var query = new UsageQuery
        {
            Workspace = WorkspaceId.Default,
            From = DateTimeOffset.UnixEpoch,
            To = DateTimeOffset.MaxValue,
        };
        var records = new List<UsageRecord>();
        string? cursor = null;
        do
        {
            var page = await ledger.Queries.RecordsAsync(query, cursor, 1000, Cancel);
            records.AddRange(page.Items.Select(item => item.Record));
            cursor = page.Next;
        } while (cursor is not null);
        return records;
    }
}
