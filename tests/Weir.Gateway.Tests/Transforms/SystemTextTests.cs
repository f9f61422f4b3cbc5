using Weir.Foundation;
using static Weir.Gateway.Tests.Transforms.Bodies;

namespace Weir.Gateway.Tests.Transforms;

/// <summary>Instructions that are added, in each dialect, to the byte.</summary>
public sealed class SystemTextTests
{
    [Theory]
    [InlineData("""{"messages":[]}""", """{"messages":[],"system":"new"}""")]
    [InlineData("""{"system":null}""", """{"system":"new"}""")]
    [InlineData("""{"system":""}""", """{"system":"new"}""")]
    [InlineData("""{"system":"o\"ld"}""", """{"system":"o\"ld\n\nnew"}""")]
    [InlineData("""{"system":[]}""", """{"system":[{"type":"text","text":"new"}]}""")]
    [InlineData(
        """{"system":[ {"type":"text","text":"x-anthropic-billing-header: a"} , {"type":"text","text":"b","cache_control":{"type":"ephemeral"}} ]}""",
        """{"system":[ {"type":"text","text":"x-anthropic-billing-header: a"} , {"type":"text","text":"b","cache_control":{"type":"ephemeral"}},{"type":"text","text":"new"} ]}"""
    )]
    [InlineData("""{"system":7}""", """{"system":7}""")]
    [InlineData("""{"system":{"type":"text"}}""", """{"system":{"type":"text"}}""")]
    public void Anthropic(string body, string expected) =>
        Assert.Equal(expected, Change(body, Dialect.AnthropicMessages, SystemText("new")).Body);

    [Theory]
    [InlineData("""{"messages":[]}""", """{"messages":[{"role":"system","content":"new"}]}""")]
    [InlineData(
        """{"messages":[{"role":"user","content":"a"}]}""",
        """{"messages":[{"role":"system","content":"new"},{"role":"user","content":"a"}]}"""
    )]
    [InlineData(
        """{"messages":[ {"role":"system","content":"s"}, {"content":"d","role":"developer"}, {"role":"user"}, {"role":"system"} ]}""",
        """{"messages":[ {"role":"system","content":"s"}, {"content":"d","role":"developer"},{"role":"developer","content":"new"}, {"role":"user"}, {"role":"system"} ]}"""
    )]
    [InlineData(
        """{"messages":[{"role":"syst\u0065m","content":"s"}]}""",
        """{"messages":[{"role":"syst\u0065m","content":"s"},{"role":"system","content":"new"}]}"""
    )]
    [InlineData("""{"messages":[1]}""", """{"messages":[{"role":"system","content":"new"},1]}""")]
    [InlineData("""{"messages":"x"}""", """{"messages":"x"}""")]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    public void Chat(string body, string expected) =>
        Assert.Equal(expected, Change(body, Dialect.OpenAIChat, SystemText("new")).Body);

    [Theory]
    [InlineData("""{"input":"a"}""", """{"input":"a","instructions":"new"}""")]
    [InlineData("""{"instructions":null}""", """{"instructions":"new"}""")]
    [InlineData("""{"instructions":"old"}""", """{"instructions":"old\n\nnew"}""")]
    [InlineData("""{"instructions":["old"]}""", """{"instructions":["old"]}""")]
    public void Responses(string body, string expected) =>
        Assert.Equal(expected, Change(body, Dialect.OpenAIResponses, SystemText("new")).Body);

    [Theory]
    [InlineData("""{"contents":[]}""", """{"contents":[],"systemInstruction":{"parts":[{"text":"new"}]}}""")]
    [InlineData("""{"systemInstruction":null}""", """{"systemInstruction":{"parts":[{"text":"new"}]}}""")]
    [InlineData(
        """{"systemInstruction":{"role":"user"}}""",
        """{"systemInstruction":{"role":"user","parts":[{"text":"new"}]}}"""
    )]
    [InlineData(
        """{"systemInstruction":{"parts":[{"text":"old"}]}}""",
        """{"systemInstruction":{"parts":[{"text":"old"},{"text":"new"}]}}"""
    )]
    [InlineData(
        """{"system_instruction":{"parts":[{"text":"old"}]}}""",
        """{"system_instruction":{"parts":[{"text":"old"},{"text":"new"}]}}"""
    )]
    [InlineData("""{"systemInstruction":"old"}""", """{"systemInstruction":"old"}""")]
    public void Gemini(string body, string expected) =>
        Assert.Equal(expected, Change(body, Dialect.Gemini, SystemText("new")).Body);

    [Theory]
    [InlineData("""{"messages":[]}""", """{"messages":[],"system":[{"text":"new"}]}""")]
    [InlineData("""{"system":[{"text":"old"}]}""", """{"system":[{"text":"old"},{"text":"new"}]}""")]
    [InlineData("""{"system":"old"}""", """{"system":"old"}""")]
    public void Converse(string body, string expected) =>
        Assert.Equal(expected, Change(body, Dialect.BedrockConverse, SystemText("new")).Body);

    [Fact]
    public void A_text_is_written_as_JSON_and_several_stand_in_their_order()
    {
        Assert.Equal(
            """{"system":"a\n\"b\" \\ \u0001\n\nc ü\n\n\uFFFD"}""",
            Change(
                "{}",
                Dialect.AnthropicMessages,
                SystemText("a\n\"b\" \\ \u0001"),
                SystemText("c ü"),
                SystemText("\ud800")
            )
                .Body.Replace("\ufffd", "\\uFFFD", StringComparison.Ordinal)
        );
        Assert.Equal(
            """{"messages":[{"role":"system","content":"1"},{"role":"system","content":"2"}]}""",
            Change("""{"messages":[]}""", Dialect.OpenAIChat, SystemText("1"), SystemText("2")).Body
        );
        Assert.Equal(
            """{"systemInstruction":{"parts":[{"text":"1"},{"text":"2"}]}}""",
            Change("{}", Dialect.Gemini, SystemText("1"), SystemText("2")).Body
        );
    }
}
