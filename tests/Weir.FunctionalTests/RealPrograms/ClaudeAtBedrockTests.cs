using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>Claude Code that was told that it is at Bedrock, with Weir's pass-through for the address of Bedrock.</summary>
public sealed class ClaudeAtBedrockTests
{
    [Fact]
    public async Task Its_own_requests_pass_through_signed_by_Weir_and_their_streams_are_not_metered()
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

        var records = new List<JsonElement>();
        await run.Weir.UntilAsync(
            async () =>
            {
                var page = await run.Weir.GetAsync("/api/v1/usage/requests?from=2020-01-01T00:00:00Z&limit=200");
                records = [.. page.Items("items").Where(r => r.Text("session") == said.Text("session_id"))];
                return records.Count >= streamed.Count;
            },
            "write the records"
        );
        Assert.Equal(streamed.Count, records.Count);
        Assert.All(
            records,
            r =>
            {
                Assert.Equal(
                    ("claude-code", "bedrock", "ok"),
                    (r.Text("client"), r.Text("provider"), r.Text("status"))
                );
                Assert.Equal(JsonValueKind.Null, r.GetProperty("inputTokens").ValueKind);
                Assert.Equal(JsonValueKind.Null, r.GetProperty("costUsd").ValueKind);
            }
        );
    }
}
