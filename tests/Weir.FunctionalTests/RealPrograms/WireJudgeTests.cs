using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Tests.Translation.Talks;
using Weir.Gateway.Translation;
using Weir.Testing;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.RealPrograms;

/// <summary>
/// What Weir translates, judged by the vendors' own packages: requests, answers and every event of streams against their
/// types, answers and streams by the AI SDK's schemas too. WEIR_TALKS sets how many conversations each pair gets.
/// </summary>
public sealed class WireJudgeTests(ITestOutputHelper output)
{
    private const string Provider = "upstream";

    private static readonly Dialect[] All =
    [
        Dialect.AnthropicMessages,
        Dialect.OpenAIChat,
        Dialect.OpenAIResponses,
        Dialect.Gemini,
    ];

    [Fact]
    public async Task All_of_it_is_what_the_packages_say_it_is()
    {
        using var folder = new TemporaryFolder();
        var count = int.TryParse(Environment.GetEnvironmentVariable("WEIR_TALKS"), out var asked) ? asked : 20;
        var lines = new List<string>();
        foreach (var (upstream, caller) in All.SelectMany(u => All.Where(c => c != u).Select(c => (u, c))))
        {
            foreach (var (talk, blocks) in AnyTalk.Talks.Zip(Blocks).Sample(50, count))
            {
                Add(lines, upstream, caller, talk, blocks);
            }
        }

        var told = await JudgeAsync(folder, lines);
        output.WriteLine(told.GetProperty("counts").GetRawText());
        Assert.True(
            told.GetProperty("faults").GetInt32() == 0,
            string.Join("\n\n", told.GetProperty("first").EnumerateArray().Select(f => f.ToString()))
        );
        // Each kind of each dialect: request, answer, event; an answer and a stream by the SDK.
        Assert.Equal(20, told.GetProperty("counts").EnumerateObject().Count());
    }

    [Fact]
    public async Task The_judge_finds_what_is_missing_unknown_or_of_another_kind()
    {
        (string Kind, Dialect Dialect, string Text)[] wrong =
        [
            ("request", Dialect.AnthropicMessages, """{"model":"m","messages":[]}"""),
            ("request", Dialect.OpenAIChat, """{"model":"m","messages":[{"role":"tool","content":"x"}]}"""),
            ("request", Dialect.OpenAIResponses, """{"model":"m","input":[{"type":"function_call","name":"x"}]}"""),
            ("request", Dialect.Gemini, """{"contents":[{"role":"user","parts":[{"texts":"x"}]}]}"""),
            ("event", Dialect.AnthropicMessages, "data: {\"type\":\"content_block_stop\"}\n\n"),
            ("event", Dialect.OpenAIChat, "data: {\"id\":1}\n\n"),
            ("answer", Dialect.OpenAIResponses, """{"object":"response"}"""),
            ("answer", Dialect.Gemini, """{"candidates":[{"finishReason":"DONE"}],"extra":1}"""),
        ];
        using var folder = new TemporaryFolder();
        var told = await JudgeAsync(
            folder,
            wrong.Select(w =>
                JsonSerializer.Serialize(
                    new
                    {
                        name = "wrong",
                        kind = w.Kind,
                        dialect = w.Dialect.ToString(),
                        text = w.Text,
                    }
                )
            )
        );
        var found = told.GetProperty("first")
            .EnumerateArray()
            .Select(f => f.GetProperty("what").GetString())
            .ToHashSet();
        Assert.All(wrong, w => Assert.Contains($"{w.Kind} {w.Dialect}", found));
    }

    private static async Task<JsonElement> JudgeAsync(TemporaryFolder folder, IEnumerable<string> lines)
    {
        var file = folder.At("cases.jsonl");
        await File.WriteAllTextAsync(file, string.Join('\n', lines));
        var result = await Programs.NodeAsync("wire-judge.mjs", [file], new Dictionary<string, string>());
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Json();
    }

    private static readonly Gen<ImmutableArray<VendorBlock>> Blocks =
        from thinks in Gen.Elements(true, false)
        from words in Gen.Elements("", "Zwei Blicke — \\ 水.", "\"Line\"\n")
        from calls in Gen.Choose(0, 3)
        let all = (ImmutableArray<VendorBlock>)
            [
                .. thinks ? (VendorBlock[])[new VendorThinking("Look\nfirst.")] : [],
                .. words.Length > 0 ? (VendorBlock[])[new VendorText(words)] : [],
                .. Enumerable
                    .Range(0, calls)
                    .Select(i => new VendorToolCall(
                        $"call_{i}",
                        "look",
                        """{"place":"weir","deep":[1,{"x":"}\""}]}"""
                    )),
            ]
        select all.IsEmpty ? [new VendorText("Well.")] : all;

    private static void Add(
        List<string> lines,
        Dialect upstream,
        Dialect caller,
        Talk talk,
        ImmutableArray<VendorBlock> blocks
    )
    {
        talk = TalkFates.Common(talk, caller, upstream);
        var name = $"{caller} to {upstream}";
        var body = Composers.Compose(talk, caller, TalkTargets.KindOf(upstream), Provider);
        var (request, _) = TalkTargets.Write(caller, body, TalkTargets.For(talk, upstream, Provider));
        Add("request", upstream, Encoding.UTF8.GetString(request));
        var stream = Stream(
            upstream,
            new VendorCompletion
            {
                Id = "id_1",
                Model = "the-model",
                Blocks = blocks,
                Usage = new TokenUsage
                {
                    Input = 20,
                    CacheRead = 100,
                    Output = 40,
                    Reasoning = 9,
                },
            }
        );
        Add("event", caller, Answer(upstream, caller, body, stream, streams: true));
        Add("answer", caller, Answer(upstream, caller, body, stream, streams: false));

        void Add(string kind, Dialect dialect, string text) =>
            lines.Add(
                JsonSerializer.Serialize(
                    new
                    {
                        name,
                        kind,
                        dialect = dialect.ToString(),
                        text,
                    }
                )
            );
    }

    private static string Stream(Dialect upstream, VendorCompletion completion) =>
        string.Concat(
            upstream switch
            {
                Dialect.AnthropicMessages => AnthropicAnswers.Events(completion),
                Dialect.OpenAIChat => OpenAIAnswers.ChatEvents(completion, includeUsage: true),
                Dialect.OpenAIResponses => OpenAIResponsesAnswers.Events(completion),
                _ => GeminiAnswers.Events(completion),
            }
        );

    private static string Answer(Dialect upstream, Dialect caller, byte[] body, string stream, bool streams)
    {
        using var answer = new TranslatedAnswer(
            new AnswerContext
            {
                Dialect = caller,
                Id = new RecordId(7),
                AnswerId = CallerIds.Make(caller, new RecordId(7), 0),
                Model = "the-model",
                Provider = Provider,
                At = DateTimeOffset.UnixEpoch,
                Clock = new FakeClock(),
                Conversation = TranslatedRequest.Read(caller, body, streams, out _)!,
                Streams = streams,
                EstimatedPrompt = 7,
            },
            upstream,
            isStream: true
        );
        var meter = ResponseMeters.ForStream(upstream);
        meter.Feed(Encoding.UTF8.GetBytes(stream));
        answer.Feed(Encoding.UTF8.GetBytes(stream), meter.Reading);
        meter.Complete();
        answer.Complete(meter.Reading, isWhole: true);
        return Encoding.UTF8.GetString(answer.Output.Span);
    }
}
