using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Weir.Testing;

/// <summary>
/// Gemini Live as its clients know it: <c>setup</c> first, then a turn for each <c>clientContent</c>, whose text says how
/// its usage comes: <c>with</c> the turn's end, <c>before</c> it, <c>behind</c> it; <c>tool</c> for a tool call and what follows
/// it, <c>voice</c> for sound. It speaks in binary messages, as the real one does.
/// </summary>
public static class GeminiLiveConduct
{
    /// <summary>What a client says to be answered so.</summary>
    public static string Ask(string what) =>
        JsonSerializer.Serialize(
            new
            {
                clientContent = new
                {
                    turns = new[] { new { role = "user", parts = new[] { new { text = what } } } },
                    turnComplete = true,
                },
            }
        );

    /// <summary>Whether a message is the last of what is said to <see cref="Ask"/>.</summary>
    public static bool IsLast(string what, string message) =>
        what == "behind"
            ? message.StartsWith("{\"usageMetadata\"", StringComparison.Ordinal)
            : message.Contains("turnComplete", StringComparison.Ordinal);

    /// <summary>Plays one connection.</summary>
    public static async Task PlayAsync(StandInSocket socket)
    {
        while (await socket.ReadAsync() is { } said)
        {
            using var document = JsonDocument.Parse(said);
            if (document.RootElement.TryGetProperty("setup", out _))
            {
                await SayAsync(socket, """{"setupComplete":{}}""");
            }
            else if (document.RootElement.TryGetProperty("clientContent", out var content))
            {
                foreach (
                    var message in Turn(
                        content.GetProperty("turns")[0].GetProperty("parts")[0].GetProperty("text").GetString()!
                    )
                )
                {
                    await SayAsync(socket, message);
                }
            }
        }

        await socket.CloseAsync();
    }

    private static string[] Turn(string what)
    {
        const string Text = """{"serverContent":{"modelTurn":{"parts":[{"text":"It holds."}]}}}""";
        const string End = """{"serverContent":{"turnComplete":true}}""";
        return what switch
        {
            "before" =>
            [
                Text,
                """{"serverContent":{"generationComplete":true},"usageMetadata":{"promptTokenCount":20,"responseTokenCount":6,"totalTokenCount":26}}""",
                End,
            ],
            "behind" =>
            [
                Text,
                End,
                """{"usageMetadata":{"promptTokenCount":30,"responseTokenCount":7,"totalTokenCount":37,"promptTokensDetails":[{"modality":"TEXT","tokenCount":30}]}}""",
            ],
            "tool" =>
            [
                """{"toolCall":{"functionCalls":[{"id":"f1","name":"look","args":{}}]},"usageMetadata":{"promptTokenCount":40,"responseTokenCount":8,"totalTokenCount":48}}""",
                Text,
                """{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":50,"responseTokenCount":9,"totalTokenCount":59}}""",
            ],
            // As the vendor's forum shows it.
            "voice" =>
            [
                """{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"mimeType":"audio/pcm;rate=24000","data":"AAAA"}}]}}}""",
                """{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":522,"responseTokenCount":42,"totalTokenCount":564,"promptTokensDetails":[{"modality":"TEXT","tokenCount":332},{"modality":"AUDIO","tokenCount":165}],"responseTokensDetails":[{"modality":"AUDIO","tokenCount":42}],"thoughtsTokenCount":136}}""",
            ],
            _ =>
            [
                Text,
                """{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":10,"responseTokenCount":3,"totalTokenCount":13,"thoughtsTokenCount":2,"responseTokensDetails":[{"modality":"TEXT","tokenCount":3}]}}""",
            ],
        };
    }

    private static Task SayAsync(StandInSocket socket, string json) =>
        socket.Socket.SendAsync(
            Encoding.UTF8.GetBytes(json),
            WebSocketMessageType.Binary,
            endOfMessage: true,
            CancellationToken.None
        );
}
