using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Wire.Gemini;

/// <summary>Requests and answers put from one dialect into another, without a gateway around them.</summary>
internal static class GeminiBench
{
    public const string Provider = "theirs";

    /// <summary>A request as it goes to a target, and what was left out of it.</summary>
    public static (string Body, string[] Dropped) Put(
        Dialect from,
        string body,
        Dialect into,
        string model,
        Func<TargetTraits, TargetTraits>? change = null
    )
    {
        var conversation = TranslatedRequest.Read(from, Encoding.UTF8.GetBytes(body), streams: false, out var fault);
        Assert.True(conversation is not null, fault);
        var target = new TargetTraits
        {
            Dialect = into,
            Provider = Provider,
            Model = model,
            IsOpenAI = true,
        };
        using var request = TranslatedRequest.Write(conversation, change?.Invoke(target) ?? target);
        return (Encoding.UTF8.GetString(request.Body.Span), [.. request.Dropped]);
    }

    /// <summary>A request to Gemini that Gemini would take.</summary>
    public static JsonElement ToGemini(Dialect from, string body, string model = "gemini-3-flash-preview") =>
        Checked(Put(from, body, Dialect.Gemini, model).Body, model);

    /// <summary>What the vendor would not refuse.</summary>
    public static JsonElement Checked(string body, string model)
    {
        var json = Parse(body);
        var fault = GeminiRules.FaultOf(json, model);
        Assert.True(fault is null, $"{fault}\n{body}");
        return json;
    }

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>The same JSON, whatever its white space.</summary>
    public static void AssertSame(string expected, JsonElement actual) =>
        Assert.Equal(JsonSerializer.Serialize(Parse(expected)), JsonSerializer.Serialize(actual));

    /// <summary>An answer as the caller gets it.</summary>
    /// <param name="from">The upstream's dialect.</param>
    /// <param name="pieces">Its answer, as it comes.</param>
    /// <param name="into">The caller's dialect.</param>
    /// <param name="streams">Whether both stream.</param>
    /// <param name="isWhole">Whether the upstream's answer ended as HTTP says.</param>
    /// <param name="array">Whether the caller's stream is an array.</param>
    public static string Answer(
        Dialect from,
        IEnumerable<byte[]> pieces,
        Dialect into,
        bool streams = true,
        bool isWhole = true,
        bool array = false
    )
    {
        var conversation = TranslatedRequest.Read(into, "{}"u8.ToArray(), streams, out _);
        conversation!.WantsUsageChunk = true;
        using var answer = new TranslatedAnswer(
            new AnswerContext
            {
                Dialect = into,
                Id = new RecordId(7),
                AnswerId = "answer-1",
                Model = "the-model",
                Provider = Provider,
                At = DateTimeOffset.UnixEpoch,
                Clock = new FakeClock(),
                Conversation = conversation,
                Streams = streams,
                StreamsArray = array,
                EstimatedPrompt = 3,
            },
            from,
            streams
        );
        var meter = streams ? ResponseMeters.ForStream(from) : ResponseMeters.ForDocument(from);
        var said = new StringBuilder();
        foreach (var piece in pieces)
        {
            meter.Feed(piece);
            answer.Feed(piece, meter.Reading);
            said.Append(Encoding.UTF8.GetString(answer.Output.Span));
            answer.Output.Clear();
        }

        meter.Complete();
        answer.Complete(meter.Reading, isWhole);
        return said.Append(Encoding.UTF8.GetString(answer.Output.Span)).ToString();
    }

    /// <summary>The same of an answer that comes event by event, as the meter and the reader see it together.</summary>
    public static string Answer(Dialect from, string all, Dialect into, bool streams = true, bool array = false) =>
        Answer(
            from,
            streams
                ? all.Split("\n\n").SkipLast(1).Select(e => Encoding.UTF8.GetBytes(e + "\n\n"))
                : [Encoding.UTF8.GetBytes(all)],
            into,
            streams,
            array: array
        );

    /// <summary>The data of each event, but for OpenAI's last word.</summary>
    public static List<JsonElement> Events(string stream) =>
        [
            .. stream
                .Split('\n')
                .Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
                .Select(line => Parse(line[6..])),
        ];
}
