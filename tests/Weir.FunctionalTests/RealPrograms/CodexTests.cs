using Weir.Testing;

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
        var turn = await run.Codex().ExecAsync($"Please {Prompts.CallTool}.");

        var items = CodexProgram.Items(turn);
        Assert.Contains(
            items,
            i => i.Text("type") == "command_execution" && i.Text("aggregated_output")!.Trim() == Prompts.ToolOutput
        );
        Assert.Equal(Prompts.FinalAnswer, items.Last(i => i.Text("type") == "agent_message").Text("text"));

        var records = await run.AssertLedgerAgreesAsync(charges: 2);
        Assert.All(records, r => Assert.Equal("codex", r.Client));
        Assert.Single(records.Select(r => r.Session).Distinct());
        CodexProgram.AssertSawTheSame(turn, [.. run.Provider.Charges.Select(c => c.Usage)]);
    }

    [Fact]
    public async Task Over_a_socket_the_same_is_done_and_metered()
    {
        var codex = run.Codex() with { Settings = "supports_websockets = true" };
        var turn = await codex.ExecAsync($"Please {Prompts.CallTool}.");

        var items = CodexProgram.Items(turn);
        Assert.Contains(
            items,
            i => i.Text("type") == "command_execution" && i.Text("aggregated_output")!.Trim() == Prompts.ToolOutput
        );
        Assert.Equal(Prompts.FinalAnswer, items.Last(i => i.Text("type") == "agent_message").Text("text"));

        var records = await run.AssertLedgerAgreesAsync(charges: 2);
        Assert.All(records, r => Assert.Equal("codex", r.Client));
        Assert.Single(records.Select(r => r.Session).Distinct());
        CodexProgram.AssertSawTheSame(turn, [.. run.Provider.Charges.Select(c => c.Usage)]);
        // Over HTTP it says what it takes. The second request brought the tool's output alone, and the rest is Weir's to remember.
        Assert.All(run.Provider.Upstream.Requests, r => Assert.Null(r.Header("accept")));
        Assert.All(
            run.Provider.Upstream.Requests.Select(r => r.Json()),
            b => Assert.False(b.TryGetProperty("previous_response_id", out _))
        );
    }
}
