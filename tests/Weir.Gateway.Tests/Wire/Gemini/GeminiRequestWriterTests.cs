using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Wire.Gemini;

public sealed class GeminiRequestWriterTests
{
    [Fact]
    public void A_whole_conversation_of_anthropics()
    {
        var body = GeminiBench.ToGemini(
            Dialect.AnthropicMessages,
            """
            {"model":"m","max_tokens":1000,"stream":true,"temperature":0.5,"top_k":7,"stop_sequences":["END"],
             "system":[{"type":"text","text":"x-anthropic-billing-header: cc;"},{"type":"text","text":"Be \u00fc.","cache_control":{"type":"ephemeral"}}],
             "thinking":{"type":"enabled","budget_tokens":1024},
             "tools":[{"name":"look","description":"Looks.","input_schema":{"type":"object","properties":{"at":{"type":"string"}},"required":["at"]}},{"name":"list","input_schema":{"type":"object"}}],
             "tool_choice":{"type":"auto"},
             "messages":[
               {"role":"user","content":[{"type":"text","text":"See"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"}},{"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"plain"}}]},
               {"role":"assistant","content":[{"type":"text","text":"I look."},{"type":"tool_use","id":"t1","name":"look","input":{"at":"x"}},{"type":"tool_use","id":"t2","name":"list","input":{}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"broken"},{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"CCCC"}}]},{"type":"text","text":"Go on."}]},
               {"role":"system","content":"Mind the time."}
             ]}
            """
        );

        GeminiBench.AssertSame(
            """
            {"systemInstruction":{"parts":[{"text":"Be \u00fc."}]},
             "tools":[{"functionDeclarations":[
               {"name":"look","description":"Looks.","parameters":{"type":"OBJECT","properties":{"at":{"type":"STRING"}},"required":["at"]}},
               {"name":"list"}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},
             "contents":[
               {"role":"user","parts":[{"text":"See"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"inlineData":{"mimeType":"application/pdf","data":"BBBB"}},{"text":"T\n\nplain"}]},
               {"role":"model","parts":[{"text":"I look."},
                 {"functionCall":{"id":"t1","name":"look","args":{"at":"x"}},"thoughtSignature":"skip_thought_signature_validator"},
                 {"functionCall":{"id":"t2","name":"list","args":{}}}]},
               {"role":"user","parts":[
                 {"functionResponse":{"id":"t1","name":"look","response":{"output":"a"},"parts":[{"inlineData":{"mimeType":"image/jpeg","data":"CCCC"}}]}},
                 {"functionResponse":{"id":"t2","name":"list","response":{"error":"broken"}}},
                 {"text":"Go on."},{"text":"<system>Mind the time.</system>"}]}],
             "generationConfig":{"maxOutputTokens":1000,"temperature":0.5,"topK":7,"stopSequences":["END"],"thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true}}}
            """,
            body
        );
    }

    [Theory]
    [InlineData("gemini-3-flash", "image/png", true)]
    [InlineData("publishers/google/models/gemini-3.1-pro", "application/pdf", true)]
    [InlineData("gemini-3-flash", "image/gif", false)]
    [InlineData("gemini-2.5-pro", "image/png", false)]
    public void What_a_result_shows_stands_inside_where_the_model_takes_it(string model, string type, bool isInside)
    {
        var kind = type == "application/pdf" ? "document" : "image";
        var body = GeminiBench.ToGemini(
            Dialect.AnthropicMessages,
            $$$"""
            {"messages":[
               {"role":"user","content":"Look."},
               {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"b"},{"type":"{{{kind}}}","source":{"type":"base64","media_type":"{{{type}}}","data":"CCCC"}}]}]}]}
            """,
            model
        );

        var response = """{"functionResponse":{"id":"a","name":"f","response":{"output":"b"}""";
        var shown = $$$"""{"inlineData":{"mimeType":"{{{type}}}","data":"CCCC"}}""";
        var parts = body.GetProperty("contents")[2].GetProperty("parts");
        Assert.Equal(
            isInside ? $"[{response},\"parts\":[{shown}]" + "}}]" : $"[{response}" + "}}" + $",{shown}]",
            parts.GetRawText()
        );
    }

    [Fact]
    public void A_conversation_of_chats()
    {
        var body = GeminiBench.ToGemini(
            Dialect.OpenAIChat,
            """
            {"model":"m","messages":[
               {"role":"system","content":"Be kind."},
               {"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/webp;base64,AAAA"}},{"type":"image_url","image_url":{"url":"https://weir.test/a.png?x=1"}},{"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}}]},
               {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"q\": 1}"}}]},
               {"role":"tool","tool_call_id":"a","content":"{\"n\":2}"}],
             "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"q":{"type":"integer"}}}}}],
             "tool_choice":{"type":"function","function":{"name":"f"}},
             "max_completion_tokens":50,"seed":4,"presence_penalty":0.5,"stop":["a","b","c","d","e","f"],"reasoning_effort":"high"}
            """,
            "gemini-2.5-pro"
        );

        GeminiBench.AssertSame(
            """
            {"systemInstruction":{"parts":[{"text":"Be kind."}]},
             "tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"q":{"type":"INTEGER"}}}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
             "contents":[
               {"role":"user","parts":[{"text":"See"},{"inlineData":{"mimeType":"image/webp","data":"AAAA"}},{"fileData":{"mimeType":"image/png","fileUri":"https://weir.test/a.png?x=1"}},{"inlineData":{"mimeType":"audio/mp3","data":"BBBB"}}]},
               {"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{"q": 1}}}]},
               {"role":"user","parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"{\"n\":2}"}}}]}],
             "generationConfig":{"maxOutputTokens":50,"seed":4,"presencePenalty":0.5,"stopSequences":["a","b","c","d","e"],"thinkingConfig":{"thinkingBudget":24576,"includeThoughts":true}}}
            """,
            body
        );
    }

    [Fact]
    public void Every_call_has_one_response_and_what_answers_none_is_told_in_words()
    {
        var body = GeminiBench.ToGemini(
            Dialect.AnthropicMessages,
            """
            {"messages":[
               {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"g","input":{}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"yes"},{"type":"tool_result","tool_use_id":"b","content":"twice"},{"type":"tool_result","tool_use_id":"z","content":"whose?"}]},
               {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]}]}
            """
        );

        GeminiBench.AssertSame(
            """
            [{"role":"user","parts":[{"text":"(The conversation begins with the assistant.)"}]},
             {"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"b","name":"g","args":{}}}]},
             {"role":"user","parts":[
               {"functionResponse":{"id":"a","name":"f","response":{"error":"No result of this call was given."}}},
               {"functionResponse":{"id":"b","name":"g","response":{"output":"yes"}}},
               {"text":"Result of a tool: twice"},{"text":"Result of a tool: whose?"}]},
             {"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"}]},
             {"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"error":"No result of this call was given."}}}]}]
            """,
            body.GetProperty("contents")
        );
    }

    [Fact]
    public void Vertex_is_sent_no_ids()
    {
        var (body, _) = GeminiBench.Put(
            Dialect.AnthropicMessages,
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"y"}]}]}""",
            Dialect.Gemini,
            "gemini-2.5-pro",
            target => target with { TakesCallIds = false }
        );

        Assert.DoesNotContain("\"id\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("theirs", "c2ln", null)]
    [InlineData("others", "skip_thought_signature_validator", "thinking_signature")]
    public void A_signature_goes_back_to_whom_it_came_from(string provider, string signature, string? dropped)
    {
        var seal = System.Text.Encoding.ASCII.GetString(
            ThinkingProof.Seal(ProofKind.Thought, provider, "c2ln"u8, default)
        );
        var (body, left) = GeminiBench.Put(
            Dialect.AnthropicMessages,
            $$$"""
            {"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"{{{seal}}}"},{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"y"}]}]}
            """,
            Dialect.Gemini,
            "gemini-3.1-pro-preview"
        );

        var call = GeminiBench.Parse(body).GetProperty("contents")[1].GetProperty("parts")[0];
        Assert.Equal(signature, call.GetProperty("thoughtSignature").GetString());
        Assert.Equal(dropped is null ? [] : [dropped], left);
    }

    [Fact]
    public void What_anthropic_signed_stays_away_and_is_named()
    {
        var (body, dropped) = GeminiBench.Put(
            Dialect.AnthropicMessages,
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"secret","signature":"AbC"},{"type":"redacted_thinking","data":"xyz"},{"type":"text","text":"Hi"}]},{"role":"user","content":"y"}],"metadata":{"user_id":"u"},"context_management":{},"service_tier":"auto","new_thing":1}""",
            Dialect.Gemini,
            "gemini-2.5-flash"
        );

        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.DoesNotContain("AbC", body, StringComparison.Ordinal);
        Assert.Equal(
            ["context_management", "end_user", "service_tier", "thinking_signature", "unknown_field"],
            dropped
        );
    }

    [Theory]
    [InlineData("gemini-2.5-pro", """{"type":"disabled"}""", null, """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-flash", """{"type":"disabled"}""", null, """{"thinkingBudget":0}""")]
    [InlineData(
        "gemini-2.5-flash",
        """{"type":"enabled","budget_tokens":99999}""",
        null,
        """{"thinkingBudget":24576,"includeThoughts":true}"""
    )]
    [InlineData(
        "gemini-2.5-flash",
        """{"type":"adaptive"}""",
        null,
        """{"thinkingBudget":-1,"includeThoughts":true}"""
    )]
    [InlineData(
        "gemini-2.5-flash-lite",
        """{"type":"enabled","budget_tokens":100}""",
        null,
        """{"thinkingBudget":512,"includeThoughts":true}"""
    )]
    [InlineData(
        "gemini-2.5-pro",
        """{"type":"adaptive"}""",
        "low",
        """{"thinkingBudget":2048,"includeThoughts":true}"""
    )]
    [InlineData("gemini-3-pro-preview", """{"type":"disabled"}""", null, """{"thinkingLevel":"LOW"}""")]
    [InlineData("gemini-3-flash-preview", """{"type":"disabled"}""", null, """{"thinkingLevel":"MINIMAL"}""")]
    [InlineData(
        "gemini-3-pro-preview",
        """{"type":"adaptive"}""",
        "medium",
        """{"thinkingLevel":"HIGH","includeThoughts":true}"""
    )]
    [InlineData(
        "gemini-3.1-pro-preview",
        """{"type":"adaptive"}""",
        "medium",
        """{"thinkingLevel":"MEDIUM","includeThoughts":true}"""
    )]
    [InlineData("gemini-3-flash-preview", """{"type":"adaptive"}""", null, """{"includeThoughts":true}""")]
    [InlineData(
        "gemini-flash-latest",
        """{"type":"adaptive"}""",
        "max",
        """{"thinkingLevel":"HIGH","includeThoughts":true}"""
    )]
    [InlineData("gemini-2.0-flash", """{"type":"adaptive"}""", "max", null)]
    public void Thinking_is_asked_for_as_the_model_takes_it(
        string model,
        string thinking,
        string? effort,
        string? expected
    )
    {
        var effortOf = effort is null ? "{}" : $$$"""{"effort":"{{{effort}}}"}""";
        var (body, dropped) = GeminiBench.Put(
            Dialect.AnthropicMessages,
            $$$"""{"messages":[{"role":"user","content":"x"}],"thinking":{{{thinking}}},"output_config":{{{effortOf}}}}""",
            Dialect.Gemini,
            model
        );

        var config = GeminiBench.Parse(body).GetProperty("generationConfig");
        if (expected is null)
        {
            Assert.Equal("{}", config.ToString());
            Assert.Equal(["thinking"], dropped);
        }
        else
        {
            GeminiBench.AssertSame(expected, config.GetProperty("thinkingConfig"));
            Assert.Empty(dropped);
        }
    }

    [Fact]
    public void A_shape_of_the_answer_is_a_schema()
    {
        var body = GeminiBench.ToGemini(Dialect.OpenAIChat, Shaped("[]"), "gemini-2.5-pro");

        GeminiBench.AssertSame(
            """{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a"]}}""",
            body.GetProperty("generationConfig")
        );
    }

    [Theory]
    [InlineData("gemini-3-flash-preview", true)]
    [InlineData("gemini-2.5-flash", false)]
    public void Beside_tools_older_models_are_asked_for_it_in_words(string model, bool shapes)
    {
        var (body, dropped) = GeminiBench.Put(
            Dialect.OpenAIChat,
            Shaped("""[{"type":"function","function":{"name":"f"}}]"""),
            Dialect.Gemini,
            model
        );

        var json = GeminiBench.Checked(body, model);
        Assert.Equal(shapes, json.GetProperty("generationConfig").TryGetProperty("responseSchema", out _));
        Assert.Equal(!shapes, json.TryGetProperty("systemInstruction", out var system));
        Assert.True(shapes || system.ToString().Contains("additionalProperties", StringComparison.Ordinal));
        Assert.Equal(
            shapes ? ["strict_tool"] : ["output_schema", "strict_tool"],
            dropped.Append("strict_tool").Distinct()
        );
    }

    [Fact]
    public void A_tool_that_takes_text_is_a_function_of_one()
    {
        var body = GeminiBench.ToGemini(
            Dialect.OpenAIChat,
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","type":"custom","custom":{"name":"p","input":"a\nb"}}]},{"role":"tool","tool_call_id":"a","content":"ok"}],"tools":[{"type":"custom","custom":{"name":"p","description":"d"}}],"tool_choice":"required"}"""
        );

        GeminiBench.AssertSame(
            """[{"functionDeclarations":[{"name":"p","description":"d","parameters":{"type":"OBJECT","properties":{"input":{"type":"STRING"}},"required":["input"]}}]}]""",
            body.GetProperty("tools")
        );
        GeminiBench.AssertSame(
            """{"input":"a\nb"}""",
            body.GetProperty("contents")[1].GetProperty("parts")[0].GetProperty("functionCall").GetProperty("args")
        );
    }

    [Fact]
    public void Equal_beginnings_stay_equal_bytes()
    {
        const string first =
            """{"role":"user","content":"What \u00fc \/ is it?"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{ "b" : 1 }}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"y"}]}""";
        string Body(string more) =>
            GeminiBench
                .Put(
                    Dialect.AnthropicMessages,
                    $$$"""{"system":"s","tools":[{"name":"f","input_schema":{"type":"object","properties":{"b":{"type":"number"} } } }],"messages":[{{{first}}}{{{more}}}]}""",
                    Dialect.Gemini,
                    "gemini-3-flash-preview"
                )
                .Body;

        var shorter = Body("");
        var end = shorter.IndexOf("],\"generationConfig\"", StringComparison.Ordinal);

        Assert.StartsWith(
            shorter[..end],
            Body(""",{"role":"assistant","content":"Done."},{"role":"user","content":"More."}"""),
            StringComparison.Ordinal
        );
        Assert.Contains("""What \u00fc \/ is it?""", shorter, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"messages":7,"tools":{"a":1},"system":[1,null],"thinking":3}""")]
    [InlineData(
        """{"messages":[1,{"role":5,"content":{"a":1}},{"content":[{"type":"tool_result"},{"type":"image"},{"type":"thinking"}]}]}"""
    )]
    [InlineData(
        """{"messages":[{"role":"assistant","content":[{"type":"tool_use"},{"type":"thinking","signature":"weir1.t.%%.!."}]}],"max_tokens":1e99,"temperature":"hot"}"""
    )]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    public void Whatever_comes_is_written_as_json(string body) =>
        GeminiBench.Parse(GeminiBench.Put(Dialect.AnthropicMessages, body, Dialect.Gemini, "gemini-3-pro").Body);

    [Fact]
    public void A_name_of_half_a_character_is_a_name_like_any_other() =>
        GeminiBench.ToGemini(
            Dialect.AnthropicMessages,
            """{"\ud800":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","input_schema":{"type":"object","\ud800":2,"properties":{"a":{"type":"string"}}}}]}"""
        );

    [Fact]
    public void A_schema_that_is_broken_inside_is_none() =>
        GeminiBench.ToGemini(
            Dialect.AnthropicMessages,
            """{"messages":[{"role":"user","content":"x"}],"tools":[{"name":"f","input_schema":{"type":"object","properties":{"a":{"type" "string"}}}}]}"""
        );

    private static string Shaped(string tools) =>
        $$$"""{"messages":[{"role":"user","content":"x"}],"tools":{{{tools}}},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false} } } }""";
}
