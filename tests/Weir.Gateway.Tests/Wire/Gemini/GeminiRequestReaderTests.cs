using System.Text;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Wire.Gemini;

/// <summary>Gemini callers' requests as they go to others.</summary>
public sealed class GeminiRequestReaderTests
{
    [Theory]
    [InlineData(
        """
            {"systemInstruction":{"parts":[{"text":"Be kind."}]},
             "contents":[
               {"role":"user","parts":[{"text":"See"},{"inlineData":{"mimeType":"image/png","data":"AA-_"}},{"inlineData":{"mimeType":"text/plain","data":"aGk=","displayName":"T"}}]},
               {"role":"model","parts":[{"functionCall":{"name":"look","args":{"at":1}}},{"functionCall":{"name":"look","args":{}}}]},
               {"role":"user","parts":[{"functionResponse":{"name":"look","response":{"output":"a"}}},{"functionResponse":{"name":"look","response":{"error":"b"}}}]}],
             "tools":[{"functionDeclarations":[{"name":"look","description":"d","parameters":{"type":"OBJECT","properties":{"at":{"type":"INTEGER","nullable":true,"format":"int32"},"l":{"type":"ARRAY","items":{"type":"STRING"},"minItems":"1"}},"propertyOrdering":["at"]}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["look"]}},
             "generationConfig":{"maxOutputTokens":100,"temperature":0.5,"topK":3,"stopSequences":["E"]}}
            """
    )]
    [InlineData(
        """
            {"system_instruction":{"parts":{"text":"Be kind."}},
             "contents":[
               {"parts":[{"text":"See"},{"inline_data":{"mime_type":"image/png","data":"AA-_"}},{"inline_data":{"mime_type":"text/plain","data":"aGk=","display_name":"T"}}]},
               {"role":"model","parts":[{"function_call":{"name":"look","args":{"at":1}}},{"function_call":{"name":"look"}}]},
               {"role":"function","parts":[{"function_response":{"name":"look","response":{"result":"a"}}},{"function_response":{"name":"look","response":{"error":"b"}}}]}],
             "tools":{"function_declarations":[{"name":"look","description":"d","parameters_json_schema":{"type":"object","properties":{"at":{"type":["integer","null"],"format":"int32"},"l":{"type":"array","items":{"type":"string"},"minItems":1}}}}]},
             "tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["look"]}},
             "generation_config":{"max_output_tokens":"100","temperature":0.5,"top_k":3,"stop_sequences":"E"}}
            """
    )]
    public void A_whole_conversation_for_anthropic_in_either_way_of_writing(string request)
    {
        var (body, dropped) = GeminiBench.Put(Dialect.Gemini, request, Dialect.AnthropicMessages, "claude-sonnet-4-5");

        Assert.Empty(dropped);
        GeminiBench.AssertSame(
            """
            {"model":"claude-sonnet-4-5","max_tokens":100,
             "system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}],
             "messages":[
               {"role":"user","content":[{"type":"text","text":"See"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA+/"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"},"title":"T"}]},
               {"role":"assistant","content":[{"type":"tool_use","id":"call_0","name":"look","input":{"at":1}},{"type":"tool_use","id":"call_1","name":"look","input":{}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_0","content":"a"},{"type":"tool_result","tool_use_id":"call_1","content":"b","is_error":true,"cache_control":{"type":"ephemeral"}}]}],
             "tools":[{"name":"look","description":"d","input_schema":{"type":"object","properties":{"at":{"type":["integer","null"],"format":"int32"},"l":{"type":"array","items":{"type":"string"},"minItems":1}}}}],
             "tool_choice":{"type":"tool","name":"look"},
             "temperature":0.5,"top_k":3,"stop_sequences":["E"]}
            """,
            GeminiBench.Parse(body)
        );
    }

    [Fact]
    public void For_chat_with_ids_of_its_own_and_a_result_that_is_an_object()
    {
        var (body, dropped) = GeminiBench.Put(
            Dialect.Gemini,
            """
            {"contents":[
               {"role":"user","parts":[{"text":"x"}]},
               {"role":"model","parts":[{"text":"a"},{"functionCall":{"id":"i1","name":"f","args":{}}},{"functionCall":{"id":"i2","name":"g","args":{}}}]},
               {"role":"user","parts":[{"functionResponse":{"id":"i2","name":"g","response":{"n":[1, 2]}}},{"functionResponse":{"name":"f","response":{"output":"t"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]}],
             "tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"f"},{"name":"g"}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},
             "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
             "generationConfig":{"seed":7,"frequencyPenalty":0.25,"topK":5,"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}}}
            """,
            Dialect.OpenAIChat,
            "gpt-4o-mini"
        );

        Assert.Equal(["hosted_tool", "safety_settings", "top_k"], dropped);
        GeminiBench.AssertSame(
            """
            {"model":"gpt-4o-mini","messages":[
               {"role":"user","content":"x"},
               {"role":"assistant","content":"a","tool_calls":[{"id":"i1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"i2","type":"function","function":{"name":"g","arguments":"{}"}}]},
               {"role":"tool","tool_call_id":"i2","content":"{\"n\":[1, 2]}"},
               {"role":"tool","tool_call_id":"i1","content":"t"},
               {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],
             "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}},{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}],
             "tool_choice":"auto","frequency_penalty":0.25,"seed":7,
             "response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object","properties":{"a":{"type":"string"}}}}}}
            """,
            GeminiBench.Parse(body)
        );
    }

    [Fact]
    public void The_chunks_of_a_stream_in_a_history_are_one_turn_and_what_was_sealed_opens()
    {
        var seal = Convert.ToBase64String(
            ThinkingProof.Seal(ProofKind.Signature, GeminiBench.Provider, "U2ln"u8, "I think."u8)
        );
        // Python's SDK writes bytes in the alphabet for addresses.
        seal = seal.Replace('+', '-').Replace('/', '_');
        var (body, dropped) = GeminiBench.Put(
            Dialect.Gemini,
            $$$"""
            {"contents":[
               {"role":"user","parts":[{"text":"x"}]},
               {"role":"model","parts":[{"text":"I ","thought":true}]},
               {"role":"model","parts":[{"text":"think.","thought":true}]},
               {"role":"model","parts":[{"text":"Hel","thoughtSignature":"{{{seal}}}"}]},
               {"role":"model","parts":[{"text":"lo."}]},
               {"role":"model","parts":[{"text":""}]},
               {"role":"user","parts":[{"text":"y"}]}]}
            """,
            Dialect.AnthropicMessages,
            "claude-sonnet-4-5"
        );

        Assert.Empty(dropped);
        GeminiBench.AssertSame(
            """
            [{"role":"user","content":[{"type":"text","text":"x"}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"I think.","signature":"U2ln"},{"type":"text","text":"Hello."}]},
             {"role":"user","content":[{"type":"text","text":"y"}]}]
            """,
            GeminiBench.Parse(body).GetProperty("messages")
        );
    }

    [Fact]
    public void Geminis_own_signature_is_nothing_to_others()
    {
        var (body, dropped) = GeminiBench.Put(
            Dialect.Gemini,
            """{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"AAAA"}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}""",
            Dialect.AnthropicMessages,
            "claude-sonnet-4-5"
        );

        Assert.Equal(["thinking_signature"], dropped);
        Assert.DoesNotContain("AAAA", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"thinkingBudget":0}""", "Off", 0, "Unset", null)]
    [InlineData("""{"thinkingBudget":-1,"includeThoughts":true}""", "Adaptive", 0, "Unset", true)]
    [InlineData("""{"thinking_budget":"500"}""", "Budget", 500, "Unset", null)]
    [InlineData("""{"thinkingLevel":"low"}""", "Unset", 0, "Low", null)]
    [InlineData("""{"thinkingLevel":"MINIMAL","includeThoughts":false}""", "Unset", 0, "Minimal", false)]
    [InlineData("""{"includeThoughts":true}""", "Adaptive", 0, "Unset", true)]
    public void Thinking(string config, string mode, long budget, string effort, bool? shown)
    {
        var conversation = Read($$$"""{"generationConfig":{"thinkingConfig":{{{config}}}}}""");

        Assert.Equal(
            (mode, budget, effort, shown),
            (
                conversation.Thinking.Mode.ToString(),
                conversation.Thinking.Budget,
                conversation.Thinking.Effort.ToString(),
                conversation.Thinking.Shown
            )
        );
    }

    [Theory]
    [InlineData("""{"cachedContent":"cachedContents/1"}""", "stored_conversation")]
    [InlineData("""{"generationConfig":{"candidateCount":2}}""", "several_answers")]
    [InlineData("""{"generationConfig":{"responseModalities":["TEXT","IMAGE"]}}""", "media_output")]
    [InlineData("""{"generationConfig":{"speechConfig":{}}}""", "media_output")]
    [InlineData(
        """{"contents":[{"parts":[{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x","mimeType":"image/png"}}]}]}""",
        "held_file"
    )]
    [InlineData(
        """{"contents":[{"parts":[{"fileData":{"fileUri":"gs://bucket/x","mimeType":"image/png"}}]}]}""",
        "held_file"
    )]
    [InlineData(
        """{"contents":[{"parts":[{"fileData":{"fileUri":"https://www.youtube.com/watch?v=1","mimeType":"video/mp4"}}]}]}""",
        "held_file"
    )]
    [InlineData("""{"contents":[{"parts":[{"inlineData":{"mimeType":"video/mp4","data":"AAAA"}}]}]}""", "video")]
    public void What_no_other_dialect_has_is_refused(string request, string feature)
    {
        var conversation = Read(request);

        Assert.Equal([feature], Fates.NamesOf(Fates.RefusedBy(Dialect.OpenAIChat, conversation.Features)));
    }

    [Theory]
    [InlineData(
        """{"contents":[{"role":"model","parts":[{"executableCode":{}},{"codeExecutionResult":{}}]},{"role":"user","parts":[]}]}""",
        "hosted_tool"
    )]
    [InlineData("""{"tools":[{"codeExecution":{}}]}""", "hosted_tool")]
    [InlineData("""{"labels":{"a":"b"}}""", "metadata")]
    [InlineData("""{"serviceTier":"FLEX"}""", "service_tier")]
    [InlineData("""{"generationConfig":{"responseLogprobs":true}}""", "log_probabilities")]
    [InlineData("""{"generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_LOW"}}""", "image_detail")]
    [InlineData("""{"generationConfig":{"responseMimeType":"text/x.enum"}}""", "unknown_field")]
    [InlineData("""{"generationConfig":{"enableEnhancedCivicAnswers":true}}""", "unknown_field")]
    [InlineData("""{"brandNew":1}""", "unknown_field")]
    [InlineData("""{"contents":[{"parts":[{"brandNew":1}]}]}""", "unknown_field")]
    public void What_can_be_left_out_is_named(string request, string feature)
    {
        var conversation = Read(request);

        Assert.Contains(feature, Fates.NamesOf(Fates.DroppedBy(Dialect.AnthropicMessages, conversation.Features)));
    }

    [Theory]
    [InlineData(
        """{"contents":7,"tools":[1,{"functionDeclarations":[1,{"parameters":{"type":{},"properties":[],"anyOf":7}}]}],"systemInstruction":3,"generationConfig":[]}"""
    )]
    [InlineData(
        """{"contents":[null,1,"x",{"role":"model","parts":[1,null,{"thought":true},{"text":"a","thoughtSignature":"%%%"},{"functionCall":{"args":1}}]},{"parts":[{"functionResponse":{}},{"inlineData":3},{"inlineData":{"mimeType":"text/plain","data":"***"}}]}]}"""
    )]
    [InlineData(
        """{"contents":[{"role":"model","parts":[{"text":"a","thoughtSignature":"d2VpcjEucy5hLmIuIn0="},{"text":"b","thoughtSignature":"d2VpcjEuLS4uLg=="}]},{"parts":[]}]}"""
    )]
    public void Whatever_comes_is_written_as_json(string request)
    {
        foreach (var into in new[] { Dialect.AnthropicMessages, Dialect.OpenAIChat, Dialect.Gemini })
        {
            GeminiBench.Parse(GeminiBench.Put(Dialect.Gemini, request, into, "gemini-3-pro").Body);
        }
    }

    private static Conversation Read(string request) =>
        TranslatedRequest.Read(Dialect.Gemini, Encoding.UTF8.GetBytes(request), streams: false, out _)!;
}
