using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code that was told that it is at Bedrock, with Weir's pass-through for the address of Bedrock.</summary>
public sealed class ClaudeAtBedrockTests
{
    [Fact]
    public async Task Its_own_requests_pass_through_signed_by_Weir_and_are_metered()
    {
        await using var run = await MeteredRun.StartWithAsync(provider =>
            $$"""
                version: 1
                providers:
                  - name: bedrock
                    kind: bedrock
                    region: us-east-1
                    baseUrl: {{provider.BaseUrl}}
                    accessKeyId: {{BedrockStandIn.AccessKeyId}}
                    secretAccessKey: {{BedrockStandIn.SecretAccessKey}}
                    passThrough: ["POST /model/*"]
                """
        );
        var claude = run.Claude();
        var said = (
            await (
                claude with
                {
                    Model = "us.anthropic.claude-sonnet-5",
                    Environment = new Dictionary<string, string>(claude.Environment)
                    {
                        ["CLAUDE_CODE_USE_BEDROCK"] = "1",
                        ["ANTHROPIC_BEDROCK_BASE_URL"] = $"{run.Weir.BaseUrl}p/bedrock",
                        ["AWS_BEARER_TOKEN_BEDROCK"] = run.Weir.AdminKey,
                        ["AWS_REGION"] = "us-east-1",
                    },
                }
            ).AskAsync($"Please {Prompts.CallTool}.")
        ).Json();

        Assert.Equal(Prompts.FinalAnswer, said.Text("result"));
        // It tries the names of models too, with plain requests.
        var streamed = run.Provider.Charges.Where(c => c.Streaming).ToList();
        Assert.Equal(2, streamed.Count);
        Assert.All(streamed, c => Assert.Equal("claude-sonnet-5", c.Model));
        ClaudeProgram.AssertSawTheSame(said, streamed);
        Assert.Empty(run.Provider.Rejected);
        Assert.DoesNotContain(
            run.Provider.Upstream.Requests,
            r => System.Text.Encoding.Latin1.GetString(r.Head.Span).Contains("wk_", StringComparison.Ordinal)
        );

        IReadOnlyList<LedgerRecord> records = [];
        var session = said.Text("session_id");
        await run.Weir.UntilAsync(
            async () =>
            {
                records = [.. (await run.RecordsAsync()).Where(r => r.Session == session && r.Counts.Output > 0)];
                return records.Count >= streamed.Count;
            },
            "write the records"
        );
        Assert.Equal(
            streamed.Select(c => LedgerCounts.Of([c])).OrderBy(c => c.Input),
            records.Select(r => r.Counts).OrderBy(c => c.Input)
        );
        Assert.All(records, r => Assert.Equal(("claude-code", "bedrock", "ok"), (r.Client, r.Provider, r.Status)));
        Assert.DoesNotContain(records, r => r.Estimated);
    }
}
