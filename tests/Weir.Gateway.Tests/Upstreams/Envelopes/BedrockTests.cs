using System.Net;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams.Envelopes;

public sealed class BedrockTests
{
    private const string Model = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

    private const string Ask =
        $$"""{"model":"{{Model}}","max_tokens":64,"messages":[{"role":"user","content":"Grüße"}]}""";

    private const string AskStream =
        $$"""{"model":"{{Model}}","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Grüße"}]}""";

    private static readonly VendorCompletion Reply = new()
    {
        Id = "msg_bdrk_1",
        Model = "claude-haiku-4-5-20251001",
        Blocks = [new VendorThinking("Let me see."), new VendorToolCall("toolu_1", "Bash", """{"command":"ls"}""")],
        Usage = new TokenUsage
        {
            Input = 12,
            CacheRead = 100,
            Output = 5,
        },
    };

    [Theory]
    [InlineData(null)]
    [InlineData("FwoGZXIvYXdzEBY/session+token==")]
    public async Task A_signed_message_arrives_as_Anthropics_and_is_priced_as_Bedrocks(string? sessionToken)
    {
        await using var bedrock = new BedrockStandIn { SessionToken = sessionToken, Reply = _ => Reply };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock) with { SessionToken = sessionToken });

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/messages?beta=true", Ask)
                .With("anthropic-version", "2023-06-01")
                .With("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14")
                .With("x-amz-security-token", "the caller's own")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Encoding.UTF8.GetString(AnthropicAnswers.Message(Reply).EncodedBody()), body);
        Assert.Equal("amzn-1", answer.Header("request-id"));
        var sent = bedrock.Upstream.Request;
        Assert.Equal("/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke", sent.Target);
        Assert.Equal(
            """{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14"],"max_tokens":64,"messages":[{"role":"user","content":"Grüße"}]}""",
            sent.BodyText
        );
        Assert.Null(sent.Header("anthropic-beta"));
        Assert.Null(sent.Header("x-api-key"));
        var record = await host.RecordAsync();
        Assert.Equal(Reply.Usage.Output, record.Usage.Output);
        Assert.Equal(100, record.Usage.CacheRead);
        Assert.Equal(Billing.Metered, record.Billing);
        Assert.NotNull(record.Cost);
        Assert.Equal("amzn-1", record.UpstreamId);
    }

    [Fact]
    public async Task What_is_cut_with_a_beta_that_it_does_not_know_is_named_in_the_record()
    {
        await using var bedrock = new BedrockStandIn { Reply = _ => Reply };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        await host.AskAsync(
            host.Post(
                    "/v1/messages",
                    Ask.Replace("\"max_tokens\"", "\"mcp_servers\":[],\"max_tokens\"", StringComparison.Ordinal)
                )
                .With("anthropic-beta", "mcp-client-2025-11-20,code-execution-2025-08-25")
        );

        Assert.DoesNotContain("mcp_servers", bedrock.Upstream.Request.BodyText, StringComparison.Ordinal);
        Assert.Equal(["hosted_tool"], (await host.RecordAsync()).Dropped);
    }

    [Fact]
    public async Task A_stream_arrives_as_the_events_that_Anthropic_would_have_sent()
    {
        await using var bedrock = new BedrockStandIn { Reply = _ => Reply };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal("text/event-stream; charset=utf-8", answer.Header("content-type"));
        Assert.Equal(string.Concat(AnthropicAnswers.Events(Reply)), body);
        Assert.EndsWith("/invoke-with-response-stream", bedrock.Upstream.Request.Path, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.Ok, 5L), (record.Status, record.Usage.Output));
    }

    [Fact]
    public async Task Each_frame_is_passed_on_as_soon_as_it_is_there()
    {
        var gate = new Gate();
        await using var bedrock = new BedrockStandIn { Reply = _ => Reply };
        var events = AnthropicAnswers.Events(Reply);
        bedrock.Upstream.Enqueue(
            UpstreamAnswer
                .Status(200)
                .Header("content-type", "application/vnd.amazon.eventstream")
                .Chunked()
                .Body(Frame(events[0]))
                .Body(Frame(events[1]))
                .Pause(gate)
                .Body([.. events.Skip(2).SelectMany(Frame)])
        );
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));
        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await using var stream = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var first = new byte[events[0].Length + events[1].Length];

        await stream.ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        gate.Open();
        using var rest = new StreamReader(stream);

        Assert.Equal(events[0] + events[1], Encoding.UTF8.GetString(first));
        Assert.Equal(string.Concat(events.Skip(2)), await rest.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_API_key_goes_as_bearer_and_nothing_is_signed()
    {
        await using var bedrock = new BedrockStandIn();
        await using var host = await GatewayHost.StartAsync(
            Keyed(bedrock) with
            {
                ApiKey = BedrockStandIn.ApiKey,
                AccessKeyId = null,
                SecretAccessKey = null,
            }
        );

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Bearer " + BedrockStandIn.ApiKey, bedrock.Upstream.Request.Header("authorization"));
        Assert.Null(bedrock.Upstream.Request.Header("x-amz-date"));
    }

    [Fact]
    public async Task A_wrong_key_is_told_as_Anthropic_tells_it_and_no_secret_comes_back()
    {
        await using var bedrock = new BedrockStandIn { SessionToken = "FwoGZXIvYXdzEBY/session+token==" };
        await using var host = await GatewayHost.StartAsync(
            Keyed(bedrock) with
            {
                SecretAccessKey = "not/the+secret+at/all",
                SessionToken = bedrock.SessionToken,
            }
        );

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("\"type\":\"authentication_error\"", body, StringComparison.Ordinal);
        Assert.Contains("does not match the signature", body, StringComparison.Ordinal);
        Assert.Contains(
            "x-amz-security-token:" + new string('*', bedrock.SessionToken.Length),
            body,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(bedrock.SessionToken, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "ValidationException", 400, "invalid_request_error", RequestStatus.RequestError)]
    [InlineData(403, "AccessDeniedException", 403, "permission_error", RequestStatus.RequestError)]
    [InlineData(403, "ExpiredTokenException", 401, "authentication_error", RequestStatus.RequestError)]
    [InlineData(404, "ResourceNotFoundException", 404, "not_found_error", RequestStatus.RequestError)]
    [InlineData(424, "ModelErrorException", 500, "api_error", RequestStatus.UpstreamError)]
    [InlineData(429, "ThrottlingException", 429, "rate_limit_error", RequestStatus.RateLimited)]
    [InlineData(429, "ModelNotReadyException", 529, "overloaded_error", RequestStatus.Overloaded)]
    [InlineData(503, "ServiceUnavailableException", 529, "overloaded_error", RequestStatus.Overloaded)]
    [InlineData(500, "SomethingNewException", 500, "api_error", RequestStatus.UpstreamError)]
    public async Task An_error_has_Anthropics_shape_status_and_type(
        int sent,
        string name,
        int status,
        string type,
        RequestStatus recorded
    )
    {
        await using var bedrock = new BedrockStandIn
        {
            Last = _ => BedrockStandIn.Error(sent, name, "It says \"no\"."),
        };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(
            $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"It says \"no\"."},"request_id":"amzn-1"}""",
            body
        );
        Assert.Equal(recorded, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task An_error_that_is_not_Bedrocks_own_is_passed_on_as_it_is()
    {
        await using var bedrock = new BedrockStandIn
        {
            Last = _ => UpstreamAnswer.Status(502).Header("content-type", "text/html").Body("<h1>Bad gateway</h1>"),
        };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal((502, "<h1>Bad gateway</h1>"), ((int)answer.StatusCode, body));
    }

    [Fact]
    public async Task An_exception_in_the_middle_of_a_stream_is_Anthropics_error_event_and_is_recorded()
    {
        await using var bedrock = new BedrockStandIn
        {
            Reply = _ => Reply,
            Frames = frames =>
                [
                    .. frames.Take(4),
                    EventStreamFrames.Exception("modelStreamErrorException", """{"message":"It broke."}"""),
                ],
        };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(
            string.Concat(AnthropicAnswers.Events(Reply).Take(4))
                + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"It broke.\"}}\n\n",
            body
        );
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.StreamError, record.Status);
        Assert.Equal(12, record.Usage.Input);
    }

    [Fact]
    public async Task An_exception_before_any_content_is_replayed_elsewhere_unseen()
    {
        await using var bedrock = new BedrockStandIn
        {
            Frames = _ => [EventStreamFrames.Exception("throttlingException", """{"message":"Slow down."}""")],
        };
        await using var other = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Stream(Reply));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [Keyed(bedrock), GatewayHost.Anthropic(other)],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "both",
                        Targets =
                        [
                            new TargetConfig("bedrock", null),
                            new TargetConfig("anthropic", "claude-haiku-4-5"),
                        ],
                    },
                ],
            }
        );

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(string.Concat(AnthropicAnswers.Events(Reply)), body);
        Assert.Equal(2, (await host.RecordAsync()).Attempts.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_ends_inside_a_frame_or_is_corrupted_is_a_broken_one(bool corrupted)
    {
        await using var bedrock = new BedrockStandIn
        {
            Reply = _ => Reply,
            Frames = frames =>
            {
                var last = frames[5].ToArray();
                last[^1] ^= 1;
                return [.. frames.Take(5), corrupted ? last : last[..^3]];
            },
        };
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));
        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await using var stream = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var read = new MemoryStream();

        var broke = await Record.ExceptionAsync(() => stream.CopyToAsync(read, TestContext.Current.CancellationToken));

        Assert.True(broke is IOException or HttpRequestException, $"{broke}");
        Assert.Equal(string.Concat(AnthropicAnswers.Events(Reply).Take(5)), Encoding.UTF8.GetString(read.ToArray()));
        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task It_counts_for_a_caller_of_another_dialect_too()
    {
        await using var bedrock = new BedrockStandIn();
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/responses/input_tokens", $$"""{"model":"{{Model}}","input":"Hi"}""")
        );

        Assert.Equal("provider", answer.Header("x-weir-tokens"));
        Assert.Matches("^{\"object\":\"response.input_tokens\",\"input_tokens\":[1-9][0-9]*}$", body);
        Assert.EndsWith("/count-tokens", bedrock.Upstream.Request.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_counted_by_Bedrocks_own_count()
    {
        await using var bedrock = new BedrockStandIn();
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/messages/count_tokens", $$"""{"model":"{{Model}}","messages":[]}""")
        );

        const string Counted = """{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[]}""";
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($$"""{"input_tokens":{{Counted.Length}}}""", body);
        Assert.EndsWith("/count-tokens", bedrock.Upstream.Request.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_came_compressed_goes_up_plain_and_well_signed()
    {
        await using var bedrock = new BedrockStandIn();
        await using var host = await GatewayHost.StartAsync(Keyed(bedrock));
        var request = host.Post("/v1/messages", ContentCoding.Gzip.Compress(Encoding.UTF8.GetBytes(Ask)));
        request.Content!.Headers.ContentEncoding.Add("gzip");

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(bedrock.Upstream.Request.Header("content-encoding"));
    }

    [Fact]
    public async Task What_is_passed_through_is_signed_and_else_left_alone()
    {
        await using var bedrock = new BedrockStandIn();
        const string Body = """{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[]}""";
        await using var host = await GatewayHost.StartAsync(
            Keyed(bedrock) with
            {
                PassThrough = [new PassThroughRule("POST", "/model/*")],
            }
        );

        var (answer, _) = await host.AskAsync(host.Post("/p/bedrock/model/anthropic.claude-x/invoke", Body));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Body, bedrock.Upstream.Request.BodyText);
    }

    [Theory]
    [InlineData("invoke")]
    [InlineData("invoke-with-response-stream")]
    public async Task What_is_passed_through_is_metered_in_its_own_frames(string verb)
    {
        await using var bedrock = new BedrockStandIn { Reply = _ => Reply };
        await using var host = await GatewayHost.StartAsync(
            Keyed(bedrock) with
            {
                PassThrough = [new PassThroughRule("POST", "/model/*")],
            }
        );
        const string Body = """{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[]}""";

        using var answer = await host.SendAsync(
            host.Post($"/p/bedrock/model/{Uri.EscapeDataString(Model)}/{verb}", Body)
        );
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        if (verb == "invoke")
        {
            Assert.Equal(AnthropicAnswers.Message(Reply).EncodedBody(), bytes);
        }
        else
        {
            Assert.Equal(AnthropicAnswers.Events(Reply).SelectMany(Frame), bytes);
        }

        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.Ok, verb != "invoke"), (record.Status, record.Streaming));
        Assert.Equal(
            (Reply.Usage.Input, 100L, Reply.Usage.Output),
            (record.Usage.Input, record.Usage.CacheRead, record.Usage.Output)
        );
        Assert.Equal(
            (Reply.Model, Model, UsageQuality.Measured),
            (record.Model, record.RequestedModel, record.Quality)
        );
        Assert.NotNull(record.Cost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_passes_through_Converse_is_metered_too(bool streams)
    {
        await using var bedrock = new BedrockStandIn
        {
            Converse =
            [
                ("messageStart", """{"role":"assistant"}"""),
                ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hi"}}"""),
                ("messageStop", """{"stopReason":"end_turn"}"""),
                (
                    "metadata",
                    """{"usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10},"metrics":{"latencyMs":1}}"""
                ),
            ],
            ConverseDocument =
                """{"metrics":{"latencyMs":1},"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10}}""",
        };
        await using var host = await GatewayHost.StartAsync(
            Keyed(bedrock) with
            {
                PassThrough = [new PassThroughRule("POST", "/model/*")],
            }
        );

        using var answer = await host.SendAsync(
            host.Post(
                $"/p/bedrock/model/amazon.nova-lite-v1:0/{(streams ? "converse-stream" : "converse")}",
                """{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"""
            )
        );
        await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        var record = await host.RecordAsync();
        Assert.Equal(("amazon.nova-lite-v1:0", 7L, 3L), (record.Model, record.Usage.Input, record.Usage.Output));
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.NotNull(record.Cost);
    }

    private static byte[] Frame(string text) =>
        EventStreamFrames.Chunk(text[(text.IndexOf("data: ", StringComparison.Ordinal) + 6)..].Trim());

    private static ProviderConfig Keyed(BedrockStandIn bedrock) =>
        new()
        {
            Name = "bedrock",
            Kind = ProviderKind.Bedrock,
            BaseUrl = bedrock.Upstream.BaseUrl,
            Region = bedrock.Region,
            AccessKeyId = BedrockStandIn.AccessKeyId,
            SecretAccessKey = BedrockStandIn.SecretAccessKey,
        };
}
