using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Translation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Wire.Gemini;

/// <summary>Others' answers as Gemini's callers get them.</summary>
public sealed class GeminiAnswerWriterTests
{
    private static readonly VendorCompletion Answered = new()
    {
        Id = "msg_1",
        Model = "claude-sonnet-5",
        Blocks =
        [
            new VendorThinking("I think\nhard.", "U2lnbg=="),
            new VendorText("Two \"tools\"."),
            new VendorToolCall("t1", "look", """{"at": "weir"}"""),
            new VendorToolCall("t2", "list", "{}"),
        ],
        Usage = new TokenUsage
        {
            Input = 10,
            CacheRead = 90,
            CacheWrite5m = 0,
            Output = 30,
        },
    };

    private static string Stream => string.Concat(AnthropicAnswers.Events(Answered));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream(bool array)
    {
        var said = GeminiBench.Answer(Dialect.AnthropicMessages, Stream, Dialect.Gemini, array: array);
        var chunks = array ? [.. GeminiBench.Parse(said).EnumerateArray()] : GeminiBench.Events(said);

        // Google's SDK forgets a conversation in which a chunk has no part.
        Assert.All(chunks, c => Assert.NotEqual(0, Content(c).GetProperty("parts").GetArrayLength()));
        Assert.All(chunks, c => Assert.Equal("model", Content(c).GetProperty("role").GetString()));
        Assert.All(chunks, c => Assert.Equal("answer-1", c.GetProperty("responseId").GetString()));
        Assert.All(chunks, c => Assert.Equal("claude-sonnet-5", c.GetProperty("modelVersion").GetString()));
        var parts = chunks.SelectMany(c => Content(c).GetProperty("parts").EnumerateArray()).ToList();
        Assert.Equal(
            "I think\nhard.",
            string.Concat(
                parts.Where(p => p.TryGetProperty("thought", out _)).Select(p => p.GetProperty("text").GetString())
            )
        );
        Assert.Equal(
            "Two \"tools\".",
            string.Concat(
                parts
                    .Where(p => p.TryGetProperty("text", out _) && !p.TryGetProperty("thought", out _))
                    .Select(p => p.GetProperty("text").GetString())
            )
        );
        var calls = parts.Where(p => p.TryGetProperty("functionCall", out _)).ToList();
        GeminiBench.AssertSame(
            """[{"functionCall":{"id":"t1","name":"look","args":{"at":"weir"}}},{"functionCall":{"id":"t2","name":"list","args":{}}}]""",
            GeminiBench.Parse($"[{string.Join(",", calls)}]")
        );
        Assert.True(TryOpen(Assert.Single(parts, p => p.TryGetProperty("thoughtSignature", out _)), out var proof));
        Assert.Equal(
            (ProofKind.Signature, "U2lnbg==", "I think\nhard."),
            (proof.Kind, proof.Token.ToString(), proof.Extra.ToString())
        );
        Assert.Single(chunks, c => c.GetProperty("candidates")[0].TryGetProperty("finishReason", out _));
        Assert.Equal("STOP", chunks[^1].GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        GeminiBench.AssertSame(
            """{"promptTokenCount":100,"cachedContentTokenCount":90,"candidatesTokenCount":30,"totalTokenCount":130}""",
            chunks[^1].GetProperty("usageMetadata")
        );
    }

    [Fact]
    public void A_document()
    {
        var said = GeminiBench.Parse(
            GeminiBench.Answer(
                Dialect.AnthropicMessages,
                Encoding.UTF8.GetString(AnthropicAnswers.Message(Answered).EncodedBody()),
                Dialect.Gemini,
                streams: false
            )
        );

        var parts = Content(said).GetProperty("parts").EnumerateArray().ToList();
        GeminiBench.AssertSame("""{"text":"I think\nhard.","thought":true}""", parts[0]);
        Assert.True(TryOpen(parts[1], out _));
        Assert.Equal("Two \"tools\".", parts[1].GetProperty("text").GetString());
        Assert.Equal(4, parts.Count);
        Assert.Equal("STOP", said.GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        Assert.Equal("answer-1", said.GetProperty("responseId").GetString());
    }

    [Fact]
    public void What_openai_counts_of_reasoning_stands_beside_the_candidates()
    {
        var completion = Answered with
        {
            Blocks = [new VendorText("Hi.")],
            Usage = new TokenUsage
            {
                Input = 10,
                CacheRead = 5,
                Output = 30,
                Reasoning = 20,
            },
            StopReason = "length",
        };
        var said = GeminiBench.Events(
            GeminiBench.Answer(
                Dialect.OpenAIChat,
                Encoding.UTF8.GetString(OpenAIAnswers.ChatStream(completion, includeUsage: true).EncodedBody()),
                Dialect.Gemini
            )
        )[^1];

        Assert.Equal("MAX_TOKENS", said.GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        GeminiBench.AssertSame(
            """{"promptTokenCount":15,"cachedContentTokenCount":5,"candidatesTokenCount":10,"thoughtsTokenCount":20,"totalTokenCount":45}""",
            said.GetProperty("usageMetadata")
        );
    }

    [Theory]
    [InlineData("end_turn", "STOP")]
    [InlineData("tool_use", "STOP")]
    [InlineData("stop_sequence", "STOP")]
    [InlineData("max_tokens", "MAX_TOKENS")]
    [InlineData("model_context_window_exceeded", "MAX_TOKENS")]
    [InlineData("refusal", "SAFETY")]
    public void Each_reason_to_end_has_a_word(string reason, string expected)
    {
        var completion = Answered with { Blocks = [], StopReason = reason };
        var said = GeminiBench.Parse(
            GeminiBench.Answer(
                Dialect.AnthropicMessages,
                Encoding.UTF8.GetString(AnthropicAnswers.Message(completion).EncodedBody()),
                Dialect.Gemini,
                streams: false
            )
        );

        Assert.Equal(expected, said.GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        Assert.Equal(1, Content(said).GetProperty("parts").GetArrayLength());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_error_inside_a_stream(bool array)
    {
        foreach (var before in new[] { "", string.Concat(AnthropicAnswers.Events(Answered).Take(6)) })
        {
            var said = GeminiBench.Answer(
                Dialect.AnthropicMessages,
                before + AnthropicAnswers.ErrorEvent(),
                Dialect.Gemini,
                array: array
            );
            var chunks = array ? [.. GeminiBench.Parse(said).EnumerateArray()] : GeminiBench.Events(said);

            GeminiBench.AssertSame(
                """{"error":{"code":529,"message":"Overloaded","status":"UNAVAILABLE"}}""",
                chunks[^1]
            );
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cut_anywhere_it_is_legal_and_ends_as_a_failure(bool array)
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var said = GeminiBench.Answer(
                Dialect.AnthropicMessages,
                [bytes[..cut]],
                Dialect.Gemini,
                isWhole: cut % 2 == 0,
                array: array
            );
            var chunks = array ? [.. GeminiBench.Parse(said).EnumerateArray()] : GeminiBench.Events(said);
            var ended =
                chunks[^1].TryGetProperty("candidates", out var candidates)
                && candidates[0].TryGetProperty("finishReason", out _);

            Assert.True(ended || chunks[^1].TryGetProperty("error", out _), said);
            Assert.True(
                !ended || Encoding.UTF8.GetString(bytes[..cut]).Contains("stop_reason\":\"", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public void Two_proofs_without_a_part_between_them_both_arrive()
    {
        const string document =
            """{"type":"message","content":[{"type":"redacted_thinking","data":"AAA="},{"type":"thinking","thinking":"x","signature":"BBB="}],"stop_reason":"end_turn"}""";
        var parts = Content(
                GeminiBench.Parse(
                    GeminiBench.Answer(Dialect.AnthropicMessages, document, Dialect.Gemini, streams: false)
                )
            )
            .GetProperty("parts")
            .EnumerateArray()
            .ToList();
        var kinds = new List<ProofKind>();
        foreach (var part in parts.Where(p => p.TryGetProperty("thoughtSignature", out _)))
        {
            Assert.True(TryOpen(part, out var proof));
            kinds.Add(proof.Kind);
        }

        Assert.Equal([ProofKind.Redacted, ProofKind.Signature], kinds);
    }

    private static JsonElement Content(JsonElement chunk) => chunk.GetProperty("candidates")[0].GetProperty("content");

    private static bool TryOpen(JsonElement part, out ThinkingProof proof) =>
        ThinkingProof.TryOpen(RawText.OfPlain(part.GetProperty("thoughtSignature").GetBytesFromBase64()), out proof);
}
