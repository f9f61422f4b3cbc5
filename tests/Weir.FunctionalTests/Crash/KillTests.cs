using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

/// <summary>Weir is killed in the middle of load: what a caller got is in the ledger, once.</summary>
public sealed class KillTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeProvider provider = new();

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Five_kills_under_load_and_one_during_replay_lose_and_double_nothing()
    {
        var weir = await StartAsync();
        HashSet<string> answered;
        await using (var load = new LoadMaker(weir, width: 12))
        {
            for (var kill = 0; kill < 5; kill++)
            {
                await load.MoreAsync(300);
                await weir.KillAsync();
                await weir.DisposeAsync();
                if (kill == 2)
                {
                    await KillDuringReplayAsync();
                }

                weir = await StartAsync();
                load.MoveTo(weir);
            }

            await load.MoreAsync(100);
            await load.StopAsync();
            answered = [.. load.Answered];
            Assert.Equal(load.Answered.Count, answered.Count);
            Assert.Empty(load.Refused);
        }

        var records = await LedgerPages.ReadAsync(weir);
        Assert.Empty(answered.Except(records.Select(r => r.Id)));
        Assert.Equal(records.Count, records.Select(r => r.Id).Distinct().Count());

        // Each record is one request that reached the vendor, and says what the vendor charged for it.
        var charged = provider.Charges.ToDictionary(c => "req_" + c.MessageId, c => LedgerCounts.Of([c]));
        var whole = records.Where(r => answered.Contains(r.Id)).ToList();
        Assert.All(whole, r => Assert.Equal(charged[r.UpstreamId!], r.Counts));
        Assert.Equal(whole.Count, whole.Select(r => r.UpstreamId).Distinct().Count());
        Assert.True(records.Count <= charged.Count, $"{records.Count} records of {charged.Count} charges.");

        var total = (await weir.GetAsync("/api/v1/usage/summary?from=2020-01-01T00:00:00Z")).GetProperty("total");
        Assert.Equal(records.Count, total.Number("requests"));
        Assert.Equal(records.Sum(r => r.Counts.Input), total.Number("inputTokens"));
        Assert.Equal(0, await weir.StopAsync());
        await weir.DisposeAsync();
    }

    /// <summary>Ends a start as soon as it has opened its ledger, while it moves what the journal still holds.</summary>
    private async Task KillDuringReplayAsync()
    {
        var ledger = folder.At("data", "ledger.db-wal");
        var before = File.Exists(ledger) ? File.GetLastWriteTimeUtc(ledger) : default;
        await using var weir = WeirProcess.Launch(folder.At("data"), Configuration());
        await weir.UntilAsync(
            () => Task.FromResult(File.Exists(ledger) && File.GetLastWriteTimeUtc(ledger) != before),
            "write to its ledger"
        );
        await weir.KillAsync();
    }

    private Task<WeirProcess> StartAsync() => WeirProcess.StartAsync(folder.At("data"), Configuration());

    private string Configuration() =>
        $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {provider.BaseUrl}
                apiKey: {FakeProvider.ApiKey}
            """;
}
