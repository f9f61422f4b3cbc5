using Weir.Foundation;

namespace Weir.Testing;

/// <summary>Answers in the words of OpenAI's Responses API.</summary>
public static class OpenAIResponsesAnswers
{
    /// <summary>A whole response.</summary>
    public static UpstreamAnswer Response(VendorCompletion completion) =>
        UpstreamAnswer
            .Json(VendorJson.Write(Document(completion, "completed", Items(completion), completion.Usage)))
            .Header("x-request-id", "req_" + completion.Id);

    /// <summary>A streamed response.</summary>
    public static UpstreamAnswer Stream(VendorCompletion completion) =>
        UpstreamAnswer.Sse(Events(completion)).Header("x-request-id", "req_" + completion.Id);

    /// <summary>The events of a stream, each with its empty line; every <c>done</c> has its <c>added</c>, and there is no <c>[DONE]</c>.</summary>
    public static IReadOnlyList<string> Events(VendorCompletion completion)
    {
        var writer = new Writer();
        writer.Add(
            "response.created",
            n => new
            {
                type = "response.created",
                sequence_number = n,
                response = Document(completion, "in_progress", [], null),
            }
        );
        writer.Add(
            "response.in_progress",
            n => new
            {
                type = "response.in_progress",
                sequence_number = n,
                response = Document(completion, "in_progress", [], null),
            }
        );
        for (var i = 0; i < completion.Blocks.Length; i++)
        {
            AddItem(writer, i, completion.Blocks[i], completion.Id);
        }

        var status = completion.StopReason is "incomplete" or "failed" ? completion.StopReason : "completed";
        writer.Add(
            $"response.{status}",
            n => new
            {
                type = $"response.{status}",
                sequence_number = n,
                response = Document(completion, status, Items(completion), completion.Usage),
            }
        );
        return writer.Events;
    }

    /// <summary>A <c>response.failed</c> event, which ends a stream in failure.</summary>
    public static string FailedEvent(VendorCompletion completion, string code = "server_error") =>
        Event(
            "response.failed",
            new
            {
                type = "response.failed",
                sequence_number = 99,
                response = new
                {
                    id = completion.Id,
                    @object = "response",
                    status = "failed",
                    model = completion.Model,
                    error = new { code, message = "The provider failed." },
                    output = Array.Empty<object>(),
                    usage = (object?)null,
                },
            }
        );

    private static string Event(string name, object data) => $"event: {name}\ndata: {VendorJson.Write(data)}\n\n";

    private static void AddItem(Writer writer, int index, VendorBlock block, string id)
    {
        var itemId = $"item_{id}_{index}";
        writer.Add(
            "response.output_item.added",
            n => new
            {
                type = "response.output_item.added",
                sequence_number = n,
                output_index = index,
                item = Item(block, itemId, done: false),
            }
        );
        switch (block)
        {
            case VendorText text:
                AddText(writer, index, itemId, text.Text);
                break;
            case VendorToolCall call:
                AddArguments(writer, index, itemId, call.Arguments);
                break;
        }

        writer.Add(
            "response.output_item.done",
            n => new
            {
                type = "response.output_item.done",
                sequence_number = n,
                output_index = index,
                item = Item(block, itemId, done: true),
            }
        );
    }

    private static void AddText(Writer writer, int index, string itemId, string text)
    {
        writer.Add(
            "response.content_part.added",
            n => new
            {
                type = "response.content_part.added",
                sequence_number = n,
                item_id = itemId,
                output_index = index,
                content_index = 0,
                part = Part(""),
            }
        );
        foreach (var piece in VendorJson.Pieces(text))
        {
            writer.Add(
                "response.output_text.delta",
                n => new
                {
                    type = "response.output_text.delta",
                    sequence_number = n,
                    item_id = itemId,
                    output_index = index,
                    content_index = 0,
                    delta = piece,
                }
            );
        }

        writer.Add(
            "response.output_text.done",
            n => new
            {
                type = "response.output_text.done",
                sequence_number = n,
                item_id = itemId,
                output_index = index,
                content_index = 0,
                text,
            }
        );
        writer.Add(
            "response.content_part.done",
            n => new
            {
                type = "response.content_part.done",
                sequence_number = n,
                item_id = itemId,
                output_index = index,
                content_index = 0,
                part = Part(text),
            }
        );
    }

    private static void AddArguments(Writer writer, int index, string itemId, string arguments)
    {
        foreach (var piece in VendorJson.Pieces(arguments))
        {
            writer.Add(
                "response.function_call_arguments.delta",
                n => new
                {
                    type = "response.function_call_arguments.delta",
                    sequence_number = n,
                    item_id = itemId,
                    output_index = index,
                    delta = piece,
                }
            );
        }

        writer.Add(
            "response.function_call_arguments.done",
            n => new
            {
                type = "response.function_call_arguments.done",
                sequence_number = n,
                item_id = itemId,
                output_index = index,
                arguments,
            }
        );
    }

    private static object[] Items(VendorCompletion completion) =>
        [.. completion.Blocks.Select((b, i) => Item(b, $"item_{completion.Id}_{i}", done: true))];

    private static object Item(VendorBlock block, string id, bool done) =>
        block switch
        {
            VendorToolCall call => new
            {
                id,
                type = "function_call",
                status = done ? "completed" : "in_progress",
                call_id = call.Id,
                name = call.Name,
                arguments = done ? call.Arguments : "",
            },
            VendorThinking thinking => new
            {
                id,
                type = "reasoning",
                summary = Array.Empty<object>(),
                encrypted_content = done ? thinking.Signature : null,
            },
            VendorText text => new
            {
                id,
                type = "message",
                status = done ? "completed" : "in_progress",
                role = "assistant",
                content = done ? new[] { Part(text.Text) } : [],
            },
            _ => throw new ArgumentOutOfRangeException(nameof(block)),
        };

    private static object Part(string text) =>
        new
        {
            type = "output_text",
            text,
            annotations = Array.Empty<object>(),
        };

    private static object Document(VendorCompletion completion, string status, object[] output, TokenUsage? usage) =>
        new
        {
            id = completion.Id,
            @object = "response",
            created_at = 1_780_000_000,
            status,
            error = (object?)null,
            incomplete_details = status == "incomplete" ? new { reason = "max_output_tokens" } : null,
            model = completion.Model,
            output,
            parallel_tool_calls = true,
            service_tier = completion.ServiceTier ?? "default",
            store = false,
            tool_choice = "auto",
            usage = usage is not { } u
                ? null
                : new
                {
                    input_tokens = u.Prompt,
                    input_tokens_details = new { cached_tokens = u.CacheRead ?? 0 },
                    output_tokens = u.Output,
                    output_tokens_details = new { reasoning_tokens = u.Reasoning ?? 0 },
                    total_tokens = u.Total,
                },
        };

    private sealed class Writer
    {
        public List<string> Events { get; } = [];

        public void Add(string name, Func<int, object> data) => Events.Add(Event(name, data(Events.Count)));
    }
}
