using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Codex, headless, at a provider that speaks Anthropic Messages alone.</summary>
public sealed class CodexElsewhereTests : IAsyncLifetime
{
    private readonly FakeUpstream upstream = new();
    private readonly TemporaryFolder folder = new();
    private WeirProcess weir = null!;

    public async ValueTask InitializeAsync() =>
        weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {{upstream.BaseUrl}}
                apiKey: {{FakeProvider.ApiKey}}
            routes:
              - name: elsewhere
                match: { model: "gpt-*" }
                targets: [{ provider: anthropic, model: claude-sonnet-4-5 }]
            """
        );

    public async ValueTask DisposeAsync()
    {
        await weir.DisposeAsync();
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task It_thinks_runs_tools_at_once_patches_a_file_and_goes_on_the_next_day()
    {
        VendorCompletion[] answers =
        [
            Answer(
                1,
                new VendorThinking("I look at the weir first.", "c2lnbmF0dXJlLTE="),
                new VendorText("Let me look."),
                new VendorToolCall("toolu_1", "exec_command", """{"cmd":"echo weir-one"}"""),
                new VendorToolCall("toolu_2", "exec_command", """{"cmd":"echo weir-two"}"""),
                new VendorToolCall(
                    "toolu_3",
                    "apply_patch",
                    """{"input":"*** Begin Patch\n*** Add File: gauge.txt\n+high — \"très haut\"\n*** End Patch\n"}"""
                )
            ),
            Answer(
                2,
                new VendorThinking("Once more.", "c2lnbmF0dXJlLTI="),
                new VendorToolCall("toolu_4", "exec_command", """{"cmd":"cat gauge.txt"}""")
            ),
            Answer(3, new VendorText("All is well.")),
            Answer(4, new VendorText("Still well.")),
        ];
        upstream.On("/v1/messages", [.. answers.Select(AnthropicAnswers.Stream)]);
        var codex = new CodexProgram(weir.BaseUrl, weir.AdminKey, folder.Make("codex"))
        {
            Model = "gpt-5.5",
            Log = () => weir.Log,
        };

        var first = await codex.ExecAsync("How high is it?");
        var second = await codex.ResumeAsync("And now?");

        var items = CodexProgram.Items(first);
        Assert.Equal(
            ["cat gauge.txt", "echo weir-one", "echo weir-two"],
            items
                .Where(i => i.Text("type") == "command_execution")
                .Select(i => i.Text("command")!.Replace("/bin/bash -lc ", "", StringComparison.Ordinal).Trim('\'', '"'))
                .Order()
        );
        Assert.Single(items, i => i.Text("type") == "file_change");
        Assert.Equal("high — \"très haut\"\n", await File.ReadAllTextAsync(Path.Combine(codex.Home, "gauge.txt")));
        Assert.Equal("All is well.", items.Last(i => i.Text("type") == "agent_message").Text("text"));
        Assert.Contains("Still well.", second.Output, StringComparison.Ordinal);

        AssertRequests();
        CodexProgram.AssertSawTheSame(first, [.. answers[..3].Select(a => a.Usage)]);
        await AssertLedgerAsync(answers);
    }

    private void AssertRequests()
    {
        var bodies = upstream.Requests.Select(r => r.Json()).ToList();
        Assert.Equal(4, bodies.Count);
        Assert.All(bodies, b => Assert.DoesNotContain(b.Items("tools"), t => t.Text("name") is null or "web_search"));
        Assert.All(bodies, b => Assert.Contains(b.Items("tools"), t => t.Text("name") == "apply_patch"));

        var calls = bodies[1].Items("messages").Last(m => m.Text("role") == "assistant").Items("content").ToList();
        Assert.Equal(["thinking", "text", "tool_use", "tool_use", "tool_use"], calls.Select(c => c.Text("type")));
        Assert.Equal(
            ("I look at the weir first.", "c2lnbmF0dXJlLTE="),
            (calls[0].Text("thinking"), calls[0].Text("signature"))
        );
        var results = bodies[1].Items("messages").Last().Items("content").ToList();
        Assert.Equal(["toolu_1", "toolu_2", "toolu_3"], results.Select(r => r.Text("tool_use_id")).Order());
        Assert.Contains(results, r => r.ToString().Contains("weir-two", StringComparison.Ordinal));

        // What came first stays the same, for the prompt cache.
        var opening = bodies.Select(b => b.Items("messages").First().Items("content").First().ToString()).Distinct();
        Assert.Single(opening);
        Assert.Single(bodies.Select(b => string.Concat(b.Items("system").Select(s => s.Text("text")))).Distinct());
    }

    private async Task AssertLedgerAsync(VendorCompletion[] answers)
    {
        List<JsonElement> records = [];
        await weir.UntilAsync(
            async () =>
            {
                var page = await weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
                records = [.. page.Items("items")];
                return records.Count >= answers.Length;
            },
            "write the records"
        );
        var read = records.Select(LedgerRecord.Read).OrderBy(r => r.Counts.Input).ToList();
        Assert.Equal(
            answers.Select(a => (a.Usage.Input, a.Usage.CacheRead, a.Usage.CacheWrite5m, a.Usage.Output)),
            read.Select(r =>
                ((long?)r.Counts.Input, (long?)r.Counts.CacheRead, (long?)r.Counts.CacheWrite5m, (long?)r.Counts.Output)
            )
        );
        Assert.All(
            read,
            r => Assert.Equal(("codex", "anthropic", "ok", false), (r.Client, r.Provider, r.Status, r.Estimated))
        );
        Assert.Single(read.Select(r => r.Session).Distinct());
        Assert.All(
            records,
            r => Assert.Contains("hosted_tool", r.GetProperty("dropped").EnumerateArray().Select(d => d.GetString()))
        );
    }

    private static VendorCompletion Answer(int n, params VendorBlock[] blocks) =>
        new()
        {
            Id = $"msg_{n}",
            Model = "claude-sonnet-4-5",
            Blocks = [.. blocks],
            Usage = new TokenUsage
            {
                Input = 100 + (7 * n),
                CacheRead = 1000 + (131 * n),
                CacheWrite5m = 211 + (17 * n),
                Output = 53 + (13 * n),
            },
        };
}
