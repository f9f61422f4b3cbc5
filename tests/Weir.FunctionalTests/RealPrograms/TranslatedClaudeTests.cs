using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>
/// Claude Code, headless, where no provider speaks Anthropic's dialect and a route sends its own models to another one. It takes
/// the thinking for another model's, and keeps it to itself.
/// </summary>
public sealed class TranslatedClaudeTests
{
    /// <summary>A kind of provider, and the model that its route asks for.</summary>
    public static TheoryData<string, string> Upstreams =>
        new() { { "openai", "gpt-4o-mini" }, { "gemini", "gemini-3-flash-preview" } };

    [Theory]
    [MemberData(nameof(Upstreams))]
    public async Task Its_tools_run_and_the_ledger_is_exact(string kind, string model)
    {
        await using var run = await StartAsync(kind, model);
        var talk = await run.Claude()
            .TalkAsync(Work.Select(prompt => new object[] { new { type = "text", text = $"Please {prompt}." } }));

        var ends = talk.JsonLines().Where(line => line.Text("type") == "result").ToList();
        Assert.Equal(Work.Length, ends.Count);
        Assert.All(ends, end => Assert.Equal(Prompts.FinalAnswer, end.Text("result")));
        ClaudeProgram.AssertSawTheSame(ends[^1], run.Provider.Charges);
        // Each tool's call and what came of it; a subagent's are among them.
        Assert.Equal(1 + 2 + 3 + 2 + 1, run.Provider.Charges.Sum(c => c.Calls));
        var records = await run.AssertLedgerAgreesAsync(2 + 2 + 4 + 4 + 2);
        Assert.All(records, r => Assert.Equal("claude-code", r.Client));
        Assert.Empty(run.Provider.Rejected);
    }

    private static string[] Work =>
        [
            Prompts.CallTool,
            Prompts.CallTwice,
            Prompts.KeepCalling,
            Prompts.StartSubagent,
            Prompts.Think + " " + Prompts.CallTool,
        ];

    private static Task<MeteredRun> StartAsync(string kind, string model) =>
        MeteredRun.StartWithAsync(provider =>
            $$"""
                version: 1
                providers:
                  - name: only
                    kind: {{kind}}
                    baseUrl: {{(kind == "openai" ? provider.OpenAIBaseUrl : provider.BaseUrl)}}
                    apiKey: {{FakeProvider.ApiKey}}
                routes:
                  - match: { model: "*" }
                    targets: [{ provider: only, model: {{model}} }]
                """
        );
}
