using System.Text;
using System.Text.Json;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

public sealed class HostBodyTests
{
    [Theory]
    [InlineData("""{"model":"m","stream":true,"max_tokens":5}""", """{"v":"1","max_tokens":5}""")]
    [InlineData("""{ "max_tokens" : 5 , "model" : "m" }""", """{"v":"1", "max_tokens" : 5 }""")]
    [InlineData("""{"a":1,"model":"m","b":2,"stream":false,"c":3}""", """{"v":"1","a":1,"b":2,"c":3}""")]
    [InlineData("""{"model":"m","stream":true}""", """{"v":"1"}""")]
    [InlineData("{}", """{"v":"1"}""")]
    [InlineData("""{"mod\u0065l":"m","x":{"model":"kept"}}""", """{"v":"1","x":{"model":"kept"}}""")]
    [InlineData("""{"v":"own","model":"m"}""", """{"v":"own"}""")]
    [InlineData("""{"a":[1,2],"stream":true,"model":"m"}""", """{"v":"1","a":[1,2]}""")]
    public void Members_go_and_come_and_all_else_stays_byte_for_byte(string body, string edited)
    {
        Assert.Equal(edited, Text(Edited(body).Without("model").Without("stream").With("v", "\"1\"")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"model":"m",""")]
    [InlineData("""{"model":"m" "b":1}""")]
    [InlineData("""{"model":}""")]
    public void What_is_no_object_is_left_alone(string body)
    {
        Assert.Equal(body, Text(Edited(body).Without("model").With("v", "\"1\"")));
    }

    [Fact]
    public void A_member_that_stays_may_be_given_another_value()
    {
        Assert.Equal(
            """{"model" : "deployed", "x":1}""",
            Text(Edited("""{"model" : "m", "x":1}""").Replacing("model", "\"deployed\""))
        );
    }

    [Fact]
    public void Fields_of_a_beta_that_a_host_does_not_know_go_with_its_header()
    {
        var (known, stripped) = AnthropicBetas.For(
            "prompt-caching-scope-2026-01-05, mcp-client-2025-11-20,interleaved-thinking-2025-05-14, interleaved-thinking-2025-05-14",
            ProviderKind.Bedrock
        );
        const string Body =
            """{"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","scope":"global","ttl":"1h"}}],"mcp_servers":[{"url":"x"}],"tools":[{"name":"t","input_schema":{"cache_control":{"scope":"kept"}},"cache_control":{"scope":"global"}}],"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"scope","cache_control":{"scope":"x","type":"ephemeral"}}]}]}]}""";

        Assert.Equal(["interleaved-thinking-2025-05-14"], known);
        Assert.Equal(
            """{"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"tools":[{"name":"t","input_schema":{"cache_control":{"scope":"kept"}},"cache_control":{}}],"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"scope","cache_control":{"type":"ephemeral"}}]}]}]}""",
            Text(Edited(Body).WithoutFields(stripped))
        );
    }

    [Fact]
    public void A_field_stays_where_one_of_the_betas_that_enable_it_is_known()
    {
        var (known, stripped) = AnthropicBetas.For(
            "context-management-2025-06-27,compact-2026-01-12,fast-mode-2026-02-01,made-up-2031-01-01",
            ProviderKind.Vertex
        );

        Assert.Equal(["context-management-2025-06-27", "compact-2026-01-12"], known);
        Assert.Equal([new BetaField(BetaPlace.Request, "speed", Feature.ServiceTier)], stripped);
    }

    [Fact]
    public void A_field_of_a_tool_goes_from_every_tool()
    {
        var (_, stripped) = AnthropicBetas.For("structured-outputs-2025-11-13", ProviderKind.Bedrock);

        Assert.Equal(
            """{"tools":[{"name":"a"},{"name":"b","strict_not":1},3]}""",
            Text(
                Edited(
                        """{"tools":[{"strict":true,"name":"a"},{"name":"b","strict_not":1,"strict":false},3],"output_format":{}}"""
                    )
                    .WithoutFields(stripped)
            )
        );
    }

    [Fact]
    public void Whatever_a_body_holds_the_edited_one_has_the_same_members_less_what_went()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 2000; i++)
        {
            var members = Enumerable
                .Range(0, random.Next(6))
                .Select(n => random.Next(3) == 0 ? "\"model\":\"m\"" : $"\"k{n}\": [{n}, {{\"model\":\"in\"}}]")
                .DistinctBy(member => member[..4]);
            var body = "{" + string.Join(random.Next(2) == 0 ? "," : " , ", members) + "}";

            using var before = JsonDocument.Parse(body);
            using var after = JsonDocument.Parse(Text(Edited(body).Without("model").With("v", "1")));

            Assert.Equal(
                before
                    .RootElement.EnumerateObject()
                    .Where(m => m.Name != "model")
                    .Select(m => m.Value.GetRawText())
                    .Prepend("1"),
                after.RootElement.EnumerateObject().Select(m => m.Value.GetRawText())
            );
        }
    }

    private static HostBody Edited(string body) => new(Encoding.UTF8.GetBytes(body));

    private static string Text(HostBody body) => Encoding.UTF8.GetString(new BodyContent(body.Pieces()).Whole().Span);
}
