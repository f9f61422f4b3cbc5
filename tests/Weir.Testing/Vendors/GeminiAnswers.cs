using Weir.Foundation;

namespace Weir.Testing;

/// <summary>Answers in the words of Google's Gemini API.</summary>
public static class GeminiAnswers
{
    /// <summary>A whole answer of <c>generateContent</c>.</summary>
    public static UpstreamAnswer Content(VendorCompletion completion) =>
        UpstreamAnswer.Json(VendorJson.Write(Document(completion, Parts(completion), "STOP", Usage(completion.Usage))));

    /// <summary>An answer of <c>streamGenerateContent?alt=sse</c>.</summary>
    public static UpstreamAnswer Stream(VendorCompletion completion) => UpstreamAnswer.Sse(Events(completion));

    /// <summary>
    /// The chunks of a stream, each with its empty line. Usage is cumulative: the first carry the prompt and what has been
    /// generated so far, the last the whole. There is no <c>[DONE]</c>.
    /// </summary>
    public static IReadOnlyList<string> Events(VendorCompletion completion)
    {
        var parts = completion
            .Blocks.SelectMany(b =>
                b is VendorText text
                    ? VendorJson.Pieces(text.Text).Select(p => Part(completion, new VendorText(p)))
                    : [Part(completion, b)]
            )
            .ToList();
        return
        [
            .. parts.Select(
                (part, i) =>
                {
                    var last = i == parts.Count - 1;
                    var usage = last
                        ? completion.Usage
                        : completion.Usage with
                        {
                            Output = completion.Usage.Output * i / parts.Count,
                            Reasoning = null,
                        };
                    return OpenAIAnswers.Data(Document(completion, [part], last ? "STOP" : null, Usage(usage)));
                }
            ),
        ];
    }

    /// <summary>The signature of the thinking that led to an answer's first call.</summary>
    public static string SignatureOf(string answerId) =>
        Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"thought of {answerId}??>"));

    /// <summary>The answer of <c>countTokens</c>.</summary>
    public static UpstreamAnswer CountTokens(long tokens) => UpstreamAnswer.Json($$"""{"totalTokens":{{tokens}}}""");

    /// <summary>The answer of <c>embedContent</c>, which reports no usage.</summary>
    public static UpstreamAnswer Embedding() => UpstreamAnswer.Json("""{"embedding":{"values":[1.0,2.0]}}""");

    /// <summary>An error document, as <c>Error(429, "RESOURCE_EXHAUSTED")</c>.</summary>
    public static UpstreamAnswer Error(int status, string word, string message = "The provider says no.") =>
        UpstreamAnswer.Json(
            VendorJson.Write(
                new
                {
                    error = new
                    {
                        code = status,
                        message,
                        status = word,
                    },
                }
            ),
            status
        );

    private static object Document(VendorCompletion completion, object[] parts, string? finish, object usage) =>
        new
        {
            candidates = new[]
            {
                new
                {
                    content = new { parts, role = "model" },
                    finishReason = completion.StopReason is { } reason && finish is not null ? reason : finish,
                    index = 0,
                },
            },
            usageMetadata = usage,
            modelVersion = completion.Model,
            responseId = completion.Id,
        };

    private static object[] Parts(VendorCompletion completion) =>
        [.. completion.Blocks.Select(b => Part(completion, b))];

    /// <summary>Of several calls at once the first is signed; from 3 on each has an id.</summary>
    private static object Part(VendorCompletion completion, VendorBlock block) =>
        block switch
        {
            VendorToolCall call => new
            {
                functionCall = new
                {
                    id = completion.Model.StartsWith("gemini-3", StringComparison.Ordinal) ? call.Id : null,
                    name = call.Name,
                    args = VendorJson.Parse(call.Arguments),
                },
                thoughtSignature = completion.Blocks.First(b => b is VendorToolCall) == block
                    ? SignatureOf(completion.Id)
                    : null,
            },
            VendorThinking thinking => new { text = thinking.Text, thought = true },
            VendorText text => new { text = text.Text },
            _ => throw new ArgumentOutOfRangeException(nameof(block)),
        };

    /// <summary>Gemini counts cached tokens inside the prompt, and thoughts beside the candidates.</summary>
    private static object Usage(TokenUsage usage) =>
        new
        {
            promptTokenCount = usage.Prompt,
            cachedContentTokenCount = usage.CacheRead,
            candidatesTokenCount = usage.Output - (usage.Reasoning ?? 0),
            thoughtsTokenCount = usage.Reasoning,
            totalTokenCount = usage.Total,
        };
}
