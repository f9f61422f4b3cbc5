using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Tests.Wire.OpenAIResponses;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>What a caller was told, in no dialect.</summary>
/// <param name="Text">All words.</param>
/// <param name="Thinking">All thinking.</param>
/// <param name="Calls">Each call's tool and input, white space aside.</param>
/// <param name="End">Why it ended: <c>end</c>, <c>tools</c>, <c>length</c>, <c>refusal</c>; <c>failed</c> for an honest error.</param>
internal sealed record Told(string Text, string Thinking, string Calls, string End);

/// <summary>Streams as vendors send them, and what callers of each dialect make of a stream, held to the dialect's rules.</summary>
internal static class AnyDialect
{
    public static readonly Dialect[] All =
    [
        Dialect.AnthropicMessages,
        Dialect.OpenAIChat,
        Dialect.OpenAIResponses,
        Dialect.Gemini,
    ];

    /// <summary>Every pair of two different dialects: upstream, caller.</summary>
    public static TheoryData<Dialect, Dialect> Pairs()
    {
        var pairs = new TheoryData<Dialect, Dialect>();
        foreach (var upstream in All)
        {
            foreach (var caller in All.Where(c => c != upstream))
            {
                pairs.Add(upstream, caller);
            }
        }

        return pairs;
    }

    /// <summary>The stream of a completion in the upstream's dialect, by the stand-ins that know nothing of translation.</summary>
    public static byte[] Stream(Dialect upstream, VendorCompletion completion) =>
        Encoding.UTF8.GetBytes(
            string.Concat(
                upstream switch
                {
                    Dialect.AnthropicMessages => AnthropicAnswers.Events(completion),
                    Dialect.OpenAIChat => OpenAIAnswers.ChatEvents(completion, includeUsage: true),
                    Dialect.OpenAIResponses => OpenAIResponsesAnswers.Events(completion),
                    _ => GeminiAnswers.Events(completion),
                }
            )
        );

    /// <summary>What a caller gets of these bytes, fed in these pieces, the last of them again and again.</summary>
    public static string Translate(
        Dialect upstream,
        Dialect caller,
        ReadOnlySpan<byte> bytes,
        IReadOnlyList<int> pieces,
        bool isWhole = true
    )
    {
        var conversation = TranslatedRequest.Read(caller, Request(caller), streams: true, out var fault);
        Assert.Null(fault);
        using var answer = new TranslatedAnswer(
            new AnswerContext
            {
                Dialect = caller,
                Id = new RecordId(7),
                AnswerId = CallerIds.Make(caller, new RecordId(7), 0),
                Model = "asked-for",
                Provider = "upstream",
                At = DateTimeOffset.UnixEpoch,
                Clock = new FakeClock(),
                Conversation = conversation!,
                Streams = true,
                EstimatedPrompt = 7,
            },
            upstream,
            isStream: true
        );
        var meter = ResponseMeters.ForStream(upstream);
        var said = new StringBuilder();
        for (int at = 0, i = 0; at < bytes.Length; i++)
        {
            var length = Math.Min(pieces[Math.Min(i, pieces.Count - 1)], bytes.Length - at);
            var piece = bytes.Slice(at, length);
            at += length;
            meter.Feed(piece);
            answer.Feed(piece, meter.Reading);
            said.Append(Encoding.UTF8.GetString(answer.Output.Span));
            answer.Output.Clear();
        }

        meter.Complete();
        answer.Complete(meter.Reading, isWhole);
        return said.Append(Encoding.UTF8.GetString(answer.Output.Span)).ToString();
    }

    /// <summary>Reads a stream as a strict client of the dialect does; a stream that breaks its rules fails the test.</summary>
    public static Told Listen(Dialect caller, string sse) =>
        caller switch
        {
            Dialect.AnthropicMessages => ListenToAnthropic(sse),
            Dialect.OpenAIChat => ListenToChat(sse),
            Dialect.OpenAIResponses => ListenToResponses(sse),
            _ => ListenToGemini(sse),
        };

    private static byte[] Request(Dialect caller) =>
        Encoding.UTF8.GetBytes(
            caller switch
            {
                Dialect.AnthropicMessages =>
                    """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}""",
                Dialect.OpenAIChat =>
                    """{"model":"m","stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}""",
                Dialect.OpenAIResponses => """{"model":"m","input":"x"}""",
                _ => """{"contents":[{"role":"user","parts":[{"text":"x"}]}]}""",
            }
        );

    private static Told ListenToAnthropic(string sse)
    {
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new List<string>());
        var (started, stopped, open, next) = (false, false, false, 0);
        var (kind, name, input, end) = ("", "", new StringBuilder(), "");
        foreach (var (type, data) in Events(sse))
        {
            Assert.False(stopped, "Something follows the end.");
            Assert.Equal(type, data.Word("type"));
            switch (type)
            {
                case "error":
                    Assert.NotEqual("", data.GetProperty("error").Word("message"));
                    return new Told(text.ToString(), thinking.ToString(), string.Join('|', calls), "failed");
                case "message_start":
                    Assert.False(started);
                    started = true;
                    Assert.True(
                        data.GetProperty("message").GetProperty("usage").GetProperty("input_tokens").GetInt64() > 0
                    );
                    break;
                case "content_block_start":
                    Assert.True(started && !open);
                    open = true;
                    Assert.Equal(next, data.GetProperty("index").GetInt32());
                    kind = data.GetProperty("content_block").Word("type");
                    name = kind == "tool_use" ? data.GetProperty("content_block").Word("name") : "";
                    input.Clear();
                    break;
                case "content_block_delta":
                    Assert.True(open);
                    Assert.Equal(next, data.GetProperty("index").GetInt32());
                    var delta = data.GetProperty("delta");
                    switch ((kind, delta.Word("type")))
                    {
                        case ("text", "text_delta"):
                            text.Append(delta.Word("text"));
                            break;
                        case ("thinking", "thinking_delta"):
                            thinking.Append(delta.Word("thinking"));
                            break;
                        case ("thinking", "signature_delta"):
                            break;
                        case ("tool_use", "input_json_delta"):
                            input.Append(delta.Word("partial_json"));
                            break;
                        default:
                            Assert.Fail($"{delta} in a block of {kind}");
                            break;
                    }

                    break;
                case "content_block_stop":
                    Assert.True(open);
                    Assert.Equal(next++, data.GetProperty("index").GetInt32());
                    open = false;
                    if (kind == "tool_use")
                    {
                        calls.Add(Call(name, input.ToString()));
                    }

                    break;
                case "message_delta":
                    Assert.True(started && !open && end.Length == 0);
                    end = data.GetProperty("delta").Word("stop_reason");
                    break;
                case "message_stop":
                    Assert.NotEqual("", end);
                    stopped = true;
                    break;
                default:
                    Assert.Fail(type);
                    break;
            }
        }

        Assert.True(stopped, "No end.");
        return new Told(
            text.ToString(),
            thinking.ToString(),
            string.Join('|', calls),
            end switch
            {
                "tool_use" => "tools",
                "max_tokens" => "length",
                "refusal" => "refusal",
                _ => "end",
            }
        );
    }

    private static Told ListenToChat(string sse)
    {
        var (text, thinking) = (new StringBuilder(), new StringBuilder());
        var calls = new SortedDictionary<int, (string Name, StringBuilder Input)>();
        string? end = null;
        var (done, usage) = (false, 0);
        foreach (var (_, data) in Events(sse, isChat: true))
        {
            Assert.False(done, "Something follows [DONE].");
            if (data.ValueKind == JsonValueKind.Undefined)
            {
                done = true;
                continue;
            }

            if (data.TryGetProperty("error", out var error))
            {
                Assert.NotEqual("", error.Word("message"));
                end = "failed";
                continue;
            }

            Assert.NotEqual("failed", end);
            Assert.Equal("chat.completion.chunk", data.Word("object"));
            if (data.GetProperty("choices").GetArrayLength() == 0)
            {
                Assert.NotNull(end);
                usage++;
                continue;
            }

            Assert.Null(end);
            var choice = data.GetProperty("choices")[0];
            var delta = choice.GetProperty("delta");
            text.Append(Said(delta, "content")).Append(Said(delta, "refusal"));
            thinking.Append(Said(delta, "reasoning_content"));
            if (delta.TryGetProperty("tool_calls", out var pieces))
            {
                foreach (var piece in pieces.EnumerateArray())
                {
                    var index = piece.GetProperty("index").GetInt32();
                    var function = piece.GetProperty("function");
                    if (piece.TryGetProperty("id", out _))
                    {
                        Assert.Equal(calls.Count, index);
                        calls.Add(index, (function.Word("name"), new StringBuilder()));
                    }

                    calls[index].Input.Append(Said(function, "arguments"));
                }
            }

            end = choice.GetProperty("finish_reason").GetString();
        }

        Assert.Equal(end == "failed", !done);
        Assert.Equal(end == "failed" ? 0 : 1, usage);
        return new Told(
            text.ToString(),
            thinking.ToString(),
            string.Join('|', calls.Values.Select(c => end == "failed" ? c.Name : Call(c.Name, c.Input.ToString()))),
            end switch
            {
                "tool_calls" => "tools",
                "length" => "length",
                "content_filter" => "refusal",
                "failed" => "failed",
                _ => "end",
            }
        );
    }

    private static Told ListenToResponses(string sse)
    {
        var stream = ResponseStream.Check(sse);
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new List<string>());
        foreach (var item in stream.Output)
        {
            switch (item.Word("type"))
            {
                case "function_call":
                    calls.Add(Call(item.Word("name"), item.Word("arguments")));
                    break;
                case "reasoning":
                    thinking.Append(string.Concat(item.List("summary").Select(p => p.Word("text"))));
                    break;
                default:
                    text.Append(string.Concat(item.List("content").Select(p => Said(p, "text") + Said(p, "refusal"))));
                    break;
            }
        }

        return new Told(
            text.ToString(),
            thinking.ToString(),
            string.Join('|', calls),
            stream.HasFailed ? "failed"
                : stream.Final.Word("status") == "incomplete"
                    ? stream.Final.GetProperty("incomplete_details").Word("reason") == "content_filter" ? "refusal"
                        : "length"
                : calls.Count > 0 ? "tools"
                : "end"
        );
    }

    private static Told ListenToGemini(string sse)
    {
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new List<string>());
        string? end = null;
        foreach (var (_, data) in Events(sse, isChat: true))
        {
            Assert.Null(end);
            if (data.TryGetProperty("error", out var error))
            {
                Assert.NotEqual("", error.Word("message"));
                end = "failed";
                continue;
            }

            var candidate = data.GetProperty("candidates")[0];
            foreach (var part in candidate.GetProperty("content").List("parts"))
            {
                if (part.TryGetProperty("functionCall", out var call))
                {
                    calls.Add(Call(call.Word("name"), call.GetProperty("args").GetRawText()));
                }
                else if (part.TryGetProperty("thought", out _))
                {
                    thinking.Append(Said(part, "text"));
                }
                else
                {
                    text.Append(Said(part, "text"));
                }
            }

            end = candidate.TryGetProperty("finishReason", out var reason) ? reason.GetString() : null;
        }

        Assert.NotNull(end);
        return new Told(
            text.ToString(),
            thinking.ToString(),
            string.Join('|', calls),
            end switch
            {
                "failed" => "failed",
                "MAX_TOKENS" => "length",
                "STOP" => calls.Count > 0 ? "tools" : "end",
                _ => "refusal",
            }
        );
    }

    private static List<(string Type, JsonElement Data)> Events(string sse, bool isChat = false)
    {
        var events = new List<(string, JsonElement)>();
        Assert.True(sse.Length == 0 || sse.EndsWith("\n\n", StringComparison.Ordinal), "The last event is not whole.");
        foreach (var text in sse.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = text.Split('\n');
            Assert.Equal(isChat ? 1 : 2, lines.Length);
            var data = lines[^1]["data: ".Length..];
            events.Add(
                (isChat ? "" : lines[0]["event: ".Length..], data == "[DONE]" ? default : Translations.Parse(data))
            );
        }

        return events;
    }

    private static string Call(string name, string input) =>
        $"{name}({Translations.Plain(input.Length == 0 ? "{}" : input)})";

    private static string Said(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
