using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Codex, headless, through Weir.</summary>
public sealed class CodexTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() => run = await MeteredRun.StartAsync();

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Fact]
    public async Task A_shell_call_is_two_requests_and_both_are_metered()
    {
        var home = run.Home("codex");
        await File.WriteAllTextAsync(
            Path.Combine(home, "config.toml"),
            $"""
            model = "gpt-5.1-codex"
            model_provider = "weir"
            approval_policy = "never"
            sandbox_mode = "danger-full-access"
            check_for_update_on_startup = false
            [analytics]
            enabled = false
            [model_providers.weir]
            name = "Weir"
            base_url = "{run.Weir.BaseUrl}v1"
            env_key = "WEIR_KEY"
            wire_api = "responses"
            """
        );
        var result = await Programs.NodeAsync(
            Programs.Codex,
            ["exec", "--json", "--skip-git-repo-check", $"Please {Prompts.CallTool}."],
            new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["CODEX_HOME"] = home,
                ["WEIR_KEY"] = run.Weir.AdminKey,
            },
            home
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{run.Weir.Log}");

        var events = result.JsonLines();
        var items = events.Where(e => e.Text("type") == "item.completed").Select(e => e.GetProperty("item")).ToList();
        Assert.Contains(
            items,
            i => i.Text("type") == "command_execution" && i.Text("aggregated_output")!.Trim() == Prompts.ToolOutput
        );
        Assert.Equal(Prompts.FinalAnswer, items.Last(i => i.Text("type") == "agent_message").Text("text"));

        var records = await run.AssertLedgerAgreesAsync(charges: 2);
        Assert.All(records, r => Assert.Equal("codex", r.Client));
        Assert.Single(records.Select(r => r.Session).Distinct());
        var usage = events.Single(e => e.Text("type") == "turn.completed").GetProperty("usage");
        var charged = LedgerCounts.Of(run.Provider.Charges);
        Assert.Equal(charged.Input + charged.CacheRead, usage.Number("input_tokens"));
        Assert.Equal(charged.CacheRead, usage.Number("cached_input_tokens"));
        Assert.Equal(charged.Output, usage.Number("output_tokens"));
    }
}
