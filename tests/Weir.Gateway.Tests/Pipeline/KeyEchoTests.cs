using System.Net;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>A provider that refuses and repeats the key that it was sent.</summary>
public sealed class KeyEchoTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";

    private const string Echo =
        $$$"""{"type":"error","error":{"type":"authentication_error","message":"{{{GatewayHost.UpstreamKey}}} is no key, {{{GatewayHost.UpstreamKey}}}"}}""";

    [Theory]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Weirs_own_key_is_masked_in_what_is_passed_on_and_all_else_is_as_it_came(int status)
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer
                .Json(Echo, status)
                .Header("x-told", $"key {GatewayHost.UpstreamKey}")
                .Header("x-kept", "kept")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(
            Echo.Replace(
                GatewayHost.UpstreamKey,
                new string('*', GatewayHost.UpstreamKey.Length),
                StringComparison.Ordinal
            ),
            body
        );
        Assert.Null(answer.Header("x-told"));
        Assert.Equal("kept", answer.Header("x-kept"));
        var record = await host.RecordAsync();
        Assert.DoesNotContain(GatewayHost.UpstreamKey, record.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compressed_refusal_that_holds_it_is_not_passed_on()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer.Json(Echo, 401).Compressed(ContentCoding.Gzip)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask).With("accept-encoding", "gzip"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("repeated Weir's own key", body, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayHost.UpstreamKey, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callers_own_key_is_the_callers_to_see()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Json(Echo, 401));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream) with { ApiKey = null });

        var (_, body) = await host.AskAsync(
            host.Post("/v1/messages", Ask).With("x-weir-key", host.Key).With("x-api-key", GatewayHost.UpstreamKey)
        );

        Assert.Equal(Echo, body);
    }
}
