using System.Text;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Gateway.Tests.Wire.OpenAIResponses;
using Weir.Testing;

namespace Weir.Gateway.Tests.Translation;

/// <summary>A caller of Responses, through the gateway, at providers that speak something else.</summary>
public sealed class ResponsesCallerTests
{
    private const string Asked = """
        {"model":"claude-sonnet-4-5","input":"How high?","store":false,
         "tools":[{"type":"function","name":"gauge","parameters":{"type":"object"}},{"type":"web_search"}]}
        """;

    private static readonly VendorCompletion Reply = Translations.Completion(
        new VendorText("The river runs high — très haut — today."),
        new VendorToolCall("toolu_1", "gauge", """{"at":"weir"}"""),
        new VendorToolCall("toolu_2", "gauge", """{"at":"lock"}""")
    );

    private static string Streaming(string body) =>
        body.Replace("\"store\"", "\"stream\":true,\"store\"", StringComparison.Ordinal);

    [Fact]
    public async Task A_stream_of_Anthropics_is_a_stream_of_responses_and_the_record_is_exact()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Stream(Reply));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/responses", Streaming(Asked)));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.StartsWith("text/event-stream", answer.Header("content-type"), StringComparison.Ordinal);
        var stream = ResponseStream.Check(body);
        Assert.Equal(["message", "function_call", "function_call"], stream.Output.Select(o => o.Word("type")));
        Assert.Equal(
            ["gauge"],
            upstream.Request.Json().GetProperty("tools").EnumerateArray().Select(t => t.Word("name"))
        );
        var record = await host.RecordAsync();
        Assert.Equal(Translations.Used, record.Usage);
        Assert.Equal(RequestStatus.Ok, record.Status);
    }

    [Fact]
    public async Task A_document_of_Anthropics_is_a_response()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/responses", Asked));

        Assert.Equal(200, (int)answer.StatusCode);
        var response = Translations.Parse(body);
        Assert.Equal(("response", "completed"), (response.Word("object"), response.Word("status")));
        Assert.Equal("""{"at":"lock"}""", response.List("output")[2].Word("arguments"));
        Assert.Equal(Translations.Used, (await host.RecordAsync()).Usage);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_is_one_of_OpenAIs(bool streams)
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Error(400, "invalid_request_error", "prompt is too long: 9 > 5")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/responses", streams ? Streaming(Asked) : Asked));

        Assert.Equal(400, (int)answer.StatusCode);
        var error = Translations.Parse(body).GetProperty("error");
        Assert.Equal(
            ("context_length_exceeded", "prompt is too long: 9 > 5"),
            (error.Word("code"), error.Word("message"))
        );
    }

    [Fact]
    public async Task A_stream_that_dies_is_a_response_that_failed()
    {
        var events = AnthropicAnswers.Events(Reply);
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(events.Take(7)).Dies());
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (_, body) = await host.AskAsync(host.Post("/v1/responses", Streaming(Asked)));

        var stream = ResponseStream.Check(body);
        Assert.True(stream.HasFailed);
        Assert.Equal("server_error", stream.Final.GetProperty("error").Word("code"));
        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task A_former_response_is_refused_before_anybody_is_asked()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/responses", """{"model":"claude-sonnet-4-5","input":"x","previous_response_id":"resp_1"}""")
        );

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(
            "stored_conversation",
            Translations.Parse(body).GetProperty("error").Word("message"),
            StringComparison.Ordinal
        );
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task What_is_said_before_stays_the_same_bytes()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        const string First = """{"role":"user","content":"\u00e4 one"}""";
        const string Later = """{"role":"assistant","content":"two"},{"role":"user","content":"three"}""";

        await host.AskAsync(host.Post("/v1/responses", $$"""{"model":"claude-sonnet-4-5","input":[{{First}}]}"""));
        await host.AskAsync(
            host.Post("/v1/responses", $$"""{"model":"claude-sonnet-4-5","input":[{{First}},{{Later}}]}""")
        );

        var bodies = upstream.Requests.Select(r => Encoding.UTF8.GetString(r.Body.Span)).ToList();
        var prefix = bodies[0].LastIndexOf(']');
        Assert.Equal(bodies[0][..prefix], bodies[1][..prefix]);
    }
}
