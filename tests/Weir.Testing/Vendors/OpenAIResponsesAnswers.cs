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
        writer.Add("response.created", ("response", Document(completion, "in_progress", [], null)));
        writer.Add("response.in_progress", ("response", Document(completion, "in_progress", [], null)));
        for (var i = 0; i < completion.Blocks.Length; i++)
        {
            AddItem(writer, i, completion.Blocks[i], completion.Id);
        }

        var status = completion.StopReason is "incomplete" or "failed" ? completion.StopReason : "completed";
        writer.Add(
            $"response.{status}",
            ("response", Document(completion, status, Items(completion), completion.Usage))
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
        (string, object) item = ("item_id", itemId);
        (string, object) place = ("output_index", index);
        writer.Add("response.output_item.added", place, ("item", Item(block, itemId, done: false)));
        switch (block)
        {
            case VendorText text:
                (string, object) content = ("content_index", 0);
                writer.Add("response.content_part.added", item, place, content, ("part", Part("")));
                AddPieces(writer, "response.output_text", "text", text.Text, item, place, content);
                writer.Add("response.content_part.done", item, place, content, ("part", Part(text.Text)));
                break;
            case VendorThinking { Text.Length: > 0 } thinking:
                (string, object) summary = ("summary_index", 0);
                const string Word = "response.reasoning_summary";
                writer.Add(Word + "_part.added", item, place, summary, ("part", Summary("")));
                AddPieces(writer, Word + "_text", "text", thinking.Text, item, place, summary);
                writer.Add(Word + "_part.done", item, place, summary, ("part", Summary(thinking.Text)));
                break;
            case VendorToolCall call:
                AddPieces(writer, "response.function_call_arguments", "arguments", call.Arguments, item, place);
                break;
            case VendorFreeFormCall call:
                AddPieces(writer, "response.custom_tool_call_input", "input", call.Input, item, place);
                break;
        }

        writer.Add("response.output_item.done", place, ("item", Item(block, itemId, done: true)));
    }

    private static void AddPieces(
        Writer writer,
        string name,
        string member,
        string text,
        params (string, object)[] place
    )
    {
        foreach (var piece in VendorJson.Pieces(text))
        {
            writer.Add(name + ".delta", [.. place, ("delta", piece)]);
        }

        writer.Add(name + ".done", [.. place, (member, text)]);
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
            VendorFreeFormCall call => new
            {
                id,
                type = "custom_tool_call",
                status = done ? "completed" : "in_progress",
                call_id = call.Id,
                name = call.Name,
                input = done ? call.Input : "",
            },
            VendorThinking thinking => new
            {
                id,
                type = "reasoning",
                summary = done && thinking.Text.Length > 0 ? new[] { Summary(thinking.Text) } : [],
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

    private static object Summary(string text) => new { type = "summary_text", text };

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
            store = completion.IsStored,
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

        public void Add(string name, params (string Name, object Value)[] members)
        {
            var data = new Dictionary<string, object> { ["type"] = name, ["sequence_number"] = Events.Count };
            foreach (var (member, value) in members)
            {
                data[member] = value;
            }

            Events.Add(Event(name, data));
        }
    }
}
