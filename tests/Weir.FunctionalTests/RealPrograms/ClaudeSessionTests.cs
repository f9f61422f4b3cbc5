using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>A session of the real Claude Code, seen by the gateway and read from its log.</summary>
public sealed class ClaudeSessionTests : IAsyncLifetime
{
    private MeteredRun run = null!;

    public async ValueTask InitializeAsync() => run = await MeteredRun.StartAsync();

    public ValueTask DisposeAsync() => run.DisposeAsync();

    [Fact]
    public async Task Its_tree_shows_the_main_agent_and_the_subagent_with_each_request_once()
    {
        // The server's own home: it follows what Claude Code writes there.
        var claude = run.Claude() with
        {
            Home = Path.GetDirectoryName(run.Weir.DataFolder)!,
            Folder = run.Home("work"),
        };
        var result = await claude.AskAsync($"Please {Prompts.StartSubagent}.");
        var session = result.Json().Text("session_id")!;
        await run.AssertLedgerAgreesAsync(charges: 4);
        JsonElement detail = default;
        await run.Weir.UntilAsync(
            async () =>
            {
                detail = await run.Weir.GetAsync($"/api/v1/sessions/{session}");
                var seen = Flat(detail.GetProperty("tree")).ToList();
                return seen.Any(n => n.Text("kind") == "prompt")
                    && seen.Where(n => n.Text("kind") == "request")
                        .All(n => n.GetProperty("request").Items("seenBy").Count() == 2);
            },
            "read Claude Code's log"
        );

        var tree = detail.GetProperty("tree");
        var nodes = Flat(tree).ToList();
        var requests = nodes.Where(n => n.Text("kind") == "request").ToList();
        Assert.Equal(
            run.Provider.Charges.Select(c => c.MessageId).Order(),
            requests.Select(n => n.GetProperty("request").Text("messageId")).Order()
        );
        var usage = tree.GetProperty("usage");
        Assert.Equal(LedgerCounts.Of(run.Provider.Charges), LedgerCounts.Read(usage));

        var prompt = tree.Items("children").Single(n => n.Text("kind") == "prompt");
        Assert.Equal(2, prompt.Items("children").Count(n => n.Text("kind") == "request"));
        var agent = nodes.Single(n => n.Text("kind") == "agent");
        var tool = nodes.Single(n =>
            n.Text("kind") == "tool" && n.Items("children").Any(c => c.Text("id") == agent.Text("id"))
        );
        Assert.Contains(tool.Text("name"), new[] { "Task", "Agent" });
        Assert.Equal(2, Flat(agent).Count(n => n.Text("kind") == "request"));
        Assert.Contains(Flat(agent), n => n.Text("kind") == "tool" && n.Text("name") == "Bash");
        Assert.Equal("claude-code", detail.GetProperty("session").Text("client"));
        Assert.Equal(1, detail.GetProperty("session").Number("subagents"));

        var shown = await run.Weir.CommandAsync("session", session[..8]);
        Assert.True(shown.ExitCode == 0, shown.ToString());
        Assert.Contains("4 requests, 1 subagents", shown.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> Flat(JsonElement node) =>
        node.Items("children").SelectMany(Flat).Prepend(node);
}
