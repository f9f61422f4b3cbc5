using Weir.Foundation;

namespace Weir.Testing;

/// <summary>Answers in the words of Anthropic's Messages API.</summary>
public static class AnthropicAnswers
{
    /// <summary>A whole message.</summary>
    public static UpstreamAnswer Message(VendorCompletion completion) =>
        UpstreamAnswer
            .Json(
                VendorJson.Write(
                    new
                    {
                        id = completion.Id,
                        type = "message",
                        role = "assistant",
                        model = completion.Model,
                        content = completion.Blocks.Select(Block).ToArray(),
                        stop_reason = StopReason(completion),
                        stop_sequence = (string?)null,
                        usage = Usage(completion.Usage, completion.ServiceTier),
                    }
                )
            )
            .Header("request-id", RequestId(completion));

    /// <summary>A streamed message, one chunk for each event.</summary>
    public static UpstreamAnswer Stream(VendorCompletion completion) =>
        UpstreamAnswer.Sse(Events(completion)).Header("request-id", RequestId(completion));

    /// <summary>The events of a stream, each with its empty line, to be paused between, cut or reordered by a test.</summary>
    public static IReadOnlyList<string> Events(VendorCompletion completion)
    {
        var events = new List<string>
        {
            Event(
                "message_start",
                new
                {
                    type = "message_start",
                    message = new
                    {
                        id = completion.Id,
                        type = "message",
                        role = "assistant",
                        model = completion.Model,
                        content = Array.Empty<object>(),
                        stop_reason = (string?)null,
                        stop_sequence = (string?)null,
                        usage = Usage(completion.Usage with { Output = 1 }, completion.ServiceTier),
                    },
                }
            ),
        };
        for (var i = 0; i < completion.Blocks.Length; i++)
        {
            events.AddRange(BlockEvents(i, completion.Blocks[i]));
            if (i == 0)
            {
                events.Insert(2, Event("ping", new { type = "ping" }));
            }
        }

        events.Add(
            Event(
                "message_delta",
                new
                {
                    type = "message_delta",
                    delta = new { stop_reason = StopReason(completion), stop_sequence = (string?)null },
                    usage = new
                    {
                        input_tokens = completion.Usage.Input,
                        cache_creation_input_tokens = Written(completion.Usage),
                        cache_read_input_tokens = completion.Usage.CacheRead,
                        output_tokens = completion.Usage.Output,
                    },
                }
            )
        );
        events.Add(Event("message_stop", new { type = "message_stop" }));
        return events;
    }

    /// <summary>An error document, as <c>Error(529, "overloaded_error", "Overloaded")</c>.</summary>
    public static UpstreamAnswer Error(int status, string type, string message = "The provider says no.") =>
        UpstreamAnswer.Json(ErrorBody(type, message), status).Header("request-id", "req_error");

    /// <summary>An error inside an opened stream.</summary>
    public static string ErrorEvent(string type = "overloaded_error", string message = "Overloaded") =>
        $"event: error\ndata: {ErrorBody(type, message)}\n\n";

    /// <summary>The answer of <c>count_tokens</c>.</summary>
    public static UpstreamAnswer CountTokens(long tokens) => UpstreamAnswer.Json($$"""{"input_tokens":{{tokens}}}""");

    /// <summary>One event.</summary>
    public static string Event(string name, object data) => $"event: {name}\ndata: {VendorJson.Write(data)}\n\n";

    private static string ErrorBody(string type, string message) =>
        VendorJson.Write(
            new
            {
                type = "error",
                error = new { type, message },
                request_id = "req_error",
            }
        );

    private static string RequestId(VendorCompletion completion) => "req_" + completion.Id;

    private static IEnumerable<string> BlockEvents(int index, VendorBlock block)
    {
        object start = block switch
        {
            VendorThinking => new
            {
                type = "thinking",
                thinking = "",
                signature = "",
            },
            VendorToolCall call => new
            {
                type = "tool_use",
                id = call.Id,
                name = call.Name,
                input = new { },
            },
            _ => new { type = "text", text = "" },
        };
        yield return Event(
            "content_block_start",
            new
            {
                type = "content_block_start",
                index,
                content_block = start,
            }
        );
        foreach (var delta in Deltas(block))
        {
            yield return Event(
                "content_block_delta",
                new
                {
                    type = "content_block_delta",
                    index,
                    delta,
                }
            );
        }

        yield return Event("content_block_stop", new { type = "content_block_stop", index });
    }

    private static IEnumerable<object> Deltas(VendorBlock block) =>
        block switch
        {
            VendorThinking t =>
            [
                .. VendorJson.Pieces(t.Text).Select(p => new { type = "thinking_delta", thinking = p }),
                new { type = "signature_delta", signature = t.Signature },
            ],
            VendorToolCall call => VendorJson
                .Pieces(call.Arguments)
                .Select(p => new { type = "input_json_delta", partial_json = p }),
            VendorText text => VendorJson.Pieces(text.Text).Select(p => new { type = "text_delta", text = p }),
            _ => [],
        };

    private static object Block(VendorBlock block) =>
        block switch
        {
            VendorThinking t => new
            {
                type = "thinking",
                thinking = t.Text,
                signature = t.Signature,
            },
            VendorToolCall call => new
            {
                type = "tool_use",
                id = call.Id,
                name = call.Name,
                input = VendorJson.Parse(call.Arguments),
            },
            VendorText text => new { type = "text", text = text.Text },
            _ => throw new ArgumentOutOfRangeException(nameof(block)),
        };

    private static object Usage(TokenUsage usage, string? tier) =>
        new
        {
            input_tokens = usage.Input,
            cache_creation_input_tokens = Written(usage),
            cache_read_input_tokens = usage.CacheRead,
            cache_creation = usage.CacheWrite1h is null && usage.CacheWrite5m is null
                ? null
                : new
                {
                    ephemeral_5m_input_tokens = usage.CacheWrite5m ?? 0,
                    ephemeral_1h_input_tokens = usage.CacheWrite1h ?? 0,
                },
            output_tokens = usage.Output,
            service_tier = tier,
        };

    private static long? Written(TokenUsage usage) =>
        usage.CacheWrite5m is null && usage.CacheWrite1h is null
            ? null
            : (usage.CacheWrite5m ?? 0) + (usage.CacheWrite1h ?? 0);

    private static string StopReason(VendorCompletion completion) =>
        completion.StopReason ?? (completion.CallsTool ? "tool_use" : "end_turn");
}
