using Weir.Foundation;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>Requests and answers with everything in them that a careless relay would change.</summary>
internal static class Exchanges
{
    public const string AnthropicPath = "/v1/messages?beta=true";
    public const string ChatPath = "/v1/chat/completions";
    public const string ResponsesPath = "/v1/responses";
    public const string EmbeddingsPath = "/v1/embeddings";
    public const string GeminiPath = "/v1beta/models/gemini-2.5-flash:generateContent";
    public const string GeminiStreamPath = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";

    public static VendorCompletion Completion { get; } =
        new()
        {
            Id = "msg_exchange",
            Model = "claude-haiku-4-5",
            Blocks =
            [
                new VendorThinking("Hm … \u2028 \\u00e9 \"quoted\"", "EqQBCkgIBRABGAIiQL+/=="),
                new VendorText("Grüße, 世界 \ud83d\ude00 </script>"),
                new VendorToolCall("toolu_1", "look", """{"place":"weir","depth":1.50}"""),
            ],
            Usage = new TokenUsage
            {
                Input = 11,
                CacheRead = 1_000,
                CacheWrite5m = 20,
                CacheWrite1h = 30,
                Output = 40,
            },
        };

    /// <summary>Odd spacing, escapes, numbers, unknown and repeated inner fields, a signature, no final newline.</summary>
    public const string AnthropicRequest = """
        { "model" : "claude-haiku-4-5",	"max_tokens":64, "unknown_field":{"a":1.0,"a":1e0,"b":-0.0},
          "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=1;"}],
          "messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"\u00e9\/é","signature":"EqQB\/+=="}]},
          {"role":"system","content":"mid"},{"role":"user","content":"\ud83d\ude00 … </script>"}] }
        """;

    public static string AnthropicStreamRequest { get; } =
        AnthropicRequest.Replace("\"max_tokens\"", "\"stream\": true , \"max_tokens\"", StringComparison.Ordinal);

    public const string ChatRequest = """
        {"messages":[{"role":"user","content":"h\u0069"}], "seed": 1E+2, "model":"gpt-4o-mini" , "x":null}
        """;

    public const string ChatStreamRequest = """
        {"messages":[{"role":"user","content":"h\u0069"}],"stream":true,"stream_options":{"include_usage":true}, "model":"gpt-4o-mini"}
        """;

    public const string ResponsesRequest = """
        {"input":"h\u0069","model":"gpt-4o-mini","include":["reasoning.encrypted_content"],"store":false , "x":[ ]}
        """;

    public static string ResponsesStreamRequest { get; } =
        ResponsesRequest.Replace("\"store\"", "\"stream\":true,\"store\"", StringComparison.Ordinal);

    public const string EmbeddingsRequest = """
        {"input":["a","b"],"model":"text-embedding-3-small","encoding_format":"float" }
        """;

    public const string GeminiRequest = """
        {"contents":[{"role":"user","parts":[{"text":"h\u0069","thoughtSignature":"c2ln"}]}] , "x": 1.0}
        """;

    private static VendorCompletion OpenAI(string id) =>
        Completion with
        {
            Id = id,
            Model = "gpt-4o-mini",
            Usage = new TokenUsage
            {
                Input = 11,
                CacheRead = 1_000,
                Output = 40,
                Reasoning = 7,
            },
        };

    private static VendorCompletion Gemini { get; } = OpenAI("gen-1") with { Model = "gemini-2.5-flash" };

    /// <summary>Every dialect, whole and streamed: path, request, the vendor's answer, what it charges.</summary>
    public static TheoryData<string, string> Names
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in All.Keys)
            {
                foreach (var coding in Enum.GetNames<ContentCoding>())
                {
                    data.Add(name, coding);
                }
            }

            return data;
        }
    }

    /// <summary>The streamed ones.</summary>
    public static TheoryData<string> Streams => [.. All.Where(e => e.Value.IsStream).Select(e => e.Key)];

    public static IReadOnlyDictionary<string, Exchange> All { get; } =
        new Dictionary<string, Exchange>
        {
            ["anthropic"] = new(AnthropicPath, AnthropicRequest, AnthropicAnswers.Message(Completion), Completion),
            ["anthropic stream"] = new(
                AnthropicPath,
                AnthropicStreamRequest,
                AnthropicAnswers.Stream(Completion),
                Completion
            ),
            ["chat"] = new(ChatPath, ChatRequest, OpenAIAnswers.Chat(OpenAI("chatcmpl-1")), OpenAI("chatcmpl-1")),
            ["chat stream"] = new(
                ChatPath,
                ChatStreamRequest,
                OpenAIAnswers.ChatStream(OpenAI("chatcmpl-2"), includeUsage: true),
                OpenAI("chatcmpl-2")
            ),
            ["responses"] = new(
                ResponsesPath,
                ResponsesRequest,
                OpenAIResponsesAnswers.Response(OpenAI("resp_1")),
                OpenAI("resp_1")
            ),
            ["responses stream"] = new(
                ResponsesPath,
                ResponsesStreamRequest,
                OpenAIResponsesAnswers.Stream(OpenAI("resp_2")),
                OpenAI("resp_2")
            ),
            ["embeddings"] = new(
                EmbeddingsPath,
                EmbeddingsRequest,
                OpenAIAnswers.Embeddings("text-embedding-3-small", 19, 2),
                OpenAI("embedding") with
                {
                    Model = "text-embedding-3-small",
                    Usage = new TokenUsage { Input = 19 },
                }
            ),
            ["gemini"] = new(GeminiPath, GeminiRequest, GeminiAnswers.Content(Gemini), Gemini),
            ["gemini stream"] = new(GeminiStreamPath, GeminiRequest, GeminiAnswers.Stream(Gemini), Gemini),
        };
}

/// <summary>A request, the vendor's answer to it, and what the vendor charges.</summary>
internal sealed record Exchange(string Path, string Request, UpstreamAnswer Answer, VendorCompletion Charged)
{
    public bool IsStream => Answer.EncodedBody().AsSpan().IndexOf("data: "u8) >= 0;

    public LedgerCounts Counts =>
        new(
            Charged.Usage.Input ?? 0,
            Charged.Usage.CacheRead ?? 0,
            Charged.Usage.CacheWrite5m ?? 0,
            Charged.Usage.CacheWrite1h ?? 0,
            Charged.Usage.Output ?? 0,
            Charged.Usage.Reasoning ?? 0,
            ListPrices.Charge(Charged.Model, Charged.Usage).ToString()
        );
}
