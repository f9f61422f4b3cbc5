using Weir.Capture;
using Weir.Capture.Agents;
using Weir.Capture.Agents.ClaudeCode;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code, headless, through Weir.</summary>
public sealed class ClaudeCodeTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() => run = await MeteredRun.StartAsync();

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Fact]
    public async Task A_tool_call_is_two_requests_and_both_are_metered()
    {
        var result = await run.Claude().AskAsync($"Please {Prompts.CallTool}.");

        var said = result.Json();
        Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
        Assert.Contains(
            Prompts.ToolOutput,
            run.Provider.Charges[1]
                .Request.BodyText.Replace("echo " + Prompts.ToolOutput, "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        var records = await run.AssertLedgerAgreesAsync(charges: 2);
        Assert.All(records, r => Assert.Equal(said.Text("session_id"), r.Session));
        Assert.All(records, r => Assert.Equal("anthropic", r.Provider));
        Assert.All(records, r => Assert.Null(r.Agent));
        ClaudeProgram.AssertSawTheSame(said, run.Provider.Charges);
        Assert.Equal(["claude-sonnet-5"], said.GetProperty("modelUsage").EnumerateObject().Select(m => m.Name));
    }

    [Fact]
    public async Task A_subagent_is_told_from_its_parent()
    {
        var result = await run.Claude().AskAsync($"Please {Prompts.StartSubagent}.");

        var said = result.Json();
        Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
        var records = await run.AssertLedgerAgreesAsync(charges: 4);
        Assert.All(records, r => Assert.Equal(said.Text("session_id"), r.Session));
        Assert.Equal(2, records.Count(r => r.Agent is null));
        Assert.Single(records.Where(r => r.Agent is not null).Select(r => r.Agent).Distinct());
        ClaudeProgram.AssertSawTheSame(said, run.Provider.Charges);
    }

    [Fact]
    public async Task A_provider_that_is_overloaded_once_is_asked_again_and_charged_once()
    {
        run.Provider.Upstream.First(
            "/v1/messages",
            AnthropicAnswers.Error(529, "overloaded_error", "Overloaded").Header("retry-after", "0")
        );
        var result = await run.Claude().AskAsync("Say something.");

        Assert.Equal(Prompts.FinalAnswer, result.Json().Text("result"));
        await run.AssertLedgerAgreesAsync(charges: 1);
        // Weir asks again before the program has to.
        Assert.Single(await run.RecordsAsync());
    }

    [Fact]
    public async Task A_stream_that_dies_is_in_the_ledger_beside_the_second_try()
    {
        var dead = new VendorCompletion
        {
            Id = "msg_dead",
            Model = "claude-sonnet-5",
            Usage = new TokenUsage { Input = 77, Output = 900 },
        };
        run.Provider.Upstream.First(
            "/v1/messages",
            UpstreamAnswer.Sse(AnthropicAnswers.Events(dead).Take(5)).Dies(Ending.Close)
        );
        await run.Claude().TryAsync("-p", "Say something.", "--model", "claude-sonnet-5");

        // Whether it asks again hangs on what it had seen; that is its own affair, the ledger's is to tell all of it.
        var account = run.Provider.Charges;
        IReadOnlyList<LedgerRecord> records = [];
        await run.Weir.UntilAsync(
            async () => (records = await run.RecordsAsync()).Count == account.Count + 1,
            "write all records"
        );
        Assert.Equal(account.Select(c => LedgerCounts.Of([c])), records.Where(r => !r.Estimated).Select(r => r.Counts));
        var broken = records.Single(r => r.Estimated);
        Assert.Equal("upstream_reset", broken.Status);
        Assert.Equal(77, broken.Counts.Input);
        Assert.InRange(broken.Counts.Output, 1, 900);
    }

    [Theory]
    [InlineData(Prompts.CallTool, 2)]
    [InlineData(Prompts.StartSubagent, 4)]
    public async Task What_it_leaves_on_disk_is_what_the_provider_charged(string prompt, int charges)
    {
        var result = await run.Claude().AskAsync($"Please {prompt}.");

        var told = ReadTranscripts(Path.Combine(run.Home("claude"), ".claude"));
        var records = await run.AssertLedgerAgreesAsync(charges);
        Assert.Empty(told.Skipped);
        Assert.Equal(
            run.Provider.Charges.Select(c => (c.MessageId, "req_" + c.MessageId, c.Model, c.Usage.Total)).Order(),
            told.Sightings.GroupBy(s => s.MessageId)
                .Select(g => g.MaxBy(s => s.Usage.Output)!)
                .Select(s => (s.MessageId, s.RequestId!, s.Model!, s.Usage.Total))
                .Order()
        );
        Assert.All(told.Sightings, s => Assert.Equal(result.Json().Text("session_id"), s.Session));
        Assert.Equal(
            records.Select(r => r.Agent).Distinct().Order(),
            told.Sightings.Select(s => s.Agent).Distinct().Order()
        );
        Assert.Contains(told.Events, e => e is { Kind: SessionEventKind.Tool, Name: "Bash", Parent: not null });
        Assert.Single(told.Events.Where(e => e.Kind == SessionEventKind.Prompt).Select(e => e.Id).Distinct());
    }

    private static Catch ReadTranscripts(string home)
    {
        var agent = new ClaudeCodeAgent();
        var caught = new Catch();
        foreach (var file in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(home, file).Replace('\\', '/');
            if (agent.Claims(path) is not { } claim)
            {
                continue;
            }

            var reader = agent.Open(new FileToRead(path, claim.Kind, null, _ => null));
            foreach (var line in File.ReadLines(file))
            {
                reader.Line(System.Text.Encoding.UTF8.GetBytes(line), caught);
            }
        }

        return caught;
    }
}
