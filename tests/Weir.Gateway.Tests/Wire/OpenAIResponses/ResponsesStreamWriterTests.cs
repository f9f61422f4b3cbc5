using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Testing;
using static Weir.Gateway.Tests.Wire.OpenAIResponses.Translations;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

public sealed class ResponsesStreamWriterTests
{
    private const string Asked = """
        {"model":"m","input":"x","store":false,"instructions":"Be brief.","temperature":0.5,"metadata":{"a":"b"},
         "tools":[{"type":"function","name":"look","parameters":{"type":"object"}},
                  {"type":"custom","name":"apply_patch"},
                  {"type":"namespace","name":"agents","description":"d","tools":[{"type":"function","name":"spawn","parameters":{}}]}]}
        """;

    private static readonly VendorBlock[] Blocks =
    [
        new VendorThinking("First I look — ääh, at the water."),
        new VendorText("The river runs high — très haut 🌊 — today."),
        new VendorToolCall("toolu_1", "look", """{"at":"weir","deep":{"ü":[1,2]}}"""),
        new VendorToolCall(
            "toolu_2",
            "apply_patch",
            """{"input":"*** Begin Patch\n+a \"b\" \\ \u00e4 \ud83c\udf0a\n*** End Patch"}"""
        ),
        new VendorToolCall("toolu_3", "agents__spawn", "{}"),
    ];

    private static string Patch => "*** Begin Patch\n+a \"b\" \\ ä 🌊\n*** End Patch";

    private static ResponseStream Stream(string asked, byte[] upstream, int piece = int.MaxValue)
    {
        var conversation = Read(Dialect.OpenAIResponses, asked);
        return ResponseStream.Check(Answer(conversation, Dialect.AnthropicMessages, upstream, piece: piece));
    }

    [Fact]
    public void Every_kind_of_block_becomes_its_item()
    {
        var stream = Stream(Asked, AnthropicStream(Blocks));

        Assert.Equal(
            ["reasoning", "message", "function_call", "custom_tool_call", "function_call"],
            stream.Output.Select(o => o.Word("type"))
        );
        Assert.Equal("First I look — ääh, at the water.", stream.Output[0].List("summary")[0].Word("text"));
        Assert.True(ThinkingProof.TryOpen(RawText.OfPlain(stream.Output[0].Word("encrypted_content")), out var proof));
        Assert.Equal((ProofKind.Signature, "upstream"), (proof.Kind, proof.Provider));
        Assert.Equal("First I look — ääh, at the water.", proof.Extra.ToString());
        Assert.Equal("The river runs high — très haut 🌊 — today.", stream.Output[1].List("content")[0].Word("text"));
        Assert.Equal(
            ("toolu_1", "look", """{"at":"weir","deep":{"ü":[1,2]}}"""),
            (stream.Output[2].Word("call_id"), stream.Output[2].Word("name"), stream.Output[2].Word("arguments"))
        );
        Assert.Equal(("apply_patch", Patch), (stream.Output[3].Word("name"), stream.Output[3].Word("input")));
        Assert.Equal(
            ("agents", "spawn", "{}"),
            (stream.Output[4].Word("namespace"), stream.Output[4].Word("name"), stream.Output[4].Word("arguments"))
        );
        Assert.All(stream.Output.Skip(1), o => Assert.Equal("completed", o.Word("status")));
    }

    [Fact]
    public void A_search_for_tools_comes_as_its_own_item()
    {
        var stream = Stream(
            """{"model":"m","input":"x","tools":[{"type":"tool_search","execution":"client","parameters":{}}]}""",
            AnthropicStream(new VendorToolCall("toolu_1", "tool_search", "{\"query\":\n\"agents\"}"))
        );

        var call = Assert.Single(stream.Output);
        Assert.Equal(
            ("tool_search_call", "toolu_1", "client", """{"query":"agents"}"""),
            (call.Word("type"), call.Word("call_id"), call.Word("execution"), call.GetProperty("arguments").Plain())
        );
    }

    [Theory]
    [InlineData(
        "local_shell",
        "{\"command\":[\"ls\"],\"working_directory\":null}",
        "action",
        """{"type":"exec","env":{},"command":["ls"],"working_directory":null}"""
    )]
    [InlineData(
        "shell",
        "{\"commands\":\n[\"ls\"],\"timeout_ms\":null}",
        "action",
        """{"timeout_ms":null,"max_output_length":null,"commands":["ls"]}"""
    )]
    [InlineData(
        "apply_patch",
        """{"type":"create_file","path":"a","diff":"-x"}""",
        "operation",
        """{"type":"create_file","path":"a","diff":"-x"}"""
    )]
    [InlineData(
        "apply_patch",
        "no JSON",
        "operation",
        """{"type":"update_file","path":"","diff":"","_invalid":"no JSON"}"""
    )]
    public void A_call_of_a_tool_that_OpenAI_defines_comes_as_its_own_item(
        string type,
        string input,
        string member,
        string action
    )
    {
        var stream = Stream(
            $$"""{"model":"m","input":"x","tools":[{"type":"{{type}}"}]}""",
            AnthropicStream(new VendorToolCall("toolu_1", type, input))
        );

        var call = Assert.Single(stream.Output);
        Assert.Equal(
            (type + "_call", "toolu_1", "completed", action),
            (call.Word("type"), call.Word("call_id"), call.Word("status"), call.GetProperty(member).Plain())
        );
    }

    [Fact]
    public void A_patch_streams_while_it_comes()
    {
        var stream = Stream(Asked, AnthropicStream(Blocks));

        var pieces = stream.Events.Where(e => e.Word("type") == "response.custom_tool_call_input.delta").ToList();
        Assert.True(pieces.Count > 2);
        Assert.Equal(Patch, string.Concat(pieces.Select(p => p.Word("delta"))));
    }

    [Fact]
    public void The_last_event_holds_usage_and_what_was_asked()
    {
        var final = Stream(Asked, AnthropicStream(Blocks)).Final;

        Assert.Equal(
            """{"input_tokens":151,"input_tokens_details":{"cached_tokens":100,"cache_write_tokens":30},"output_tokens":17,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":168}""",
            final.GetProperty("usage").Plain()
        );
        var asked = Parse(Asked);
        foreach (var name in new[] { "instructions", "temperature", "metadata" })
        {
            Assert.Equal(asked.GetProperty(name).Plain(), final.GetProperty(name).Plain());
        }

        Assert.Equal(
            asked.List("tools").Select(tool => tool.Word("name")),
            final.List("tools").Select(tool => tool.Word("name"))
        );

        Assert.Equal("the-model", final.Word("model"));
        Assert.Equal("auto", final.Word("tool_choice"));
        Assert.True(final.GetProperty("parallel_tool_calls").GetBoolean());
        Assert.False(final.GetProperty("store").GetBoolean());
        Assert.StartsWith("resp_weir_", final.Word("id"), StringComparison.Ordinal);
    }

    [Fact]
    public void Thinking_without_a_place_for_its_proof_is_shown_alone()
    {
        var stream = Stream(
            """{"model":"m","input":"x"}""",
            AnthropicStream(Blocks[0], new VendorThinking(""), Blocks[1])
        );

        Assert.Equal(["reasoning", "message"], stream.Output.Select(o => o.Word("type")));
        Assert.False(stream.Output[0].TryGetProperty("encrypted_content", out _));
    }

    [Fact]
    public void One_byte_at_a_time_is_the_same()
    {
        var upstream = AnthropicStream(Blocks);
        var conversation = Read(Dialect.OpenAIResponses, Asked);
        Assert.Equal(
            Answer(conversation, Dialect.AnthropicMessages, upstream),
            Answer(conversation, Dialect.AnthropicMessages, upstream, piece: 1)
        );
    }

    [Fact]
    public void Cut_anywhere_it_is_a_legal_stream_that_failed()
    {
        var upstream = AnthropicStream(Blocks);
        var end = upstream.AsSpan().IndexOf("event: message_stop"u8);
        var conversation = Read(Dialect.OpenAIResponses, Asked);
        for (var cut = 0; cut < end; cut++)
        {
            var answer = Answer(conversation, Dialect.AnthropicMessages, upstream[..cut], isWhole: false);
            Assert.True(ResponseStream.Check(answer).HasFailed, $"cut at {cut}");
            // An upstream that closes in order after its stop reason has said all that matters.
            ResponseStream.Check(Answer(conversation, Dialect.AnthropicMessages, upstream[..cut]));
        }
    }

    [Theory]
    [InlineData("max_tokens", "incomplete", "max_output_tokens")]
    [InlineData("refusal", "incomplete", "content_filter")]
    [InlineData("model_context_window_exceeded", "incomplete", "max_output_tokens")]
    [InlineData("end_turn", "completed", null)]
    [InlineData("pause_turn", "completed", null)]
    [InlineData("stop_sequence", "completed", null)]
    public void Why_it_ended_is_told(string reason, string status, string? detail)
    {
        var upstream = Bytes(
            AnthropicAnswers.Events(Completion(new VendorText("Hello.")) with { StopReason = reason })
        );
        var stream = Stream(Asked, upstream);

        Assert.Equal(status, stream.Final.Word("status"));
        Assert.Equal(status, stream.Output[0].Word("status"));
        var details = stream.Final.GetProperty("incomplete_details");
        Assert.Equal(detail, details.ValueKind == JsonValueKind.Null ? null : details.Word("reason"));
    }

    [Theory]
    [InlineData("overloaded_error", "Overloaded", "server_is_overloaded")]
    [InlineData("rate_limit_error", "Slow down", "rate_limit_exceeded")]
    [InlineData("api_error", "Broken", "server_error")]
    [InlineData("invalid_request_error", "prompt is too long: 9 > 5", "context_length_exceeded")]
    public void An_error_within_is_a_response_that_failed(string type, string message, string code)
    {
        var events = AnthropicAnswers
            .Events(Completion(Blocks))
            .Take(8)
            .Append(AnthropicAnswers.ErrorEvent(type, message));
        var stream = Stream(Asked, Bytes(events));

        Assert.True(stream.HasFailed);
        var error = stream.Final.GetProperty("error");
        Assert.Equal((code, message), (error.Word("code"), error.Word("message")));
    }

    [Fact]
    public void A_request_written_in_many_lines_does_not_break_the_events()
    {
        var asked = """
            {"model":"m","input":"x","tools":[
              {"type":"function",
               "name":"look","description":"two\nlines",
               "parameters":{
                 "type":"object"},"strict":true}]}
            """.ReplaceLineEndings("\r\n");

        Assert.Equal(
            Parse(asked).GetProperty("tools").Plain(),
            Stream(asked, AnthropicStream(Blocks[1])).Final.GetProperty("tools").Plain()
        );
    }

    [Fact]
    public void A_document_says_the_same_as_the_stream()
    {
        var conversation = Read(Dialect.OpenAIResponses, Asked);
        var upstream = Encoding.UTF8.GetBytes(
            """
            {"id":"msg_up","type":"message","role":"assistant","model":"the-model","content":[
             {"type":"thinking","thinking":"First I look — ääh, at the water.","signature":"c2lnbmF0dXJl"},
             {"type":"text","text":"The river runs high — très haut 🌊 — today."},
             {"type":"tool_use","id":"toolu_1","name":"look","input":{"at":"weir","deep":{"ü":[1,2]}}},
             {"type":"tool_use","id":"toolu_2","name":"apply_patch","input":{"input":"*** Begin Patch\n+a \"b\" \\ ä 🌊\n*** End Patch"}},
             {"type":"tool_use","id":"toolu_3","name":"agents__spawn","input":{}}],
             "stop_reason":"tool_use","usage":{"input_tokens":21,"cache_read_input_tokens":100,"cache_creation_input_tokens":30,"output_tokens":17}}
            """
        );
        var document = Parse(Answer(conversation, Dialect.AnthropicMessages, upstream, isStream: false));
        var streamed = Stream(Asked, AnthropicStream(Blocks)).Final;

        Assert.Equal(streamed.Plain(), document.Plain());
    }

    [Fact]
    public void Usage_that_nobody_told_is_not_zero()
    {
        var conversation = Read(Dialect.OpenAIResponses, Asked);
        var upstream = Encoding.UTF8.GetBytes(
            """data: {"id":"c","model":"gpt","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"""
                + "\n\ndata: [DONE]\n\n"
        );
        var stream = ResponseStream.Check(Answer(conversation, Dialect.OpenAIChat, upstream));

        Assert.Equal(JsonValueKind.Null, stream.Final.GetProperty("usage").ValueKind);
    }

    [Fact]
    public void Of_Chat_words_thinking_refusals_and_mixed_calls_are_told_in_order()
    {
        var conversation = Read(Dialect.OpenAIResponses, Asked);
        string[] deltas =
        [
            """{"reasoning_content":"Hm."}""",
            """{"content":"Well"}""",
            """{"tool_calls":[{"index":0,"id":"a","function":{"name":"look","arguments":"{\"x\""}}]}""",
            """{"tool_calls":[{"index":1,"id":"b","function":{"name":"apply_patch","arguments":"{\"input\":"}}]}""",
            """{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}""",
            """{"tool_calls":[{"index":1,"function":{"arguments":"\"p\\n\"}"}}]}""",
            """{"refusal":"No."}""",
        ];
        var upstream = Bytes(
            deltas
                .Select(d => "data: {\"model\":\"gpt\",\"choices\":[{\"index\":0,\"delta\":" + d + "}]}\n\n")
                .Append(
                    "data: {\"model\":\"gpt\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"
                )
                .Append("data: [DONE]\n\n")
        );
        var output = ResponseStream.Check(Answer(conversation, Dialect.OpenAIChat, upstream)).Output;

        Assert.Equal(
            ["reasoning", "message", "function_call", "custom_tool_call", "message"],
            output.Select(o => o.Word("type"))
        );
        Assert.Equal("""{"x":1}""", output[2].Word("arguments"));
        Assert.Equal("p\n", output[3].Word("input"));
        Assert.Equal("No.", output[4].List("content")[0].Word("refusal"));
    }
}
