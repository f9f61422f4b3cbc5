using System.Text;
using Weir.Foundation;
using Weir.Gateway.Tests.Wire.OpenAIResponses;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Translation;

/// <summary>Calls, their results and what signs them, where a dialect has its own rules for their places and names.</summary>
public sealed class CallsAndResultsTests
{
    [Fact]
    public void Nothing_stands_between_calls_and_their_results_in_chat()
    {
        var (body, _) = Translations.Request(
            Dialect.OpenAIResponses,
            """
            {"model":"m","input":[
              {"role":"user","content":"a"},
              {"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},
              {"role":"developer","content":"Be brief."},
              {"type":"function_call_output","call_id":"c1","output":"r"},
              {"role":"user","content":"b"}]}
            """,
            Dialect.OpenAIChat
        );

        Assert.Equal(
            ["user", "assistant", "tool", "system", "user"],
            body.List("messages").Select(message => message.Word("role"))
        );
    }

    [Fact]
    public void What_signs_a_call_of_Geminis_goes_back_to_the_call_for_callers_of_chat()
    {
        var (body, dropped) = Translations.Request(
            Dialect.OpenAIChat,
            $$$"""
            {"model":"m","messages":[
              {"role":"user","content":"a"},
              {"role":"assistant","content":"I look.",
               "reasoning_details":[{"data":"{{{Seal("first")}}}"},{"data":"{{{Seal("second")}}}"}],
               "tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"r"}]}
            """,
            Dialect.Gemini,
            "gemini-3-flash"
        );

        Assert.Empty(dropped);
        var parts = body.List("contents")[1].List("parts");
        Assert.Equal(["first", "second"], parts.Select(part => part.Word("thoughtSignature")));
        Assert.True(parts[1].TryGetProperty("functionCall", out _));
    }

    /// <summary>Its words are "string too long. Expected a string with maximum length 40"; of Responses 64.</summary>
    [Theory]
    [InlineData(Dialect.OpenAIChat, 40)]
    [InlineData(Dialect.OpenAIResponses, 64)]
    public void OpenAI_gets_no_id_that_it_refuses(Dialect target, int longest)
    {
        Assert.Equal([Id(longest)], Ids(target, Id(longest)));
        var shortened = Assert.Single(Ids(target, Id(longest + 1)));
        Assert.InRange(shortened.Length, 1, longest);
        Assert.NotEqual(shortened, Assert.Single(Ids(target, Id(longest + 2))));

        static string Id(int length) => "toolu_" + new string('x', length - 6);
    }

    [Fact]
    public void A_caller_that_marks_for_the_cache_keeps_its_own_marks_and_gets_no_more()
    {
        var (body, _) = Translations.Request(
            Dialect.OpenAIChat,
            """
            {"model":"m","messages":[
              {"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
              {"role":"user","content":[{"type":"text","text":"a"}]}],
             "tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]}
            """,
            Dialect.AnthropicMessages
        );

        Assert.Equal("1h", body.List("system")[0].GetProperty("cache_control").Word("ttl"));
        Assert.False(body.List("messages")[0].List("content")[0].TryGetProperty("cache_control", out _));
    }

    /// <summary>The ids of the call and of its result, which must be one.</summary>
    private static IEnumerable<string> Ids(Dialect target, string id)
    {
        var (body, _) = Translations.Request(
            Dialect.AnthropicMessages,
            $$$"""
            {"model":"m","max_tokens":9,"messages":[
              {"role":"user","content":"a"},
              {"role":"assistant","content":[{"type":"tool_use","id":"{{{id}}}","name":"look","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"{{{id}}}","content":"r"}]}]}
            """,
            target
        );
        return (
            target == Dialect.OpenAIChat
                ? new[]
                {
                    body.List("messages")[1].List("tool_calls")[0].Word("id"),
                    body.List("messages")[2].Word("tool_call_id"),
                }
                : body.List("input").Skip(1).Select(item => item.Word("call_id"))
        ).Distinct();
    }

    private static string Seal(string token) =>
        Encoding.ASCII.GetString(ThinkingProof.Seal(ProofKind.Thought, "upstream", Encoding.ASCII.GetBytes(token), []));
}
