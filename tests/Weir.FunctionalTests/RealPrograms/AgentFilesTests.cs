using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Agents.Codex;
using Weir.Capture.Agents.Gemini;
using Weir.Capture.Agents.OpenCode;
using Weir.Foundation;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>What real agents leave on disk tells what the vendor charged.</summary>
public sealed class AgentFilesTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() => run = await MeteredRun.StartAsync();

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Fact]
    public async Task Codex()
    {
        var codex = run.Codex();
        await codex.ExecAsync($"Please {Prompts.CallTool}.");
        var first = Read(new CodexAgent(), codex.Home);
        await codex.ExecAsync("fork", Assert.Single(first.Sessions).Key, "And now?");

        var caught = Read(new CodexAgent(), codex.Home);

        Assert.Equal(Charges(), Told(caught));
        Assert.Equal(
            run.Provider.Charges.Select(c => c.MessageId).Order(),
            caught.Sightings.Select(s => s.MessageId).Order()
        );
        Assert.Equal(2, caught.Sessions.Count);
        Assert.Equal(2, caught.Events.Count(e => e.Kind == SessionEventKind.Prompt));
        Assert.Contains(caught.Events, e => e is { Kind: SessionEventKind.Tool, Succeeded: true });
        Assert.Empty(caught.Skipped);
    }

    [Fact]
    public async Task Gemini_CLI()
    {
        var home = run.Home("gemini");
        Directory.CreateDirectory(Path.Combine(home, ".gemini"));
        await File.WriteAllTextAsync(
            Path.Combine(home, ".gemini", "settings.json"),
            """
            {"security": {"auth": {"selectedType": "gemini-api-key"} }, "privacy": {"usageStatisticsEnabled": false},
             "general": {"enableAutoUpdate": false} }
            """
        );
        var result = await Programs.NodeAsync(
            Programs.GeminiCli,
            ["-m", "gemini-2.5-flash", "-p", "Say something."],
            new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["GEMINI_API_KEY"] = run.Weir.AdminKey,
                ["GOOGLE_GEMINI_BASE_URL"] = run.Weir.BaseUrl.ToString().TrimEnd('/'),
                ["GEMINI_CLI_TRUST_WORKSPACE"] = "true",
            },
            home
        );
        Assert.True(result.ExitCode == 0, result.ToString());

        var caught = Read(new GeminiAgent(), Path.Combine(home, ".gemini"));

        Assert.Equal(Charges(), Told(caught));
        Assert.Equal(home, Assert.Single(caught.Sessions).Value.Folder);
        Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Prompt);
        Assert.Empty(caught.Skipped);
    }

    [Fact]
    public async Task OpenCode()
    {
        var home = run.Home("opencode");
        var settings = Path.Combine(home, ".config", "opencode");
        Directory.CreateDirectory(settings);
        await File.WriteAllTextAsync(
            Path.Combine(settings, "opencode.json"),
            $$"""
            {"autoupdate": false, "share": "disabled", "model": "anthropic/claude-haiku-4-5",
             "small_model": "anthropic/claude-haiku-4-5-20251001",
             "provider": {"anthropic": {"options": {"baseURL": "{{run.Weir.BaseUrl}}v1", "apiKey": "{{run.Weir.AdminKey}}"} } } }
            """
        );
        var result = await ProgramRun.RunAsync(
            Programs.OpenCode,
            ["run", "Say something."],
            new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["OPENCODE_PURE"] = "1",
                ["OPENCODE_DISABLE_AUTOUPDATE"] = "1",
                ["OPENCODE_DISABLE_DEFAULT_PLUGINS"] = "1",
                ["OPENCODE_DISABLE_MODELS_FETCH"] = "1",
                ["OPENCODE_DISABLE_LSP_DOWNLOAD"] = "1",
                ["npm_config_offline"] = "true",
            },
            home
        );
        Assert.True(result.ExitCode == 0, result.ToString());

        var caught = Read(new OpenCodeAgent(), Path.Combine(home, ".local", "share", "opencode"));

        // The small model's title for the session is no message.
        Assert.Equal(Charges().Where(c => c.Model == "claude-haiku-4-5"), Told(caught));
        Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Prompt);
        Assert.Equal(home, Assert.Single(caught.Sessions).Value.Folder);
        Assert.Empty(caught.Skipped);
    }

    private static Catch Read(CodingAgent agent, string home)
    {
        var caught = new Catch();
        foreach (var path in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(home, path);
            if (agent.Claims(relative) is not { } claim)
            {
                continue;
            }

            if (claim.Form == FileForm.Database)
            {
                agent.ReadDatabase(path, null, caught);
                continue;
            }

            var reader = agent.Open(new FileToRead(relative, claim.Kind, null, Beside));
            foreach (var line in File.ReadAllLines(path))
            {
                reader.Line(System.Text.Encoding.UTF8.GetBytes(line), caught);
            }

            byte[]? Beside(string name) => File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, name));
        }

        return caught;
    }

    private IEnumerable<(string Model, long Input, long Read, long Written, long Output)> Charges() =>
        run.Provider.Charges.Select(c => Row(c.Model, c.Usage)).Order();

    /// <summary>One of each request: a record is written again whenever it changes.</summary>
    private static IEnumerable<(string Model, long Input, long Read, long Written, long Output)> Told(Catch caught) =>
        caught.Sightings.DistinctBy(s => s.MessageId ?? s.OwnId).Select(s => Row(s.Model!, s.Usage)).Order();

    private static (string Model, long Input, long Read, long Written, long Output) Row(
        string model,
        TokenUsage usage
    ) =>
        (
            model,
            usage.Input ?? 0,
            usage.CacheRead ?? 0,
            (usage.CacheWrite5m ?? 0) + (usage.CacheWrite1h ?? 0),
            usage.Output ?? 0
        );
}
