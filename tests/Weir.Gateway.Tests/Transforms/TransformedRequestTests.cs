using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;
using static Weir.Gateway.Tests.Transforms.Bodies;

namespace Weir.Gateway.Tests.Transforms;

/// <summary>Transforms through real sockets: what arrives upstream, and what is told of it.</summary>
public sealed class TransformedRequestTests : IAsyncLifetime
{
    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "m" };

    private readonly FakeUpstream upstream = new FakeUpstream()
        .On("/v1/messages", AnthropicAnswers.Message(Reply))
        .On("/v1/chat/completions", OpenAIAnswers.Chat(Reply))
        .On("/v1/responses", OpenAIResponsesAnswers.Response(Reply))
        .On("/v1/embeddings", OpenAIAnswers.Embeddings("m", 3))
        .On("/v1beta/models/m:generateContent", GeminiAnswers.Content(Reply));

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => upstream.DisposeAsync();

    private static GatewayConfig Config(ProviderConfig provider, params TransformConfig[] transforms) =>
        new()
        {
            Providers = [provider with { Models = ["*"] }],
            Routes =
            [
                new RouteConfig
                {
                    Name = "all",
                    Targets = [new TargetConfig(provider.Name, null)],
                    Transforms = [.. transforms],
                },
            ],
        };

    private static async Task<RecordedRequest> SendAsync(
        GatewayHost host,
        FakeUpstream to,
        string path,
        string body,
        int status = 200
    )
    {
        var (answer, text) = await host.AskAsync(host.Post(path, body));
        Assert.True((int)answer.StatusCode == status, text);
        return to.Requests[^1];
    }

    [Theory]
    [InlineData(
        "/v1/messages",
        """{ "model":"m","max_tokens":9000, "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2"}],"messages":[{"role":"user","content":"hi"}],"metadata":{"user_id":"u"} }""",
        """{ "model":"m","max_tokens":100, "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2"},{"type":"text","text":"Be kind."}],"messages":[{"role":"user","content":"hi"}],"metadata":{},"temperature":0.5 }"""
    )]
    [InlineData(
        "/v1/chat/completions",
        """{"model":"m","max_tokens":9000,"messages":[{"role":"user","content":"hi"}],"metadata":{"user_id":"u"}}""",
        """{"model":"m","max_tokens":100,"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"hi"}],"metadata":{},"temperature":0.5}"""
    )]
    [InlineData(
        "/v1/responses",
        """{"model":"m","max_tokens":9000,"input":"hi","metadata":{"user_id":"u"}}""",
        """{"model":"m","max_tokens":100,"input":"hi","metadata":{},"temperature":0.5,"instructions":"Be kind."}"""
    )]
    [InlineData(
        "/v1beta/models/m:generateContent",
        """{"contents":[],"max_tokens":9000,"metadata":{"user_id":"u"}}""",
        """{"contents":[],"max_tokens":100,"metadata":{},"temperature":0.5,"systemInstruction":{"parts":[{"text":"Be kind."}]}}"""
    )]
    [InlineData("/v1/embeddings", """{"model":"m","input":"hi"}""", """{"model":"m","input":"hi"}""")]
    public async Task A_relayed_request_is_changed_and_named_so(string path, string body, string expected)
    {
        TransformConfig[] transforms =
        [
            Clamp("/max_tokens", null, 100),
            Default("/temperature", "0.5"),
            Remove("/metadata/user_id"),
            SystemText("Be kind."),
            Header(TransformAction.SetHeader, "x-team", "blue"),
            Header(TransformAction.RemoveHeader, "x-not-there"),
        ];
        var provider = path switch
        {
            "/v1/messages" => GatewayHost.Anthropic(upstream, "p"),
            "/v1beta/models/m:generateContent" => GatewayHost.Gemini(upstream, "p"),
            _ => GatewayHost.OpenAI(upstream, "p"),
        };
        await using var host = await GatewayHost.StartAsync(Config(provider, transforms));

        var sent = await SendAsync(host, upstream, path, body);

        Assert.Equal(expected, sent.BodyText);
        Assert.Equal("blue", sent.Header("x-team"));
        var names =
            body == expected
                ? "setHeader x-team"
                : "clamp /max_tokens, default /temperature, remove /metadata/user_id, system, setHeader x-team";
        Assert.Equal(names, (await host.RecordAsync()).Tags["weir.transforms"]);
        var target = Assert.Single(
            host.Gateway.Explain(
                WorkspaceId.Default,
                new RouteQuery { Path = path, Body = Encoding.UTF8.GetBytes(body) }
            ).Explanation!.Targets
        );
        Assert.Equal(names, string.Join(", ", target.Transforms));
        Assert.Equal(TargetHandling.Relayed, target.Handling);
    }

    [Fact]
    public async Task The_route_comes_first_then_the_target_and_the_provider_has_the_last_word()
    {
        var config = new GatewayConfig
        {
            Providers = [GatewayHost.Anthropic(upstream) with { Transforms = [Clamp("/max_tokens", null, 50)] }],
            Routes =
            [
                new RouteConfig
                {
                    Name = "all",
                    Transforms = [Set("/max_tokens", "900"), SystemText("of the route")],
                    Targets = [new TargetConfig("anthropic", "other") { Transforms = [SystemText("of the target")] }],
                },
            ],
        };
        await using var host = await GatewayHost.StartAsync(config);
        var sent = await SendAsync(host, upstream, "/v1/messages", """{"model":"m","max_tokens":1,"messages":[]}""");
        Assert.Equal(
            """{"model":"other","max_tokens":50,"messages":[],"system":"of the route\n\nof the target"}""",
            sent.BodyText
        );
    }

    [Fact]
    public async Task Without_a_route_the_providers_own_are_made()
    {
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                Models = ["m"],
                Transforms = [Set("/max_tokens", "7")],
            }
        );
        var sent = await SendAsync(host, upstream, "/v1/messages", """{"model":"m","max_tokens":1}""");
        Assert.Equal("""{"model":"m","max_tokens":7}""", sent.BodyText);
    }

    [Fact]
    public async Task Weirs_own_edits_and_transforms_are_splices_of_one_body()
    {
        upstream.On("/v1/chat/completions", OpenAIAnswers.ChatStream(Reply, includeUsage: true));
        var config = Config(GatewayHost.OpenAI(upstream), Remove("/a"), Set("/z", "1"), Remove("/x"));
        config = config with { Routes = [config.Routes[0] with { Targets = [new TargetConfig("openai", "gpt-5")] }] };
        await using var host = await GatewayHost.StartAsync(config);
        var sent = await SendAsync(
            host,
            upstream,
            "/v1/chat/completions",
            """{"a":1, "model":"m", "stream":true, "messages":[], "x":2}"""
        );
        Assert.Equal(
            """{"stream_options":{"include_usage":true},"model":"gpt-5", "stream":true, "messages":[],"z":1}""",
            sent.BodyText
        );
    }

    [Fact]
    public async Task A_translated_request_is_changed_in_the_words_of_its_target()
    {
        await using var host = await GatewayHost.StartAsync(
            Config(
                GatewayHost.OpenAI(upstream),
                SystemText("new"),
                Rename("/max_completion_tokens", "max_tokens"),
                Clamp("/max_tokens", null, 5),
                Header(TransformAction.SetHeader, "User-Agent", "house/1"),
                Set("/thinking", "{}") with
                {
                    Dialect = Dialect.AnthropicMessages,
                }
            )
        );
        var sent = await SendAsync(
            host,
            upstream,
            "/v1/messages",
            """{"model":"m","max_tokens":64,"system":"old","messages":[{"role":"user","content":"hi"}]}"""
        );
        var body = sent.Json();
        Assert.Equal(5, body.GetProperty("max_tokens").GetInt32());
        Assert.False(body.TryGetProperty("max_completion_tokens", out _));
        Assert.False(body.TryGetProperty("thinking", out _));
        Assert.Equal(
            ["old", "new", "hi"],
            body.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString())
        );
        Assert.Equal("house/1", sent.Header("User-Agent"));
        var record = await host.RecordAsync();
        Assert.True(record.IsTranslated);
        Assert.Equal(
            "system, rename /max_completion_tokens, clamp /max_tokens, setHeader User-Agent",
            record.Tags["weir.transforms"]
        );
    }

    [Fact]
    public async Task At_Bedrock_the_hosts_edits_come_after()
    {
        const string nova =
            """{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}""";
        await using var bedrock = new BedrockStandIn { Reply = _ => Reply, ConverseDocument = nova };
        var provider = new ProviderConfig
        {
            Name = "bedrock",
            Kind = ProviderKind.Bedrock,
            BaseUrl = bedrock.Upstream.BaseUrl,
            Region = bedrock.Region,
            AccessKeyId = BedrockStandIn.AccessKeyId,
            SecretAccessKey = BedrockStandIn.SecretAccessKey,
        };
        await using var host = await GatewayHost.StartAsync(
            Config(
                provider,
                SystemText("new"),
                Header(TransformAction.AddHeader, "anthropic-beta", "interleaved-thinking-2025-05-14")
            )
        );
        var claude = await SendAsync(
            host,
            bedrock.Upstream,
            "/v1/messages",
            """{"model":"anthropic.claude-haiku-4-5","max_tokens":9,"messages":[]}"""
        );
        Assert.Equal(
            """{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14"],"max_tokens":9,"messages":[],"system":"new"}""",
            claude.BodyText
        );
        var converse = await SendAsync(
            host,
            bedrock.Upstream,
            "/v1/messages",
            """{"model":"amazon.nova-lite-v1:0","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"""
        );
        Assert.Equal("""[{"text":"new"}]""", converse.Json().GetProperty("system").GetRawText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_compressed_body_is_decoded_where_a_transform_looks_at_it(bool looks)
    {
        const string body = """{"model":"m","max_tokens":64,"messages":[]}""";
        var coded = ContentCoding.Gzip.Compress(Encoding.UTF8.GetBytes(body));
        await using var host = await GatewayHost.StartAsync(
            Config(
                GatewayHost.Anthropic(upstream),
                looks ? Clamp("/max_tokens", null, 9) : Header(TransformAction.SetHeader, "x-a", "b")
            )
        );
        var request = host.Post("/v1/messages", coded);
        request.Content!.Headers.ContentEncoding.Add("gzip");
        var (answer, _) = await host.AskAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var sent = upstream.Request;
        Assert.Equal(looks ? null : "gzip", sent.Header("Content-Encoding"));
        Assert.Equal(
            looks ? Encoding.UTF8.GetBytes(body.Replace("64", "9", StringComparison.Ordinal)) : coded,
            sent.Body.ToArray()
        );
    }

    [Fact]
    public async Task Headers_are_set_added_to_removed_and_renamed()
    {
        await using var host = await GatewayHost.StartAsync(
            Config(
                GatewayHost.Anthropic(upstream),
                Header(TransformAction.SetHeader, "X-One", "1"),
                Header(TransformAction.AddHeader, "anthropic-beta", "b-2"),
                Header(TransformAction.AddHeader, "anthropic-beta", "b-1"),
                Header(TransformAction.AddHeader, "x-list", "first"),
                Header(TransformAction.RemoveHeader, "x-gone"),
                Header(TransformAction.RenameHeader, "x-from", "x-to"),
                Header(TransformAction.RenameHeader, "x-nobody", "x-gone-too")
            )
        );
        var (answer, _) = await host.AskAsync(
            host.Post("/v1/messages", """{"model":"m","max_tokens":1}""")
                .With("x-one", "old")
                .With("anthropic-beta", "b-1, b-0")
                .With("x-gone", "y")
                .With("x-gone-too", "stays")
                .With("x-to", "old")
                .With("x-from", "moved")
        );
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var sent = upstream.Request;
        Assert.Equal("1", sent.Header("x-one"));
        Assert.Equal("b-1, b-0,b-2", sent.Header("anthropic-beta"));
        Assert.Equal("first", sent.Header("x-list"));
        Assert.Null(sent.Header("x-gone"));
        Assert.Null(sent.Header("x-from"));
        Assert.Equal("moved", sent.Header("x-to"));
        Assert.Equal("stays", sent.Header("x-gone-too"));
        Assert.Equal(GatewayHost.UpstreamKey, sent.Header("x-api-key"));
        Assert.Equal(
            "setHeader X-One, addHeader anthropic-beta, addHeader x-list, removeHeader x-gone, renameHeader x-from",
            (await host.RecordAsync()).Tags["weir.transforms"]
        );
    }

    [Fact]
    public async Task What_is_passed_through_stays_as_it_came()
    {
        const string body = """{"model":"m","max_tokens":64,"messages":[]}""";
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                Transforms = [Set("/max_tokens", "1"), Header(TransformAction.SetHeader, "x-a", "b")],
                PassThrough = [new PassThroughRule("POST", "/v1/messages")],
            }
        );
        var sent = await SendAsync(host, upstream, "/p/anthropic/v1/messages", body);
        Assert.Equal(body, sent.BodyText);
        Assert.Null(sent.Header("x-a"));
        Assert.False((await host.RecordAsync()).Tags.ContainsKey("weir.transforms"));
    }

    [Fact]
    public async Task Each_target_has_its_own_and_the_record_names_those_of_the_one_that_served()
    {
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        upstream.On("/v1/messages", AnthropicAnswers.Error(529, "overloaded_error"));
        var config = new GatewayConfig
        {
            Providers = [GatewayHost.Anthropic(upstream, "first"), GatewayHost.Anthropic(second, "second")],
            Routes =
            [
                new RouteConfig
                {
                    Name = "both",
                    Targets =
                    [
                        new TargetConfig("first", null) { Transforms = [Set("/a", "1")] },
                        new TargetConfig("second", null) { Transforms = [Set("/b", "2")] },
                    ],
                },
            ],
        };
        await using var host = await GatewayHost.StartAsync(config);
        var sent = await SendAsync(host, second, "/v1/messages", """{"model":"m","max_tokens":1}""");
        Assert.Equal("""{"model":"m","max_tokens":1,"a":1}""", upstream.Request.BodyText);
        Assert.Equal("""{"model":"m","max_tokens":1,"b":2}""", sent.BodyText);
        Assert.Equal("set /b", (await host.RecordAsync()).Tags["weir.transforms"]);
    }

    [Fact]
    public async Task What_cannot_be_read_where_a_transform_looks_is_not_sent()
    {
        await using var host = await GatewayHost.StartAsync(
            Config(GatewayHost.Anthropic(upstream), Clamp("/thinking/budget_tokens", null, 1024))
        );
        var (answer, body) = await host.AskAsync(
            host.Post("/v1/messages", """{"model":"m","max_tokens":1,"thinking":{"budget_tokens":9999,}}""")
        );
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Contains("cannot read", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.RequestError, Money.Zero), (record.Status, record.Cost));
    }

    [Fact]
    public async Task A_count_is_one_of_what_will_be_sent()
    {
        const string ask = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""";
        upstream.On("/v1/messages/count_tokens", AnthropicAnswers.CountTokens(7));
        await using var host = await GatewayHost.StartAsync(
            Config(GatewayHost.Anthropic(upstream), SystemText("Be kind to everybody."), Set("/max_tokens", "5"))
        );
        var sent = await SendAsync(host, upstream, "/v1/messages/count_tokens", ask);
        Assert.Equal(
            """{"model":"m","messages":[{"role":"user","content":"hi"}],"system":"Be kind to everybody."}""",
            sent.BodyText
        );

        // What Weir counts itself: as much as for a caller who says so much himself.
        upstream.On("/v1/messages/count_tokens", AnthropicAnswers.Error(404, "not_found_error"));
        var (_, changed) = await host.AskAsync(host.Post("/v1/messages/count_tokens", ask));
        await using var plain = await GatewayHost.StartAsync(Config(GatewayHost.Anthropic(upstream)));
        var (_, said) = await plain.AskAsync(plain.Post("/v1/messages/count_tokens", sent.BodyText));
        var (_, bare) = await plain.AskAsync(plain.Post("/v1/messages/count_tokens", ask));
        Assert.Equal(said, changed);
        Assert.NotEqual(bare, changed);

        await using var chat = await GatewayHost.StartAsync(
            Config(GatewayHost.OpenAI(upstream), SystemText("Be kind to everybody."))
        );
        await using var chatPlain = await GatewayHost.StartAsync(Config(GatewayHost.OpenAI(upstream)));
        var (_, more) = await chat.AskAsync(chat.Post("/v1/messages/count_tokens", ask));
        var (_, less) = await chatPlain.AskAsync(chatPlain.Post("/v1/messages/count_tokens", ask));
        Assert.True(Tokens(more) > Tokens(less), $"{more} {less}");
    }

    [Fact]
    public async Task Many_names_are_cut_to_what_a_record_holds_and_a_caller_cannot_make_them_up()
    {
        var transforms = Enumerable.Range(0, 40).Select(i => Set($"/some_field_{i}", "1")).ToArray();
        await using var host = await GatewayHost.StartAsync(Config(GatewayHost.Anthropic(upstream), transforms));
        await SendAsync(host, upstream, "/v1/messages", """{"model":"m","max_tokens":1}""");
        var tag = (await host.RecordAsync()).Tags["weir.transforms"];
        Assert.InRange(tag.Length, 200, 256);
        Assert.Matches(@"^(set /some_field_\d+, )+\+\d+$", tag);

        await using var plain = await GatewayHost.StartAsync(Config(GatewayHost.Anthropic(upstream)));
        await plain.AskAsync(
            plain
                .Post("/v1/messages", """{"model":"m","max_tokens":1}""")
                .With("x-weir-tag-weir.transforms", "system")
                .With("x-weir-tag-mine", "yes")
        );
        Assert.Equal(["mine"], (await plain.RecordAsync()).Tags.Keys);
    }

    private static long Tokens(string answer) =>
        JsonDocument.Parse(answer).RootElement.GetProperty("input_tokens").GetInt64();
}
