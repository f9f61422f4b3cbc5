using Weir.Foundation;

namespace Weir.Testing;

/// <summary>Answers in the words of OpenAI's Chat Completions and Embeddings, and the errors of all its APIs.</summary>
public static class OpenAIAnswers
{
    /// <summary>A whole chat completion.</summary>
    public static UpstreamAnswer Chat(VendorCompletion completion) =>
        UpstreamAnswer
            .Json(
                VendorJson.Write(
                    new
                    {
                        id = completion.Id,
                        @object = "chat.completion",
                        created = 1_780_000_000,
                        model = completion.Model,
                        choices = new[]
                        {
                            new
                            {
                                index = 0,
                                message = new
                                {
                                    role = "assistant",
                                    content = completion.Text,
                                    reasoning_content = completion.Thinking,
                                    refusal = (string?)null,
                                    tool_calls = completion.CallsTool
                                        ? completion.Blocks.OfType<VendorToolCall>().Select(ToolCall).ToArray()
                                        : null,
                                },
                                finish_reason = FinishReason(completion),
                            },
                        },
                        usage = ChatUsage(completion.Usage),
                        service_tier = completion.ServiceTier,
                    }
                )
            )
            .Header("x-request-id", "req_" + completion.Id);

    /// <summary>A streamed chat completion; with usage as <c>stream_options.include_usage</c> asks.</summary>
    public static UpstreamAnswer ChatStream(VendorCompletion completion, bool includeUsage) =>
        UpstreamAnswer.Sse(ChatEvents(completion, includeUsage)).Header("x-request-id", "req_" + completion.Id);

    /// <summary>The chunks of a stream, each with its empty line, <c>[DONE]</c> last.</summary>
    public static IReadOnlyList<string> ChatEvents(VendorCompletion completion, bool includeUsage)
    {
        var events = new List<string> { Chunk(completion, new { role = "assistant", content = "" }) };
        var calls = 0;
        foreach (var block in completion.Blocks)
        {
            switch (block)
            {
                case VendorText text:
                    events.AddRange(VendorJson.Pieces(text.Text).Select(p => Chunk(completion, new { content = p })));
                    break;
                case VendorThinking thinking:
                    // OpenAI's own models do not show it; most others who speak Chat do, so.
                    events.AddRange(
                        VendorJson.Pieces(thinking.Text).Select(p => Chunk(completion, new { reasoning_content = p }))
                    );
                    break;
                case VendorToolCall call:
                    events.AddRange(ToolDeltas(calls++, call).Select(d => Chunk(completion, d)));
                    break;
            }
        }

        events.Add(Chunk(completion, new { }, FinishReason(completion)));
        if (includeUsage)
        {
            events.Add(
                Data(
                    new
                    {
                        id = completion.Id,
                        @object = "chat.completion.chunk",
                        created = 1_780_000_000,
                        model = completion.Model,
                        choices = Array.Empty<object>(),
                        usage = ChatUsage(completion.Usage),
                        service_tier = completion.ServiceTier,
                    }
                )
            );
        }

        events.Add("data: [DONE]\n\n");
        return events;
    }

    /// <summary>An answer of the embeddings endpoint; small vectors, base64 when asked for so.</summary>
    public static UpstreamAnswer Embeddings(string model, long promptTokens, int count = 1, bool base64 = false) =>
        UpstreamAnswer
            .Json(
                VendorJson.Write(
                    new
                    {
                        @object = "list",
                        data = Enumerable
                            .Range(0, count)
                            .Select(i => new
                            {
                                @object = "embedding",
                                index = i,
                                embedding = base64 ? (object)"AACAPwAAAEA=" : new[] { 1.0, 2.0 },
                            })
                            .ToArray(),
                        model,
                        usage = new { prompt_tokens = promptTokens, total_tokens = promptTokens },
                    }
                )
            )
            .Header("x-request-id", "req_embedding");

    /// <summary>An error document, as <c>Error(429, "rate_limit_exceeded", "requests")</c>.</summary>
    public static UpstreamAnswer Error(
        int status,
        string? code,
        string type,
        string message = "The provider says no."
    ) =>
        UpstreamAnswer
            .Json(
                VendorJson.Write(
                    new
                    {
                        error = new
                        {
                            message,
                            type,
                            param = (string?)null,
                            code,
                        },
                    }
                ),
                status
            )
            .Header("x-request-id", "req_error");

    /// <summary>An event without a name.</summary>
    public static string Data(object data) => $"data: {VendorJson.Write(data)}\n\n";

    private static string Chunk(VendorCompletion completion, object delta, string? finish = null) =>
        Data(
            new
            {
                id = completion.Id,
                @object = "chat.completion.chunk",
                created = 1_780_000_000,
                model = completion.Model,
                choices = new[]
                {
                    new
                    {
                        index = 0,
                        delta,
                        finish_reason = finish,
                    },
                },
            }
        );

    /// <summary>The first names the call, the others bring pieces of its arguments.</summary>
    private static IEnumerable<object> ToolDeltas(int index, VendorToolCall call)
    {
        yield return new
        {
            tool_calls = new[]
            {
                new
                {
                    index,
                    id = call.Id,
                    type = "function",
                    function = new { name = call.Name, arguments = "" },
                },
            },
        };
        foreach (var piece in VendorJson.Pieces(call.Arguments))
        {
            yield return new { tool_calls = new[] { new { index, function = new { arguments = piece } } } };
        }
    }

    private static object ToolCall(VendorToolCall call) =>
        new
        {
            id = call.Id,
            type = "function",
            function = new { name = call.Name, arguments = call.Arguments },
        };

    private static object ChatUsage(TokenUsage usage) =>
        new
        {
            prompt_tokens = usage.Prompt,
            completion_tokens = usage.Output,
            total_tokens = usage.Total,
            prompt_tokens_details = new { cached_tokens = usage.CacheRead ?? 0, audio_tokens = 0 },
            completion_tokens_details = new { reasoning_tokens = usage.Reasoning ?? 0, audio_tokens = 0 },
        };

    private static string FinishReason(VendorCompletion completion) =>
        completion.StopReason ?? (completion.CallsTool ? "tool_calls" : "stop");
}
