using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;
using static Weir.Gateway.Tests.Wire.OpenAIResponses.Translations;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

public sealed class ResponsesRequestWriterTests
{
    private static (JsonElement Body, string[] Dropped) FromAnthropic(string body, string model = "gpt-5.1") =>
        Request(Dialect.AnthropicMessages, body, Dialect.OpenAIResponses, model);

    [Fact]
    public void A_conversation_of_Anthropics_becomes_items()
    {
        var (body, dropped) = FromAnthropic(
            """
            {"model":"m","max_tokens":5,"stream":true,"temperature":0.3,"stop_sequences":["x"],"metadata":{"user_id":"ada"},
             "system":[{"type":"text","text":"One."},{"type":"text","text":"Two."}],
             "tools":[{"name":"look","description":"d","input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true},
             "messages":[
              {"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
                {"type":"document","title":"t.pdf","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}}]},
              {"role":"assistant","content":[{"type":"text","text":"b"},{"type":"tool_use","id":"toolu_1","name":"look","input":{"q":"\"w\""}},
                {"type":"tool_use","id":"toolu_2","name":"look","input":{}}]},
              {"role":"user","content":[{"type":"text","text":"c"},{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":"bad"},
                {"type":"tool_result","tool_use_id":"toolu_2","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"url","url":"https://e.com/p.png"}}]}]}]}
            """
        );

        Assert.Equal("One.\n\nTwo.", body.Word("instructions"));
        Assert.Equal(
            [
                """{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"auto"},{"type":"input_file","filename":"t.pdf","file_data":"data:application/pdf;base64,JVBE"}]}""",
                """{"type":"message","role":"assistant","content":"b"}""",
                """{"type":"function_call","call_id":"toolu_1","name":"look","arguments":"{\u0022q\u0022:\u0022\\\u0022w\\\u0022\u0022}"}""",
                """{"type":"function_call","call_id":"toolu_2","name":"look","arguments":"{}"}""",
                """{"type":"function_call_output","call_id":"toolu_1","output":"[tool error] bad"}""",
                """{"type":"function_call_output","call_id":"toolu_2","output":[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"https://e.com/p.png","detail":"auto"}]}""",
                """{"type":"message","role":"user","content":[{"type":"input_text","text":"c"}]}""",
            ],
            body.List("input").Select(i => i.Plain())
        );
        Assert.Equal(
            """[{"type":"function","name":"look","description":"d","parameters":{"type":"object"},"strict":false}]""",
            body.GetProperty("tools").Plain()
        );
        Assert.Equal("required", body.Word("tool_choice"));
        Assert.False(body.GetProperty("parallel_tool_calls").GetBoolean());
        Assert.Equal(16, body.GetProperty("max_output_tokens").GetInt64());
        Assert.Equal("ada", body.Word("user"));
        Assert.False(body.GetProperty("store").GetBoolean());
        Assert.True(body.GetProperty("stream").GetBoolean());
        Assert.Equal("""["reasoning.encrypted_content"]""", body.GetProperty("include").Plain());
        Assert.Equal(["stop_sequences", "temperature"], dropped);
    }

    [Fact]
    public void Reasoning_goes_back_before_its_call_and_only_home()
    {
        var signature = Encoding.ASCII.GetString(
            ThinkingProof.Seal(ProofKind.Encrypted, "upstream", "gAAA"u8, "rs_7"u8)
        );
        var asked = $$"""
            {"model":"m","max_tokens":50,"thinking":{"type":"enabled","budget_tokens":4000},"messages":[
             {"role":"user","content":"a"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"{{signature}}"},{"type":"tool_use","id":"t1","name":"f","input":{} }]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r"}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"alone","signature":"{{signature}}"}]},
             {"role":"user","content":"b"}]}
            """;

        var (home, _) = FromAnthropic(asked);
        var (abroad, dropped) = Request(
            Dialect.AnthropicMessages,
            asked,
            Dialect.OpenAIResponses,
            "gpt-5.1",
            "another"
        );

        var reasoning = Assert.Single(home.List("input"), i => i.Word("type") == "reasoning");
        Assert.Equal(
            """{"type":"reasoning","id":"rs_7","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"}""",
            reasoning.Plain()
        );
        Assert.Equal("function_call", home.List("input")[2].Word("type"));
        Assert.Equal("""{"effort":"medium","summary":"auto"}""", home.GetProperty("reasoning").Plain());
        Assert.DoesNotContain(abroad.List("input"), i => i.Word("type") == "reasoning");
        Assert.Contains("thinking_signature", dropped);
    }

    [Fact]
    public void Free_form_tools_of_Chats_stay_what_they_are()
    {
        var (body, dropped) = Request(
            Dialect.OpenAIChat,
            """
            {"model":"m","tools":[{"type":"custom","custom":{"name":"p","description":"d","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"start: X"}}}}],
             "tool_choice":{"type":"custom","custom":{"name":"p"}},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
             "verbosity":"low","messages":[{"role":"user","content":"a"},
              {"role":"assistant","tool_calls":[{"id":"c1","type":"custom","custom":{"name":"p","input":"a\n\"b\""}}]},
              {"role":"tool","tool_call_id":"c1","content":"ok"},{"role":"system","content":"Now."}]}
            """,
            Dialect.OpenAIResponses,
            "gpt-5.1"
        );

        Assert.Equal(
            """{"type":"custom","name":"p","description":"d","format":{"type":"grammar","syntax":"lark","definition":"start: X"}}""",
            body.List("tools")[0].Plain()
        );
        Assert.Equal("""{"type":"custom","name":"p"}""", body.GetProperty("tool_choice").Plain());
        Assert.Equal(
            """{"type":"custom_tool_call","call_id":"c1","name":"p","input":"a\n\u0022b\u0022"}""",
            body.List("input")[1].Plain()
        );
        Assert.Equal(
            ("developer", "low"),
            (body.List("input")[3].Word("role"), body.GetProperty("text").Word("verbosity"))
        );
        Assert.Equal(
            """{"type":"json_schema","name":"n","schema":{"type":"object"}}""",
            body.GetProperty("text").GetProperty("format").Plain()
        );
        Assert.Empty(dropped);
    }
}
