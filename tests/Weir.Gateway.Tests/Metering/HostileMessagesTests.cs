using System.Text;
using Weir.Gateway.Metering;
using Weir.Testing;

namespace Weir.Gateway.Tests.Metering;

/// <summary>Messages of sockets and lines of batches that are cut, doubled or mangled make no reader throw, and what is cut is no answer.</summary>
public sealed class HostileMessagesTests
{
    private static readonly string[] Messages =
    [
        RealtimeConduct.Ask("text"),
        ResponsesSocketConduct.Ask("gpt-5.5", "one"),
        GeminiLiveConduct.Ask("voice"),
        """{"setup":{"model":"models/gemini-live"}}""",
        """{"type":"session.created","session":{"model":"m\u0061","audio":{"input":{"transcription":{"model":"t"}}}}}""",
        """{"type":"response.created","response":{"id":"r\u0031","model":"m","status":"in_progress"}}""",
        """{"type":"response.done","response":{"id":"r1","status":"completed","usage":{"input_tokens":3,"input_token_details":{"audio_tokens":1},"output_tokens":5}}}""",
        """{"type":"conversation.item.input_audio_transcription.completed","item_id":"i","usage":{"type":"duration","seconds":1.5}}""",
        """{"type":"error","status":429,"error":{"code":"x"}}""",
        """{"serverContent":{"modelTurn":{},"turnComplete":true},"usageMetadata":{"promptTokenCount":1,"responseTokensDetails":[{"modality":"AUDIO","tokenCount":2}]}}""",
        """{"type":7,"response":"x","session":[],"usage":1,"status":"429","item_id":{},"response_id":null}""",
        BatchAnswers.Anthropic("a\\u0022", "msg_a", 10, 20),
        BatchAnswers.OpenAI("a", BatchAnswers.Chat("chatcmpl-a", 10, 20)),
        "{\"key\":\"k\",\"response\":" + BatchAnswers.Gemini("r", 1, 2) + "}",
    ];

    [Fact]
    public void No_reader_throws_and_what_is_cut_is_no_answer()
    {
        var random = new Random(11);
        foreach (var message in Messages)
        {
            var whole = Encoding.UTF8.GetBytes(message);
            for (var length = 0; length < whole.Length; length++)
            {
                Read(whole.AsSpan(0, length));
                Read(whole.AsSpan(length));
                var mangled = whole.ToArray();
                mangled[length] = (byte)random.Next(256);
                Read(mangled);
                foreach (var format in Enum.GetValues<BatchFormat>())
                {
                    Assert.Null(BatchLines.Read(format, whole.AsSpan(0, length)));
                }
            }
        }
    }

    [Fact]
    public void What_never_ends_holds_no_memory_without_bound()
    {
        var meter = new OpenAITurns("m", TimeProvider.System);
        var ended = 0;
        for (var i = 0; i < 1_000; i++)
        {
            ended += meter
                .FromProvider(Encoding.UTF8.GetBytes("""{"type":"response.created","response":{"id":"r""" + i + "\"}}"))
                .Count;
        }

        Assert.InRange(1_000 - ended, 1, 64);
        Assert.Equal(1_000 - ended, meter.Complete().Count);
    }

    private static void Read(ReadOnlySpan<byte> message)
    {
        TurnMeter[] meters = [new OpenAITurns(null, TimeProvider.System), new GeminiTurns(TimeProvider.System)];
        foreach (var meter in meters)
        {
            meter.FromCaller(message);
            meter.FromProvider(message);
            meter.FromProvider(message);
            meter.Complete();
        }

        CallerModels.Of(message);
        Modalities.HasOther(message);
        foreach (var format in Enum.GetValues<BatchFormat>())
        {
            BatchLines.Read(format, message);
        }

        BatchLines.ReadInline(message, _ => { });
    }
}
