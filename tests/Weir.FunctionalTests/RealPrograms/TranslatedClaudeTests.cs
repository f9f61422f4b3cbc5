using System.Text.Json;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code, headless, where no provider speaks Anthropic's dialect.</summary>
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
        foreach (var (prompt, charges) in Work)
        {
            var before = run.Provider.Charges.Count;
            var said = (await ClaudeAsync(run, $"Please {prompt}.")).Json();

            Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
            Assert.Equal(before + charges, run.Provider.Charges.Count);
            AssertClaudeSawTheSame(said, [.. run.Provider.Charges.Skip(before)]);
            Assert.Contains(
                run.Provider.Charges.Skip(before),
                c =>
                    c.Request.BodyText.Replace("echo " + Prompts.ToolOutput, "", StringComparison.Ordinal)
                        .Contains(Prompts.ToolOutput, StringComparison.Ordinal)
            );
        }

        var records = await run.AssertLedgerAgreesAsync(Work.Sum(w => w.Charges));
        Assert.All(records, r => Assert.Equal("claude-code", r.Client));
        Assert.Empty(run.Provider.Rejected);
    }

    private static (string Prompt, int Charges)[] Work =>
        [
            (Prompts.CallTool, 2),
            (Prompts.CallTwice, 2),
            (Prompts.KeepCalling, 4),
            (Prompts.StartSubagent, 4),
            (Prompts.Think + " " + Prompts.CallTool, 2),
        ];

    /// <summary>Claude Code's own sums, of figures that went from one way of counting into another and back.</summary>
    private static void AssertClaudeSawTheSame(JsonElement said, IReadOnlyList<ProviderCharge> charges)
    {
        var models = said.GetProperty("modelUsage").EnumerateObject().Select(m => m.Value).ToList();
        Assert.Equal(charges.Sum(c => c.Usage.Input), models.Sum(m => m.Number("inputTokens")));
        Assert.Equal(charges.Sum(c => c.Usage.CacheRead), models.Sum(m => m.Number("cacheReadInputTokens")));
        Assert.Equal(charges.Sum(c => c.Usage.Output), models.Sum(m => m.Number("outputTokens")));
    }

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

    private static async Task<ProgramResult> ClaudeAsync(MeteredRun run, string prompt)
    {
        var home = run.Home("claude");
        var result = await Programs.NodeAsync(
            Programs.ClaudeCode,
            [
                "-p",
                prompt,
                "--output-format",
                "json",
                "--model",
                "claude-sonnet-5",
                "--allowedTools",
                "Bash(echo:*)",
                "Agent",
                "Task",
            ],
            new Dictionary<string, string>
            {
                ["HOME"] = home,
                ["CLAUDE_CONFIG_DIR"] = Path.Combine(home, ".claude"),
                ["ANTHROPIC_BASE_URL"] = run.Weir.BaseUrl.ToString().TrimEnd('/'),
                ["ANTHROPIC_AUTH_TOKEN"] = run.Weir.AdminKey,
                ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
                ["DISABLE_AUTOUPDATER"] = "1",
                ["DISABLE_TELEMETRY"] = "1",
                ["DISABLE_ERROR_REPORTING"] = "1",
            },
            home
        );
        Assert.True(result.ExitCode == 0, $"{result}\n{run.Weir.Log}");
        return result;
    }
}
