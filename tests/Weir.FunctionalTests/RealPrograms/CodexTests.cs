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
}
