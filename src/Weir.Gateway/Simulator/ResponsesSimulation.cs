using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>The simulator's reply in the words of OpenAI Responses.</summary>
internal static class ResponsesSimulation
{
    private const long Created = 1_750_000_000;

    /// <summary>Writes the answer.</summary>
    public static void Write(Script script, SimulatorRequest request, SimulatorReply reply)
    {
        var done = reply.HitBound ? "incomplete" : "completed";
        if (!request.Stream)
        {
            script.Raw(Script.Json(j => Response(j, reply, done)));
            return;
        }

        var sequence = 0;
        var message = "msg_sim" + reply.Id;
        Lifecycle("response.created", "in_progress");
        Lifecycle("response.in_progress", "in_progress");
        Event(
            "response.output_item.added",
            j =>
            {
                j.WriteNumber("output_index", 0);
                j.WriteStartObject("item");
                Item(j, reply, "in_progress", whole: false);
                j.WriteEndObject();
            }
        );
        Event("response.content_part.added", j => Part(j, ""));
        foreach (var piece in reply.Text)
        {
            if (!script.Content(reply.Text.Count))
            {
                Lifecycle("response.failed", "failed");
                return;
            }

            Event(
                "response.output_text.delta",
                j =>
                {
                    Place(j);
                    j.WriteString("delta", piece);
                }
            );
        }

        Event(
            "response.output_text.done",
            j =>
            {
                Place(j);
                j.WriteString("text", reply.WholeText);
            }
        );
        Event("response.content_part.done", j => Part(j, reply.WholeText));
        Event(
            "response.output_item.done",
            j =>
            {
                j.WriteNumber("output_index", 0);
                j.WriteStartObject("item");
                Item(j, reply, "completed", whole: true);
                j.WriteEndObject();
            }
        );
        if (reply.Tool is { } tool)
        {
            Event("response.output_item.added", j => Call(j, tool, "in_progress", ""));
            Event(
                "response.function_call_arguments.delta",
                j =>
                {
                    Calling(j);
                    j.WriteString("delta", tool.Arguments);
                }
            );
            Event(
                "response.function_call_arguments.done",
                j =>
                {
                    Calling(j);
                    j.WriteString("arguments", tool.Arguments);
                }
            );
            Event("response.output_item.done", j => Call(j, tool, "completed", tool.Arguments));
        }

        Lifecycle("response." + done, done);

        void Call(Utf8JsonWriter j, ToolCall call, string status, string arguments)
        {
            j.WriteNumber("output_index", 1);
            j.WriteStartObject("item");
            FunctionCall(j, reply, call, status, arguments);
            j.WriteEndObject();
        }

        void Calling(Utf8JsonWriter j)
        {
            j.WriteString("item_id", "fc_sim" + reply.Id);
            j.WriteNumber("output_index", 1);
        }

        void Event(string type, Action<Utf8JsonWriter> rest) =>
            script.Event(
                type,
                j =>
                {
                    j.WriteString("type", type);
                    j.WriteNumber("sequence_number", sequence++);
                    rest(j);
                }
            );

        void Lifecycle(string type, string status) =>
            Event(
                type,
                j =>
                {
                    j.WriteStartObject("response");
                    Response(j, reply, status);
                    j.WriteEndObject();
                }
            );

        void Place(Utf8JsonWriter j)
        {
            j.WriteString("item_id", message);
            j.WriteNumber("output_index", 0);
            j.WriteNumber("content_index", 0);
        }

        void Part(Utf8JsonWriter j, string text)
        {
            Place(j);
            j.WriteStartObject("part");
            OutputText(j, text);
            j.WriteEndObject();
        }
    }

    /// <summary>A conversation compacted: one item, with the reply's words in place of a cipher.</summary>
    public static void Compaction(Utf8JsonWriter j, SimulatorReply reply)
    {
        j.WriteString("id", "resp_sim" + reply.Id);
        j.WriteString("object", "response.compaction");
        j.WriteNumber("created_at", Created);
        j.WriteStartArray("output");
        j.WriteStartObject();
        j.WriteString("id", "cmp_sim" + reply.Id);
        j.WriteString("type", "compaction");
        j.WriteString("encrypted_content", reply.WholeText);
        j.WriteEndObject();
        j.WriteEndArray();
        Usage(j, reply);
    }

    private static void Response(Utf8JsonWriter j, SimulatorReply reply, string status)
    {
        var isOver = status is "completed" or "incomplete";
        j.WriteString("id", "resp_sim" + reply.Id);
        j.WriteString("object", "response");
        j.WriteNumber("created_at", Created);
        j.WriteString("status", status);
        if (status == "failed")
        {
            j.WriteStartObject("error");
            j.WriteString("code", "server_error");
            j.WriteString("message", "The simulator was asked to fail.");
            j.WriteEndObject();
        }
        else
        {
            j.WriteNull("error");
        }

        if (status == "incomplete")
        {
            j.WriteStartObject("incomplete_details");
            j.WriteString("reason", "max_output_tokens");
            j.WriteEndObject();
        }
        else
        {
            j.WriteNull("incomplete_details");
        }

        j.WriteString("model", reply.Model);
        j.WriteStartArray("output");
        if (isOver)
        {
            j.WriteStartObject();
            Item(j, reply, "completed", whole: true);
            j.WriteEndObject();
            if (reply.Tool is { } tool)
            {
                j.WriteStartObject();
                FunctionCall(j, reply, tool, "completed", tool.Arguments);
                j.WriteEndObject();
            }
        }

        j.WriteEndArray();
        if (!isOver)
        {
            j.WriteNull("usage");
            return;
        }

        Usage(j, reply);
    }

    private static void Usage(Utf8JsonWriter j, SimulatorReply reply)
    {
        j.WriteStartObject("usage");
        j.WriteNumber("input_tokens", reply.PromptTokens);
        j.WriteStartObject("input_tokens_details");
        j.WriteNumber("cached_tokens", reply.CacheRead);
        j.WriteEndObject();
        j.WriteNumber("output_tokens", reply.OutputTokens);
        j.WriteStartObject("output_tokens_details");
        j.WriteNumber("reasoning_tokens", reply.ThinkingTokens);
        j.WriteEndObject();
        j.WriteNumber("total_tokens", reply.PromptTokens + reply.OutputTokens);
        j.WriteEndObject();
    }

    private static void Item(Utf8JsonWriter j, SimulatorReply reply, string status, bool whole)
    {
        j.WriteString("id", "msg_sim" + reply.Id);
        j.WriteString("type", "message");
        j.WriteString("status", status);
        j.WriteString("role", "assistant");
        j.WriteStartArray("content");
        if (whole)
        {
            j.WriteStartObject();
            OutputText(j, reply.WholeText);
            j.WriteEndObject();
        }

        j.WriteEndArray();
    }

    private static void FunctionCall(
        Utf8JsonWriter j,
        SimulatorReply reply,
        ToolCall tool,
        string status,
        string arguments
    )
    {
        j.WriteString("id", "fc_sim" + reply.Id);
        j.WriteString("type", "function_call");
        j.WriteString("status", status);
        j.WriteString("call_id", "call_sim" + reply.Id);
        j.WriteString("name", tool.Name);
        j.WriteString("arguments", arguments);
    }

    private static void OutputText(Utf8JsonWriter j, string text)
    {
        j.WriteString("type", "output_text");
        j.WriteString("text", text);
        j.WriteStartArray("annotations");
        j.WriteEndArray();
    }
}
