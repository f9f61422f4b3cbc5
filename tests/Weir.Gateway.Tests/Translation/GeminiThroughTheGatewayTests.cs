using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Gateway.Tests.Wire.Gemini;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>Gemini's dialect on either side of a running gateway.</summary>
public sealed class GeminiThroughTheGatewayTests
{
    private const string Asked = """{"contents":[{"role":"user","parts":[{"text":"How is the weir?"}]}]}""";
    private const string Stream = "/v1beta/models/claude-sonnet-5:streamGenerateContent";

    private static readonly VendorCompletion Answered = new()
    {
        Id = "msg_1",
        Model = "claude-sonnet-5",
        Blocks = [new VendorText("All is well."), new VendorToolCall("t1", "look", """{"at":1}""")],
        Usage = new TokenUsage
        {
            Input = 10,
            CacheRead = 90,
            Output = 30,
        },
    };

    [Theory]
    [InlineData("?alt=sse", "text/event-stream; charset=utf-8")]
    [InlineData("?key=&alt=sse", "text/event-stream; charset=utf-8")]
    [InlineData("", "application/json")]
    public async Task A_stream_is_events_or_an_array_as_it_is_asked_for(string query, string type)
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Stream(Answered).Dripping());
        await using var host = await StartAsync(GatewayHost.Anthropic(upstream));
        var (answer, body) = await host.AskAsync(Ask(host, Stream + query));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(type, answer.Header("content-type"));
        var chunks = query.Contains("sse", StringComparison.Ordinal)
            ? GeminiBench.Events(body)
            : [.. GeminiBench.Parse(body).EnumerateArray()];
        Assert.Equal(
            "All is well.",
            string.Concat(
                chunks
                    .SelectMany(c =>
                        c.GetProperty("candidates")[0].GetProperty("content").GetProperty("parts").EnumerateArray()
                    )
                    .Where(p => p.TryGetProperty("text", out _))
                    .Select(p => p.GetProperty("text").GetString())
            )
        );
        Assert.Equal(100, chunks[^1].GetProperty("usageMetadata").GetProperty("promptTokenCount").GetInt64());
        Assert.True(upstream.Request.Json().GetProperty("stream").GetBoolean());
        Assert.Equal("claude-sonnet-5", upstream.Request.Json().GetProperty("model").GetString());
        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.Ok, 90, 30), (record.Status, record.Usage.CacheRead, record.Usage.Output));
    }

    [Theory]
    [InlineData("?alt=sse")]
    [InlineData("")]
    public async Task A_stream_that_breaks_off_says_so(string query)
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer.Sse(AnthropicAnswers.Events(Answered).Take(5)).Dies()
        );
        await using var host = await StartAsync(GatewayHost.Anthropic(upstream));
        var (_, body) = await host.AskAsync(Ask(host, Stream + query));

        var last = query.Length > 0 ? GeminiBench.Events(body)[^1] : GeminiBench.Parse(body).EnumerateArray().Last();
        Assert.Equal(502, last.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Status);
    }

    [Theory]
    [InlineData(":generateContent", false)]
    [InlineData(":streamGenerateContent?alt=sse", false)]
    [InlineData(":streamGenerateContent", true)]
    public async Task An_error_before_an_answer_has_geminis_shape(string operation, bool isArray)
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Error(429, "rate_limit_error", "Slow down.").Header("retry-after", "7")
        );
        await using var host = await StartAsync(GatewayHost.Anthropic(upstream));
        var (answer, body) = await host.AskAsync(Ask(host, "/v1beta/models/claude-sonnet-5" + operation));

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Equal("7", answer.Header("retry-after"));
        var said = GeminiBench.Parse(body);
        Assert.Equal(isArray, said.ValueKind == JsonValueKind.Array);
        GeminiBench.AssertSame(
            """{"error":{"code":429,"message":"Slow down.","status":"RESOURCE_EXHAUSTED"}}""",
            isArray ? said[0] : said
        );
    }

    [Fact]
    public async Task What_another_vendor_cannot_do_is_refused_in_geminis_shape()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(GatewayHost.Anthropic(upstream));
        var (answer, body) = await host.AskAsync(
            host.Post(
                "/v1beta/models/claude-sonnet-5:generateContent",
                """{"contents":[{"parts":[{"text":"x"}]}],"cachedContent":"cachedContents/1"}"""
            )
        );

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("stored_conversation", body, StringComparison.Ordinal);
        Assert.Equal(
            "INVALID_ARGUMENT",
            GeminiBench.Parse(body).GetProperty("error").GetProperty("status").GetString()
        );
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData(
        "/v1/messages",
        """{"model":"gemini-2.5-flash","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}]}"""
    )]
    [InlineData(
        "/v1/chat/completions",
        """{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"x"}]}"""
    )]
    public async Task A_caller_of_another_dialect_is_answered_by_gemini(string path, string request)
    {
        var completion = Answered with { Id = "r1", Model = "gemini-2.5-flash" };
        await using var upstream = new FakeUpstream().On(
            "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
            GeminiAnswers.Stream(completion).Dripping()
        );
        await using var host = await StartAsync(GatewayHost.Gemini(upstream));
        var (answer, body) = await host.AskAsync(host.Post(path, request));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.EndsWith("?alt=sse", upstream.Request.Target, StringComparison.Ordinal);
        Assert.Equal(GatewayHost.UpstreamKey, upstream.Request.Header("x-goog-api-key"));
        Assert.Contains("look", body, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal(
            (RequestStatus.Ok, 10, 90, 30),
            (record.Status, record.Usage.Input, record.Usage.CacheRead, record.Usage.Output)
        );
    }

    [Fact]
    public async Task A_call_that_the_model_spoiled_is_an_error_and_no_end()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1beta/models/gemini-2.5-flash:generateContent",
            GeminiAnswers.Content(
                Answered with
                {
                    Blocks = [],
                    Model = "gemini-2.5-flash",
                    StopReason = "MALFORMED_FUNCTION_CALL",
                }
            )
        );
        await using var host = await StartAsync(GatewayHost.Gemini(upstream));
        var (answer, body) = await host.AskAsync(
            host.Post(
                "/v1/messages",
                """{"model":"gemini-2.5-flash","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"""
            )
        );

        Assert.Equal(502, (int)answer.StatusCode);
        Assert.Contains("MALFORMED_FUNCTION_CALL", body, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.UpstreamError, 30), (record.Status, record.Usage.Output));
    }

    private static Task<GatewayHost> StartAsync(ProviderConfig provider) =>
        GatewayHost.StartAsync(provider with { Models = ["*"] });

    private static HttpRequestMessage Ask(GatewayHost host, string path) => host.Post(path, Asked);
}
