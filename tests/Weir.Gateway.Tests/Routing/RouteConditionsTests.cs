using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using static Weir.Gateway.Tests.Routing.Questions;

namespace Weir.Gateway.Tests.Routing;

/// <summary>Each condition, on what real programs send.</summary>
public sealed class RouteConditionsTests
{
    private const string Agent = "afedc955826303d7c";

    [Theory]
    [InlineData("claude-code-title", null, true)]
    [InlineData("claude-code-main", null, false)]
    [InlineData("claude-code-compact", null, false)]
    [InlineData("claude-code-web-search", null, false)]
    [InlineData("claude-code-subagent", Agent, false)]
    [InlineData("claude-code-explore", Agent, false)]
    public void Claude_codes_helper_calls_are_told_from_its_work(string fixture, string? agent, bool expected)
    {
        var question = ClaudeCode(fixture, agent);

        Assert.Equal(expected, Takes(Match with { Background = true }, question));
        Assert.Equal(!expected, Takes(Match with { Background = false }, question));
    }

    [Theory]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":1,"messages":[]}""", true)]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":1024,"messages":[]}""", true)]
    [InlineData("""{"model":"claude-sonnet-5","max_tokens":1025,"messages":[]}""", false)]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":32000,"messages":[],"tools":[]}""", true)]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":32000,"messages":[],"tools":[{"name":"Bash"}]}""", false)]
    [InlineData("""{"model":"claude-haiku-4-5","max_tokens":32000,"thinking":{"type":"adaptive"}}""", false)]
    [InlineData("""{"model":"m","max_tokens":9000,"output_config":{"format":{"type":"json_schema"}}}""", true)]
    [InlineData("""{"model":"m","max_tokens":9000,"output_config":{"format":{"type":"text"}}}""", false)]
    public void A_helper_call_has_no_tools_does_not_think_and_is_small(string body, bool expected)
    {
        var headers = new HeaderDictionary { ["User-Agent"] = "claude-cli/2.1.197 (external, cli)" };

        Assert.Equal(expected, Takes(Match with { Background = true }, Of(body, Dialect.AnthropicMessages, headers)));
        Assert.False(Takes(Match with { Background = true }, Of(body, Dialect.AnthropicMessages)));
    }

    [Theory]
    [InlineData("claude-code-main", true)]
    [InlineData("claude-code-title", false)]
    [InlineData("claude-code-web-search", false)]
    public void Thinking_is_what_the_request_turns_on(string fixture, bool expected)
    {
        Assert.Equal(expected, Takes(Match with { Thinking = true }, ClaudeCode(fixture)));
        Assert.Equal(!expected, Takes(Match with { Thinking = false }, ClaudeCode(fixture)));
    }

    [Theory]
    [InlineData("claude-code-main", "WebSearch", true)]
    [InlineData("claude-code-main", "web*", true)]
    [InlineData("claude-code-main", "mcp__*", false)]
    [InlineData("claude-code-web-search", "web_search", true)]
    [InlineData("claude-code-title", "*", false)]
    public void A_tool_is_one_that_is_offered(string fixture, string tool, bool expected) =>
        Assert.Equal(expected, Takes(Match with { Tool = tool }, ClaudeCode(fixture)));

    [Theory]
    [InlineData(Dialect.OpenAIResponses, """{"model":"m","tools":[{"type":"function","name":"one"}]}""")]
    [InlineData(Dialect.OpenAIChat, """{"model":"m","tools":[{"type":"function","function":{"name":"one"}}]}""")]
    [InlineData(Dialect.Gemini, """{"tools":[{"functionDeclarations":[{"name":"zero"},{"name":"one"}]}]}""")]
    [InlineData(
        Dialect.AnthropicMessages,
        """{"model":"m","tools":[{"description":"\"name\":\"two\"","n\u0061me":"\u006fne"}]}"""
    )]
    public void Tools_are_named_in_every_dialect(Dialect dialect, string body)
    {
        Assert.True(Takes(Match with { Tool = "one" }, Of(body, dialect)));
        Assert.False(Takes(Match with { Tool = "two" }, Of(body, dialect)));
        Assert.False(Takes(Match with { Tool = "function" }, Of(body, dialect)));
    }

    [Fact]
    public void Codex_tools_are_seen_too()
    {
        var question = Of(Fixture("codex-second-turn"), Dialect.OpenAIResponses);

        Assert.True(Takes(Match with { Tool = "*" }, question));
        Assert.False(Takes(Match with { Background = true }, question));
    }

    [Theory]
    [InlineData(
        Dialect.AnthropicMessages,
        """{"model":"m","tools":[{"type":"web_search_20250305","name":"web_search"}]}""",
        true
    )]
    [InlineData(Dialect.AnthropicMessages, """{"model":"m","tools":[{"name":"WebSearch"}]}""", false)]
    [InlineData(Dialect.OpenAIResponses, """{"model":"m","tools":[{"type":"web_search_preview"}]}""", true)]
    [InlineData(Dialect.OpenAIChat, """{"model":"m","web_search_options":{}}""", true)]
    [InlineData(Dialect.OpenAIChat, """{"model":"m","web_search_options":null}""", false)]
    [InlineData(Dialect.Gemini, """{"tools":[{"googleSearch":{}}]}""", true)]
    [InlineData(Dialect.Gemini, """{"tools":[{"google_search":{}}]}""", true)]
    [InlineData(Dialect.Gemini, """{"tools":[{"codeExecution":{}}]}""", false)]
    public void A_web_search_is_the_vendors_own(Dialect dialect, string body, bool expected) =>
        Assert.Equal(expected, Takes(Match with { WebSearch = true }, Of(body, dialect)));

    [Fact]
    public void Claude_codes_search_is_a_call_of_its_own()
    {
        Assert.True(Takes(Match with { WebSearch = true }, ClaudeCode("claude-code-web-search")));
        Assert.False(Takes(Match with { WebSearch = true }, ClaudeCode("claude-code-main")));
    }

    [Theory]
    [InlineData(
        Dialect.AnthropicMessages,
        """{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{}}]}]}""",
        true
    )]
    [InlineData(
        Dialect.AnthropicMessages,
        """{"model":"m","messages":[{"content":[{"type":"tool_result","content":[{"source":{},"type":"image"}]}]}]}""",
        true
    )]
    [InlineData(
        Dialect.AnthropicMessages,
        """{"model":"m","messages":[{"content":[{"type":"tool_use","input":{"type":"image"}}]}]}""",
        false
    )]
    [InlineData(Dialect.AnthropicMessages, """{"model":"m","messages":[{"content":"{\"type\":\"image\"}"}]}""", false)]
    [InlineData(
        Dialect.AnthropicMessages,
        """{"model":"m","messages":[{"content":[{"type":"document","source":{}}]}]}""",
        false
    )]
    [InlineData(
        Dialect.OpenAIChat,
        """{"model":"m","messages":[{"content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""",
        true
    )]
    [InlineData(Dialect.OpenAIResponses, """{"model":"m","input":[{"content":[{"type":"input_image"}]}]}""", true)]
    [InlineData(
        Dialect.OpenAIResponses,
        """{"model":"m","input":[{"type":"function_call_output","output":[{"type":"input_image"}]}]}""",
        true
    )]
    [InlineData(Dialect.OpenAIResponses, """{"model":"m","input":"an image"}""", false)]
    [InlineData(
        Dialect.Gemini,
        """{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":""}}]}]}""",
        true
    )]
    [InlineData(
        Dialect.Gemini,
        """{"contents":[{"parts":[{"inline_data":{"mime_type":"audio/wav","data":""}}]}]}""",
        false
    )]
    public void An_image_stands_where_a_picture_stands(Dialect dialect, string body, bool expected)
    {
        Assert.Equal(expected, Takes(Match with { Image = true }, Of(body, dialect)));
        Assert.Equal(!expected, Takes(Match with { Image = false }, Of(body, dialect)));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(9_000, true)]
    [InlineData(11_000, false)]
    [InlineData(1_000_000, false)]
    public void Tokens_near_the_bound_are_counted(long bound, bool expected)
    {
        // "word " is a token to whoever counts: 10,000 of them are 12,500 by their bytes.
        var text = string.Concat(Enumerable.Repeat("word ", 10_000));
        var body = $$"""{"model":"gpt-5","messages":[{"role":"user","content":"{{text}}"}]}""";

        Assert.Equal(expected, Takes(Match with { TokensAbove = bound }, Of(body, Dialect.OpenAIChat)));
    }

    [Fact]
    public void A_picture_is_no_million_tokens()
    {
        var data = new string('A', 4_000_000);
        var body =
            $$$"""{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"data":"{{{data}}}"}}]}]}""";

        Assert.False(Takes(Match with { TokensAbove = 100_000 }, Of(body, Dialect.AnthropicMessages)));
    }

    [Theory]
    [InlineData("claude-code-subagent", Agent, "afed*", true)]
    [InlineData("claude-code-subagent", Agent, "*reviewer*", true)]
    [InlineData("claude-code-subagent", null, "*reviewer*", true)]
    [InlineData("claude-code-subagent", Agent, "*Claude agent*", false)]
    [InlineData("claude-code-explore", Agent, "You are a file search specialist*", true)]
    [InlineData("claude-code-explore", Agent, "*reviewer*", false)]
    [InlineData("claude-code-main", null, "*", false)]
    public void A_subagent_goes_by_its_id_and_by_how_its_instructions_begin(
        string fixture,
        string? agent,
        string name,
        bool expected
    ) =>
        Assert.Equal(
            expected,
            Takes(Match with { Subagent = new SubagentConfig(true, name) }, ClaudeCode(fixture, agent))
        );

    [Theory]
    [InlineData("claude-code-subagent", Agent, true)]
    [InlineData("claude-code-subagent", null, true)]
    [InlineData("claude-code-main", null, false)]
    public void Whether_a_subagent_asks(string fixture, string? agent, bool expected)
    {
        var question = ClaudeCode(fixture, agent);

        Assert.Equal(expected, Takes(Match with { Subagent = new SubagentConfig(true, null) }, question));
        Assert.Equal(!expected, Takes(Match with { Subagent = new SubagentConfig(false, null) }, question));
    }

    [Fact]
    public void A_team_is_the_keys()
    {
        var question = ClaudeCode("claude-code-main") with { Team = "hydro" };

        Assert.True(Takes(Match with { Team = "hy*" }, question));
        Assert.False(Takes(Match with { Team = "solar" }, question));
        Assert.False(Takes(Match with { Team = "*" }, question with { Team = null }));
    }

    [Fact]
    public void Whoever_names_several_conditions_wants_them_all()
    {
        var match = Match with { Background = true, Thinking = false, Subagent = new SubagentConfig(false, null) };

        Assert.True(Takes(match, ClaudeCode("claude-code-title")));
        Assert.False(Takes(match with { Image = true }, ClaudeCode("claude-code-title")));
        Assert.Equal(
            "image is to be true, and is false",
            RouteOf(match with { Image = true }).WhyNot(ClaudeCode("claude-code-title"))
        );
    }

    [Fact]
    public void Hostile_bodies_match_or_not_and_never_throw()
    {
        var all = Match with
        {
            Background = false,
            Tool = "*",
            WebSearch = true,
            Image = true,
            TokensAbove = 1,
            Subagent = new SubagentConfig(true, "*"),
        };
        var whole = Fixture("claude-code-subagent");
        var random = new Random(7);
        for (var i = 0; i < 400; i++)
        {
            var bytes = whole[..random.Next(1, whole.Length)];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            foreach (var dialect in new[] { Dialect.AnthropicMessages, Dialect.OpenAIResponses, Dialect.Gemini })
            {
                var question = new Weir.Gateway.Routing.RouteQuestion(
                    dialect,
                    true,
                    "m",
                    "claude-code",
                    null,
                    new HeaderDictionary()
                )
                {
                    Traits = new Weir.Gateway.Wire.RequestTraits(bytes, dialect, default),
                };
                foreach (var one in Alone(all))
                {
                    _ = Takes(one, question);
                }
            }
        }
    }

    [Fact]
    public void Long_instructions_are_cut_between_letters()
    {
        foreach (var filler in new[] { "\\u00e9", "é", "\\\\", "😀" })
        {
            for (var shift = 0; shift < 13; shift++)
            {
                var text = new string('x', shift) + string.Concat(Enumerable.Repeat(filler, 600));
                var body = $$"""{"model":"m","system":"{{text}}","messages":[]}""";
                var start = Assert.Single(Of(body, Dialect.AnthropicMessages).Traits!.SystemStarts);
                Assert.InRange(Encoding.UTF8.GetByteCount(start), 80, 512);
                Assert.DoesNotContain('\uFFFD', start);
            }
        }
    }

    [Fact]
    public void What_no_route_asks_for_is_not_looked_for() =>
        Assert.False(GatewayOf(Match with { Model = "claude-*", Thinking = true, Team = "x" }).LooksInside);

    private static IEnumerable<RouteConfig> Alone(RouteConfig all)
    {
        yield return Match with
        {
            Background = all.Background,
        };
        yield return Match with
        {
            Tool = all.Tool,
        };
        yield return Match with
        {
            WebSearch = all.WebSearch,
        };
        yield return Match with
        {
            Image = all.Image,
        };
        yield return Match with
        {
            TokensAbove = all.TokensAbove,
        };
        yield return Match with
        {
            Subagent = all.Subagent,
        };
    }
}
