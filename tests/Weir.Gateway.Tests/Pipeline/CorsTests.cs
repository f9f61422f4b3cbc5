using System.Collections.Immutable;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class CorsTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string Page = "https://app.example";

    private static readonly UpstreamAnswer Reply = AnthropicAnswers
        .Message(new VendorCompletion { Id = "msg_1", Model = "claude-sonnet-4-5" })
        .Header("Access-Control-Allow-Origin", "https://console.vendor.example")
        .Header("Access-Control-Allow-Credentials", "true")
        .Header("Vary", "Accept-Encoding");

    [Fact]
    public async Task A_page_that_is_named_may_ask_and_read()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", Reply);
        await using var host = await StartAsync(upstream, Page);

        var (preflight, _) = await host.AskAsync(
            Preflight(host, "/v1/messages", Page)
                .With("Access-Control-Request-Headers", "x-api-key,content-type,authorization")
        );
        Assert.Equal(204, (int)preflight.StatusCode);
        Assert.Equal(Page, preflight.Header("Access-Control-Allow-Origin"));
        Assert.Equal("POST", preflight.Header("Access-Control-Allow-Methods"));
        Assert.Equal("x-api-key,content-type,authorization", preflight.Header("Access-Control-Allow-Headers"));
        Assert.Null(preflight.Header("Access-Control-Allow-Credentials"));

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask).With("Origin", Page));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(Page, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("*", answer.Header("Access-Control-Expose-Headers"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        Assert.Equal("Accept-Encoding, Origin", answer.Header("Vary"));

        var (refused, _) = await host.AskAsync(host.Post("/v1/messages", "{").With("Origin", Page));
        Assert.Equal((400, Page), ((int)refused.StatusCode, refused.Header("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("https://other.example")]
    [InlineData("http://app.example")]
    [InlineData("https://app.example.evil")]
    [InlineData("null")]
    public async Task Another_page_reads_nothing(string origin)
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", Reply);
        await using var host = await StartAsync(upstream, Page);

        var (preflight, _) = await host.AskAsync(Preflight(host, "/v1/messages", origin));
        Assert.Equal(403, (int)preflight.StatusCode);
        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask).With("Origin", origin));

        Assert.All(
            [preflight, answer],
            a => Assert.DoesNotContain(a.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task All_pages_may_be_named_but_never_with_credentials()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", Reply);
        await using var host = await StartAsync(upstream, "*");

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask).With("Origin", Page));

        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_page_that_is_named_is_still_not_the_local_user()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", Reply);
        await using var host = await StartAsync(upstream, "*");

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask).Without("x-api-key").With("Origin", Page));

        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Without_a_list_a_preflight_is_a_method_that_no_path_takes()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", Reply);
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, _) = await host.AskAsync(Preflight(host, "/v1/messages", Page));

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task What_no_header_is_called_is_not_repeated()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await StartAsync(upstream, Page);

        var (answer, _) = await host.AskAsync(
            Preflight(host, "/p/anthropic/v1/files", Page).With("Access-Control-Request-Headers", "x-a\"<b>")
        );

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Null(answer.Header("Access-Control-Allow-Headers"));
        Assert.Contains("DELETE", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
    }

    private static Task<GatewayHost> StartAsync(FakeUpstream upstream, params ImmutableArray<string> origins) =>
        GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.Anthropic(upstream)], CorsOrigins = origins }
        );

    private static HttpRequestMessage Preflight(GatewayHost host, string path, string origin) =>
        host.Request(HttpMethod.Options, path).With("Origin", origin).With("Access-Control-Request-Method", "POST");
}
