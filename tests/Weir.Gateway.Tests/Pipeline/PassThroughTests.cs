using System.Net;
using Weir.Gateway.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class PassThroughTests
{
    [Theory]
    [InlineData("/v1/files")]
    [InlineData("/v1/files/")]
    [InlineData("/v1/files/file-1/content")]
    [InlineData("/v1/a%20b/c%C3%A9")]
    [InlineData("/v1/a..b/...")]
    [InlineData("/v1beta/models/x:generateContent")]
    public void A_plain_path_means_what_it_says(string path) => Assert.True(PassThroughPath.IsPlain(path));

    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("//v1/files")]
    [InlineData("/v1//files")]
    [InlineData("/v1/../admin")]
    [InlineData("/v1/./files")]
    [InlineData("/v1/..")]
    [InlineData("/.")]
    [InlineData("/v1/..;x=1/admin")]
    [InlineData("/v1/%2e%2e/admin")]
    [InlineData("/v1/%2E./admin")]
    [InlineData("/v1/a%2fb")]
    [InlineData("/v1/a%2Fb")]
    [InlineData("/v1/a%5cb")]
    [InlineData("/v1/a\\b")]
    [InlineData("/v1/%252e%252e/admin")]
    [InlineData("/v1/%25%32%65")]
    [InlineData("/v1/a%00")]
    [InlineData("/v1/a%0d%0ab")]
    [InlineData("/v1/a%zz")]
    [InlineData("/v1/a%2")]
    [InlineData("/v1/a#b")]
    [InlineData("/v1/a b")]
    [InlineData("/v1/é")]
    public void Whatever_could_be_read_as_another_path_is_refused(string path) =>
        Assert.False(PassThroughPath.IsPlain(path));

    [Fact]
    public async Task With_weirs_own_key_nothing_passes_but_what_is_listed()
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json("""{"data":[]}"""));
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                PassThrough = [new PassThroughRule("GET", "/v1/files/*")],
            }
        );

        var (answer, body) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai/v1/files/f-1%20x?after=%7e1").With("x-api-key", host.Key)
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"data":[]}""", body);
        Assert.Equal("/v1/files/f-1%20x?after=%7e1", upstream.Request.Target);
        Assert.Equal("Bearer " + GatewayHost.UpstreamKey, upstream.Request.Header("authorization"));

        foreach (
            var (method, path) in new[]
            {
                ("DELETE", "/p/openai/v1/files/f-1"),
                ("GET", "/p/openai/v1/batches"),
                ("GET", "/p/openai/files/x"),
            }
        )
        {
            (answer, _) = await host.AskAsync(host.Request(new HttpMethod(method), path).With("x-api-key", host.Key));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Single(upstream.Requests);
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task Without_a_key_of_weirs_all_passes_on_with_the_callers_own()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Status(302).Header("location", "https://elsewhere.example/").Body("moved")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream) with { ApiKey = null });

        var (answer, body) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai/models")
                .With("x-weir-key", host.Key)
                .With("Authorization", "Bearer sk-own")
        );

        // No redirect is followed.
        Assert.Equal(302, (int)answer.StatusCode);
        Assert.Equal("https://elsewhere.example/", answer.Header("location"));
        Assert.Equal("moved", body);
        Assert.Equal("/v1/models", upstream.Request.Target);
        Assert.Equal("Bearer sk-own", upstream.Request.Header("authorization"));
    }

    [Theory]
    [InlineData("/p/openai/v1/../../admin")]
    [InlineData("/p/openai/v1/%2e%2e/admin")]
    [InlineData("/p/openai//v1/files")]
    [InlineData("/p/openai/v1/a%5cb")]
    public async Task A_path_with_tricks_goes_nowhere(string path)
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json("{}"));
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream) with { ApiKey = null });

        var answer = await RawHttp.AskAsync(
            host.Url,
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-weir-key: {host.Key}\r\n\r\n"
        );

        Assert.Contains(answer[..12], new[] { "HTTP/1.1 400", "HTTP/1.1 404" });
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_model_call_that_passes_through_is_metered_and_not_edited()
    {
        var reply = new VendorCompletion { Id = "msg_1", Model = "claude-sonnet-4-5" };
        await using var upstream = new FakeUpstream().Handle(_ => AnthropicAnswers.Message(reply));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream) with { ApiKey = null });
        const string Body = """{"model":"claude-sonnet-4-5",  "max_tokens":1}""";

        var (answer, _) = await host.AskAsync(host.Post("/p/anthropic/v1/messages", Body));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Body, upstream.Request.BodyText);
        var record = await host.RecordAsync();
        Assert.Equal(12, record.Usage.Input);
        Assert.Equal("claude-sonnet-4-5", record.RequestedModel);
    }

    [Fact]
    public async Task An_unknown_provider_is_not_found()
    {
        await using var host = await GatewayHost.StartAsync();
        var (answer, _) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/nobody/v1/x").With("x-api-key", host.Key)
        );
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(
        "/v1/responses/resp_1",
        """{"object":"response","id":"resp_1","model":"gpt-5","background":true,USAGE}""",
        1
    )]
    [InlineData(
        "/v1/responses/resp_1",
        """{"object":"response","id":"resp_1","model":"gpt-5","background":false,USAGE}""",
        0
    )]
    [InlineData(
        "/v1/responses/resp_1",
        """{"object":"response","id":"resp_1","model":"gpt-5","background":true,"usage":null}""",
        0
    )]
    [InlineData(
        "/v1/chat/completions/chatcmpl-1",
        """{"object":"chat.completion","id":"chatcmpl-1","model":"gpt-5","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}""",
        0
    )]
    [InlineData("/v1/threads/thread_1/runs/run_1", """{"object":"thread.run","id":"run_1","model":"gpt-5",USAGE}""", 1)]
    public async Task What_is_fetched_counts_once_and_only_where_nothing_else_counted_it(
        string path,
        string body,
        int records
    )
    {
        await using var upstream = new FakeUpstream();
        upstream.Handle(_ =>
            UpstreamAnswer.Json(
                body.Replace("USAGE", "\"usage\":{\"input_tokens\":7,\"output_tokens\":3}", StringComparison.Ordinal)
            )
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                PassThrough = [new PassThroughRule("GET", "/v1/*")],
            }
        );

        for (var i = 0; i < 3; i++)
        {
            var (answer, _) = await host.AskAsync(
                host.Request(HttpMethod.Get, "/p/openai" + path).With("x-api-key", host.Key)
            );
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var written = await host.RecordsAsync();
        Assert.Equal(records, written.Length);
        Assert.All(written, r => Assert.Equal((7L, 3L), (r.Usage.Input, r.Usage.Output)));
    }

    [Theory]
    [InlineData("/v1/responses/resp_1/cancel", """{"object":"response","id":"resp_1","background":false,USAGE}""", 0)]
    [InlineData("/v1/responses/resp_1/cancel", """{"object":"response","id":"resp_1","background":true,USAGE}""", 1)]
    [InlineData("/responses/resp_1/cancel", """{"object":"response","id":"resp_1","background":false,USAGE}""", 0)]
    [InlineData(
        "/v1/chat/completions/chatcmpl-1",
        """{"object":"chat.completion","id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}""",
        0
    )]
    // What is answered there under another id is an answer of its own, whatever the path seems to name.
    [InlineData("/v1/responses/compact", """{"object":"response.compaction","id":"resp_2",USAGE}""", 3)]
    [InlineData("/v1/deployments/responses/any", """{"object":"response","id":"resp_2",USAGE}""", 3)]
    [InlineData("/v1/responses/resp_1/more", """{"object":"response","id":"resp_2",USAGE}""", 3)]
    public async Task A_POST_that_touches_a_stored_answer_counts_as_fetched(string path, string body, int records)
    {
        await using var upstream = new FakeUpstream();
        upstream.Handle(_ =>
            UpstreamAnswer.Json(
                body.Replace("USAGE", "\"usage\":{\"input_tokens\":7,\"output_tokens\":3}", StringComparison.Ordinal)
            )
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                PassThrough = [new PassThroughRule("POST", "/*")],
            }
        );

        for (var i = 0; i < 3; i++)
        {
            var (answer, _) = await host.AskAsync(host.Post("/p/openai" + path, "{}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var written = await host.RecordsAsync();
        Assert.Equal(records, written.Length);
        Assert.All(written, r => Assert.Equal((7L, 3L), (r.Usage.Input, r.Usage.Output)));
    }

    [Theory]
    [InlineData("/v1/projects/p/locations/l/publishers/v/models/small:rawPredict", "{}", 200)]
    [InlineData("/v1/projects/p/locations/l/publishers/v/models/small:rawPredict", """{"model":"small"}""", 200)]
    [InlineData("/v1/projects/p/locations/l/publishers/v/models/small:rawPredict", """{"model":"large"}""", 403)]
    [InlineData("/v1/projects/p/locations/l/publishers/v/models/small:rawPredict", """{"m\u006fdel":"large"}""", 403)]
    [InlineData(
        "/v1/projects/p/locations/l/publishers/v/models/small:rawPredict",
        """{"model":"small","model":"large"}""",
        403
    )]
    [InlineData("/v1/projects/p/locations/l/publishers/v/models/small:rawPredict", "[]", 403)]
    [InlineData("/v1/projects/p/locations/l/publishers/v/models/large:rawPredict", "{}", 403)]
    [InlineData("/v1/x/models/large:rawPredict/models/small:rawPredict", "{}", 403)]
    [InlineData("/v1/x/models/large:rawPredict/%6dodels/small:rawPredict", "{}", 403)]
    [InlineData("/v1/projects/p/locations/l/endpoints/openapi/chat/completions", """{"model":"small"}""", 403)]
    public async Task A_key_for_some_models_reaches_no_others_at_a_host(string path, string body, int status)
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json("{}"));
        await using var host = await GatewayHost.StartAsync(
            new ProviderConfig
            {
                Name = "vertex",
                Kind = ProviderKind.Vertex,
                BaseUrl = upstream.BaseUrl,
                Project = "p",
                Location = "l",
            }
        );
        var key = await host.NewBoundKeyAsync("bound", "small");

        var (answer, _) = await host.AskAsync(
            host.Post("/p/vertex" + path, body)
                .Without("x-api-key")
                .With("x-weir-key", key)
                .With("authorization", "Bearer of-the-caller")
        );

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? 1 : 0, upstream.Requests.Count);
    }
}
