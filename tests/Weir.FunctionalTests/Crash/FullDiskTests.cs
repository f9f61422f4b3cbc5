using System.Text.Json;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

/// <summary>The disk fills up under load: no new work is taken, in clear words, and nothing that was taken is lost.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeProvider provider = new();

    // 4 KB a record, so that what the journal had room for is soon used up.
    private static readonly (string Name, string Value)[] LargeTags =
    [
        .. Enumerable.Range(0, 16).Select(i => ($"x-weir-tag-t{i}", new string((char)('a' + i), 256))),
    ];

    private SmallDisk disk = null!;

    public async ValueTask InitializeAsync() => disk = await SmallDisk.MakeAsync(folder.At("disk"), megabytes: 256);

    public async ValueTask DisposeAsync()
    {
        await disk.DisposeAsync();
        await provider.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Work_is_refused_while_it_is_full_and_taken_again_when_it_is_not()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            disk.IsMounted ? "A tmpfs of 256 MB." : "Mounting is not allowed here: a limit on file sizes stands in."
        );
        await using var weir = await StartAsync();
        HashSet<string> answered;
        await using (var load = new LoadMaker(weir, width: 16, LargeTags))
        {
            await load.MoreAsync(50);
            await disk.FillAsync(weir);
            await load.RefusalAsync();
            await load.StopAsync();

            answered = [.. load.Answered];
            Assert.All(load.Refused, r => AssertRefusal(r.Status, r.Body));
        }

        // Room in the journal is promised before a request goes out: nothing was bought that could not be written down.
        Assert.Equal(provider.Charges.Count, answered.Count);
        using (var health = await weir.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/health")))
        {
            Assert.True(health.IsSuccessStatusCode);
        }

        await disk.EmptyAsync(weir);
        await weir.UntilAsync(
            async () =>
            {
                using var answer = await AskAsync(weir);
                if (answer.IsSuccessStatusCode)
                {
                    await answer.Content.ReadAsByteArrayAsync();
                    answered.Add(answer.Headers.GetValues("x-weir-request-id").Single());
                }

                return answer.IsSuccessStatusCode;
            },
            "take work again"
        );
        await AssertHoldsAsync(weir, answered);
        Assert.Equal(0, await weir.StopAsync());

        await using var again = await StartAsync();
        await AssertHoldsAsync(again, answered);
    }

    private async Task AssertHoldsAsync(WeirProcess weir, HashSet<string> answered)
    {
        var records = await LedgerPages.ReadAsync(weir);
        var billed = records.Where(r => r.Counts.Input > 0).ToList();
        Assert.Equal(answered.Order(), billed.Select(r => r.Id).Order());
        Assert.Equal(provider.Charges.Sum(c => c.Usage.Output), billed.Sum(r => r.Counts.Output));
    }

    private static void AssertRefusal(int status, string body)
    {
        Assert.Equal(503, status);
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        Assert.Equal("error", root.Text("type"));
        var message = root.GetProperty("error").Text("message")!;
        Assert.Contains(
            new[] { "disk", "space", "journal", "ledger" },
            word => message.Contains(word, StringComparison.OrdinalIgnoreCase)
        );
    }

    private static Task<HttpResponseMessage> AskAsync(WeirProcess weir) =>
        weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-haiku-4-5","max_tokens":64,"messages":[{"role":"user","content":"Again."}]}"""
        );

    private Task<WeirProcess> StartAsync() =>
        WeirProcess.StartAsync(
            disk.Path,
            $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {provider.BaseUrl}
                apiKey: {FakeProvider.ApiKey}
            """,
            launcher: disk.Launcher,
            view: disk.View
        );
}
