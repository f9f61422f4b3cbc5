using System.Text;
using Weir.Foundation;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Tests.Wire.Gemini;

/// <summary>Gemini's answers as Anthropic's and OpenAI's callers get them.</summary>
public sealed class GeminiAnswerReaderTests
{
    /// <summary>Thinking, words, two calls of which one is signed, the usage at the end.</summary>
    private const string Recorded = """
        data: {"candidates":[{"content":{"parts":[{"text":"Let me\nsee.","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"totalTokenCount":100},"modelVersion":"gemini-3-flash","responseId":"r1"}

        data: {"candidates":[{"content":{"parts":[{"text":"I look "}],"role":"model"},"index":0}],"modelVersion":"gemini-3-flash","responseId":"r1"}

        data: {"candidates":[{"content":{"parts":[{"text":"\u00fcberall."}],"role":"model"},"index":0}],"modelVersion":"gemini-3-flash","responseId":"r1"}

        data: {"candidates":[{"content":{"parts":[{"functionCall":{"id":"f1","name":"look","args":{"at":"the \"weir\"","n":[1, 2]}},"thoughtSignature":"c2ln+/=="},{"functionCall":{"name":"list"}}],"role":"model"},"index":0}],"modelVersion":"gemini-3-flash","responseId":"r1"}

        data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":20,"thoughtsTokenCount":5,"totalTokenCount":125},"modelVersion":"gemini-3-flash","responseId":"r1"}


        """;

    [Fact]
    public void A_stream_for_anthropics_caller()
    {
        var events = GeminiBench.Events(GeminiBench.Answer(Dialect.Gemini, Recorded, Dialect.AnthropicMessages));

        Assert.Equal(
            [
                "message_start",
                "content_block_start", // thinking
                "content_block_delta",
                "content_block_stop",
                "content_block_start", // text
                "content_block_delta",
                "content_block_delta",
                "content_block_stop",
                "content_block_start", // the proof
                "content_block_delta",
                "content_block_stop",
                "content_block_start", // first call
                "content_block_delta",
                "content_block_stop",
                "content_block_start", // second call
                "content_block_delta",
                "content_block_stop",
                "message_delta",
                "message_stop",
            ],
            events.Select(e => e.GetProperty("type").GetString())
        );
        var start = events[0].GetProperty("message");
        Assert.Equal("gemini-3-flash", start.GetProperty("model").GetString());
        GeminiBench.AssertSame(
            """{"input_tokens":40,"cache_creation_input_tokens":0,"cache_read_input_tokens":60,"output_tokens":0}""",
            start.GetProperty("usage")
        );
        GeminiBench.AssertSame(
            """{"type":"thinking_delta","thinking":"Let me\nsee."}""",
            events[2].GetProperty("delta")
        );
        GeminiBench.AssertSame("""{"type":"text_delta","text":"überall."}""", events[6].GetProperty("delta"));
        GeminiBench.AssertSame(
            $$"""{"type":"signature_delta","signature":"{{Seal("c2ln+/==")}}"}""",
            events[9].GetProperty("delta")
        );
        GeminiBench.AssertSame(
            """{"type":"tool_use","id":"f1","name":"look","input":{}}""",
            events[11].GetProperty("content_block")
        );
        GeminiBench.AssertSame(
            """{"at":"the \"weir\"","n":[1,2]}""",
            GeminiBench.Parse(events[12].GetProperty("delta").GetProperty("partial_json").GetString()!)
        );
        Assert.StartsWith("call_", events[14].GetProperty("content_block").GetProperty("id").GetString()!);
        Assert.Equal("{}", events[15].GetProperty("delta").GetProperty("partial_json").GetString());
        GeminiBench.AssertSame("""{"stop_reason":"tool_use","stop_sequence":null}""", events[17].GetProperty("delta"));
        GeminiBench.AssertSame(
            """{"input_tokens":40,"cache_creation_input_tokens":0,"cache_read_input_tokens":60,"output_tokens":25}""",
            events[17].GetProperty("usage")
        );
    }

    [Fact]
    public void A_stream_for_a_caller_of_chat()
    {
        var said = GeminiBench.Answer(Dialect.Gemini, Recorded, Dialect.OpenAIChat);
        var chunks = GeminiBench.Events(said);
        var deltas = chunks
            .SelectMany(c => c.GetProperty("choices").EnumerateArray())
            .Select(c => c.GetProperty("delta"))
            .ToList();
        string All(string name) =>
            string.Concat(deltas.Select(d => d.TryGetProperty(name, out var t) ? t.GetString() : null));

        Assert.Equal("Let me\nsee.", All("reasoning_content"));
        Assert.Equal("I look überall.", All("content"));
        var calls = deltas
            .Where(d => d.TryGetProperty("tool_calls", out _))
            .SelectMany(d => d.GetProperty("tool_calls").EnumerateArray())
            .GroupBy(c => c.GetProperty("index").GetInt32())
            .Select(g => string.Concat(g.Select(c => c.GetProperty("function").GetProperty("arguments").GetString())))
            .ToList();
        Assert.Equal(2, calls.Count);
        GeminiBench.AssertSame("""{"at":"the \"weir\"","n":[1,2]}""", GeminiBench.Parse(calls[0]));
        Assert.Equal("{}", calls[1]);
        Assert.Contains("\"finish_reason\":\"tool_calls\"", said, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", said, StringComparison.Ordinal);
        GeminiBench.AssertSame(
            """{"prompt_tokens":100,"completion_tokens":25,"total_tokens":125,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":5}}""",
            chunks[^1].GetProperty("usage")
        );
    }

    [Fact]
    public void A_document()
    {
        var document = $"[{string.Join(",", GeminiBench.Events(Recorded).Select(e => e.ToString()))}]";
        var said = GeminiBench.Parse(
            GeminiBench.Answer(Dialect.Gemini, document, Dialect.AnthropicMessages, streams: false)
        );

        Assert.Equal(
            ["thinking", "text", "thinking", "tool_use", "tool_use"],
            said.GetProperty("content").EnumerateArray().Select(b => b.GetProperty("type").GetString())
        );
        Assert.Equal("tool_use", said.GetProperty("stop_reason").GetString());
        Assert.Equal("answer-1", said.GetProperty("id").GetString());
    }

    [Fact]
    public void The_signature_of_words_stands_before_them_or_is_not_carried()
    {
        var early = GeminiBench.Answer(
            Dialect.Gemini,
            """{"candidates":[{"content":{"parts":[{"text":"Hello.","thoughtSignature":"c2ln"}]},"finishReason":"STOP"}]}""",
            Dialect.AnthropicMessages,
            streams: false
        );
        var late = GeminiBench.Answer(
            Dialect.Gemini,
            Chunk("""{"text":"Hel"}""") + Chunk("""{"text":"lo.","thoughtSignature":"c2ln"}""", "STOP"),
            Dialect.AnthropicMessages
        );

        GeminiBench.AssertSame(
            $$"""[{"type":"thinking","thinking":"","signature":"{{Seal("c2ln")}}"},{"type":"text","text":"Hello."}]""",
            GeminiBench.Parse(early).GetProperty("content")
        );
        Assert.Single(GeminiBench.Events(late), e => e.GetProperty("type").GetString() == "content_block_start");
        Assert.DoesNotContain(ThinkingProof.Mark, late, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STOP", "end_turn")]
    [InlineData("MAX_TOKENS", "max_tokens")]
    [InlineData("SAFETY", "refusal")]
    [InlineData("RECITATION", "refusal")]
    [InlineData("LANGUAGE", "refusal")]
    [InlineData("BLOCKLIST", "refusal")]
    [InlineData("PROHIBITED_CONTENT", "refusal")]
    [InlineData("SPII", "refusal")]
    [InlineData("IMAGE_SAFETY", "refusal")]
    [InlineData("MALFORMED_FUNCTION_CALL", null)]
    [InlineData("UNEXPECTED_TOOL_CALL", null)]
    [InlineData("TOO_MANY_TOOL_CALLS", null)]
    [InlineData("OTHER", null)]
    [InlineData("SOMETHING_NEW", null)]
    public void Each_reason_to_end_is_told_and_a_failure_is_one(string reason, string? expected)
    {
        var events = GeminiBench.Events(
            GeminiBench.Answer(
                Dialect.Gemini,
                Chunk("""{"text":"Hello"}""") + Chunk("""{"text":""}""", reason),
                Dialect.AnthropicMessages
            )
        );

        if (expected is null)
        {
            Assert.Equal("error", events[^1].GetProperty("type").GetString());
            Assert.Contains(reason, events[^1].ToString(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, events[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
        }
    }

    [Fact]
    public void A_prompt_that_is_blocked_is_a_refusal()
    {
        var said = GeminiBench.Parse(
            GeminiBench.Answer(
                Dialect.Gemini,
                """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8},"modelVersion":"m"}""",
                Dialect.AnthropicMessages,
                streams: false
            )
        );

        Assert.Equal("refusal", said.GetProperty("stop_reason").GetString());
        Assert.Contains("PROHIBITED_CONTENT", said.GetProperty("content").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_a_stream_is_an_error()
    {
        var events = GeminiBench.Events(
            GeminiBench.Answer(
                Dialect.Gemini,
                Chunk("""{"text":"Hello"}""")
                    + "data: {\"error\":{\"code\":503,\"message\":\"Overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n",
                Dialect.AnthropicMessages
            )
        );

        Assert.Equal("error", events[^1].GetProperty("type").GetString());
        GeminiBench.AssertSame(
            """{"type":"overloaded_error","message":"Overloaded"}""",
            events[^1].GetProperty("error")
        );
    }

    [Fact]
    public void One_byte_at_a_time_says_the_same()
    {
        foreach (var into in new[] { Dialect.AnthropicMessages, Dialect.OpenAIChat, Dialect.Gemini })
        {
            var bytes = Encoding.UTF8.GetBytes(Recorded);

            Assert.Equal(
                GeminiBench.Answer(Dialect.Gemini, Recorded, into),
                GeminiBench.Answer(Dialect.Gemini, bytes.Select(b => new[] { b }), into)
            );
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cut_anywhere_it_is_legal_and_ends_as_a_failure(bool isWhole)
    {
        var bytes = Encoding.UTF8.GetBytes(Recorded);
        // From the end of the reason on it has said all.
        var enough = Recorded.IndexOf(
            "\"responseId\":\"r1\"}",
            Recorded.IndexOf("finishReason", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        enough = Encoding.UTF8.GetByteCount(Recorded[..enough]) + "\"responseId\":\"r1\"}".Length;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var events = GeminiBench.Events(
                GeminiBench.Answer(Dialect.Gemini, [bytes[..cut]], Dialect.AnthropicMessages, isWhole: isWhole)
            );

            var open = -1;
            foreach (var e in events)
            {
                switch (e.GetProperty("type").GetString())
                {
                    case "content_block_start":
                        Assert.Equal(-1, open);
                        open = e.GetProperty("index").GetInt32();
                        break;
                    case "content_block_delta":
                        Assert.Equal(open, e.GetProperty("index").GetInt32());
                        break;
                    case "content_block_stop":
                        Assert.Equal(open, e.GetProperty("index").GetInt32());
                        open = -1;
                        break;
                }
            }

            Assert.Equal(
                isWhole && cut >= enough ? "message_stop" : "error",
                events[^1].GetProperty("type").GetString()
            );
        }
    }

    [Theory]
    [InlineData("data: {\"candidates\":7}\n\n")]
    [InlineData(
        "data: {\"candidates\":[{\"content\":{\"parts\":[1,{\"functionCall\":{}},{\"functionCall\":{\"name\":5,\"args\":[]}}]},\"finishReason\":9}]}\n\n"
    )]
    [InlineData("data: [[[{\"error\":1}]]]\n\ndata: {\"error\":\"x\"}\n\n")]
    [InlineData("data: {\"\\ud800\":1,\"candidates\":[]}\n\ndata: \n\ndata: {\n\n")]
    [InlineData("data: []\n\n")]
    public void Whatever_comes_the_caller_is_told_of_a_failure(string stream)
    {
        var events = GeminiBench.Events(GeminiBench.Answer(Dialect.Gemini, stream, Dialect.AnthropicMessages));

        Assert.Equal("error", events[^1].GetProperty("type").GetString());
    }

    private static string Chunk(string part, string? finish = null) =>
        $"data: {{\"candidates\":[{{\"content\":{{\"parts\":[{part}],\"role\":\"model\"}},{(finish is null ? "" : $"\"finishReason\":\"{finish}\",")}\"index\":0}}],\"modelVersion\":\"m\"}}\n\n";

    private static string Seal(string token) =>
        Encoding.ASCII.GetString(
            ThinkingProof.Seal(ProofKind.Thought, GeminiBench.Provider, Encoding.ASCII.GetBytes(token), default)
        );
}
