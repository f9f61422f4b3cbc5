using System.Text;
using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Gateway.Metering;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Fuzz.Targets;

/// <summary>An upstream's answer into a caller's dialect: it always ends, and comes to the same however it is cut.</summary>
internal sealed partial class TranslateAnswerTarget(Dialect upstream, Dialect caller, bool stream) : FuzzTarget
{
    public override string Name =>
        $"translate-{(stream ? "stream" : "document")}-{upstream.ToString().ToLowerInvariant()}-{caller.ToString().ToLowerInvariant()}";

    public override string Group => "translation";

    public override IEnumerable<byte[]> Seeds() =>
        Fixtures.In(
            "wire",
            upstream switch
            {
                Dialect.AnthropicMessages => "anthropic",
                Dialect.OpenAIChat => "openai-chat",
                Dialect.OpenAIResponses => "openai-responses",
                _ => "gemini",
            }
        );

    public override string Run(ReadOnlySpan<byte> input)
    {
        var whole = Translate(input, way: -1);
        Must(whole.Length > 0, "the caller is told something");
        for (var way = 0; way < Cuts.Count; way++)
        {
            MustEqual(Said(whole), Said(Translate(input, way)), "the answer, however it is cut");
        }

        return $"{Bucket(whole.Length)} {whole.Contains("error", StringComparison.Ordinal)}";
    }

    /// <summary>The answer without its usage: figures that come behind an answer's end are told only to whom had not heard that yet.</summary>
    private static string Said(string answer) => Usage().Replace(answer, "");

    private string Translate(ReadOnlySpan<byte> input, int way)
    {
        var request =
            caller == Dialect.Gemini ? "{\"contents\":[]}"u8 : "{\"model\":\"m\",\"messages\":[],\"input\":[]}"u8;
        var conversation = TranslatedRequest.Read(caller, request.ToArray(), stream, out _)!;
        using var answer = new TranslatedAnswer(
            new AnswerContext
            {
                Dialect = caller,
                Id = new RecordId(7),
                AnswerId = "id",
                Model = "m",
                Provider = "p",
                At = DateTimeOffset.UnixEpoch,
                Clock = new FakeClock(),
                Conversation = conversation,
                Streams = stream,
                EstimatedPrompt = 1,
            },
            upstream,
            stream
        );
        var meter = stream ? ResponseMeters.ForStream(upstream) : ResponseMeters.ForDocument(upstream);
        if (way < 0)
        {
            Feed(input);
        }
        else
        {
            Cuts.Apply(input, way, Feed);
        }

        meter.Complete();
        answer.Complete(meter.Reading, isWhole: true);
        Must(answer.IsOver, "it has ended");
        return Encoding.UTF8.GetString(answer.Output.Span);

        void Feed(ReadOnlySpan<byte> bytes)
        {
            meter.Feed(bytes);
            answer.Feed(bytes, meter.Reading);
        }
    }

    [GeneratedRegex(
        "\"usage(Metadata)?\":(null|\\{[^{}]*(\\{[^{}]*\\}[^{}]*)*\\})",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Usage();
}
