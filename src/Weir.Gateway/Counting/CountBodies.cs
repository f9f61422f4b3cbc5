using System.Text;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Wire;

namespace Weir.Gateway.Counting;

/// <summary>Makes the question for a count out of a request. Pure.</summary>
internal static class CountBodies
{
    /// <summary>
    /// The members that Anthropic's count takes; it refuses all others, <c>max_tokens</c> first
    /// (https://platform.claude.com/docs/en/api/messages/count_tokens).
    /// </summary>
    public static byte[] Anthropic(ReadOnlySpan<byte> request) => Only(request, IsOfAnthropic);

    /// <summary>
    /// The members that Vertex's count takes, of a request that Gemini's own may have wrapped up
    /// (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens).
    /// </summary>
    public static byte[] Vertex(ReadOnlySpan<byte> request)
    {
        var wrapped = new RequestFields(request)[Field.GenerateContentRequest];
        return Only(
            wrapped.IsEmpty ? request : wrapped,
            static name =>
                name.SequenceEqual("contents"u8)
                || name.SequenceEqual("systemInstruction"u8)
                || name.SequenceEqual("system_instruction"u8)
                || name.SequenceEqual("tools"u8)
                || name.SequenceEqual("generationConfig"u8)
                || name.SequenceEqual("generation_config"u8)
        );
    }

    /// <summary>The whole request, wrapped up, so that system and tools count (https://ai.google.dev/api/tokens).</summary>
    public static byte[] Gemini(ReadOnlySpan<byte> request, string model)
    {
        using var body = new PooledBuffer(request.Length + 128);
        body.Append("{\"generateContentRequest\":{\"model\":\"models/"u8);
        body.Append(System.Text.Json.JsonEncodedText.Encode(model).EncodedUtf8Bytes);
        body.Append("\""u8);
        var cursor = new JsonCursor(request);
        cursor.EnterObject();
        while (cursor.NextProperty(out var name, out _))
        {
            var value = cursor.Pass();
            if (!name.SequenceEqual("model"u8))
            {
                body.Append(",\""u8);
                body.Append(name);
                body.Append("\":"u8);
                body.Append(value);
            }
        }

        body.Append("}}"u8);
        return body.Span.ToArray();
    }

    /// <summary>
    /// Whether the count of a dialect that is asked in the request's own members takes one of them. Source for OpenAI's:
    /// https://platform.openai.com/docs/api-reference/responses/input-tokens
    /// </summary>
    public static bool Takes(Dialect dialect, string name) =>
        dialect switch
        {
            Dialect.AnthropicMessages => IsOfAnthropic(Encoding.UTF8.GetBytes(name)),
            Dialect.OpenAIResponses => name
                is "input"
                    or "instructions"
                    or "tools"
                    or "tool_choice"
                    or "parallel_tool_calls"
                    or "reasoning"
                    or "text"
                    or "truncation"
                    or "conversation"
                    or "previous_response_id",
            _ => false,
        };

    private static bool IsOfAnthropic(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("model"u8)
        || name.SequenceEqual("messages"u8)
        || name.SequenceEqual("system"u8)
        || name.SequenceEqual("tools"u8)
        || name.SequenceEqual("tool_choice"u8)
        || name.SequenceEqual("thinking"u8)
        || name.SequenceEqual("output_config"u8);

    private delegate bool Wanted(ReadOnlySpan<byte> name);

    private static byte[] Only(ReadOnlySpan<byte> request, Wanted takes)
    {
        using var body = new PooledBuffer(request.Length);
        var cursor = new JsonCursor(request);
        cursor.EnterObject();
        while (cursor.NextProperty(out var name, out _))
        {
            var value = cursor.Pass();
            if (takes(name))
            {
                body.Append(body.Length == 0 ? "{\""u8 : ",\""u8);
                body.Append(name);
                body.Append("\":"u8);
                body.Append(value);
            }
        }

        body.Append(body.Length == 0 ? "{}"u8 : "}"u8);
        return body.Span.ToArray();
    }
}
