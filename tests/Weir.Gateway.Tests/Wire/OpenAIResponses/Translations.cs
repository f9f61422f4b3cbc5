using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Wire.OpenAIResponses;

/// <summary>Requests and answers from one dialect into another, with no gateway around.</summary>
internal static class Translations
{
    public static readonly TokenUsage Used = new()
    {
        Input = 21,
        CacheRead = 100,
        CacheWrite5m = 30,
        CacheWrite1h = 0,
        Output = 17,
    };

    public static string Fixture(string name) =>
        File.ReadAllText(Path.Combine(RealPrograms.Repository, "tests", "fixtures", "requests", name));

    public static Conversation Read(Dialect dialect, string body)
    {
        var conversation = TranslatedRequest.Read(dialect, Encoding.UTF8.GetBytes(body), streams: true, out var fault);
        Assert.Null(fault);
        return conversation!;
    }

    /// <summary>The request as it goes upstream, and what it lost on the way.</summary>
    public static (JsonElement Body, string[] Dropped) Request(
        Dialect from,
        string body,
        Dialect to,
        string model = "claude-sonnet-4-5",
        string provider = "upstream"
    )
    {
        var conversation = Read(from, body);
        using var request = TranslatedRequest.Write(
            conversation,
            new TargetTraits
            {
                Dialect = to,
                Provider = provider,
                Model = model,
                IsOpenAI = true,
                TakesMaxCompletionTokens = true,
            }
        );
        return (Parse(request.Body.Span), [.. request.Dropped]);
    }

    /// <summary>The answer as the caller gets it, of an upstream's bytes in pieces of this size.</summary>
    public static string Answer(
        Conversation conversation,
        Dialect from,
        byte[] upstream,
        bool isStream = true,
        int piece = int.MaxValue,
        bool isWhole = true
    )
    {
        using var answer = new TranslatedAnswer(
            new AnswerContext
            {
                Dialect = conversation.Dialect,
                Id = new RecordId(1),
                AnswerId = CallerIds.Make(conversation.Dialect, new RecordId(1), 0),
                Model = "asked-for",
                Provider = "upstream",
                At = DateTimeOffset.UnixEpoch,
                Clock = new FakeClock(),
                Conversation = conversation,
                Streams = isStream,
                EstimatedPrompt = 7,
            },
            from,
            isStream
        );
        var meter = isStream ? ResponseMeters.ForStream(from) : ResponseMeters.ForDocument(from);
        for (var at = 0; at < upstream.Length; at += Math.Min(piece, upstream.Length - at))
        {
            var next = upstream.AsSpan(at, Math.Min(piece, upstream.Length - at));
            meter.Feed(next);
            answer.Feed(next, meter.Reading);
        }

        meter.Complete();
        answer.Complete(meter.Reading, isWhole);
        return Encoding.UTF8.GetString(answer.Output.Span);
    }

    public static byte[] AnthropicStream(params VendorBlock[] blocks) =>
        Bytes(AnthropicAnswers.Events(Completion(blocks)));

    public static byte[] ResponsesStream(params VendorBlock[] blocks) =>
        Bytes(
            OpenAIResponsesAnswers.Events(
                Completion(blocks) with
                {
                    Usage = new()
                    {
                        Input = 21,
                        CacheRead = 100,
                        Output = 17,
                        Reasoning = 4,
                    },
                }
            )
        );

    public static VendorCompletion Completion(params VendorBlock[] blocks) =>
        new()
        {
            Id = "msg_up",
            Model = "the-model",
            Usage = Used,
            Blocks = [.. blocks],
        };

    public static byte[] Bytes(IEnumerable<string> events) => Encoding.UTF8.GetBytes(string.Concat(events));

    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(json.ToArray());
        return document.RootElement.Clone();
    }

    public static JsonElement Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>The JSON with its white space and escapes made one.</summary>
    public static string Plain(string json) => JsonSerializer.Serialize(Parse(json));

    public static string Plain(this JsonElement element) => JsonSerializer.Serialize(element);

    public static JsonElement[] List(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray()];

    public static string Word(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
