using Weir.Server.Configuration.Imports;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code, headless, at a Weir whose configuration was another program's.</summary>
public sealed class ImportedClaudeTests
{
    [Fact]
    public Task It_works_by_a_configuration_of_claude_code_router() =>
        WorksAsync(provider =>
            $$"""
                {
                  "Providers": [
                    {
                      "name": "deepseek",
                      "api_base_url": "{{provider.OpenAIBaseUrl}}/chat/completions",
                      "api_key": "{{FakeProvider.ApiKey}}",
                      "models": ["gpt-4o-mini"],
                      "transformer": { "use": ["deepseek"], "gpt-4o-mini": { "use": ["tooluse"] } }
                    }
                  ],
                  "Router": { "default": "deepseek,gpt-4o-mini", "background": "deepseek,gpt-4o-mini", "think": "deepseek,gpt-4o-mini" }
                }
                """
        );

    [Fact]
    public Task It_works_by_a_configuration_of_LiteLLM() =>
        WorksAsync(provider =>
            $$"""
                model_list:
                  - model_name: "claude-sonnet-5"
                    litellm_params: { model: openai/gpt-4o-mini, api_base: "{{provider.OpenAIBaseUrl}}", api_key: {{FakeProvider.ApiKey}} }
                router_settings:
                  model_group_alias: { claude-haiku-4-5-20251001: claude-sonnet-5 }
                general_settings: { master_key: sk-1234 }
                """
        );

    private static async Task WorksAsync(Func<FakeProvider, string> theirs)
    {
        await using var run = await MeteredRun.StartWithAsync(provider =>
        {
            var (outcome, faults) = ConfigImport.Read(theirs(provider), from: null);
            Assert.Empty(faults);
            Assert.Empty(outcome!.Faults);
            // What the variable would hold, and whose prices: the vendor stands in this process.
            return outcome.Variables.Aggregate(
                outcome.Text.Replace(
                    "    kind: openai-compatible\n",
                    "    kind: openai-compatible\n    catalogue: openai\n",
                    StringComparison.Ordinal
                ),
                (text, variable) => text.Replace($"${{{variable.Name}}}", FakeProvider.ApiKey, StringComparison.Ordinal)
            );
        });

        var talk = await run.Claude()
            .TalkAsync([
                [new { type = "text", text = $"Please {Prompts.CallTool}." }],
            ]);

        var end = talk.JsonLines().Single(line => line.Text("type") == "result");
        Assert.Equal(Prompts.FinalAnswer, end.Text("result"));
        var records = await run.AssertLedgerAgreesAsync(2);
        Assert.All(records, r => Assert.Equal("claude-code", r.Client));
        Assert.Empty(run.Provider.Rejected);
    }
}
