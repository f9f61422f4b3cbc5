using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>The simulator's reply in the words of Gemini.</summary>
internal static class GeminiSimulation
{
    /// <summary>Writes the answer.</summary>
    public static void Write(Script script, SimulatorRequest request, SimulatorReply reply)
    {
        if (!request.Stream)
        {
            script.Raw(Script.Json(j => Chunk(j, reply, reply.WholeThinking, reply.WholeText, isLast: true)));
            return;
        }

        var total = reply.Thinking.Count + reply.Text.Count;
        var said = 0;
        foreach (
            var (piece, isThought) in reply.Thinking.Select(t => (t, true)).Concat(reply.Text.Select(t => (t, false)))
        )
        {
            if (!script.Content(total))
            {
                Say(j =>
                {
                    j.WriteStartObject("error");
                    j.WriteNumber("code", 503);
                    j.WriteString("message", "The model is overloaded.");
                    j.WriteString("status", "UNAVAILABLE");
                    j.WriteEndObject();
                });
                return;
            }

            var isLast = said + 1 == total;
            Say(j => Chunk(j, reply, isThought ? piece : "", isThought ? "" : piece, isLast));
        }

        if (total == 0)
        {
            Say(j => Chunk(j, reply, "", "", isLast: true));
        }

        if (!request.Events)
        {
            script.Raw("\n]"u8.ToArray());
        }

        void Say(Action<Utf8JsonWriter> data)
        {
            if (request.Events)
            {
                script.Event(null, data);
            }
            else
            {
                script.Raw([.. said == 0 ? "["u8 : ",\n"u8, .. Script.Json(data)]);
            }

            said++;
        }
    }

    private static void Chunk(Utf8JsonWriter j, SimulatorReply reply, string thought, string text, bool isLast)
    {
        j.WriteStartArray("candidates");
        j.WriteStartObject();
        j.WriteStartObject("content");
        j.WriteStartArray("parts");
        if (thought.Length > 0)
        {
            j.WriteStartObject();
            j.WriteString("text", thought);
            j.WriteBoolean("thought", true);
            j.WriteEndObject();
        }

        if (text.Length > 0 || thought.Length == 0)
        {
            j.WriteStartObject();
            j.WriteString("text", text);
            j.WriteEndObject();
        }

        if (isLast && reply.Tool is { } tool)
        {
            j.WriteStartObject();
            j.WriteStartObject("functionCall");
            j.WriteString("name", tool.Name);
            j.WritePropertyName("args");
            j.WriteRawValue(tool.Arguments);
            j.WriteEndObject();
            j.WriteEndObject();
        }

        j.WriteEndArray();
        j.WriteString("role", "model");
        j.WriteEndObject();
        if (isLast)
        {
            j.WriteString("finishReason", reply.HitBound ? "MAX_TOKENS" : "STOP");
        }

        j.WriteNumber("index", 0);
        j.WriteEndObject();
        j.WriteEndArray();
        j.WriteStartObject("usageMetadata");
        j.WriteNumber("promptTokenCount", reply.PromptTokens);
        if (reply.CacheRead > 0)
        {
            j.WriteNumber("cachedContentTokenCount", reply.CacheRead);
        }

        if (isLast)
        {
            j.WriteNumber("candidatesTokenCount", reply.OutputTokens - reply.ThinkingTokens);
            if (reply.ThinkingTokens > 0)
            {
                j.WriteNumber("thoughtsTokenCount", reply.ThinkingTokens);
            }
        }

        j.WriteNumber("totalTokenCount", reply.PromptTokens + (isLast ? reply.OutputTokens : 0));
        j.WriteEndObject();
        j.WriteString("modelVersion", reply.Model);
        j.WriteString("responseId", "sim" + reply.Id);
    }
}
