using System.Runtime.InteropServices;
using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>Vectors that mean nothing, but always the same nothing for the same request.</summary>
internal static class EmbeddingsSimulation
{
    /// <summary>In the words of OpenAI Embeddings.</summary>
    public static void WriteOpenAI(Script script, SimulatorRequest request, SimulatorReply reply) =>
        script.Raw(
            Script.Json(j =>
            {
                j.WriteString("object", "list");
                j.WriteStartArray("data");
                for (var i = 0; i < request.Inputs; i++)
                {
                    j.WriteStartObject();
                    j.WriteString("object", "embedding");
                    j.WriteNumber("index", i);
                    var vector = Vector(request.Seed + (ulong)i, request.Dimensions);
                    if (request.Base64)
                    {
                        j.WriteBase64String("embedding", MemoryMarshal.AsBytes(vector.AsSpan()));
                    }
                    else
                    {
                        WriteNumbers(j, "embedding", vector);
                    }

                    j.WriteEndObject();
                }

                j.WriteEndArray();
                j.WriteString("model", reply.Model);
                j.WriteStartObject("usage");
                j.WriteNumber("prompt_tokens", reply.PromptTokens);
                j.WriteNumber("total_tokens", reply.PromptTokens);
                j.WriteEndObject();
            })
        );

    /// <summary>In the words of Gemini.</summary>
    public static void WriteGemini(Script script, SimulatorRequest request) =>
        script.Raw(
            Script.Json(j =>
            {
                j.WriteStartObject("embedding");
                WriteNumbers(j, "values", Vector(request.Seed, request.Dimensions));
                j.WriteEndObject();
            })
        );

    private static void WriteNumbers(Utf8JsonWriter j, string name, float[] vector)
    {
        j.WriteStartArray(name);
        foreach (var value in vector)
        {
            j.WriteNumberValue(value);
        }

        j.WriteEndArray();
    }

    private static float[] Vector(ulong seed, int dimensions)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < vector.Length; i++)
        {
            seed = (seed * 6364136223846793005) + 1442695040888963407;
            vector[i] = (float)((seed >> 40) / (double)(1 << 24)) - 0.5f;
        }

        return vector;
    }
}
