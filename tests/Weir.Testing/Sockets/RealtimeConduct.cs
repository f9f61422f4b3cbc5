using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// OpenAI's realtime server as its clients know it: a session, then an answer to each <c>response.create</c>, whose
/// <c>instructions</c> say what becomes of it: <c>text</c>, <c>voice</c>, <c>cancelled</c> or <c>failed</c>.
/// </summary>
public static class RealtimeConduct
{
    /// <summary>What the transcripts are made by.</summary>
    public const string Transcriber = "gpt-4o-transcribe";

    /// <summary>What a client says to be answered so.</summary>
    public static string Ask(string what) =>
        JsonSerializer.Serialize(new { type = "response.create", response = new { instructions = what } });

    /// <summary>Plays one connection.</summary>
    public static async Task PlayAsync(StandInSocket socket)
    {
        var model = Uri.UnescapeDataString(socket.Handshake.Target.Split("model=").ElementAtOrDefault(1) ?? "");
        await socket.SayAsync(
            JsonSerializer.Serialize(
                new
                {
                    type = "session.created",
                    event_id = "event_1",
                    session = new
                    {
                        type = "realtime",
                        id = "sess_1",
                        model,
                        audio = new { input = new { transcription = new { model = Transcriber } } },
                    },
                }
            )
        );
        while (await socket.ReadAsync() is { } said)
        {
            using var document = JsonDocument.Parse(said);
            if (document.RootElement.GetProperty("type").GetString() == "response.create")
            {
                await AnswerAsync(
                    socket,
                    document.RootElement.GetProperty("response").GetProperty("instructions").GetString()!
                );
            }
        }

        await socket.CloseAsync();
    }

    private static async Task AnswerAsync(StandInSocket socket, string what)
    {
        var id = "resp_" + what;
        if (what == "voice")
        {
            await socket.SayAsync(
                """
                {"type":"conversation.item.input_audio_transcription.completed","event_id":"event_t","item_id":"item_voice",
                "content_index":0,"transcript":"How is the weir?","usage":{"type":"tokens","total_tokens":19,"input_tokens":14,
                "input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":5}}
                """
            );
        }

        await socket.SayAsync(
            $$$"""{"type":"response.created","event_id":"event_2","response":{"object":"realtime.response","id":"{{{id}}}","status":"in_progress","status_details":null,"output":[],"usage":null}}"""
        );
        await socket.SayAsync(
            what == "voice"
                ? $$"""{"type":"response.output_audio.delta","event_id":"event_3","response_id":"{{id}}","item_id":"item_1","output_index":0,"content_index":0,"delta":"AAAAAAAAAAA="}"""
                : $$"""{"type":"response.output_text.delta","event_id":"event_3","response_id":"{{id}}","item_id":"item_1","output_index":0,"content_index":0,"delta":"It holds."}"""
        );
        var (status, details) = what switch
        {
            "cancelled" => ("cancelled", """{"type":"cancelled","reason":"client_cancelled"}"""),
            "failed" => ("failed", """{"type":"failed","error":{"type":"server_error","code":null}}"""),
            _ => ("completed", "null"),
        };
        var usage =
            what == "voice"
                ? """
                    {"total_tokens":390,"input_tokens":300,"output_tokens":90,
                    "input_token_details":{"text_tokens":100,"audio_tokens":200,"image_tokens":0,"cached_tokens":128,
                    "cached_tokens_details":{"text_tokens":64,"audio_tokens":64,"image_tokens":0}},
                    "output_token_details":{"text_tokens":20,"audio_tokens":70}}
                    """
                : """
                    {"total_tokens":138,"input_tokens":127,"output_tokens":11,
                    "input_token_details":{"text_tokens":127,"audio_tokens":0,"image_tokens":0,"cached_tokens":64,
                    "cached_tokens_details":{"text_tokens":64,"audio_tokens":0,"image_tokens":0}},
                    "output_token_details":{"text_tokens":11,"audio_tokens":0}}
                    """;
        await socket.SayAsync(
            $$$"""{"type":"response.done","event_id":"event_4","response":{"object":"realtime.response","id":"{{{id}}}","status":"{{{status}}}","status_details":{{{details}}},"output":[{"id":"item_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"It holds."}]}],"conversation_id":"conv_1","usage":{{{usage}}}}}"""
        );
    }
}
