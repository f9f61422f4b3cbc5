using System.Buffers.Binary;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Counting;

namespace Weir.Tokens.Tests;

/// <summary>The other dialects: the same words count the same, vendors' printed examples come out near, nothing throws.</summary>
public sealed class RequestCountTests
{
    private const string Chat = """
        {"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"How is the weir?"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"look","arguments":"{\"place\":\"weir\"}"}}]},
        {"role":"tool","tool_call_id":"c","content":"It holds."}],
        "tools":[{"type":"function","function":{"name":"look","description":"Look there","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}}]}
        """;

    private const string Responses = """
        {"model":"m","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"How is the weir?"}]},
        {"type":"function_call","call_id":"c","name":"look","arguments":"{\"place\":\"weir\"}"},
        {"type":"function_call_output","call_id":"c","output":"It holds."}],
        "tools":[{"type":"function","name":"look","description":"Look there","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}
        """;

    private const string Anthropic = """
        {"model":"m","max_tokens":9,"system":"Be brief.","messages":[{"role":"user","content":"How is the weir?"},
        {"role":"assistant","content":[{"type":"thinking","thinking":"Let me see what there is.","signature":"x"},{"type":"tool_use","id":"c","name":"look","input":{"place":"weir"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"It holds."}]}]}],
        "tools":[{"name":"look","description":"Look there","input_schema":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]}
        """;

    private const string Gemini = """
        {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"How is the weir?"}]},
        {"role":"model","parts":[{"functionCall":{"name":"look","args":{"place":"weir"}}}]},
        {"role":"user","parts":[{"functionResponse":{"name":"look","response":{"output":"It holds."}}}]}],
        "tools":[{"functionDeclarations":[{"name":"look","description":"Look there","parameters":{"type":"OBJECT","properties":{"place":{"type":"STRING"}},"required":["place"]}}]}]}
        """;

    [Fact]
    public void OneConversationCountsNearlyTheSameInEveryDialect()
    {
        var chat = Count(Chat, Dialect.OpenAIChat, "gpt-5");
        var responses = Count(Responses, Dialect.OpenAIResponses, "gpt-5");
        Assert.True(chat.IsExact);
        Assert.False(responses.IsExact);
        Assert.Equal(chat.Tokens, responses.Tokens);
        // Messages and roles are not the same there; the words are.
        Assert.InRange(Count(Anthropic, Dialect.AnthropicMessages, "gpt-5").Tokens, chat.Tokens, chat.Tokens + 10);
        Assert.InRange(Count(Gemini, Dialect.Gemini, "gpt-5").Tokens, chat.Tokens - 10, chat.Tokens + 10);
    }

    [Fact]
    public void ARequestForACountIsRead()
    {
        var whole = Count(Gemini, Dialect.Gemini, "gemini-2.5-pro");
        Assert.Equal(whole, Count($$"""{"generateContentRequest":{{Gemini}}}""", Dialect.Gemini, "gemini-2.5-pro"));
        Assert.False(whole.IsExact);
    }

    // What https://platform.claude.com/docs/en/build-with-claude/token-counting and
    // https://ai.google.dev/api/tokens (in a usage) print.
    [Theory]
    [InlineData(
        Dialect.AnthropicMessages,
        "claude-sonnet-4-5",
        14,
        """{"system":"You are a scientist","messages":[{"role":"user","content":"Hello, Claude"}]}"""
    )]
    [InlineData(
        Dialect.AnthropicMessages,
        "claude-sonnet-4-5",
        403,
        """{"tools":[{"name":"get_weather","description":"Get the current weather in a given location","input_schema":{"type":"object","properties":{"location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"}},"required":["location"]}}],"messages":[{"role":"user","content":"What's the weather like in San Francisco?"}]}"""
    )]
    [InlineData(
        Dialect.Gemini,
        "gemini-2.5-flash",
        11,
        """{"contents":[{"parts":[{"text":"The quick brown fox jumps over the lazy dog."}]}]}"""
    )]
    public void VendorsPrintedExamplesComeOutNear(Dialect dialect, string model, int printed, string request)
    {
        var count = Count(request, dialect, model);
        Assert.False(count.IsExact);
        Assert.InRange(count.Tokens, printed * 0.85, printed * 1.15);
    }

    // https://platform.openai.com/docs/guides/images-vision#calculating-costs, and what its price calculator says of the rest.
    [Theory]
    [InlineData("gpt-4o", 1024, 1024, "auto", 765, true)]
    [InlineData("gpt-4o", 2048, 4096, "high", 1105, true)]
    [InlineData("gpt-4o", 4096, 8192, "low", 85, true)]
    [InlineData("gpt-4o", 512, 512, "high", 255, true)]
    [InlineData("gpt-4o-mini", 512, 512, "low", 2833, true)]
    [InlineData("gpt-5", 1024, 1024, "high", 630, true)]
    [InlineData("o3", 100, 100, "high", 225, true)]
    [InlineData("gpt-4.1-mini", 1024, 1024, "high", 1658, false)]
    public void ImagesCountByTheirSize(string model, int width, int height, string detail, int tokens, bool exact)
    {
        var image = Convert.ToBase64String(Png(width, height));
        var with = Count(
            $$$"""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{image}}}","detail":"{{{detail}}}"}}]}]}""",
            Dialect.OpenAIChat,
            model
        );
        var without = Count("""{"messages":[{"role":"user","content":[]}]}""", Dialect.OpenAIChat, model);
        Assert.Equal(tokens, with.Tokens - without.Tokens);
        Assert.Equal(exact, with.IsExact);
    }

    [Fact]
    public void AnthropicsImagesCountByTheirArea()
    {
        // 1092 x 1092 is printed as about 1,590 tokens, 200 x 200 as about 54.
        Assert.Equal(1590, ImageOf("claude-sonnet-4-5", Png(1092, 1092)), 2d);
        Assert.Equal(54, ImageOf("claude-sonnet-4-5", Png(200, 200)), 1d);
        Assert.True(ImageOf("claude-sonnet-4-5", Png(8000, 8000)) <= 1600);
    }

    [Theory]
    [InlineData(384, 384, 258)]
    [InlineData(1024, 768, 516)]
    [InlineData(24_929, 24_929, 4128)]
    public void GooglesImagesCountByTheirTiles(int width, int height, int tokens)
    {
        var data = Convert.ToBase64String(Png(width, height));
        var with = Count(
            $$$"""{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"{{{data}}}"}}]}]}""",
            Dialect.Gemini,
            "gemini-2.5-pro"
        );
        Assert.Equal(tokens, with.Tokens);
    }

    [Fact]
    public void AnImageOfUnknownSizeIsEstimated()
    {
        var count = Count(
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}""",
            Dialect.OpenAIChat,
            "gpt-4o"
        );
        Assert.False(count.IsExact);
        Assert.True(count.Tokens > 765);
    }

    [Theory]
    [InlineData(
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAAFCAYAAACAcVaiAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
        3,
        5
    )]
    [InlineData("R0lGODlhBwAJAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", 7, 9)]
    // The smallest files that those who collect them print; the sizes are read from other readers' own tests.
    [InlineData("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", 1, 1)]
    [InlineData("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", 1, 1)]
    public void SizesAreReadFromTheFirstBytes(string base64, int width, int height) =>
        Assert.Equal(new ImageSize(width, height), ImageSize.OfBase64(Encoding.ASCII.GetBytes(base64)));

    [Fact]
    public void AJpegsSizeStandsBehindItsProfiles()
    {
        byte[] jpeg =
        [
            0xFF,
            0xD8,
            0xFF,
            0xE0,
            0,
            16,
            .. "JFIF\0"u8,
            1,
            1,
            0,
            0,
            1,
            0,
            1,
            0,
            0,
            0xFF,
            0xE1,
            0xEA,
            0x60,
            .. new byte[59998],
            0xFF,
            0xC2,
            0,
            17,
            8,
            0x02,
            0x58,
            0x03,
            0x20,
            3,
            1,
            0x22,
            0,
            2,
            0x11,
            1,
            3,
            0x11,
            1,
        ];
        Assert.Equal(new ImageSize(800, 600), ImageSize.Of(jpeg));
        for (var length = 0; length < jpeg.Length - 20; length += 997)
        {
            Assert.Null(ImageSize.Of(jpeg.AsSpan(0, length)));
        }
    }

    [Fact]
    public void HostileRequestsGiveSomeCount()
    {
        var random = new Random(6);
        foreach (
            var (text, dialect) in new[]
            {
                (Chat, Dialect.OpenAIChat),
                (Responses, Dialect.OpenAIResponses),
                (Anthropic, Dialect.AnthropicMessages),
                (Gemini, Dialect.Gemini),
            }
        )
        {
            var whole = Encoding.UTF8.GetBytes(text);
            for (var i = 0; i < 3000; i++)
            {
                var body = whole.AsSpan(0, random.Next(2) == 0 ? whole.Length : random.Next(whole.Length)).ToArray();
                for (var j = random.Next(4); j > 0 && body.Length > 0; j--)
                {
                    body[random.Next(body.Length)] = (byte)"\"\\{}[],:u0\0\xff"[random.Next(12)];
                }

                Assert.InRange(RequestCounter.Count(body, dialect, "gpt-5").Tokens, 0, 10_000);
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"array","items":""", "}")]
    [InlineData("""{"anyOf":[""", "]}")]
    [InlineData("""{"type":"object","properties":{"a":""", "}}")]
    public void DeepSchemasEnd(string open, string close)
    {
        foreach (var depth in new[] { 10, 100, 100_000 })
        {
            var schema =
                string.Concat(Enumerable.Repeat(open, depth)) + "{}" + string.Concat(Enumerable.Repeat(close, depth));
            var request =
                """{"messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"p":"""
                + schema
                + "}}}}]}";
            Assert.InRange(Count(request, Dialect.OpenAIChat, "gpt-5").Tokens, 3, 500);
        }
    }

    [Theory]
    [InlineData("gpt-5", "o200k_base", true)]
    [InlineData("openai/gpt-4.1-mini", "o200k_base", true)]
    [InlineData("ft:gpt-3.5-turbo:acme", "cl100k_base", true)]
    [InlineData("gpt-4-turbo", "cl100k_base", true)]
    [InlineData("gpt-4o-2024-08-06", "o200k_base", true)]
    [InlineData("o3-mini", "o200k_base", true)]
    [InlineData("gpt-oss-120b", "o200k_base", true)]
    [InlineData("text-embedding-3-small", "cl100k_base", true)]
    [InlineData("claude-opus-4-8", "o200k_base", false)]
    [InlineData("llama-3.3-70b", "o200k_base", false)]
    [InlineData("", "o200k_base", false)]
    public void AModelsEncoding(string model, string encoding, bool exact)
    {
        var counter = TokenCounter.For(model);
        Assert.Equal(encoding, counter.Name);
        Assert.Equal(exact, counter.IsExact);
    }

    private static long ImageOf(string model, byte[] image)
    {
        var with = Count(
            $$$"""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Convert.ToBase64String(image)}}}"}}]}]}""",
            Dialect.AnthropicMessages,
            model
        );
        return with.Tokens
            - Count("""{"messages":[{"role":"user","content":[]}]}""", Dialect.AnthropicMessages, model).Tokens;
    }

    private static byte[] Png(int width, int height)
    {
        byte[] png = [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[8], 8, 6, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    private static RequestCount Count(string request, Dialect dialect, string model) =>
        RequestCounter.Count(Encoding.UTF8.GetBytes(request), dialect, model);
}
