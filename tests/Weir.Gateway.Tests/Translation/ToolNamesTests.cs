using System.Text;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>Names of tools that a dialect does not take, on their way there and back.</summary>
public sealed class ToolNamesTests
{
    private const string Long = "mcp__claude_ai_Atlassian_Rovo__getConfluencePageDescendantsOfAllSpaces";

    [Theory]
    [InlineData(Dialect.OpenAIChat, "look")]
    [InlineData(Dialect.OpenAIChat, "0-look_up")]
    [InlineData(Dialect.AnthropicMessages, Long)]
    [InlineData(Dialect.Gemini, "ns:look.up")]
    [InlineData(Dialect.Gemini, "_look")]
    public void A_name_that_is_taken_stays(Dialect dialect, string name)
    {
        Assert.Equal(name, For(dialect, name));
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat, Long, "^mcp__claude_ai_Atlassian_Rovo__getConfluencePageDescen_[0-9a-f]{8}$")]
    [InlineData(Dialect.OpenAIResponses, "a.b", "^a_b_[0-9a-f]{8}$")]
    [InlineData(Dialect.BedrockConverse, "a b", "^a_b_[0-9a-f]{8}$")]
    [InlineData(Dialect.AnthropicMessages, "größe", "^gr____e_[0-9a-f]{8}$")]
    [InlineData(Dialect.Gemini, "0look", "^_look_[0-9a-f]{8}$")]
    [InlineData(Dialect.Gemini, "-", "^__[0-9a-f]{8}$")]
    public void Another_is_made_to_fit(Dialect dialect, string name, string made)
    {
        Assert.Matches(made, For(dialect, name));
        Assert.InRange(For(dialect, name).Length, 1, 64);
    }

    [Fact]
    public void Names_that_differ_stay_different()
    {
        string[] names = ["a.b", "a b", "a/b", "a_b", Long + "1", Long + "2"];

        Assert.Distinct(names.Select(name => For(Dialect.OpenAIChat, name)));
    }

    [Fact]
    public async Task The_model_calls_the_short_name_and_the_caller_is_called_by_its_own()
    {
        var shorter = For(Dialect.OpenAIChat, Long);
        await using var upstream = new FakeUpstream().On(
            "/v1/chat/completions",
            OpenAIAnswers.Chat(
                new VendorCompletion
                {
                    Id = "chatcmpl-1",
                    Model = "gpt-5",
                    Blocks = [new VendorToolCall("call_1", shorter, "{}")],
                    Usage = new TokenUsage { Input = 1, Output = 1 },
                }
            )
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                Dialects = [Dialect.OpenAIChat],
                Models = ["gpt-5"],
            }
        );
        var asked = $$"""
            {"model":"gpt-5","max_tokens":9,"tools":[{"name":"{{Long}}","input_schema":{"type":"object"} }],
             "tool_choice":{"type":"tool","name":"{{Long}}"},
             "messages":[{"role":"user","content":"Hi"},
               {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"{{Long}}","input":{} }]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"done"}]}]}
            """;

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", asked));

        var sent = upstream.Request.BodyText;
        Assert.DoesNotContain(Long, sent, StringComparison.Ordinal);
        Assert.Equal(3, sent.Split($"\"name\":\"{shorter}\"").Length - 1);
        Assert.Contains($"\"name\":\"{Long}\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain(shorter, body, StringComparison.Ordinal);
    }

    private static string For(Dialect dialect, string name) =>
        Encoding.UTF8.GetString(ToolNames.For(dialect, RawText.OfPlain(name)));
}
