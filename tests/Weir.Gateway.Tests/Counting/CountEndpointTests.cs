using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Counting;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;
using Weir.Tokens;

namespace Weir.Gateway.Tests.Counting;

/// <summary>Callers who ask what a request would count, whatever the provider behind speaks.</summary>
public sealed class CountEndpointTests
{
    private const string Messages =
        """{"model":"claude-sonnet-4-5","system":"Be brief.","messages":[{"role":"user","content":"How is the weir?"}],"tools":[{"name":"look","input_schema":{"type":"object","properties":{"place":{"type":"string"}}}}]}""";

    private const string Input = """{"model":"gpt-5","instructions":"Be brief.","input":"How is the weir?"}""";

    private const string InChat =
        """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"How is the weir?"}],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"place":{"type":"string"}}}}}]}""";

    private static string Own => TokenCounter.HasVocabulary ? "counted" : "estimated";

    [Fact]
    public async Task A_provider_that_counts_is_asked_as_it_came()
    {
        await using var upstream = new FakeUpstream();
        upstream
            .On("/v1/messages/count_tokens", UpstreamAnswer.Json("""{"input_tokens":7}"""))
            .On(
                "/v1/responses/input_tokens",
                UpstreamAnswer.Json("""{"object":"response.input_tokens","input_tokens":8}""")
            );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream),
            GatewayHost.OpenAI(upstream)
        );

        AssertCount(await AskAsync(host, "/v1/messages/count_tokens?beta=true", Messages), 7, "provider");
        AssertCount(await AskAsync(host, "/v1/responses/input_tokens", Input), 8, "provider");
        Assert.Equal(Messages, upstream.Requests[0].BodyText);
        Assert.Equal(Input, upstream.Requests[1].BodyText);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(529)]
    public async Task Weir_counts_where_the_provider_does_not(int status)
    {
        await using var upstream = new FakeUpstream();
        upstream.On("/v1/messages/count_tokens", UpstreamAnswer.Json("""{"type":"error"}""", status));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        AssertCount(
            await AskAsync(host, "/v1/messages/count_tokens", Messages),
            Count(Messages, Dialect.AnthropicMessages, "claude-sonnet-4-5"),
            "estimated"
        );
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Weir_counts_where_the_provider_cannot_be_reached()
    {
        var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        await upstream.DisposeAsync();

        AssertCount(
            await AskAsync(host, "/v1/messages/count_tokens", Messages),
            Count(Messages, Dialect.AnthropicMessages, "claude-sonnet-4-5"),
            "estimated"
        );
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    public async Task What_a_provider_says_of_the_request_is_passed_on(int status)
    {
        await using var upstream = new FakeUpstream();
        upstream.On(
            "/v1/messages/count_tokens",
            UpstreamAnswer.Json("""{"type":"error","error":{"type":"x"}}""", status)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages/count_tokens", Messages));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("""{"type":"error","error":{"type":"x"}}""", body);
        Assert.False(answer.Headers.Contains(TokenCounts.Header));
    }

    [Fact]
    public async Task A_model_of_OpenAIs_is_counted_in_its_own_dialect_and_nobody_is_asked()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(GatewayHost.OpenAI(upstream), "gpt-4o-mini");

        AssertCount(
            await AskAsync(host, "/v1/messages/count_tokens?beta=true", Messages),
            Count(InChat, Dialect.OpenAIChat, "gpt-4o-mini"),
            Own
        );
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_provider_that_counts_is_asked_in_its_own_dialect()
    {
        await using var upstream = new FakeUpstream();
        upstream.On("/v1/messages/count_tokens", UpstreamAnswer.Json("""{"input_tokens":19}"""));
        await using var host = await StartAsync(GatewayHost.Anthropic(upstream), "claude-sonnet-4-5");

        AssertCount(await AskAsync(host, "/v1/responses/input_tokens", Input), 19, "provider");
        var asked = upstream.Request.Json();
        Assert.Equal("claude-sonnet-4-5", asked.GetProperty("model").GetString());
        Assert.Contains("How is the weir?", upstream.Request.BodyText, StringComparison.Ordinal);
        Assert.Contains("Be brief.", upstream.Request.BodyText, StringComparison.Ordinal);
        Assert.False(asked.TryGetProperty("max_tokens", out _));
        Assert.Equal(GatewayHost.UpstreamKey, upstream.Request.Header("x-api-key"));
        Assert.Equal("2023-06-01", upstream.Request.Header("anthropic-version"));
    }

    [Theory]
    [InlineData(400, "{}")]
    [InlineData(200, "not JSON")]
    [InlineData(200, """{"input_tokens":-1}""")]
    [InlineData(200, "[]")]
    public async Task What_it_says_of_a_question_of_Weirs_own_is_not_the_callers_concern(int status, string body)
    {
        await using var upstream = new FakeUpstream();
        upstream.On("/v1/messages/count_tokens", UpstreamAnswer.Json(body, status));
        await using var host = await StartAsync(GatewayHost.Anthropic(upstream), "claude-sonnet-4-5");

        var (tokens, source) = await AskAsync(host, "/v1/responses/input_tokens", Input);
        Assert.InRange(tokens, 5, 50);
        Assert.Equal("estimated", source);
    }

    [Fact]
    public async Task What_only_speaks_OpenAIs_dialect_is_not_asked_for_counts()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                Kind = ProviderKind.OpenAICompatible,
            },
            "llama-3.3-70b"
        );

        AssertCount(
            await AskAsync(host, "/v1/responses/input_tokens", Input),
            Count(Input, Dialect.OpenAIResponses, "llama-3.3-70b"),
            "estimated"
        );
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task The_simulator_counts_in_every_dialect()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        foreach (
            var (path, body, member) in new[]
            {
                (
                    "/v1/messages/count_tokens",
                    """{"model":"sim-small","messages":[{"role":"user","content":"How is it?"}]}""",
                    "input_tokens"
                ),
                ("/v1/responses/input_tokens", """{"model":"sim-small","input":"How is it?"}""", "input_tokens"),
                (
                    "/v1beta/models/sim-small:countTokens",
                    """{"contents":[{"parts":[{"text":"How is it?"}]}]}""",
                    "totalTokens"
                ),
            }
        )
        {
            var (answer, text) = await host.AskAsync(host.Post(path, body));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(JsonDocument.Parse(text).RootElement.GetProperty(member).GetInt64() > 0);
        }
    }

    [Fact]
    public async Task No_record_is_written_for_a_count()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(GatewayHost.OpenAI(upstream), "gpt-4o-mini");
        await AskAsync(host, "/v1/messages/count_tokens", Messages);
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task A_caller_without_a_key_is_told_nothing()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(GatewayHost.OpenAI(upstream), "gpt-4o-mini");
        var request = host.Post("/v1/messages/count_tokens", Messages);
        request.Headers.Remove("x-api-key");
        request.Headers.Add("x-api-key", "wk_wrong");
        var (answer, _) = await host.AskAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public void Anthropics_question_holds_what_its_count_takes()
    {
        var body = CountBodies.Anthropic(
            """{"model":"m","max_tokens":9,"stream":true,"system":[],"messages":[{"role":"user","content":"}"}],"temperature":1,"tools":[],"metadata":{"a":"{"}}"""u8
        );
        Assert.Equal(
            """{"model":"m","system":[],"messages":[{"role":"user","content":"}"}],"tools":[]}""",
            Encoding.UTF8.GetString(body)
        );
    }

    [Fact]
    public void Geminis_question_wraps_the_request_up()
    {
        var body = CountBodies.Gemini("""{"contents":[{"parts":[]}],"tools":[]}"""u8, "gemini-2.5-pro");
        Assert.Equal(
            """{"generateContentRequest":{"model":"models/gemini-2.5-pro","contents":[{"parts":[]}],"tools":[]}}""",
            Encoding.UTF8.GetString(body)
        );
    }

    private static Task<GatewayHost> StartAsync(ProviderConfig provider, string model) =>
        GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [provider],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "all",
                        Model = "*",
                        Targets = [new TargetConfig(provider.Name, model)],
                    },
                ],
            }
        );

    private static async Task<(long Tokens, string? Source)> AskAsync(GatewayHost host, string path, string body)
    {
        var (answer, text) = await host.AskAsync(host.Post(path, body));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return (
            JsonDocument.Parse(text).RootElement.GetProperty("input_tokens").GetInt64(),
            answer.Headers.TryGetValues(TokenCounts.Header, out var values) ? values.Single() : null
        );
    }

    private static void AssertCount((long Tokens, string? Source) told, long tokens, string source)
    {
        Assert.Equal(tokens, told.Tokens);
        Assert.Equal(source, told.Source);
    }

    private static long Count(string body, Dialect dialect, string model) =>
        RequestCounter.Count(Encoding.UTF8.GetBytes(body), dialect, model).Tokens;
}
