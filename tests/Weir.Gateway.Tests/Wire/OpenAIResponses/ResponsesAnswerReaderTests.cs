using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Testing;
using static Weir.Gateway.Tests.Wire.OpenAIResponses.Translations;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

public sealed class ResponsesAnswerReaderTests
{
    private const string AskedByChat = """
        {"model":"m","messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}
        """;

    private static readonly VendorBlock[] Blocks =
    [
        new VendorThinking("", "gAAAenc"),
        new VendorText("The river runs high — très haut — today."),
        new VendorToolCall("call_1", "look", """{"at":"weir"}"""),
        new VendorToolCall("call_2", "look", """{"at":"lock"}"""),
    ];

    private static JsonElement Message(string asked, byte[] upstream, bool isStream = false)
    {
        var conversation = Read(Dialect.AnthropicMessages, asked);
        return Parse(Answer(conversation, Dialect.OpenAIResponses, upstream, isStream));
    }

    private static byte[] Document(string output, string rest = "\"status\":\"completed\"") =>
        Encoding.UTF8.GetBytes(
            $$"""{"id":"resp_1","object":"response","model":"gpt-up","output":[{{output}}],{{rest}},"usage":{"input_tokens":121,"input_tokens_details":{"cached_tokens":100},"output_tokens":17,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":138} }"""
        );

    private static List<JsonElement> ChatChunks(byte[] upstream, int piece = int.MaxValue, bool isWhole = true)
    {
        var conversation = Read(Dialect.OpenAIChat, AskedByChat);
        return
        [
            .. Answer(conversation, Dialect.OpenAIResponses, upstream, piece: piece, isWhole: isWhole)
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Where(e => e != "data: [DONE]")
                .Select(e => Parse(e[6..])),
        ];
    }

    [Fact]
    public void A_document_becomes_a_message_of_Anthropics()
    {
        var message = Message(
            """{"model":"m","max_tokens":9,"messages":[]}""",
            Document(
                """
                {"type":"reasoning","id":"rs_7","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}],"encrypted_content":"gAAA"},
                {"type":"web_search_call","id":"ws_1","status":"completed"},
                {"type":"message","role":"assistant","content":[{"type":"output_text","text":"high \u00e4","annotations":[]}]},
                {"type":"function_call","call_id":"call_1","name":"look","arguments":"{\"at\":\"weir\"}"},
                {"type":"custom_tool_call","call_id":"call_2","name":"p","input":"a\n\"b\" \\"}
                """
            )
        );

        var content = message.List("content");
        Assert.Equal(["thinking", "text", "tool_use", "tool_use"], content.Select(c => c.Word("type")));
        Assert.Equal("one\n\ntwo", content[0].Word("thinking"));
        Assert.True(ThinkingProof.TryOpen(RawText.OfPlain(content[0].Word("signature")), out var proof));
        Assert.Equal(
            (ProofKind.Encrypted, "gAAA", "rs_7"),
            (proof.Kind, proof.Token.ToString(), proof.Extra.ToString())
        );
        Assert.Equal("high ä", content[1].Word("text"));
        Assert.Equal("""{"at":"weir"}""", content[2].GetProperty("input").Plain());
        Assert.Equal("a\n\"b\" \\", content[3].GetProperty("input").Word("input"));
        Assert.Equal("tool_use", message.Word("stop_reason"));
        var usage = message.GetProperty("usage");
        Assert.Equal(
            (21, 100, 17),
            (Number(usage, "input_tokens"), Number(usage, "cache_read_input_tokens"), Number(usage, "output_tokens"))
        );

        static long Number(JsonElement of, string name) => of.GetProperty(name).GetInt64();
    }

    [Theory]
    [InlineData("\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"}", "max_tokens")]
    [InlineData("\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"}", "refusal")]
    [InlineData("\"status\":\"completed\"", "end_turn")]
    public void Why_it_ended_is_understood(string rest, string reason) =>
        Assert.Equal(
            reason,
            Message(
                    """{"model":"m","max_tokens":9,"messages":[]}""",
                    Document("""{"type":"message","content":[{"type":"output_text","text":"x"}]}""", rest)
                )
                .Word("stop_reason")
        );

    [Theory]
    [InlineData(
        "\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Slow down\"}",
        "rate_limit_error",
        "Slow down"
    )]
    [InlineData(
        "\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"Broken\"}",
        "api_error",
        "Broken"
    )]
    public void A_failure_is_one(string rest, string type, string message)
    {
        var error = Message("""{"model":"m","max_tokens":9,"messages":[]}""", Document("", rest)).GetProperty("error");
        Assert.Equal((type, message), (error.Word("type"), error.Word("message")));
    }

    [Fact]
    public void A_stream_becomes_chunks_of_Chats()
    {
        var chunks = ChatChunks(ResponsesStream(Blocks));

        var deltas = chunks.SelectMany(c => c.List("choices")).Select(c => c.GetProperty("delta")).ToList();
        Assert.Equal(
            "The river runs high — très haut — today.",
            string.Concat(deltas.Where(d => d.TryGetProperty("content", out _)).Select(d => d.Word("content")))
        );
        var calls = deltas
            .Where(d => d.TryGetProperty("tool_calls", out _))
            .SelectMany(d => d.List("tool_calls"))
            .ToList();
        Assert.Equal(["call_1", "call_2"], calls.Where(c => c.TryGetProperty("id", out _)).Select(c => c.Word("id")));
        Assert.Equal(
            """{"at":"weir"}{"at":"lock"}""",
            string.Concat(calls.Select(c => c.GetProperty("function").Word("arguments")))
        );
        Assert.Equal("tool_calls", chunks[^2].List("choices")[0].Word("finish_reason"));
        var usage = chunks[^1].GetProperty("usage");
        Assert.Equal(
            """{"prompt_tokens":121,"completion_tokens":17,"total_tokens":138,"prompt_tokens_details":{"cached_tokens":100},"completion_tokens_details":{"reasoning_tokens":4}}""",
            usage.Plain()
        );
        Assert.Contains(deltas, d => d.TryGetProperty("reasoning_details", out _));
    }

    [Fact]
    public void One_byte_at_a_time_is_the_same() =>
        Assert.Equal(
            ChatChunks(ResponsesStream(Blocks)).Select(c => c.Plain()),
            ChatChunks(ResponsesStream(Blocks), piece: 1).Select(c => c.Plain())
        );

    [Fact]
    public void Cut_anywhere_it_fails()
    {
        var upstream = ResponsesStream(Blocks);
        var end = upstream.AsSpan().IndexOf("event: response.completed"u8);
        for (var cut = 0; cut < end; cut++)
        {
            foreach (var isWhole in new[] { false, true })
            {
                Assert.True(
                    ChatChunks(upstream[..cut], isWhole: isWhole)[^1].TryGetProperty("error", out _),
                    $"cut at {cut}"
                );
            }
        }
    }

    [Theory]
    [InlineData(
        "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Slow down\",\"param\":null}\n\n"
    )]
    [InlineData(
        "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Slow down\"}}}\n\n"
    )]
    public void An_error_within_the_stream_is_one(string last)
    {
        var upstream = Bytes(OpenAIResponsesAnswers.Events(Completion(Blocks)).Take(7).Append(last));
        var error = ChatChunks(upstream)[^1].GetProperty("error");
        Assert.Equal(("rate_limit_exceeded", "Slow down"), (error.Word("code"), error.Word("message")));
    }

    [Fact]
    public void Custom_calls_refusals_and_summaries_stream()
    {
        string[] events =
        [
            """{"type":"response.created","response":{"model":"gpt-up"}}""",
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}""",
            """{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"one"}""",
            """{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1}""",
            """{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"two"}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","encrypted_content":"E"}}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"type":"custom_tool_call","call_id":"c","name":"p","input":""}}""",
            """{"type":"response.custom_tool_call_input.delta","output_index":1,"delta":"a\n\"b"}""",
            """{"type":"response.custom_tool_call_input.delta","output_index":1,"delta":"\\\ud83c"}""",
            """{"type":"response.custom_tool_call_input.delta","output_index":1,"delta":"\udf0a"}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"custom_tool_call","call_id":"c","name":"p","input":"x"}}""",
            """{"type":"response.output_item.added","output_index":2,"item":{"type":"message","content":[]}}""",
            """{"type":"response.refusal.delta","output_index":2,"delta":"No."}""",
            """{"type":"response.output_item.done","output_index":2,"item":{"type":"message","content":[]}}""",
            """{"type":"response.made_up","output_index":2}""",
            """{"type":"response.completed","response":{"status":"completed"}}""",
        ];
        var conversation = Read(
            Dialect.OpenAIResponses,
            """{"model":"m","input":"x","store":false,"tools":[{"type":"custom","name":"p"}]}"""
        );
        var stream = ResponseStream.Check(
            Answer(conversation, Dialect.OpenAIResponses, Bytes(events.Select(e => $"data: {e}\n\n")))
        );

        Assert.Equal(["reasoning", "custom_tool_call", "message"], stream.Output.Select(o => o.Word("type")));
        Assert.Equal("one\n\ntwo", stream.Output[0].List("summary")[0].Word("text"));
        Assert.Equal("a\n\"b\\🌊", stream.Output[1].Word("input"));
        Assert.Equal("No.", stream.Output[2].List("content")[0].Word("refusal"));
        Assert.Equal("gpt-up", stream.Final.Word("model"));
    }

    [Fact]
    public void Nonsense_makes_no_fall()
    {
        foreach (
            var data in new[]
            {
                "{",
                "[]",
                "5",
                "{\"type\":5}",
                "{\"type\":\"response.output_item.done\",\"item\":7,\"output_index\":-1}",
                "{\"type\":\"response.completed\"}",
                "{\"type\":\"response.output_text.delta\",\"delta\":{}}",
            }
        )
        {
            var conversation = Read(Dialect.OpenAIChat, AskedByChat);
            Assert.EndsWith(
                "\n\n",
                Answer(conversation, Dialect.OpenAIResponses, Bytes([$"data: {data}\n\n"])),
                StringComparison.Ordinal
            );
        }
    }
}
