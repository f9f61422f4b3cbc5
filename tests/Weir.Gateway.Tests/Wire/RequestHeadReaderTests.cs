using System.Text;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Tests.Wire;

/// <summary>What decoders would read differently is refused.</summary>
public sealed class RequestHeadReaderTests
{
    [Theory]
    [InlineData("""{"model":"m","streaM_options":{"include_usage":false}}""")]
    [InlineData("""{"model":"m","\u017Ftream_options":{}}""")]
    public void A_lookalike_of_the_key_that_is_added_is_refused(string body)
    {
        var head = Read(body, Dialect.OpenAIChat);

        Assert.NotNull(head.Fault);
    }

    [Theory]
    [InlineData("""{"maxOutputTokens":5,"max_output_tokens":-1}""", "generationConfig.maxOutputTokens")]
    [InlineData("""{"maxOutputTokens":-1,"maxOutputTokens":5}""", "generationConfig.maxOutputTokens")]
    [InlineData("""{"thinkingConfig":{},"thinking_config":{"thinkingBudget":0}}""", "generationConfig.thinkingConfig")]
    public void A_member_of_geminis_configuration_stands_once(string config, string key)
    {
        var head = Read($$"""{"generationConfig":{{config}}}""", Dialect.Gemini);

        Assert.Contains(key, head.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Geminis_configuration_takes_nothing_back()
    {
        var head = Read(
            """{"max_output_tokens":7,"reasoning_effort":"high","generationConfig":{"maxOutputTokens":-1,"thinkingConfig":{"thinkingBudget":0}}}""",
            Dialect.Gemini
        );

        Assert.Null(head.Fault);
        Assert.Equal(7, head.MaxTokens);
        Assert.True(head.HasThinking);
    }

    private static RequestHead Read(string body, Dialect dialect) =>
        RequestHeadReader.Read(Encoding.UTF8.GetBytes(body), dialect);
}
