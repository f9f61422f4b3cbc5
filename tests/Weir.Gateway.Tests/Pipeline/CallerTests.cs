using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Weir.Foundation;
using Weir.Foundation.Network;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class CallerTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };

    private static FakeUpstream Upstream() =>
        new FakeUpstream().Handle(r => r.Path == "/v1/messages" ? AnthropicAnswers.Message(Reply) : null);

    private static ProviderConfig Keyless(FakeUpstream upstream) =>
        GatewayHost.Anthropic(upstream) with
        {
            ApiKey = null,
        };

    private static HttpRequestMessage Bare(GatewayHost host, string path = "/v1/messages") =>
        host.Post(path, Ask).Without("x-api-key");

    [Theory]
    [InlineData("x-api-key", "")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "bearer ")]
    [InlineData("x-goog-api-key", "")]
    [InlineData("x-weir-key", "")]
    public async Task A_weir_key_is_taken_from_each_of_its_headers_and_never_goes_up(string header, string before)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, _) = await host.AskAsync(Bare(host).With(header, before + host.Key));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(GatewayHost.UpstreamKey, upstream.Request.Header("x-api-key"));
        Assert.Null(upstream.Request.Header("authorization"));
        Assert.Null(upstream.Request.Header("x-weir-key"));
        Assert.DoesNotContain("wk_", Encoding.Latin1.GetString(upstream.Request.Head.Span), StringComparison.Ordinal);
        Assert.Equal("tester", (await host.RecordAsync()).Key);
    }

    [Fact]
    public async Task A_weir_key_in_the_query_is_taken_out_of_it()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Keyless(upstream));

        var (answer, _) = await host.AskAsync(Bare(host, $"/v1/messages?a=%31&k%65y={host.Key}&b=2"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/v1/messages?a=%31&b=2", upstream.Request.Target);
        Assert.Equal("tester", (await host.RecordAsync()).Key);
    }

    [Theory]
    [InlineData("x-api-key", "wk_wrong")]
    [InlineData("Authorization", "Bearer wk_wrong")]
    [InlineData("x-goog-api-key", "wk_wrong")]
    [InlineData("x-weir-key", "wk_wrong")]
    [InlineData("x-weir-key", "sk-not-even-one")]
    [InlineData("api-key", "wk_wrong")]
    public async Task A_weir_key_that_does_not_verify_ends_it_whatever_else_came(string header, string value)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Keyless(upstream));
        var request = Bare(host).With(header, value);
        if (header != "Authorization")
        {
            request.With("Authorization", "Bearer sk-ant-own");
        }

        if (header != "x-weir-key")
        {
            request.With("x-weir-key", host.Key);
        }

        var (answer, body) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("authentication_error", body, StringComparison.Ordinal);
        Assert.DoesNotContain("wk_wrong", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task A_weir_key_in_the_query_that_does_not_verify_ends_it()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Keyless(upstream));

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages?key=wk_wrong", Ask));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_revoked_key_ends_it()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var key = await host.NewKeyAsync("short-lived");
        await host.RevokeAsync("short-lived");

        var (answer, _) = await host.AskAsync(Bare(host).With("x-api-key", key));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_key_without_the_gateways_scope_is_forbidden()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var reader = await host.NewKeyAsync("reader", "read,ingest");

        var (answer, body) = await host.AskAsync(Bare(host).With("x-api-key", reader));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("permission_error", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1/32", "203.0.113.9", HttpStatusCode.OK)]
    [InlineData("127.0.0.1/32", "198.51.100.1, 203.0.113.9", HttpStatusCode.OK)]
    [InlineData("127.0.0.1/32", "203.0.113.9, 198.51.100.1", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1/32", null, HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.0/24", "203.0.113.9", HttpStatusCode.Forbidden)]
    [InlineData(null, "203.0.113.9", HttpStatusCode.Forbidden)]
    public async Task A_keys_networks_hold_for_the_caller_behind_trusted_proxies(
        string? proxies,
        string? forwarded,
        HttpStatusCode expected
    )
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream)],
                Proxies = proxies is null
                    ? TrustedProxies.None
                    : new TrustedProxies(new NetworkList([IPNetwork.Parse(proxies)]), ForwardingHeader.XForwarded),
            }
        );
        var key = await host.NewKeyAsync("bound", network: "203.0.113.0/24");
        var request = Bare(host).With("x-api-key", key);
        if (forwarded is not null)
        {
            request.With("X-Forwarded-For", forwarded);
        }

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_key_of_the_proxys_own_network_does_not_let_in_who_comes_through_it()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream)],
                Proxies = new TrustedProxies(
                    new NetworkList([IPNetwork.Parse("127.0.0.1/32")]),
                    ForwardingHeader.XForwarded
                ),
            }
        );
        var key = await host.NewKeyAsync("inside", network: "127.0.0.0/8");

        var (direct, _) = await host.AskAsync(Bare(host).With("x-api-key", key));
        var (through, _) = await host.AskAsync(
            Bare(host).With("x-api-key", key).With("X-Forwarded-For", "203.0.113.9")
        );

        Assert.Equal(HttpStatusCode.OK, direct.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, through.StatusCode);
    }

    [Fact]
    public async Task Beside_x_weir_key_the_callers_own_credential_travels_on()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Keyless(upstream));

        await host.AskAsync(Bare(host).With("x-weir-key", host.Key).With("Authorization", "Bearer sk-ant-oat01-mine"));

        Assert.Equal("Bearer sk-ant-oat01-mine", upstream.Request.Header("authorization"));
        Assert.Null(upstream.Request.Header("x-weir-key"));
        var record = await host.RecordAsync();
        Assert.Equal("tester", record.Key);
        Assert.Equal(Billing.Subscription, record.Billing);
        Assert.Equal(Money.Zero, record.Billed);
    }

    [Fact]
    public async Task A_key_of_the_callers_own_is_replaced_where_the_provider_has_one()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        await host.AskAsync(Bare(host).With("x-weir-key", host.Key).With("Authorization", "Bearer sk-own"));

        Assert.Null(upstream.Request.Header("authorization"));
        Assert.Equal(GatewayHost.UpstreamKey, upstream.Request.Header("x-api-key"));
        Assert.Equal(Billing.Metered, (await host.RecordAsync()).Billing);
    }

    [Fact]
    public async Task A_foreign_credential_is_taken_from_the_local_user_for_a_provider_without_a_key()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Keyless(upstream));

        var (answer, _) = await host.AskAsync(Bare(host).With("x-api-key", "sk-ant-api-mine"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("sk-ant-api-mine", upstream.Request.Header("x-api-key"));
        var record = await host.RecordAsync();
        Assert.Null(record.Key);
        Assert.Equal(Billing.Metered, record.Billing);
    }

    [Theory]
    [InlineData("/v1/messages", "x-api-key")]
    [InlineData("/v1/messages?key=AIza-mine", null)]
    public async Task A_foreign_credential_opens_no_provider_that_has_a_key(string path, string? header)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var request = Bare(host, path);
        if (header is not null)
        {
            request.With(header, "sk-mine");
        }

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task The_callers_own_credential_is_not_shown_to_another_vendor()
    {
        await using var first = new FakeUpstream().Handle(_ => UpstreamAnswer.Json("{}", 500));
        await using var second = new FakeUpstream().Handle(_ => OpenAIAnswers.Chat(Reply));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers =
                [
                    GatewayHost.OpenAI(first) with
                    {
                        ApiKey = null,
                    },
                    GatewayHost.OpenAI(second, "other") with
                    {
                        ApiKey = null,
                        Kind = ProviderKind.OpenAICompatible,
                    },
                ],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "all",
                        Targets = [new TargetConfig("openai", null), new TargetConfig("other", null)],
                    },
                ],
            }
        );

        await host.AskAsync(
            Bare(host, "/v1/chat/completions").With("x-weir-key", host.Key).With("Authorization", "Bearer sk-own")
        );

        Assert.Equal("Bearer sk-own", first.Request.Header("authorization"));
        Assert.Null(second.Request.Header("authorization"));
    }

    [Fact]
    public async Task The_local_user_needs_no_key()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, _) = await host.AskAsync(Bare(host));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(GatewayHost.UpstreamKey, upstream.Request.Header("x-api-key"));
        Assert.Null((await host.RecordAsync()).Key);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task The_local_user_may_call_the_loopback_by_each_of_its_names(string name)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var request = Bare(host);
        request.Headers.Host = $"{name}:{host.Url.Port}";
        request.With("Origin", $"http://{name}:{host.Url.Port}").With("Sec-Fetch-Site", "same-origin");

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("CF-Connecting-IP", "192.0.2.1")]
    [InlineData("True-Client-IP", "192.0.2.1")]
    public async Task Nobody_is_the_local_user_who_comes_from_elsewhere(string header, string value)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(Keyless(upstream));

        var (answer, _) = await host.AskAsync(Bare(host).With(header, value));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);

        (answer, _) = await host.AskAsync(Bare(host).With(header, value).With("x-api-key", "sk-own"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(upstream.Requests);

        (answer, _) = await host.AskAsync(Bare(host).With(header, value).With("x-weir-key", host.Key));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain; application/json")]
    [InlineData("application/jsonp")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task A_page_cannot_spend_by_a_simple_request(string? contentType)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var request = Bare(host);
        request.Content!.Headers.ContentType = null;
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    public async Task A_json_content_type_may_have_parameters(string contentType)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var request = Bare(host);
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("rebound.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("192.0.2.7")]
    public async Task An_unknown_host_is_misdirected_also_with_a_key(string name)
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var request = host.Post("/v1/messages", Ask);
        request.Headers.Host = name;

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_configured_host_is_known_but_makes_nobody_local()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.Anthropic(upstream)], Hosts = ["weir.example"] }
        );
        var request = host.Post("/v1/messages", Ask);
        request.Headers.Host = "Weir.example:8443";
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(request)).Answer.StatusCode);

        request = Bare(host);
        request.Headers.Host = "weir.example";
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.AskAsync(request)).Answer.StatusCode);
    }

    [Fact]
    public async Task What_a_caller_says_of_itself_is_recorded_within_bounds()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var request = host.Post("/v1/messages", Ask)
            .With("user-agent", "claude-cli/2.1.197 (external, sdk-cli)")
            .With("X-Claude-Code-Session-Id", "ses-1")
            .With("x-claude-code-agent-id", "agent-2")
            .With("x-claude-code-parent-agent-id", "agent-1")
            .With("x-weir-project", "delta")
            .With("x-weir-tag-Cost-Centre", "7")
            .With("x-weir-tag-long", new string('x', 400));

        await host.AskAsync(request);

        var record = await host.RecordAsync();
        Assert.Equal("claude-code", record.Client);
        Assert.Equal("ses-1", record.Session);
        Assert.Equal("agent-2", record.Agent);
        Assert.Equal("agent-1", record.ParentAgent);
        Assert.Equal("delta", record.Project);
        Assert.Equal("7", Assert.Single(record.Tags).Value);
        Assert.Equal("cost-centre", Assert.Single(record.Tags).Key);
        Assert.DoesNotContain(
            upstream.Request.Headers,
            h => h.Name.StartsWith("x-weir", StringComparison.OrdinalIgnoreCase)
        );
        Assert.Equal("ses-1", upstream.Request.Header("x-claude-code-session-id"));
    }

    [Fact]
    public async Task A_keys_project_cannot_be_talked_away()
    {
        await using var upstream = Upstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var key = await host.NewKeyAsync("bound", project: "alpha");

        await host.AskAsync(Bare(host).With("x-api-key", key).With("x-weir-project", "beta"));

        Assert.Equal("alpha", (await host.RecordAsync()).Project);
    }
}
