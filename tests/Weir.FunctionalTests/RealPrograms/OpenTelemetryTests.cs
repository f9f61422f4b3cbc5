using System.Text.Json;
using Weir.FunctionalTests.Capture;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>OpenTelemetry's own SDK delivers to Weir: what a service tells of its requests to models is in the ledger, once.</summary>
public sealed class OpenTelemetryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("proto", "application/x-protobuf")]
    public async Task What_an_sdk_tells_is_in_the_ledger_to_the_token(string form, string type)
    {
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        var made = await weir.CommandAsync("keys", "create", "mill", "--scope", "ingest", "--json");
        var key = made.Json().Text("key")!;

        var calls = await ExportAsync(weir.BaseUrl, key, form);
        foreach (var signal in new[] { "traces", "logs", "metrics" })
        {
            Assert.Equal((0, null), (One(calls, signal).Number("code"), One(calls, signal).Text("error")));
        }

        Assert.All(
            calls.Where(call => call.Text("call") == "answer"),
            answer => Assert.Equal([type, "gzip"], answer.Items("sent").Select(header => header.GetString()))
        );
        Assert.Equal(1, One(calls, "partial").Number("rejected"));
        Assert.NotEmpty(One(calls, "partial").Text("words")!);

        // Delivered once more, as an exporter does that has not heard the answer.
        await ExportAsync(weir.BaseUrl, key, form);
        await weir.UntilAsync(async () => (await RequestsAsync(weir)).Count == 3, "take in what was delivered");
        await weir.SettleAsync();
        Assert.Equal(
            [
                $"chatcmpl_{form}_old openai gpt-4o-mini 100 0 0 7 0 - otlp",
                $"gemini_{form} google gemini-2.5-flash 30 0 0 9 4 - otlp",
                $"msg_{form}_new anthropic claude-haiku-4-5 40 1000 200 50 0 talk-{form} otlp",
            ],
            (await RequestsAsync(weir)).Order(StringComparer.Ordinal)
        );
        // Who has taken deliveries ends as well as anybody.
        Assert.Equal(0, await weir.StopAsync());
    }

    [Theory]
    [InlineData("json")]
    [InlineData("proto")]
    public async Task An_sdk_that_is_told_to_come_again_does_and_nothing_counts_twice(string form)
    {
        var server = new CaptureServer();
        await server.InitializeAsync();
        await using var running = server;
        server.Intake.IsFull = true;
        var told = folder.At($"told-{form}");

        var exporting = ExportAsync(server.BaseUrl, server.IngestKey, form, told);
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            while (!File.Exists(told) && !exporting.IsCompleted)
            {
                await Task.Delay(20, limit.Token);
            }
        }

        server.Intake.IsFull = false;
        var calls = await exporting;

        var answers = calls.Where(call => call.Text("call") == "answer").ToList();
        Assert.Equal((429, 200), (answers[0].Number("status"), answers[^1].Number("status")));
        Assert.True(int.Parse(answers[0].Text("retryAfter")!, null) > 0);
        Assert.Equal(0, One(calls, "traces").Number("code"));
        Assert.Equal(
            [$"chatcmpl_{form}_old", $"msg_{form}_new"],
            server.Intake.Sightings.Select(sighting => sighting.MessageId).Order(StringComparer.Ordinal)
        );
    }

    private async Task<IReadOnlyList<JsonElement>> ExportAsync(Uri to, string key, string form, string? told = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = folder.Path,
            ["WEIR_URL"] = to.ToString(),
            ["WEIR_KEY"] = key,
            ["FORM"] = form,
        };
        if (told is not null)
        {
            environment["TOLD"] = told;
        }

        var result = await Programs.NodeAsync("opentelemetry.mjs", [], environment);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.JsonLines();
    }

    private static JsonElement One(IReadOnlyList<JsonElement> calls, string name) =>
        calls.Single(call => call.Text("call") == name);

    private static async Task<IReadOnlyList<string>> RequestsAsync(WeirProcess weir) =>
        [
            .. (await weir.GetAsync("/api/v1/usage/requests?from=1d"))
                .Items("items")
                .Select(item =>
                    string.Join(
                        ' ',
                        item.Text("messageId"),
                        item.Text("provider"),
                        item.Text("model"),
                        Tokens(item, "inputTokens"),
                        Tokens(item, "cacheReadTokens"),
                        Tokens(item, "cacheWrite5mTokens"),
                        Tokens(item, "outputTokens"),
                        Tokens(item, "reasoningTokens"),
                        item.Text("session") ?? "-",
                        string.Join(',', item.Items("seenBy").Select(witness => witness.GetString()))
                    )
                ),
        ];

    // What nobody told is null.
    private static long Tokens(JsonElement item, string name) =>
        item.GetProperty(name) is { ValueKind: JsonValueKind.Number } count ? count.GetInt64() : 0;
}
