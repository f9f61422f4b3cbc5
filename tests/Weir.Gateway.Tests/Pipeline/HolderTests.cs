using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>What an account holds is asked of that account, for the workspace that had it made, and of nobody else.</summary>
public sealed class HolderTests
{
    private static readonly WorkspaceId Acme = new(7);
    private static readonly WorkspaceId Beta = new(8);
    private static readonly PassThroughRule Everything = new("*", "/*");

    [Fact]
    public async Task An_answer_of_one_workspace_is_unknown_to_another_on_the_account_that_they_share()
    {
        await using var upstream = Answering("resp_acme");
        var shared = GatewayHost.OpenAI(upstream) with
        {
            Share = ProviderShare.Everybody,
            SharedPassThrough = [Everything],
        };
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [shared] },
            workspaces: [new WorkspaceConfig(Acme, "acme"), new WorkspaceConfig(Beta, "beta")]
        );
        var acme = await host.NewKeyOfAsync(Acme);
        var beta = await host.NewKeyOfAsync(Beta);
        await host.AskAsync(host.Post("/v1/responses", Ask()).With("x-api-key", acme));

        var (own, _) = await host.AskAsync(host.Post("/v1/responses", Ask("resp_acme")).With("x-api-key", acme));
        var (theirs, body) = await host.AskAsync(host.Post("/v1/responses", Ask("resp_acme")).With("x-api-key", beta));
        var (read, _) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai/v1/responses/resp_acme").With("x-api-key", beta)
        );
        var (server, _) = await host.AskAsync(host.Post("/p/openai/v1/responses/resp_acme/cancel", "{}"));

        Assert.Equal((200, 400), ((int)own.StatusCode, (int)theirs.StatusCode));
        Assert.Contains("resp_acme", body, StringComparison.Ordinal);
        Assert.Equal(400, (int)read.StatusCode);
        Assert.Equal(403, (int)server.StatusCode);
        Assert.Equal(2, upstream.Requests.Count);
    }

    [Fact]
    public async Task A_fallback_never_takes_the_next_turn_to_another_vendor()
    {
        var fails = false;
        await using var first = new FakeUpstream().Handle(_ =>
            fails ? OpenAIAnswers.Error(500, null, "server_error") : Response("resp_1")
        );
        await using var second = Answering("resp_2");
        await using var host = await TwoAsync(first, second);
        await host.AskAsync(host.Post("/v1/responses", Ask()));

        fails = true;
        var (held, _) = await host.AskAsync(host.Post("/v1/responses", Ask("resp_1")));
        Assert.Equal(500, (int)held.StatusCode);
        var (unknown, _) = await host.AskAsync(host.Post("/v1/responses", Ask("resp_9")));
        Assert.Equal(500, (int)unknown.StatusCode);
        Assert.Empty(second.Requests);

        // What the second one answered in the first one's place goes on there, the first being well again.
        await host.AskAsync(host.Post("/v1/responses", Ask()));
        fails = false;
        var asked = first.Requests.Count;
        var (next, _) = await host.AskAsync(host.Post("/v1/responses", Ask("resp_2")));
        Assert.Equal(200, (int)next.StatusCode);
        Assert.Equal((asked, 2), (first.Requests.Count, second.Requests.Count));
    }

    [Fact]
    public async Task Without_such_a_name_a_fallback_is_what_it_was()
    {
        await using var first = new FakeUpstream().Handle(_ => OpenAIAnswers.Error(500, null, "server_error"));
        await using var second = Answering("resp_2");
        await using var host = await TwoAsync(first, second);

        var (answer, _) = await host.AskAsync(host.Post("/v1/responses", Ask()));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Single(second.Requests);
    }

    [Fact]
    public async Task An_id_that_Weir_made_in_translating_is_no_account_s()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            AnthropicAnswers.Message(new VendorCompletion { Id = "msg_7", Model = "claude-sonnet-4-5" })
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.Anthropic(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(
            host.Post(
                "/v1/chat/completions",
                """{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"hi"}]}"""
            )
        );

        var (answer, _) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/anthropic/v1/files/msg_7").With("x-api-key", host.Key)
        );

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task A_batch_of_Anthropics_is_asked_of_the_account_that_runs_it()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json("""{"id":"msgbatch_1","type":"message_batch"}""")
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.Anthropic(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Post("/p/anthropic/v1/messages/batches", """{"requests":[]}"""));

        await AskAllAsync(host, "/p/anthropic/v1/messages/batches/msgbatch_1/results");
        var (unknown, body) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/anthropic/v1/messages/batches/msgbatch_2").With("x-api-key", host.Key)
        );

        AssertOneAccount(upstream, 9, "x-api-key");
        Assert.Equal(400, (int)unknown.StatusCode);
        Assert.StartsWith(
            """{"type":"error","error":{"type":"invalid_request_error",""",
            body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_batch_of_OpenAIs_goes_where_its_file_is_and_its_results_come_from_there()
    {
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Path.EndsWith("/files", StringComparison.Ordinal) ? UpstreamAnswer.Json("""{"id":"file-in"}""")
            : request.Path.Contains("/batches", StringComparison.Ordinal)
                ? UpstreamAnswer.Json("""{"id":"batch_1","output_file_id":"file-out"}""")
            : UpstreamAnswer.Json("{}")
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.OpenAI(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Post("/p/openai/v1/files", "{}").With("session-id", "one"));

        for (var session = 0; session < 8; session++)
        {
            await host.AskAsync(
                host.Post("/p/openai/v1/batches", """{"input_file_id":"file-in"}""").With("session-id", $"{session}")
            );
        }

        await AskAllAsync(host, "/p/openai/v1/batches/batch_1");
        await AskAllAsync(host, "/p/openai/v1/files/file-out/content");

        AssertOneAccount(upstream, 25, "authorization");
    }

    [Fact]
    public async Task What_Gemini_has_cached_is_asked_of_the_account_that_keeps_it()
    {
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Path.EndsWith("/cachedContents", StringComparison.Ordinal)
                ? UpstreamAnswer.Json("""{"name":"cachedContents/abc","model":"models/gemini-3-pro"}""")
                : GeminiAnswers.Content(new VendorCompletion { Id = "r", Model = "gemini-3-pro" })
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.Gemini(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Post("/p/gemini/v1beta/cachedContents", "{}"));

        for (var session = 0; session < 8; session++)
        {
            var (answer, _) = await host.AskAsync(
                host.Post(
                        "/v1beta/models/gemini-3-pro:generateContent",
                        """{"cachedContent":"cachedContents/abc","contents":[]}"""
                    )
                    .With("session-id", $"{session}")
            );
            Assert.Equal(200, (int)answer.StatusCode);
        }

        AssertOneAccount(upstream, 9, "x-goog-api-key");
    }

    [Fact]
    public async Task An_item_of_a_stored_answer_is_asked_of_the_account_that_gave_it()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json(
                """{"id":"resp_1","object":"response","model":"gpt-5.5","status":"completed","store":true,"output":[{"id":"rs_1","type":"reasoning","summary":[]},{"id":"msg_1","type":"message","role":"assistant","content":[]}],"usage":{"input_tokens":1,"output_tokens":1}}"""
            )
        );
        await using var host = await GatewayHost.StartAsync(Pool(GatewayHost.OpenAI(upstream)));
        await host.AskAsync(host.Post("/v1/responses", Ask()));

        for (var session = 0; session < 8; session++)
        {
            foreach (var item in new[] { "rs_1", "msg_1" })
            {
                var (answer, _) = await host.AskAsync(
                    host.Post("/v1/responses", Referring(item)).With("session-id", $"{session}")
                );
                Assert.Equal(200, (int)answer.StatusCode);
            }
        }

        AssertOneAccount(upstream, 17, "authorization");
        // One that nobody knows goes with its session.
        var (unknown, _) = await host.AskAsync(host.Post("/v1/responses", Referring("rs_9")));
        Assert.Equal(200, (int)unknown.StatusCode);
    }

    [Theory]
    [InlineData("/v1/responses", """{"model":"gpt-5.5","input":"hi"}""", "true", true)]
    [InlineData("/v1/responses", """{"model":"gpt-5.5","store":false,"input":"hi"}""", "false", false)]
    [InlineData("/v1/chat/completions", """{"model":"gpt-5.5","store":true,"messages":[]}""", "null", true)]
    [InlineData("/v1/chat/completions", """{"model":"gpt-5.5","messages":[]}""", "null", false)]
    public async Task Only_what_may_be_stored_is_remembered(string path, string body, string told, bool isKept)
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json(
                $$"""{"id":"x_1","object":"response","store":{{told}},"model":"gpt-5.5","output":[],"choices":[]}"""
            )
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.OpenAI(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Post(path, body));

        var (answer, _) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai" + path + "/x_1").With("x-api-key", host.Key)
        );

        Assert.Equal(isKept ? 200 : 400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task What_a_list_tells_of_is_on_the_account_that_listed_it()
    {
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Path.EndsWith("/files", StringComparison.Ordinal)
                ? UpstreamAnswer.Json("""{"object":"list","data":[{"id":"file-old","object":"file"}]}""")
                : UpstreamAnswer.Json("{}")
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.OpenAI(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Request(HttpMethod.Get, "/p/openai/v1/files").With("x-api-key", host.Key));

        await AskAllAsync(host, "/p/openai/v1/files/file-old/content");

        AssertOneAccount(upstream, 9, "authorization");
    }

    [Fact]
    public async Task What_a_guest_lists_does_not_become_his()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json("""{"object":"list","data":[{"id":"file-of-somebody"}]}""")
        );
        var shared = GatewayHost.OpenAI(upstream) with
        {
            Share = ProviderShare.Everybody,
            SharedPassThrough = [Everything],
        };
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [shared] },
            workspaces: [new WorkspaceConfig(Acme, "acme"), new WorkspaceConfig(Beta, "beta")]
        );
        var acme = await host.NewKeyOfAsync(Acme);
        var beta = await host.NewKeyOfAsync(Beta);
        await host.AskAsync(host.Request(HttpMethod.Get, "/p/openai/v1/files").With("x-api-key", beta));

        var (answer, _) = await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai/v1/files/file-of-somebody").With("x-api-key", acme)
        );

        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_upload_of_Geminis_goes_on_at_the_account_where_it_began()
    {
        await using var upstream = new FakeUpstream().Handle(request =>
            request.Target.Contains("upload_id", StringComparison.Ordinal)
                ? UpstreamAnswer.Json("""{"file":{"name":"files/f3"}}""")
                : UpstreamAnswer
                    .Json("{}")
                    .Header(
                        "x-goog-upload-url",
                        "https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=ABP_1&upload_protocol=resumable"
                    )
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.Gemini(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Post("/p/gemini/upload/v1beta/files", "{}"));

        for (var session = 0; session < 8; session++)
        {
            var (piece, _) = await host.AskAsync(
                host.Post("/p/gemini/upload/v1beta/files?upload_id=ABP_1&upload_protocol=resumable", "bytes")
                    .With("session-id", $"{session}")
            );
            Assert.Equal(200, (int)piece.StatusCode);
        }

        await AskAllAsync(host, "/p/gemini/v1beta/files/f3");

        AssertOneAccount(upstream, 17, "x-goog-api-key");
        var (unknown, _) = await host.AskAsync(host.Post("/p/gemini/upload/v1beta/files?upload_id=ABP_2", "{}"));
        Assert.Equal(400, (int)unknown.StatusCode);
    }

    [Fact]
    public async Task An_upload_of_OpenAIs_goes_on_at_the_account_where_it_began()
    {
        await using var upstream = new FakeUpstream().Handle(request =>
            UpstreamAnswer.Json(
                request.Path.EndsWith("/complete", StringComparison.Ordinal)
                    ? """{"id":"upload_1","object":"upload","file":{"id":"file-big","object":"file"}}"""
                    : """{"id":"upload_1","object":"upload","file":null}"""
            )
        );
        await using var host = await GatewayHost.StartAsync(
            Pool(GatewayHost.OpenAI(upstream) with { PassThrough = [Everything] })
        );
        await host.AskAsync(host.Post("/p/openai/v1/uploads", "{}"));

        await AskAllAsync(host, "/p/openai/v1/uploads/upload_1/parts");
        await host.AskAsync(host.Post("/p/openai/v1/uploads/upload_1/complete", """{"part_ids":[]}"""));
        await AskAllAsync(host, "/p/openai/v1/files/file-big/content");

        AssertOneAccount(upstream, 18, "authorization");
    }

    [Fact]
    public async Task What_an_account_holds_is_known_after_a_restart_and_forgotten_with_its_workspace()
    {
        using var kept = new TemporaryFolder();
        await using var upstream = Answering("resp_acme");
        var config = new GatewayConfig
        {
            Providers = [Pool(GatewayHost.OpenAI(upstream)) with { Share = ProviderShare.Everybody }],
        };
        ImmutableArray<WorkspaceConfig> both = [new WorkspaceConfig(Acme, "acme"), new WorkspaceConfig(Beta, "beta")];
        string acme;
        await using (var first = await GatewayHost.StartAsync(kept, config, both))
        {
            acme = await first.NewKeyOfAsync(Acme);
            await first.AskAsync(first.Post("/v1/responses", Ask()).With("x-api-key", acme));
        }

        await using (var second = await GatewayHost.StartAsync(kept, config, both))
        {
            for (var session = 0; session < 8; session++)
            {
                var (answer, _) = await second.AskAsync(
                    second
                        .Post("/v1/responses", Ask("resp_acme"))
                        .With("x-api-key", acme)
                        .With("session-id", $"{session}")
                );
                Assert.Equal(200, (int)answer.StatusCode);
            }

            var (others, _) = await second.AskAsync(second.Post("/v1/responses", Ask("resp_acme")));
            Assert.Equal(400, (int)others.StatusCode);
            AssertOneAccount(upstream, 9, "authorization");

            second.Gateway.Apply(config, both[1]);
            second.Gateway.Apply(config, both);
            var (gone, _) = await second.AskAsync(
                second.Post("/v1/responses", Ask("resp_acme")).With("x-api-key", acme)
            );
            Assert.Equal(400, (int)gone.StatusCode);
        }

        await using var third = await GatewayHost.StartAsync(kept, config, both);
        var (still, _) = await third.AskAsync(third.Post("/v1/responses", Ask("resp_acme")).With("x-api-key", acme));
        Assert.Equal(400, (int)still.StatusCode);
    }

    [Fact]
    public async Task A_file_that_is_damaged_costs_what_it_held_and_nothing_else()
    {
        using var kept = new TemporaryFolder();
        await File.WriteAllTextAsync(kept.At("held.db"), new string('x', 8192));
        await using var upstream = Answering("resp_1");
        await using var host = await GatewayHost.StartAsync(kept, Pool(GatewayHost.OpenAI(upstream)));

        await host.AskAsync(host.Post("/v1/responses", Ask()));
        var (answer, _) = await host.AskAsync(host.Post("/v1/responses", Ask("resp_1")));

        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static string Referring(string item) =>
        $$"""{"model":"gpt-5.5","input":[{"type":"item_reference","id":"{{item}}"},{"role":"user","content":"and then?"}]}""";

    private static async Task AskAllAsync(GatewayHost host, string path)
    {
        for (var session = 0; session < 8; session++)
        {
            var (answer, _) = await host.AskAsync(
                host.Request(HttpMethod.Get, path).With("x-api-key", host.Key).With("session-id", $"{session}")
            );
            Assert.Equal(200, (int)answer.StatusCode);
        }
    }

    private static void AssertOneAccount(FakeUpstream upstream, int requests, string header)
    {
        Assert.Equal(requests, upstream.Requests.Count);
        Assert.Single(upstream.Requests.Select(r => r.Header(header)).Distinct());
    }

    private static string Ask(string? previous = null) =>
        previous is null
            ? """{"model":"gpt-5.5","input":"hi"}"""
            : $$"""{"model":"gpt-5.5","previous_response_id":"{{previous}}","input":"and then?"}""";

    private static UpstreamAnswer Response(string id) =>
        OpenAIResponsesAnswers.Response(new VendorCompletion { Id = id, Model = "gpt-5.5" });

    private static FakeUpstream Answering(string id) => new FakeUpstream().Handle(_ => Response(id));

    private static ProviderConfig Pool(ProviderConfig provider) =>
        provider with
        {
            ApiKeys = [.. Enumerable.Range(0, 5).Select(i => new PoolKeyConfig($"sk-pool-{i}", null))],
        };

    private static Task<GatewayHost> TwoAsync(FakeUpstream first, FakeUpstream second) =>
        GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.OpenAI(first), GatewayHost.OpenAI(second, "other")],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "both",
                        Targets = [new TargetConfig("openai", null), new TargetConfig("other", null)],
                    },
                ],
            }
        );
}
