using Weir.Capture;
using Weir.FunctionalTests.RealPrograms;
using Weir.Testing;

namespace Weir.FunctionalTests.Capture;

/// <summary>The real programs, headless, deliver to a whole server what they did at a vendor that keeps its own account.</summary>
public sealed class RealTelemetryTests : IAsyncLifetime
{
    private readonly CaptureServer server = new();
    private readonly FakeProvider provider = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("http/json")]
    public async Task Claude_code_tells_each_request_as_the_vendor_charged_it(string protocol)
    {
        var home = server.Home("claude");
        await ClaudeAsync(
            home,
            $"Please {Prompts.StartSubagent}.",
            new Dictionary<string, string>
            {
                ["CLAUDE_CODE_ENABLE_TELEMETRY"] = "1",
                ["CLAUDE_CODE_ENHANCED_TELEMETRY_BETA"] = "1",
                ["OTEL_LOGS_EXPORTER"] = "otlp",
                ["OTEL_METRICS_EXPORTER"] = "otlp",
                ["OTEL_TRACES_EXPORTER"] = "otlp",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = server.BaseUrl.ToString().TrimEnd('/'),
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-weir-key={server.IngestKey}",
            }
        );

        var charges = provider.Charges;
        await server.Intake.UntilAsync(
            intake =>
                intake.Sightings.Count >= 2 * charges.Count && intake.Taken.Any(t => t.Caught.Aggregates.Count > 0),
            "events, spans and metrics"
        );
        var sightings = server.Intake.Sightings;
        var charged = charges
            .Select(c => ("req_" + c.MessageId, c.Usage.Input ?? 0, c.Usage.CacheRead ?? 0, c.Usage.Output ?? 0))
            .Order()
            .ToList();
        // An event and a span tell the same request.
        Assert.Equal(charged, Figures(sightings).Distinct().Order());
        Assert.Equal(2 * charges.Count, sightings.Count);
        Assert.Equal(
            charges.Sum(c => c.Usage.Total),
            server.Intake.Taken.SelectMany(t => t.Caught.Aggregates).Sum(a => a.Usage.Total)
        );
        Assert.Contains(server.Intake.Events, e => e.Kind == SessionEventKind.Prompt);
        AssertNothingSaid();
    }

    [Fact]
    public async Task Codex_tells_each_request_as_the_vendor_charged_it()
    {
        var home = server.Home("codex");
        var codex = new CodexProgram(new Uri(provider.BaseUrl + "/"), FakeProvider.ApiKey, home)
        {
            Settings = $$"""
                [otel]
                exporter = { otlp-http = { endpoint = "{{server.BaseUrl}}v1/logs", protocol = "binary", headers = { "x-weir-key" = "{{server.IngestKey}}" } } }
                trace_exporter = { otlp-http = { endpoint = "{{server.BaseUrl}}v1/traces", protocol = "binary", headers = { "x-weir-key" = "{{server.IngestKey}}" } } }
                """,
        };
        await codex.ExecAsync($"Please {Prompts.CallTool}.");

        var charges = provider.Charges;
        await server.Intake.UntilAsync(intake => intake.Sightings.Count >= charges.Count, "each request");
        Assert.Equal(
            charges.Select(c => (c.Usage.Input ?? 0, c.Usage.CacheRead ?? 0, c.Usage.Output ?? 0)).Order(),
            server
                .Intake.Sightings.Select(s => (s.Usage.Input ?? 0, s.Usage.CacheRead ?? 0, s.Usage.Output ?? 0))
                .Order()
        );
        Assert.Contains(server.Intake.Events, e => e is { Kind: SessionEventKind.Tool, Succeeded: true });
        AssertNothingSaid();
    }

    [Fact]
    public async Task Hooks_that_weir_installed_tell_a_session_as_it_goes()
    {
        var home = server.Home("hooks");
        var settings = Path.Combine(home, ".claude", "settings.json");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        const string Before = "{\n    \"includeCoAuthoredBy\": false\n}\n";
        await File.WriteAllTextAsync(settings, Before);
        var installed = await HooksAsync(home, "install");
        Assert.True(installed.ExitCode == 0, installed.ToString());
        Assert.DoesNotContain("wk_", await File.ReadAllTextAsync(settings), StringComparison.Ordinal);

        await ClaudeAsync(home, $"Please {Prompts.CallTool}.", new Dictionary<string, string>());

        // Claude Code ends what its last hooks run when it ends itself: turn and end of a headless run may stay untold.
        await server.Intake.UntilAsync(
            intake => intake.Events.Count(e => e.Kind == SessionEventKind.Tool) == 2,
            "the tool's beginning and end"
        );
        var events = server.Intake.Events;
        Assert.Contains(events, e => e is { Kind: SessionEventKind.Life, Name: "start" });
        Assert.Contains(events, e => e.Kind == SessionEventKind.Prompt);
        var tool = events.Where(e => e.Kind == SessionEventKind.Tool).ToList();
        Assert.Equal(2, tool.Count);
        Assert.Single(tool.Select(t => t.Id).Distinct());
        Assert.Single(events.Select(e => e.Session).Distinct());
        AssertNothingSaid();

        var removed = await HooksAsync(home, "remove");
        Assert.True(removed.ExitCode == 0, removed.ToString());
        Assert.Equal(Before, await File.ReadAllTextAsync(settings));
    }

    private static IEnumerable<(string, long, long, long)> Figures(IEnumerable<Sighting> sightings) =>
        sightings.Select(s => (s.RequestId!, s.Usage.Input ?? 0, s.Usage.CacheRead ?? 0, s.Usage.Output ?? 0));

    private void AssertNothingSaid()
    {
        var everything = string.Join(
            '\n',
            server.Intake.Taken.SelectMany(t =>
                t.Caught.Events.Cast<object>()
                    .Concat(t.Caught.Sightings)
                    .Concat(t.Caught.Sessions.Values.Cast<object>())
                    .Concat(t.Caught.Limits)
            )
        );
        Assert.DoesNotContain(Prompts.FinalAnswer, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Prompts.ToolOutput, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Prompts.CallTool, everything, StringComparison.Ordinal);
    }

    private Task<ProgramResult> HooksAsync(string home, string verb) =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            [
                "hooks",
                verb,
                "--data",
                Path.Combine(home, "weir"),
                "--server",
                server.BaseUrl.ToString(),
                "--key",
                server.AdminKey,
            ],
            new Dictionary<string, string> { ["HOME"] = home }
        );

    private Task<ProgramResult> ClaudeAsync(
        string home,
        string prompt,
        IReadOnlyDictionary<string, string> environment
    ) =>
        new ClaudeProgram(new Uri(provider.BaseUrl), FakeProvider.ApiKey, home) { Environment = environment }.AskAsync(
            prompt
        );
}
