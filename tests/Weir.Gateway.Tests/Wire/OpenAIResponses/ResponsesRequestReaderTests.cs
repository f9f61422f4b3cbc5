using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;
using static Weir.Gateway.Tests.Wire.OpenAIResponses.Translations;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

public sealed class ResponsesRequestReaderTests
{
    private static (JsonElement Body, string[] Dropped) ToAnthropic(string body, string model = "claude-sonnet-4-5") =>
        Request(Dialect.OpenAIResponses, body, Dialect.AnthropicMessages, model);

    private static string[] RefusedByAnthropic(string members)
    {
        var conversation = Read(Dialect.OpenAIResponses, $$"""{"model":"m","input":"x",{{members}}}""");
        return [.. Fates.NamesOf(Fates.RefusedBy(Dialect.AnthropicMessages, conversation.Features))];
    }

    private static string[] DroppedByAnthropic(string members) =>
        ToAnthropic($$"""{"model":"m","input":"x",{{members}}}""").Dropped;

    [Fact]
    public void A_text_and_instructions_are_a_turn_and_a_system_prompt()
    {
        var (body, dropped) = ToAnthropic(
            """{"input":"How high — \u00e4 \"quoted\"?","instructions":"Be brief.","model":"m","max_output_tokens":50}"""
        );

        Assert.Equal("Be brief.", body.List("system")[0].Word("text"));
        var said = Assert.Single(body.List("messages"));
        Assert.Equal("user", said.Word("role"));
        Assert.Equal("How high — ä \"quoted\"?", said.List("content")[0].Word("text"));
        Assert.Equal(50, body.GetProperty("max_tokens").GetInt64());
        Assert.Empty(dropped);
    }

    [Fact]
    public void Codex_second_turn_is_understood_whole_by_Anthropic()
    {
        var (body, dropped) = ToAnthropic(Fixture("codex-second-turn.json"));

        Assert.Equal(
            ["hosted_tool", "metadata", "prompt_cache_key", "thinking", "thinking_signature", "verbosity"],
            dropped
        );
        Assert.Equal(4, body.List("system").Length);
        var messages = body.List("messages");
        Assert.Equal(["user", "assistant", "user"], messages.Select(m => m.Word("role")));
        Assert.Equal(2, messages[0].List("content").Length);
        Assert.Equal(
            ["text", "tool_use", "tool_use", "tool_use"],
            messages[1].List("content").Select(c => c.Word("type"))
        );
        Assert.Equal(
            """{"input":"*** Begin Patch\n*** Add File: a.txt\n\u002Bhello \u0022w\u0022\n*** End Patch\n"}""",
            messages[1].List("content")[3].GetProperty("input").Plain()
        );
        Assert.Equal(["call_1", "call_3", "call_2"], messages[2].List("content").Select(c => c.Word("tool_use_id")));
        Assert.Equal(
            [
                "exec_command",
                "apply_patch",
                "view_image",
                "tool_search",
                "multi_agent_v1__spawn_agent",
                "multi_agent_v1__wait_agent",
            ],
            body.List("tools").Select(t => t.Word("name"))
        );
        var patch = body.List("tools")[1];
        Assert.Contains(
            "lark grammar:\nstart: begin_patch hunk+ end_patch",
            patch.Word("description"),
            StringComparison.Ordinal
        );
        Assert.Equal("""["input"]""", patch.GetProperty("input_schema").GetProperty("required").Plain());
        Assert.StartsWith(
            "Tools for spawning and managing sub-agents.\n\n",
            body.List("tools")[4].Word("description"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Codex_second_turn_is_understood_whole_by_Chat()
    {
        var (body, _) = Request(
            Dialect.OpenAIResponses,
            Fixture("codex-second-turn.json"),
            Dialect.OpenAIChat,
            "gpt-5.5"
        );

        var messages = body.List("messages");
        Assert.Equal(
            ["system", "user", "user", "assistant", "tool", "tool", "tool"],
            messages.Select(m => m.Word("role"))
        );
        Assert.Equal(["call_1", "call_3", "call_2"], messages[3].List("tool_calls").Select(c => c.Word("id")));
        Assert.Equal("low", body.Word("verbosity"));
        Assert.Equal("medium", body.Word("reasoning_effort"));
    }

    [Fact]
    public void Sealed_thinking_goes_back_to_its_maker_and_to_no_other()
    {
        var token = System.Text.Encoding.ASCII.GetString(
            ThinkingProof.Seal(ProofKind.Signature, "upstream", "c2ln"u8, "the words"u8)
        );
        var body = $$"""
            {"model":"m","input":[{"role":"user","content":"Go"},
             {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"the"}],"encrypted_content":"{{token}}"},
             {"type":"function_call","call_id":"c1","name":"look","arguments":"{\"a\":1}"},
             {"type":"function_call_output","call_id":"c1","output":"seen"}],
             "reasoning":{"effort":"high"},"tools":[{"type":"function","name":"look","parameters":{"type":"object"} }]}
            """;

        var (home, kept) = ToAnthropic(body);
        var (abroad, dropped) = Request(Dialect.OpenAIResponses, body, Dialect.AnthropicMessages, provider: "another");

        Assert.Equal(
            """{"type":"thinking","thinking":"the words","signature":"c2ln"}""",
            home.List("messages")[1].List("content")[0].Plain()
        );
        Assert.Equal("enabled", home.GetProperty("thinking").Word("type"));
        Assert.Empty(kept);
        Assert.Equal("tool_use", abroad.List("messages")[1].List("content")[0].Word("type"));
        Assert.Contains("thinking_signature", dropped);
    }

    [Fact]
    public void Items_in_a_row_are_one_turn_and_results_between_calls_part_them()
    {
        var conversation = Read(
            Dialect.OpenAIResponses,
            """
            {"model":"m","input":[
             {"role":"user","content":[{"type":"input_text","text":"a"}]},
             {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"t1"},{"type":"summary_text","text":"t2"}],"encrypted_content":"E"},
             {"role":"assistant","content":"b"},
             {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"c","annotations":[]},{"type":"refusal","refusal":"no"}]},
             {"type":"function_call","call_id":"c1","name":"f","arguments":""},
             {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"r1"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]},
             {"type":"function_call","call_id":"c2","name":"f","arguments":"{}"},
             {"type":"function_call_output","call_id":"c2","output":"r2"},
             {"role":"developer","content":"Now hurry."},
             {"role":"user","content":"d"}]}
            """
        );

        Assert.Equal(
            [Role.User, Role.Assistant, Role.User, Role.Assistant, Role.User, Role.System, Role.User],
            conversation.Turns.Select(t => t.Role)
        );
        var said = conversation.Turns[1].Parts;
        var thinking = Assert.IsType<ThinkingPart>(said[0]);
        Assert.Equal("t1\\n\\nt2", System.Text.Encoding.UTF8.GetString(thinking.Text.Span));
        Assert.Equal((ProofKind.Encrypted, null), (thinking.Proof.Kind, thinking.Proof.Provider));
        Assert.Equal(["b", "c"], said.OfType<TextPart>().Select(t => t.Text.ToString()));
        Assert.Equal("no", Assert.Single(said.OfType<RefusalPart>()).Text.ToString());
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(Assert.IsType<ToolCallPart>(said[^1]).Input.Span));
        Assert.Equal(["image", "system_mid_conversation", "tool_result_media"], Fates.NamesOf(conversation.Features));
    }

    [Fact]
    public void Pictures_and_documents_are_carried()
    {
        var (body, _) = ToAnthropic(
            """
            {"model":"m","input":[{"role":"user","content":[
             {"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"high"},
             {"type":"input_image","image_url":"https://example.com/a.png"},
             {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="},
             {"type":"input_file","file_url":"https://example.com/a.pdf"}]}]}
            """
        );

        var parts = body.List("messages")[0].List("content");
        Assert.Equal(
            """{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}""",
            parts[0].GetProperty("source").Plain()
        );
        Assert.Equal("""{"type":"url","url":"https://example.com/a.png"}""", parts[1].GetProperty("source").Plain());
        Assert.Equal(("document", "a.pdf"), (parts[2].Word("type"), parts[2].Word("title")));
        Assert.Equal("""{"type":"url","url":"https://example.com/a.pdf"}""", parts[3].GetProperty("source").Plain());
    }

    [Fact]
    public void Shape_sampling_and_choice_are_carried()
    {
        var (body, dropped) = ToAnthropic(
            """
            {"model":"m","input":"x","temperature":1.5,"parallel_tool_calls":false,"user":"ada",
             "tool_choice":{"type":"function","name":"look"},
             "tools":[{"type":"function","name":"look","strict":true,"parameters":{"type":"object","properties":{}}}],
             "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}}}
            """
        );

        Assert.Equal(
            """{"type":"tool","name":"look","disable_parallel_tool_use":true}""",
            body.GetProperty("tool_choice").Plain()
        );
        Assert.Equal(
            """{"type":"object"}""",
            body.GetProperty("output_config").GetProperty("format").GetProperty("schema").Plain()
        );
        Assert.Equal("ada", body.GetProperty("metadata").Word("user_id"));
        Assert.True(body.List("tools")[0].GetProperty("strict").GetBoolean());
        Assert.Empty(dropped);
    }

    [Fact]
    public void A_tool_of_a_group_is_called_and_chosen_by_both_names()
    {
        var longName = new string('x', 60);
        var (body, _) = ToAnthropic(
            $$"""
            {"model":"m","input":[{"role":"user","content":"Go"},
             {"type":"function_call","call_id":"c1","namespace":"agents","name":"spawn","arguments":"{}"},
             {"type":"function_call_output","call_id":"c1","output":"ok"}],
             "tool_choice":{"type":"function","name":"spawn","namespace":"agents"},
             "tools":[{"type":"namespace","name":"agents","description":"","tools":[
               {"type":"function","name":"spawn","parameters":{} },{"type":"function","name":"{{longName}}a","parameters":{} },
               {"type":"function","name":"{{longName}}b","parameters":{} }]}]}
            """
        );

        var names = body.List("tools").Select(t => t.Word("name")).ToList();
        Assert.Equal("agents__spawn", names[0]);
        Assert.Equal(3, names.Distinct().Count());
        Assert.All(names, n => Assert.True(n.Length <= 64));
        Assert.Equal("agents__spawn", body.GetProperty("tool_choice").Word("name"));
        Assert.Equal("agents__spawn", body.List("messages")[1].List("content")[0].Word("name"));
    }

    [Fact]
    public void Tools_that_come_in_the_midst_of_the_conversation_are_tools()
    {
        var (body, _) = ToAnthropic(
            """
            {"model":"m","tools":[{"type":"function","name":"a","parameters":{}}],"input":[
             {"type":"additional_tools","role":"developer","tools":[{"type":"function","name":"a","parameters":{}},{"type":"custom","name":"b"}]},
             {"role":"user","content":"Go"}]}
            """
        );

        Assert.Equal(["a", "b"], body.List("tools").Select(t => t.Word("name")));
    }

    [Fact]
    public void Only_the_tools_that_the_choice_allows_are_told()
    {
        var (body, _) = ToAnthropic(
            """
            {"model":"m","input":"x","tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"b"}]},
             "tools":[{"type":"function","name":"a","parameters":{}},{"type":"function","name":"b","parameters":{}},{"type":"custom","name":"c"}]}
            """
        );

        Assert.Equal(["b"], body.List("tools").Select(t => t.Word("name")));
        Assert.Equal("any", body.GetProperty("tool_choice").Word("type"));
    }

    [Fact]
    public void Tools_that_a_search_has_found_are_tools()
    {
        var (body, dropped) = ToAnthropic(
            """
            {"model":"m","input":[{"role":"user","content":"Go"},
             {"type":"tool_search_call","id":"tsc_1","call_id":"c1","execution":"client","status":"completed","arguments":{"query":"agents"}},
             {"type":"tool_search_output","id":"tso_1","call_id":"c1","execution":"client","status":"completed","tools":[
               {"type":"namespace","name":"agents","description":"d","tools":[{"type":"function","name":"spawn","defer_loading":true,"parameters":{}},
               {"type":"function","name":"wait","parameters":{}}]}]}],
             "tools":[{"type":"tool_search","execution":"client","description":"Finds.","parameters":{"type":"object"}}]}
            """
        );

        Assert.Equal(["agents__spawn", "agents__wait", "tool_search"], body.List("tools").Select(t => t.Word("name")));
        var messages = body.List("messages");
        Assert.Equal(
            """{"type":"tool_use","id":"c1","name":"tool_search","input":{"query":"agents"}}""",
            messages[1].List("content")[0].Plain()
        );
        var result = messages[2].List("content")[0];
        Assert.Equal("c1", result.Word("tool_use_id"));
        Assert.Contains("agents__spawn, agents__wait", result.Plain(), StringComparison.Ordinal);
        Assert.Empty(dropped);
    }

    [Theory]
    [InlineData(
        "local_shell",
        """{"type":"local_shell_call","id":"c1","call_id":"c1","status":"completed","action":{"type":"exec","command":["ls"],"env":{}}}""",
        """{"type":"local_shell_call_output","id":"c1","output":"a.txt"}""",
        """{"type":"exec","command":["ls"],"env":{}}""",
        "a.txt"
    )]
    [InlineData(
        "shell",
        """{"type":"shell_call","id":"sh_1","call_id":"c1","status":"completed","action":{"commands":["ls"],"timeout_ms":null,"max_output_length":null}}""",
        """{"type":"shell_call_output","call_id":"c1","output":[{"stdout":"a.txt","stderr":"","outcome":{"type":"exit","exit_code":0}}]}""",
        """{"commands":["ls"],"timeout_ms":null,"max_output_length":null}""",
        """[{"stdout":"a.txt","stderr":"","outcome":{"type":"exit","exit_code":0}}]"""
    )]
    [InlineData(
        "apply_patch",
        """{"type":"apply_patch_call","id":"apc_1","call_id":"c1","status":"completed","operation":{"type":"delete_file","path":"a.txt"}}""",
        """{"type":"apply_patch_call_output","call_id":"c1","status":"completed"}""",
        """{"type":"delete_file","path":"a.txt"}""",
        "completed"
    )]
    public void A_tool_that_OpenAI_defines_and_the_caller_runs_is_a_function(
        string type,
        string call,
        string output,
        string input,
        string result
    )
    {
        var (body, dropped) = ToAnthropic(
            $$"""
            {"model":"m","input":[{"role":"user","content":"Go"},{{call}},{{output}}],
             "tools":[{"type":"{{type}}"},{"type":"shell","environment":{"type":"container_auto"} }],"tool_choice":{"type":"{{type}}"} }
            """
        );

        var tool = Assert.Single(body.List("tools"));
        Assert.Equal(type, tool.Word("name"));
        Assert.Equal("object", tool.GetProperty("input_schema").Word("type"));
        Assert.Equal(type, body.GetProperty("tool_choice").Word("name"));
        var messages = body.List("messages");
        var used = messages[1].List("content")[0];
        Assert.Equal((type, "c1", input), (used.Word("name"), used.Word("id"), used.GetProperty("input").Plain()));
        Assert.Equal(result, messages[2].List("content")[0].Word("content"));
        // The shell that is a computer of OpenAI's is none of the caller's.
        Assert.Equal(["hosted_tool"], dropped);
    }

    [Theory]
    [InlineData("\"previous_response_id\":\"resp_1\"", "stored_conversation")]
    [InlineData("\"conversation\":{\"id\":\"conv_1\"}", "stored_conversation")]
    [InlineData("\"prompt\":{\"id\":\"pmpt_1\"}", "stored_conversation")]
    [InlineData("\"background\":true", "stored_conversation")]
    [InlineData("\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]", "stored_conversation")]
    [InlineData("\"input\":[{\"type\":\"compaction\",\"encrypted_content\":\"x\"}]", "compaction")]
    [InlineData(
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"file_1\"}]}]",
        "held_file"
    )]
    [InlineData(
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"file_1\"}]}]",
        "held_file"
    )]
    public void What_leans_on_OpenAIs_memory_is_refused(string members, string feature) =>
        Assert.Equal([feature], RefusedByAnthropic(members));

    [Theory]
    [InlineData("\"truncation\":\"auto\"", "context_management")]
    [InlineData("\"context_management\":[{\"type\":\"compaction\"}]", "context_management")]
    [InlineData("\"moderation\":{\"model\":\"omni\"}", "safety_settings")]
    [InlineData("\"metadata\":{\"a\":\"b\"}", "metadata")]
    [InlineData("\"client_metadata\":{\"a\":\"b\"}", "metadata")]
    [InlineData("\"service_tier\":\"flex\"", "service_tier")]
    [InlineData("\"store\":true", "store")]
    [InlineData("\"prompt_cache_key\":\"k\"", "prompt_cache_key")]
    [InlineData("\"top_logprobs\":3", "log_probabilities")]
    [InlineData("\"include\":[\"message.output_text.logprobs\"]", "log_probabilities")]
    [InlineData("\"tools\":[{\"type\":\"web_search\"}]", "hosted_tool")]
    [InlineData("\"tool_choice\":{\"type\":\"mcp\",\"server_label\":\"s\",\"name\":\"n\"}", "hosted_tool")]
    [InlineData(
        "\"input\":[{\"type\":\"web_search_call\",\"id\":\"ws_1\"},{\"role\":\"user\",\"content\":\"x\"}]",
        "hosted_tool"
    )]
    [InlineData("\"input\":[{\"type\":\"mcp_list_tools\"},{\"role\":\"user\",\"content\":\"x\"}]", "hosted_tool")]
    [InlineData("\"input\":[{\"type\":\"made_up\"},{\"role\":\"user\",\"content\":\"x\"}]", "unknown_field")]
    [InlineData("\"made_up\":1", "unknown_field")]
    [InlineData("\"text\":{\"verbosity\":\"low\"}", "verbosity")]
    public void What_has_no_equivalent_is_dropped_by_name(string members, string feature) =>
        Assert.Equal([feature], DroppedByAnthropic(members));

    [Theory]
    [InlineData("\"store\":false,\"stream_options\":{\"include_obfuscation\":false},\"max_tool_calls\":3")]
    [InlineData("\"truncation\":\"disabled\",\"service_tier\":\"auto\",\"background\":false,\"metadata\":{}")]
    [InlineData("\"previous_response_id\":null,\"conversation\":null,\"reasoning\":{\"summary\":\"auto\"}")]
    [InlineData(
        "\"include\":[\"reasoning.encrypted_content\",\"web_search_call.results\"],\"text\":{\"format\":{\"type\":\"text\"}}"
    )]
    public void What_changes_nothing_is_dropped_without_a_word(string members) =>
        Assert.Empty(DroppedByAnthropic(members));

    [Theory]
    [InlineData(
        """{"input":[1,null,"x",[],{"type":5},{"type":"message","content":{"a":1}},{"type":"function_call"}]}"""
    )]
    [InlineData(
        """{"input":{"a":1},"tools":{"type":"function"},"tool_choice":7,"reasoning":"x","text":[],"include":"x"}"""
    )]
    [InlineData(
        """{"input":[{"type":"function_call","call_id":1,"name":null,"arguments":"not json"}],"tools":[1,{"type":"namespace","tools":5},{"type":"function"}]}"""
    )]
    [InlineData(
        """{"input":[{"type":"reasoning","summary":"x","encrypted_content":"weir1.s.!!.."},{"type":"custom_tool_call","input":5}],"max_output_tokens":1e400,"temperature":1e999}"""
    )]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    public void Nonsense_is_read_and_written_without_a_fall(string body)
    {
        foreach (var target in new[] { Dialect.AnthropicMessages, Dialect.OpenAIChat })
        {
            Assert.Equal(JsonValueKind.Object, Request(Dialect.OpenAIResponses, body, target).Body.ValueKind);
        }
    }
}
