using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>The realtime clients of the vendors' own SDKs through Weir, to stand-ins of their servers.</summary>
public sealed class RealtimeTests
{
    [Fact]
    public async Task OpenAIs_and_googles_clients_talk_and_each_turn_is_in_the_ledger()
    {
        using var folder = new TemporaryFolder();
        await using var openai = await SocketStandIn.StartAsync(socket =>
            socket.Handshake.Target.StartsWith("/v1/responses", StringComparison.Ordinal)
                ? ResponsesSocketConduct.PlayAsync(socket)
                : RealtimeConduct.PlayAsync(socket)
        );
        await using var google = await SocketStandIn.StartAsync(GeminiLiveConduct.PlayAsync);
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $"""
            version: 1
            providers:
              - name: openai
                kind: openai
                baseUrl: {openai.BaseUrl}v1
                apiKey: upstream-key
                passThrough: ["GET /v1/realtime", "GET /v1/responses"]
              - name: gemini
                kind: gemini
                baseUrl: {google.BaseUrl.ToString().TrimEnd('/')}
                apiKey: upstream-key
                passThrough: ["GET /ws/*"]
            """
        );

        var run = await Programs.NodeAsync(
            "realtime.mjs",
            [],
            new Dictionary<string, string>
            {
                ["HOME"] = folder.Make("home"),
                ["WEIR_KEY"] = weir.AdminKey,
                ["WEIR_URL"] = weir.BaseUrl.ToString().TrimEnd('/'),
            }
        );

        Assert.True(run.ExitCode == 0, $"{run}\n{weir.Log}");
        var told = run.JsonLines().ToLookup(l => l.Text("call")!);
        Assert.Equal("gpt-realtime-mini", told["session"].Single().Text("model"));
        Assert.Equal(["resp_text", "resp_voice"], told["realtime"].Select(l => l.Text("id")));
        Assert.Equal("It holds.", told["realtime"].First().Text("text"));
        Assert.Equal(1000, told["realtime-closed"].Single().Number("code"));
        Assert.Equal(2, told["responses"].Count());
        Assert.Equal(2, told["live"].Count());
        Assert.All(openai.Handshakes, h => Assert.Equal("Bearer upstream-key", h.Header("Authorization")));
        Assert.Equal("upstream-key", google.Handshake.Header("x-goog-api-key"));
        Assert.All(
            openai.Handshakes.Concat(google.Handshakes),
            h => Assert.DoesNotContain("wk_", JsonSerializer.Serialize(h), StringComparison.Ordinal)
        );

        var records = await LedgerAsync(weir, 7);
        Assert.Equal(
            [
                ("gemini-live-2.5-flash-preview", 10, 5),
                ("gemini-live-2.5-flash-preview", 522, 178),
                ("gpt-4o-transcribe", 14, 5),
                ("gpt-5.5", 20, 12),
                ("gpt-5.5", 20, 12),
                ("gpt-realtime-mini", 63, 11),
                ("gpt-realtime-mini", 172, 90),
            ],
            records.Select(r => (r.Text("model")!, (int)r.Number("inputTokens"), (int)r.Number("outputTokens"))).Order()
        );
        // Text is priced, sound is not.
        Assert.All(records.Where(r => r.Text("model") == "gpt-5.5"), r => Assert.Equal("0.0005", r.Text("costUsd")));
        Assert.All(
            records.Where(r => r.Text("model") == "gpt-4o-transcribe"),
            r => Assert.Equal(JsonValueKind.Null, r.GetProperty("costUsd").ValueKind)
        );
        // Three connections, three sessions.
        Assert.Equal(3, records.Select(r => r.Text("session")).Distinct().Count());
    }

    internal static async Task<IReadOnlyList<JsonElement>> LedgerAsync(WeirProcess weir, int count)
    {
        IReadOnlyList<JsonElement> records = [];
        await weir.UntilAsync(
            async () =>
            {
                var page = await weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
                records = [.. page.Items("items")];
                return records.Count >= count;
            },
            $"write {count} records ({records.Count} so far)"
        );
        return records;
    }
}
