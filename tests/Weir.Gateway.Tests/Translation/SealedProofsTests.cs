using System.Text;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Gateway.Tests.Wire.OpenAIResponses;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>A session that began with a provider of another dialect and goes on with one of its own.</summary>
public sealed class SealedProofsTests
{
    private static readonly string Seal = Encoding.ASCII.GetString(
        ThinkingProof.Seal(ProofKind.Thought, "gemini", "c2ln"u8, default)
    );

    private static string Begun =>
        """
            {"model":"claude-sonnet-5","max_tokens":9,"messages":[{"role":"user","content":"weir1. is a word"},
             {"role":"assistant","content":[ {"type":"thinking","thinking":"","signature":"SEAL"} , {"type":"tool_use","id":"t","name":"look","input":{"weir1.":1}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"mine","signature":"own"},{"type":"text","text":"a"},{"type":"thinking","thinking":"","signature":"SEAL"}]}]}
            """.Replace("SEAL", Seal, StringComparison.Ordinal);

    [Fact]
    public async Task Anthropic_is_not_sent_anothers_thinking_and_all_else_byte_for_byte()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(Translations.Completion(new VendorText("Well.")))
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        await host.AskAsync(host.Post("/v1/messages", Begun));

        Assert.Equal(
            Begun
                .Replace(
                    $$"""{"type":"thinking","thinking":"","signature":"{{Seal}}"} ,""",
                    "",
                    StringComparison.Ordinal
                )
                .Replace(
                    $$""",{"type":"thinking","thinking":"","signature":"{{Seal}}"}""",
                    "",
                    StringComparison.Ordinal
                ),
            upstream.Request.BodyText
        );
        var record = await host.RecordAsync();
        Assert.Equal(["thinking_signature"], record.Dropped);
        Assert.Equal(Dialect.None, record.UpstreamDialect);
    }

    [Theory]
    [InlineData(
        Dialect.OpenAIResponses,
        """{"input":[{"type":"message"},{"type":"reasoning","summary":[],"encrypted_content":"SEAL"}]}""",
        """{"input":[{"type":"message"}]}"""
    )]
    [InlineData(
        Dialect.OpenAIChat,
        """{"messages":[{"role":"assistant","reasoning_details":[{"data":"SEAL"},{"data":"other"}]}]}""",
        """{"messages":[{"role":"assistant","reasoning_details":[{"data":"other"}]}]}"""
    )]
    [InlineData(
        Dialect.Gemini,
        """{"contents":[{"parts":[{"functionCall":{"name":"a"},"thoughtSignature":"d2VpcjEuZz09"},{"thoughtSignature":"d2VpcjEuZz09","text":"b"}]}]}""",
        """{"contents":[{"parts":[{"functionCall":{"name":"a"}},{"text":"b"}]}]}"""
    )]
    public void So_it_is_in_every_dialect(Dialect dialect, string body, string left) =>
        Assert.Equal(
            left,
            Encoding.UTF8.GetString(
                SealedProofs.Without(
                    dialect,
                    Encoding.UTF8.GetBytes(body.Replace("SEAL", Seal, StringComparison.Ordinal))
                )!
            )
        );

    [Fact]
    public void A_body_without_any_is_not_touched() =>
        Assert.Null(
            SealedProofs.Without(Dialect.AnthropicMessages, """{"messages":[{"content":"weir1."}]}"""u8.ToArray())
        );
}
