using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class DialectTests
{
    private static readonly TokenUsage Used = new()
    {
        Input = 21,
        CacheRead = 100,
        Output = 17,
        Reasoning = 4,
    };

    public static TheoryData<string> Codings() => ["Identity", "Gzip", "Brotli", "Deflate", "Zstd"];

    public static TheoryData<string> Dialects() => ["messages", "chat", "responses", "gemini"];

    private static VendorCompletion Reply(string model) =>
        new()
        {
            Id = "id_1",
            Model = model,
            Usage = Used,
            Blocks =
            [
                new VendorText("The river runs high — très haut — today, and we hold it."),
                new VendorToolCall("call_1", "gauge", """{"at":"weir"}"""),
            ],
        };

    private sealed record Case(
        Func<FakeUpstream, ProviderConfig> Provider,
        string Path,
        string StreamPath,
        string Body,
        UpstreamAnswer Whole,
        UpstreamAnswer Stream
    );

    private static Case Of(string dialect)
    {
        const string Turn = "\"messages\":[{\"role\":\"user\",\"content\":\"How high?\"}]";
        return dialect switch
        {
            "messages" => new Case(
                u => GatewayHost.Anthropic(u),
                "/v1/messages",
                "/v1/messages",
                $$"""{"model":"claude-sonnet-4-5","max_tokens":100,{{Turn}} }""",
                AnthropicAnswers.Message(Reply("claude-sonnet-4-5")),
                AnthropicAnswers.Stream(Reply("claude-sonnet-4-5"))
            ),
            "chat" => new Case(
                u => GatewayHost.OpenAI(u),
                "/v1/chat/completions",
                "/v1/chat/completions",
                $$"""{"model":"gpt-5",{{Turn}},"stream_options":{"include_usage":true} }""",
                OpenAIAnswers.Chat(Reply("gpt-5")),
                OpenAIAnswers.ChatStream(Reply("gpt-5"), includeUsage: true)
            ),
            "responses" => new Case(
                u => GatewayHost.OpenAI(u),
                "/v1/responses",
                "/v1/responses",
                """{"model":"gpt-5","input":"How high?"}""",
                OpenAIResponsesAnswers.Response(Reply("gpt-5")),
                OpenAIResponsesAnswers.Stream(Reply("gpt-5"))
            ),
            _ => new Case(
                u => GatewayHost.Gemini(u),
                "/v1beta/models/gemini-2.5-pro:generateContent",
                "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
                """{"contents":[{"parts":[{"text":"How high?"}]}]}""",
                GeminiAnswers.Content(Reply("gemini-2.5-pro")),
                GeminiAnswers.Stream(Reply("gemini-2.5-pro"))
            ),
        };
    }

    private static string Streamed(string dialect, string body) =>
        dialect == "gemini" ? body : "{\"stream\":true," + body[1..];

    private static void AssertExact(UsageRecord record, string dialect, bool streaming)
    {
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.Equal(Used.Input, record.Usage.Input);
        Assert.Equal(Used.CacheRead, record.Usage.CacheRead);
        Assert.Equal(Used.Output, record.Usage.Output);
        Assert.Equal(streaming, record.Streaming);
        Assert.Equal(200, record.HttpStatus);
        Assert.NotNull(record.Cost);
        Assert.Equal(
            dialect switch
            {
                "messages" => Dialect.AnthropicMessages,
                "chat" => Dialect.OpenAIChat,
                "responses" => Dialect.OpenAIResponses,
                _ => Dialect.Gemini,
            },
            record.Dialect
        );
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Plain_answers_are_relayed_and_metered_exactly_in_every_dialect(string dialect)
    {
        var c = Of(dialect);
        await using var upstream = new FakeUpstream().Handle(_ => c.Whole);
        await using var host = await GatewayHost.StartAsync(c.Provider(upstream));

        var (answer, body) = await host.AskAsync(host.Post(c.Path, c.Body));

        Assert.Equal(Encoding.UTF8.GetString(c.Whole.EncodedBody()), body);
        Assert.Equal(c.Path, upstream.Request.Target);
        Assert.Equal(c.Body, upstream.Request.BodyText);
        var record = await host.RecordAsync();
        AssertExact(record, dialect, streaming: false);
        Assert.Equal(record.Cost.ToString(), answer.Header("x-weir-cost-usd"));
        Assert.Equal("id_1", record.MessageId);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Streams_are_relayed_and_metered_exactly_in_every_dialect_also_a_byte_at_a_time(string dialect)
    {
        var c = Of(dialect);
        var answers = new[] { c.Stream, c.Stream.Dripping(), c.Stream.Chunked(1), c.Stream.Chunked(7, 1, 100) };
        await using var upstream = new FakeUpstream().Enqueue(answers);
        await using var host = await GatewayHost.StartAsync(c.Provider(upstream));
        foreach (var _ in answers)
        {
            var (_, body) = await host.AskAsync(host.Post(c.StreamPath, Streamed(dialect, c.Body)));
            Assert.Equal(Encoding.UTF8.GetString(c.Stream.EncodedBody()), body);
        }

        Assert.All(
            upstream.Requests,
            r => Assert.Equal((c.StreamPath, Streamed(dialect, c.Body)), (r.Target, r.BodyText))
        );
        Assert.All(await host.RecordsAsync(), r => AssertExact(r, dialect, streaming: true));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task Compressed_answers_are_relayed_untouched_and_metered_decoded(string coding)
    {
        var how = Enum.Parse<ContentCoding>(coding);
        foreach (var dialect in Dialects().Select(d => d.Data))
        {
            var c = Of(dialect);
            var whole = c.Whole.Compressed(how);
            var stream = c.Stream.Compressed(how);
            await using var upstream = new FakeUpstream().Enqueue(whole, stream, stream.Dripping());
            await using var host = await GatewayHost.StartAsync(c.Provider(upstream));

            foreach (
                var (path, body, expected) in new[]
                {
                    (c.Path, c.Body, whole),
                    (c.StreamPath, Streamed(dialect, c.Body), stream),
                    (c.StreamPath, Streamed(dialect, c.Body), stream),
                }
            )
            {
                using var answer = await host.SendAsync(
                    host.Post(path, body).With("Accept-Encoding", "gzip, br, zstd")
                );
                Assert.Equal(how.Token(), answer.Header("content-encoding"));
                Assert.Equal(expected.EncodedBody(), await answer.Content.ReadAsByteArrayAsync());
            }

            Assert.Equal("gzip, br, zstd", upstream.Requests[0].Header("accept-encoding"));
            Assert.Equal("identity", upstream.Requests[1].Header("accept-encoding"));
            var records = await host.RecordsAsync();
            Assert.Equal(3, records.Length);
            AssertExact(records[0], dialect, streaming: false);
            AssertExact(records[1], dialect, streaming: true);
            AssertExact(records[2], dialect, streaming: true);
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(
        """
            ,"stream_options":{}
            """,
        false
    )]
    [InlineData(
        """
            ,"stream_options":{"include_usage":false}
            """,
        false
    )]
    [InlineData(
        """
            ,"stream_options":null
            """,
        false
    )]
    [InlineData(
        """
            ,"stream_options":{"include_usage":true}
            """,
        true
    )]
    public async Task A_chat_stream_is_made_to_report_usage_and_the_chunk_hidden_from_who_did_not_ask(
        string options,
        bool asked
    )
    {
        var reply = Reply("gpt-5");
        await using var upstream = new FakeUpstream().Handle(r =>
            OpenAIAnswers.ChatStream(
                reply,
                r.Json().TryGetProperty("stream_options", out var o)
                    && o.ValueKind == JsonValueKind.Object
                    && o.TryGetProperty("include_usage", out var u)
                    && u.GetBoolean()
            )
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream));

        var (_, body) = await host.AskAsync(
            host.Post("/v1/chat/completions", $$"""{"model":"gpt-5", "stream":true{{options}},"messages":[]}""")
        );

        Assert.Equal(string.Concat(OpenAIAnswers.ChatEvents(reply, asked)), body);
        Assert.True(upstream.Request.Json().GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        AssertExact(await host.RecordAsync(), "chat", streaming: true);
    }

    [Fact]
    public async Task A_chat_stream_without_usage_is_estimated_and_says_so()
    {
        var reply = Reply("gpt-5");
        await using var upstream = new FakeUpstream().Handle(_ => OpenAIAnswers.ChatStream(reply, includeUsage: false));
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream));

        await host.AskAsync(host.Post("/v1/chat/completions", """{"model":"gpt-5","stream":true,"messages":[]}"""));

        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.Equal(UsageQuality.Estimated, record.Quality);
        Assert.True(record.Usage.Output > 0);
        Assert.True(record.Usage.Input > 0);
    }

    [Fact]
    public async Task Embeddings_are_metered()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            OpenAIAnswers.Embeddings("text-embedding-3-small", 9, 2)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream));

        var (answer, _) = await host.AskAsync(
            host.Post("/v1/embeddings", """{"model":"text-embedding-3-small","input":["a","b"]}""")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var record = await host.RecordAsync();
        Assert.Equal(9, record.Usage.Input);
        Assert.Equal(Dialect.OpenAIEmbeddings, record.Dialect);
        Assert.NotNull(record.Cost);
    }

    [Fact]
    public async Task An_embedding_whose_provider_tells_no_usage_is_estimated_and_says_so()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json("""{"embedding":{"values":[0.1,0.2]}}""")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Gemini(upstream));

        var (answer, _) = await host.AskAsync(
            host.Post(
                "/v1beta/models/gemini-embedding-001:embedContent",
                """{"content":{"parts":[{"text":"a text of some length, to be embedded"}]}}"""
            )
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var record = await host.RecordAsync();
        Assert.Equal(UsageQuality.Estimated, record.Quality);
        Assert.True(record.Usage.Input > 0);
        Assert.NotNull(record.Cost);
    }

    [Fact]
    public async Task Token_counts_are_relayed_and_no_records()
    {
        await using var upstream = new FakeUpstream()
            .On("/v1/messages/count_tokens", AnthropicAnswers.CountTokens(7))
            .On("/v1beta/models/gemini-2.5-pro:countTokens", GeminiAnswers.CountTokens(8));
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream),
            GatewayHost.Gemini(upstream)
        );

        var (_, body) = await host.AskAsync(
            host.Post("/v1/messages/count_tokens?beta=true", """{"model":"claude-sonnet-4-5","messages":[]}""")
        );
        Assert.Equal("""{"input_tokens":7}""", body);
        (_, body) = await host.AskAsync(host.Post("/v1beta/models/gemini-2.5-pro:countTokens", """{"contents":[]}"""));
        Assert.Equal("""{"totalTokens":8}""", body);
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task A_route_renames_a_gemini_model_in_its_path()
    {
        await using var upstream = new FakeUpstream().Handle(_ => GeminiAnswers.Content(Reply("gemini-2.5-flash")));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Gemini(upstream)],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "cheap",
                        Model = "gemini-*-pro",
                        Targets = [new TargetConfig("gemini", "gemini-2.5-flash")],
                    },
                ],
            }
        );

        await host.AskAsync(
            host.Post("/v1beta/models/gemini-2.5-pro:generateContent?x=1&key=" + host.Key, """{"contents":[]}""")
                .Without("x-api-key")
        );

        Assert.Equal("/v1beta/models/gemini-2.5-flash:generateContent?x=1", upstream.Request.Target);
        Assert.Equal(GatewayHost.UpstreamKey, upstream.Request.Header("x-goog-api-key"));
        var record = await host.RecordAsync();
        Assert.Equal("gemini-2.5-pro", record.RequestedModel);
        Assert.Equal("gemini-2.5-flash", record.Model);
        Assert.Equal("route", record.HandoffReason);
        Assert.True(record.Saving > Money.Zero);
    }

    [Fact]
    public async Task A_compressed_request_is_read_and_goes_up_as_it_came_unless_it_is_edited()
    {
        await using var upstream = new FakeUpstream().Handle(_ => OpenAIAnswers.Chat(Reply("gpt-5")));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.OpenAI(upstream)],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "alias",
                        Model = "quick",
                        Targets = [new TargetConfig("openai", "gpt-5")],
                    },
                ],
            }
        );
        var plain = Encoding.UTF8.GetBytes("""{"model":"gpt-5","messages":[]}""");
        var coded = ContentCoding.Zstd.Compress(plain);
        var request = host.Post("/v1/chat/completions", coded);
        request.Content!.Headers.ContentEncoding.Add("zstd");
        await host.AskAsync(request);
        Assert.Equal(coded, upstream.Requests[0].Body.ToArray());
        Assert.Equal("zstd", upstream.Requests[0].Header("content-encoding"));

        request = host.Post(
            "/v1/chat/completions",
            ContentCoding.Gzip.Compress("""{"model":"quick","messages":[]}"""u8.ToArray())
        );
        request.Content!.Headers.ContentEncoding.Add("gzip");
        await host.AskAsync(request);
        Assert.Equal(plain, upstream.Requests[1].Body.ToArray());
        Assert.Null(upstream.Requests[1].Header("content-encoding"));
    }

    [Fact]
    public async Task A_large_plain_answer_goes_through_in_pieces_and_is_journalled_before_its_last_byte()
    {
        var reply = Reply("claude-sonnet-4-5") with { Blocks = [new VendorText(new string('x', 900_000))] };
        var whole = AnthropicAnswers.Message(reply).EncodedBody();
        var gate = new Gate();
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer
                .Status(200)
                .Header("content-type", "application/json")
                .Body(whole[..600_000])
                .Pause(gate)
                .Body(whole[600_000..])
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        using var answer = await host.SendAsync(host.Post("/v1/messages", Of("messages").Body));
        Assert.Equal(whole.Length.ToString(), answer.Header("content-length"));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var seen = new byte[whole.Length];
        await stream.ReadExactlyAsync(seen.AsMemory(0, 300_000));
        Assert.Equal(0, host.Ledger.Status.Journalled);
        gate.Open();
        await stream.ReadExactlyAsync(seen.AsMemory(300_000));
        Assert.Equal(1, host.Ledger.Status.Journalled);
        Assert.Equal(whole, seen);
        AssertExact(await host.RecordAsync(), "messages", streaming: false);
    }
}
