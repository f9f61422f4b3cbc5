namespace Weir.Gateway.Tests.Transforms;

/// <summary>What no transform touches, and why.</summary>
public sealed class TransformRulesTests
{
    [Theory]
    [InlineData("Authorization", "credential")]
    [InlineData("x-api-key", "credential")]
    [InlineData("X-Goog-Api-Key", "credential")]
    [InlineData("api-key", "credential")]
    [InlineData("cookie", "credential")]
    [InlineData("Host", "connection")]
    [InlineData("content-length", "connection")]
    [InlineData("Connection", "connection")]
    [InlineData("Transfer-Encoding", "connection")]
    [InlineData("Upgrade", "connection")]
    [InlineData("proxy-authorization", "connection")]
    [InlineData("Content-Type", "bodies")]
    [InlineData("Content-Encoding", "bodies")]
    [InlineData("Accept-Encoding", "bodies")]
    [InlineData("Expires", "bodies")]
    [InlineData("traceparent", "trace")]
    [InlineData("x-weir-project", "Weir's own")]
    [InlineData("x-amz-security-token", "signed")]
    [InlineData("x y", "no name")]
    [InlineData("x:y", "no name")]
    [InlineData("", "no name")]
    [InlineData("x-ü", "no name")]
    [InlineData("x\r\ny", "no name")]
    public void A_header_that_is_not_to_be_touched(string name, string why) =>
        Assert.Contains(why, TransformRules.WhyNotHeader(name), StringComparison.Ordinal);

    [Theory]
    [InlineData("anthropic-beta")]
    [InlineData("User-Agent")]
    [InlineData("x-amzn-bedrock-guardrailidentifier")]
    [InlineData("OpenAI-Organization")]
    public void A_header_that_may_be_touched(string name) => Assert.Null(TransformRules.WhyNotHeader(name));

    [Theory]
    [InlineData("a\r\nx-api-key: b")]
    [InlineData("a\nb")]
    [InlineData("ü")]
    [InlineData("a\0")]
    [InlineData("a\tb")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("")]
    public void A_value_that_no_header_has(string value) => Assert.NotNull(TransformRules.WhyNotHeaderValue(value));

    [Theory]
    [InlineData("/model", "routes")]
    [InlineData("/MODEL", "routes")]
    [InlineData("/model/x", "routes")]
    [InlineData("/stream", "caller's own")]
    [InlineData("/stream_options/include_usage", "usage")]
    [InlineData("", "whole body")]
    [InlineData("temperature", "slash")]
    [InlineData("/a~2", "no JSON pointer")]
    public void A_place_that_is_not_to_be_touched(string pointer, string why) =>
        Assert.Contains(why, TransformRules.WhyNotField(pointer), StringComparison.Ordinal);

    [Theory]
    [InlineData("/a", "model", "routes")]
    [InlineData("/a", "Stream", "caller's own")]
    [InlineData("/a", "/b", "pointer")]
    [InlineData("/a", "a", "that it has")]
    public void A_name_that_nothing_may_get(string pointer, string name, string why) =>
        Assert.Contains(why, TransformRules.WhyNotRenamed(pointer, name), StringComparison.Ordinal);

    [Fact]
    public void What_is_refused_at_the_top_may_stand_below()
    {
        Assert.Null(TransformRules.WhyNotField("/reasoning/model"));
        Assert.Null(TransformRules.WhyNotRenamed("/reasoning/a", "model"));
    }
}
