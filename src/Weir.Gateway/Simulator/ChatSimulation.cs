using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>The simulator's reply in the words of OpenAI Chat Completions.</summary>
internal static class ChatSimulation
{
    /// <summary>Any moment will do; it is the same for ever.</summary>
    private const long Created = 1_750_000_000;

    /// <summary>Writes the answer.</summary>
    public static void Write(Script script, SimulatorRequest request, SimulatorReply reply)
    {
        if (!request.Stream)
        {
            script.Raw(Script.Json(j => Completion(j, reply)));
            return;
        }

        Chunk(script, request, reply, j => j.WriteString("role", "assistant"), finish: null);
        foreach (var piece in reply.Text)
        {
            if (!script.Content(reply.Text.Count))
            {
                script.Event(
                    null,
                    j =>
                    {
                        j.WriteStartObject("error");
                        j.WriteString("message", "The server had an error while processing your request.");
                        j.WriteString("type", "server_error");
                        j.WriteNull("param");
                        j.WriteNull("code");
                        j.WriteEndObject();
                    }
                );
                return;
            }

            Chunk(script, request, reply, j => j.WriteString("content", piece), finish: null);
        }

        if (reply.Tool is { } tool)
        {
            Chunk(script, request, reply, j => ToolCalls(j, reply, tool, withIndex: true), finish: null);
        }

        Chunk(script, request, reply, _ => { }, Finish(reply));
        if (request.IncludeUsage)
        {
            script.Event(
                null,
                j =>
                {
                    Head(j, reply, "chat.completion.chunk");
                    j.WriteStartArray("choices");
                    j.WriteEndArray();
                    Usage(j, reply);
                }
            );
        }

        script.Raw("data: [DONE]\n\n"u8.ToArray());
    }

    private static void Chunk(
        Script script,
        SimulatorRequest request,
        SimulatorReply reply,
        Action<Utf8JsonWriter> delta,
        string? finish
    ) =>
        script.Event(
            null,
            j =>
            {
                Head(j, reply, "chat.completion.chunk");
                j.WriteStartArray("choices");
                j.WriteStartObject();
                j.WriteNumber("index", 0);
                j.WriteStartObject("delta");
                delta(j);
                j.WriteEndObject();
                j.WriteString("finish_reason", finish);
                j.WriteEndObject();
                j.WriteEndArray();
                if (request.IncludeUsage)
                {
                    j.WriteNull("usage");
                }
            }
        );

    private static void Completion(Utf8JsonWriter j, SimulatorReply reply)
    {
        Head(j, reply, "chat.completion");
        j.WriteStartArray("choices");
        j.WriteStartObject();
        j.WriteNumber("index", 0);
        j.WriteStartObject("message");
        j.WriteString("role", "assistant");
        j.WriteString("content", reply.WholeText);
        j.WriteNull("refusal");
        if (reply.Tool is { } tool)
        {
            ToolCalls(j, reply, tool, withIndex: false);
        }

        j.WriteEndObject();
        j.WriteString("finish_reason", Finish(reply));
        j.WriteEndObject();
        j.WriteEndArray();
        Usage(j, reply);
    }

    private static void ToolCalls(Utf8JsonWriter j, SimulatorReply reply, ToolCall tool, bool withIndex)
    {
        j.WriteStartArray("tool_calls");
        j.WriteStartObject();
        if (withIndex)
        {
            j.WriteNumber("index", 0);
        }

        j.WriteString("id", "call_sim" + reply.Id);
        j.WriteString("type", "function");
        j.WriteStartObject("function");
        j.WriteString("name", tool.Name);
        j.WriteString("arguments", tool.Arguments);
        j.WriteEndObject();
        j.WriteEndObject();
        j.WriteEndArray();
    }

    private static void Head(Utf8JsonWriter j, SimulatorReply reply, string kind)
    {
        j.WriteString("id", "chatcmpl-sim" + reply.Id);
        j.WriteString("object", kind);
        j.WriteNumber("created", Created);
        j.WriteString("model", reply.Model);
    }

    private static void Usage(Utf8JsonWriter j, SimulatorReply reply)
    {
        j.WriteStartObject("usage");
        j.WriteNumber("prompt_tokens", reply.PromptTokens);
        j.WriteNumber("completion_tokens", reply.OutputTokens);
        j.WriteNumber("total_tokens", reply.PromptTokens + reply.OutputTokens);
        j.WriteStartObject("prompt_tokens_details");
        j.WriteNumber("cached_tokens", reply.CacheRead);
        j.WriteEndObject();
        j.WriteStartObject("completion_tokens_details");
        j.WriteNumber("reasoning_tokens", reply.ThinkingTokens);
        j.WriteEndObject();
        j.WriteEndObject();
    }

    private static string Finish(SimulatorReply reply) =>
        reply.Tool is not null ? "tool_calls"
        : reply.HitBound ? "length"
        : "stop";
}
