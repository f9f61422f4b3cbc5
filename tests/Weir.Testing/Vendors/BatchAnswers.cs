using System.Globalization;
using System.Text;

namespace Weir.Testing;

/// <summary>The results of batches as their vendors write them, and a server of such files that knows ranges.</summary>
public static class BatchAnswers
{
    /// <summary>A line of Anthropic's results that succeeded.</summary>
    public static string Anthropic(string customId, string messageId, long input, long output, int padding = 0) =>
        $$$"""{"custom_id":"{{{customId}}}","result":{"type":"succeeded","message":{"id":"{{{messageId}}}","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"{{{new string('x', padding)}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":{{{input}}},"cache_creation_input_tokens":0,"cache_read_input_tokens":5,"output_tokens":{{{output}}},"service_tier":"batch"} } } }""";

    /// <summary>Lines of Anthropic's results that were not answered.</summary>
    public static IReadOnlyList<string> AnthropicWithoutAnswer { get; } =
    [
        """{"custom_id":"bad","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"no"}}}}""",
        """{"custom_id":"late","result":{"type":"expired"}}""",
        """{"custom_id":"gone","result":{"type":"canceled"}}""",
    ];

    /// <summary>A line of OpenAI's output file.</summary>
    public static string OpenAI(string customId, string body, int status = 200) =>
        $$$"""{"id":"batch_req_{{{customId}}}","custom_id":"{{{customId}}}","response":{"status_code":{{{status}}},"request_id":"req_{{{customId}}}","body":{{{body}}} },"error":null}""";

    /// <summary>A chat completion.</summary>
    public static string Chat(string id, long prompt, long completion) =>
        $$$"""{"id":"{{{id}}}","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"It holds."},"finish_reason":"stop"}],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}},"total_tokens":{{{prompt + completion}}} } }""";

    /// <summary>An answer of Responses.</summary>
    public static string Response(string id) =>
        $$$"""{"id":"{{{id}}}","object":"response","model":"gpt-5.5","status":"completed","service_tier":"default","output":[],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":80},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":112} }""";

    /// <summary>Embeddings, which have no id.</summary>
    public static string Embeddings { get; } =
        """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":9,"total_tokens":9}}""";

    /// <summary>An answer of Gemini's.</summary>
    public static string Gemini(string id, long prompt, long output) =>
        $$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":"It holds."}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":{{{prompt}}},"candidatesTokenCount":{{{output}}},"totalTokenCount":{{{prompt + output}}} },"modelVersion":"gemini-2.5-flash","responseId":"{{{id}}}"}""";

    /// <summary>Lines as a file, each ended.</summary>
    public static byte[] File(params IEnumerable<string> lines) =>
        Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    /// <summary>Answers with the file, or the range of it that is asked for.</summary>
    public static UpstreamAnswer Serve(byte[] file, RecordedRequest request)
    {
        if (request.Header("Range") is not { } range)
        {
            return UpstreamAnswer.Status(200).Header("content-type", "application/octet-stream").Body(file);
        }

        var ends = range["bytes=".Length..].Split('-');
        var from = int.Parse(ends[0], CultureInfo.InvariantCulture);
        var to = ends[1].Length == 0 ? file.Length - 1 : int.Parse(ends[1], CultureInfo.InvariantCulture);
        return UpstreamAnswer
            .Status(206)
            .Header("content-type", "application/octet-stream")
            .Header("content-range", string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{file.Length}"))
            .Body(file[from..(to + 1)]);
    }
}
