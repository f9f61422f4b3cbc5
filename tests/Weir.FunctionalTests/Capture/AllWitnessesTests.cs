using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Capture;

/// <summary>
/// Claude Code with a subagent through the gateway, while its logs are followed, its telemetry delivered and its hooks called:
/// each request is one record, with what each of them knows.
/// </summary>
public sealed class AllWitnessesTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() =>
        run = await MeteredRun.StartAsync(folder =>
            $"""
                capture:
                  homes:
                    claude-code: ["{folder.At("claude", ".claude")}"]
                """
        );

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Fact]
    public async Task Each_request_is_one_record_with_all_that_is_known_of_it()
    {
        var home = run.Home("claude");
        Directory.CreateDirectory(Path.Combine(home, ".claude"));
        await File.WriteAllTextAsync(Path.Combine(home, ".claude", "settings.json"), "{}");
        var hooks = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["hooks", "install", "--data", run.Weir.DataFolder],
            new Dictionary<string, string> { ["HOME"] = home }
        );
        Assert.True(hooks.ExitCode == 0, hooks.ToString());

        var said = (await Claude().AskAsync($"Please {Prompts.StartSubagent}.")).Json();

        await run.Weir.UntilAsync(
            async () =>
            {
                var page = await run.Weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
                var items = page.Items("items").ToList();
                return items.Count == 4 && items.All(item => item.Items("seenBy").Count() == 3);
            },
            "join what gateway, logs and telemetry tell"
        );
        var records = await run.AssertLedgerAgreesAsync(charges: 4);
        Assert.Equal(4, (await run.RecordsAsync()).Count);
        Assert.All(records, record => Assert.Equal(said.Text("session_id"), record.Session));
        Assert.Equal(2, records.Count(record => record.Agent is not null));
        foreach (var record in records)
        {
            var detail = await run.Weir.GetAsync($"/api/v1/usage/requests/{record.Id}");
            Assert.Equal(
                ["gateway", "transcript", "otlp"],
                detail.Items("sightings").Select(word => word.Text("source")!)
            );
            Assert.Empty(detail.Items("doubts"));
            Assert.Equal("measured", detail.Text("quality"));
            Assert.Equal("claude", detail.Text("project"));
            Assert.Equal("claude-code", detail.Text("client"));
        }

        var audit = await run.Weir.GetAsync("/api/v1/system/audit?from=2020-01-01T00:00:00Z");
        Assert.Equal((4, 0), (audit.Number("records"), audit.Number("differences")));
    }

    private ClaudeProgram Claude() =>
        run.Claude() with
        {
            Environment = new Dictionary<string, string>
            {
                ["CLAUDE_CODE_ENABLE_TELEMETRY"] = "1",
                ["OTEL_LOGS_EXPORTER"] = "otlp",
                ["OTEL_METRICS_EXPORTER"] = "otlp",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = run.Weir.BaseUrl.ToString().TrimEnd('/'),
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-weir-key={run.Weir.AdminKey}",
            },
        };
}
