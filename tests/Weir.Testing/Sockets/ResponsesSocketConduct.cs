using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// OpenAI's Responses over a socket: each <c>response.create</c> is answered by the events of a stream, one to a message. The
/// input <c>refuse</c> is refused.
/// </summary>
public static class ResponsesSocketConduct
{
    /// <summary>What a client says to be answered.</summary>
    public static string Ask(string model, string input) =>
        JsonSerializer.Serialize(
            new
            {
                type = "response.create",
                model,
                input,
            }
        );

    /// <summary>Whether a message is the last of an answer.</summary>
    public static bool IsLast(string message) =>
        message.Contains("\"response.completed\"", StringComparison.Ordinal)
        || message.Contains("\"type\":\"error\"", StringComparison.Ordinal);

    /// <summary>Plays one connection.</summary>
    public static async Task PlayAsync(StandInSocket socket)
    {
        var count = 0;
        while (await socket.ReadAsync() is { } said)
        {
            using var document = JsonDocument.Parse(said);
            var asked = document.RootElement;
            if (asked.GetProperty("input").ToString() == "refuse")
            {
                await socket.SayAsync(
                    """{"type":"error","status":400,"error":{"type":"invalid_request_error","code":"previous_response_not_found","message":"no"}}"""
                );
                continue;
            }

            var id = $"resp_{++count}";
            var model = asked.GetProperty("model").GetString();
            var begun =
                $$"""{"id":"{{id}}","object":"response","created_at":1,"model":"{{model}}","status":"in_progress","output":[],"usage":null}""";
            await socket.SayAsync($$"""{"type":"response.created","sequence_number":0,"response":{{begun}}}""");
            await socket.SayAsync(
                """{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}"""
            );
            await socket.SayAsync(
                """{"type":"response.output_text.delta","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"It holds."}"""
            );
            await socket.SayAsync(
                $$$"""{"type":"response.completed","sequence_number":3,"response":{"id":"{{{id}}}","object":"response","created_at":1,"model":"{{{model}}}","status":"completed","service_tier":"default","output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"It holds.","annotations":[]}]}],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":80},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":112} } }"""
            );
        }

        await socket.CloseAsync();
    }
}
