using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>The simulator's reply in the words of Anthropic Messages.</summary>
internal static class AnthropicSimulation
{
    private const string Signature = "c2ltdWxhdGVk";

    /// <summary>Writes the answer.</summary>
    public static void Write(Script script, SimulatorRequest request, SimulatorReply reply)
    {
        if (!request.Stream)
        {
            script.Raw(Script.Json(j => Message(j, reply, whole: true)));
            return;
        }

        script.Event(
            "message_start",
            j =>
            {
                j.WriteString("type", "message_start");
                j.WriteStartObject("message");
                Message(j, reply, whole: false);
                j.WriteEndObject();
            }
        );
        script.Event("ping", j => j.WriteString("type", "ping"));
        var index = 0;
        if (reply.Thinking.Count > 0)
        {
            if (!Block(script, reply, index++, "thinking", reply.Thinking))
            {
                return;
            }
        }

        if (!Block(script, reply, index, "text", reply.Text))
        {
            return;
        }

        if (reply.Tool is { } tool)
        {
            Tool(script, index + 1, reply, tool);
        }

        script.Event(
            "message_delta",
            j =>
            {
                j.WriteString("type", "message_delta");
                j.WriteStartObject("delta");
                Stop(j, reply);
                j.WriteEndObject();
                j.WriteStartObject("usage");
                Input(j, reply);
                j.WriteNumber("output_tokens", reply.OutputTokens);
                j.WriteEndObject();
            }
        );
        script.Event("message_stop", j => j.WriteString("type", "message_stop"));
    }

    private static bool Block(Script script, SimulatorReply reply, int index, string kind, IReadOnlyList<string> pieces)
    {
        script.Event(
            "content_block_start",
            j =>
            {
                j.WriteString("type", "content_block_start");
                j.WriteNumber("index", index);
                j.WriteStartObject("content_block");
                j.WriteString("type", kind);
                j.WriteString(kind, "");
                if (kind == "thinking")
                {
                    j.WriteString("signature", "");
                }

                j.WriteEndObject();
            }
        );
        foreach (var piece in pieces)
        {
            if (!script.Content(reply.Text.Count + reply.Thinking.Count))
            {
                script.Event(
                    "error",
                    j =>
                    {
                        j.WriteString("type", "error");
                        j.WriteStartObject("error");
                        j.WriteString("type", "overloaded_error");
                        j.WriteString("message", "Overloaded");
                        j.WriteEndObject();
                    }
                );
                return false;
            }

            Delta(script, index, kind + "_delta", kind, piece);
        }

        if (kind == "thinking")
        {
            Delta(script, index, "signature_delta", "signature", Signature);
        }

        script.Event(
            "content_block_stop",
            j =>
            {
                j.WriteString("type", "content_block_stop");
                j.WriteNumber("index", index);
            }
        );
        return true;
    }

    private static void Tool(Script script, int index, SimulatorReply reply, ToolCall tool)
    {
        script.Event(
            "content_block_start",
            j =>
            {
                j.WriteString("type", "content_block_start");
                j.WriteNumber("index", index);
                j.WriteStartObject("content_block");
                ToolUse(j, reply, tool, "{}");
                j.WriteEndObject();
            }
        );
        Delta(script, index, "input_json_delta", "partial_json", tool.Arguments);
        script.Event(
            "content_block_stop",
            j =>
            {
                j.WriteString("type", "content_block_stop");
                j.WriteNumber("index", index);
            }
        );
    }

    private static void ToolUse(Utf8JsonWriter j, SimulatorReply reply, ToolCall tool, string input)
    {
        j.WriteString("type", "tool_use");
        j.WriteString("id", "toolu_sim_" + reply.Id);
        j.WriteString("name", tool.Name);
        j.WritePropertyName("input");
        j.WriteRawValue(input);
    }

    private static void Delta(Script script, int index, string type, string member, string text) =>
        script.Event(
            "content_block_delta",
            j =>
            {
                j.WriteString("type", "content_block_delta");
                j.WriteNumber("index", index);
                j.WriteStartObject("delta");
                j.WriteString("type", type);
                j.WriteString(member, text);
                j.WriteEndObject();
            }
        );

    private static void Message(Utf8JsonWriter j, SimulatorReply reply, bool whole)
    {
        j.WriteString("id", "msg_sim_" + reply.Id);
        j.WriteString("type", "message");
        j.WriteString("role", "assistant");
        j.WriteString("model", reply.Model);
        j.WriteStartArray("content");
        if (whole && reply.Thinking.Count > 0)
        {
            j.WriteStartObject();
            j.WriteString("type", "thinking");
            j.WriteString("thinking", reply.WholeThinking);
            j.WriteString("signature", Signature);
            j.WriteEndObject();
        }

        if (whole)
        {
            j.WriteStartObject();
            j.WriteString("type", "text");
            j.WriteString("text", reply.WholeText);
            j.WriteEndObject();
            if (reply.Tool is { } tool)
            {
                j.WriteStartObject();
                ToolUse(j, reply, tool, tool.Arguments);
                j.WriteEndObject();
            }
        }

        j.WriteEndArray();
        if (whole)
        {
            Stop(j, reply);
        }
        else
        {
            j.WriteNull("stop_reason");
            j.WriteNull("stop_sequence");
        }

        j.WriteStartObject("usage");
        Input(j, reply);
        j.WriteNumber("output_tokens", whole ? reply.OutputTokens : 1);
        j.WriteEndObject();
    }

    private static void Stop(Utf8JsonWriter j, SimulatorReply reply)
    {
        j.WriteString(
            "stop_reason",
            reply.Tool is not null ? "tool_use"
                : reply.HitBound ? "max_tokens"
                : "end_turn"
        );
        j.WriteNull("stop_sequence");
    }

    private static void Input(Utf8JsonWriter j, SimulatorReply reply)
    {
        var written = reply.CacheWrite5m + reply.CacheWrite1h;
        j.WriteNumber("input_tokens", reply.PromptTokens - reply.CacheRead - written);
        j.WriteNumber("cache_creation_input_tokens", written);
        j.WriteStartObject("cache_creation");
        j.WriteNumber("ephemeral_5m_input_tokens", reply.CacheWrite5m);
        j.WriteNumber("ephemeral_1h_input_tokens", reply.CacheWrite1h);
        j.WriteEndObject();
        j.WriteNumber("cache_read_input_tokens", reply.CacheRead);
    }
}
