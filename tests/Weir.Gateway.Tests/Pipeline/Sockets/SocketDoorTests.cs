using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>Who may open a socket, with what the provider is asked for it, and what a refusal looks like.</summary>
public sealed class SocketDoorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_provider_is_asked_by_the_same_rules_as_for_everything_below_p()
    {
        await using var provider = await SocketStandIn.StartAsync(UntilClosedAsync, protocol: "realtime");
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));

        using var client = await host.ConnectAsync(
            "/p/openai/v1/realtime?model=gpt-realtime&key=" + host.Key,
            options =>
            {
                options.AddSubProtocol("realtime");
                options.AddSubProtocol("openai-insecure-api-key." + host.Key);
                options.AddSubProtocol("openai-beta.realtime-v1");
                options.SetRequestHeader("OpenAI-Beta", "realtime=v1");
                options.SetRequestHeader("x-weir-project", "dam");
                options.SetRequestHeader("Cookie", "session=1");
                options.DangerousDeflateOptions = new WebSocketDeflateOptions();
            }
        );

        Assert.Equal("realtime", client.SubProtocol);
        Assert.Equal("openai", client.HttpResponseHeaders!["x-weir-provider"].Single());
        Assert.StartsWith("req_", client.HttpResponseHeaders["x-weir-request-id"].Single(), StringComparison.Ordinal);
        var asked = provider.Handshake;
        Assert.Equal("/v1/realtime?model=gpt-realtime", asked.Target);
        Assert.Equal("Bearer " + GatewayHost.UpstreamKey, asked.Header("Authorization"));
        Assert.Equal("realtime, openai-beta.realtime-v1", asked.Header("Sec-WebSocket-Protocol"));
        Assert.Equal("realtime=v1", asked.Header("OpenAI-Beta"));
        Assert.Null(asked.Header("Sec-WebSocket-Extensions"));
        Assert.Null(asked.Header("Cookie"));
        Assert.DoesNotContain(asked.Headers, h => h.Name.StartsWith("x-weir", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(asked.Headers, h => h.Value.Contains("wk_", StringComparison.Ordinal));
        await client.LeaveAsync();
    }

    [Fact]
    public async Task A_key_among_the_subprotocols_opens_the_door_and_a_wrong_one_does_not()
    {
        await using var provider = await SocketStandIn.StartAsync(UntilClosedAsync, protocol: "realtime");
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));

        // As a browser's client asks: it can set no header, and names where its page came from.
        using var client = await host.ConnectAsync(
            "/p/openai/v1/realtime",
            options =>
            {
                options.AddSubProtocol("realtime");
                options.AddSubProtocol("openai-insecure-api-key." + host.Key);
                options.SetRequestHeader("Origin", "https://app.example");
                options.SetRequestHeader("Sec-Fetch-Dest", "websocket");
                options.SetRequestHeader("Sec-Fetch-Mode", "websocket");
                options.SetRequestHeader("Sec-Fetch-Site", "cross-site");
            }
        );
        await client.LeaveAsync();

        var wrong = host.Key[..^4] + "0000";
        Assert.Equal(401, await RefusedAsync(host, o => o.AddSubProtocol("openai-insecure-api-key." + wrong)));
        Assert.Single(provider.Handshakes);
    }

    [Fact]
    public async Task A_callers_own_key_among_the_subprotocols_goes_on_where_the_provider_has_none()
    {
        await using var provider = await SocketStandIn.StartAsync(UntilClosedAsync, protocol: "realtime");
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider) with { ApiKey = null });

        using var client = await host.ConnectAsync(
            "/p/openai/v1/realtime",
            options =>
            {
                options.SetRequestHeader("x-weir-key", host.Key);
                options.AddSubProtocol("realtime");
                options.AddSubProtocol("openai-insecure-api-key.ek_own");
            }
        );

        Assert.Equal("realtime, openai-insecure-api-key.ek_own", provider.Handshake.Header("Sec-WebSocket-Protocol"));
        Assert.Null(provider.Handshake.Header("Authorization"));
        await client.LeaveAsync();
    }

    [Fact]
    public async Task A_weir_key_in_a_subprotocol_reaches_nobody_with_a_plain_request_either()
    {
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json("{}"));
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(upstream) with { ApiKey = null });

        await host.AskAsync(
            host.Request(HttpMethod.Get, "/p/openai/v1/files")
                .With("x-weir-key", host.Key)
                .With("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key." + host.Key)
        );

        Assert.Null(upstream.Request.Header("Sec-WebSocket-Protocol"));
    }

    [Theory]
    [InlineData(401, """{"error":{"code":"invalid_api_key"}}""")]
    [InlineData(404, """{"error":{"code":"model_not_found"}}""")]
    [InlineData(429, """{"error":{"code":"insufficient_quota"}}""")]
    public async Task A_refusal_reaches_the_caller_as_it_came(int status, string body)
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Json(body, status).Header("x-request-id", "req_of_theirs").Header("retry-after", "7")
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                PassThrough = [new PassThroughRule("GET", "/v1/realtime")],
            }
        );

        var answer = await RawHttp.AskAsync(
            host.Url,
            Handshake(host, "/p/openai/v1/realtime", "Connection: Upgrade, close")
        );

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("x-request-id: req_of_theirs", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("retry-after: 7", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(body, answer, StringComparison.Ordinal);
        Assert.Equal("websocket", upstream.Request.Header("Upgrade"));
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task A_provider_that_agrees_to_something_else_is_not_believed()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Raw(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
            )
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.OpenAI(upstream) with
            {
                PassThrough = [new PassThroughRule("GET", "/v1/realtime")],
            }
        );
        Assert.Equal(502, await RefusedAsync(host, o => o.SetRequestHeader("x-api-key", host.Key)));
    }

    [Fact]
    public async Task What_is_not_listed_not_below_p_or_not_well_asked_is_not_opened()
    {
        await using var provider = await SocketStandIn.StartAsync(UntilClosedAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider) with { PassThrough = [] });
        void Key(ClientWebSocketOptions options) => options.SetRequestHeader("x-api-key", host.Key);

        Assert.Equal(403, await RefusedAsync(host, Key));
        Assert.Equal(404, await RefusedAsync(host, Key, "/v1/realtime"));
        Assert.Equal(405, await RefusedAsync(host, Key, "/v1/chat/completions"));
        Assert.Equal(404, await RefusedAsync(host, Key, "/p/nobody/v1/realtime"));
        Assert.Empty(provider.Handshakes);
    }

    [Fact]
    public async Task A_request_that_is_not_well_asked_is_refused()
    {
        await using var provider = await SocketStandIn.StartAsync(UntilClosedAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        var asked = Handshake(host, "/p/openai/v1/realtime", "Connection: Upgrade, close");

        foreach (
            var bad in new[]
            {
                asked.Replace("Version: 13", "Version: 8", StringComparison.Ordinal),
                asked.Replace("dGhlIHNhbXBsZSBub25jZQ==", "short", StringComparison.Ordinal),
            }
        )
        {
            Assert.StartsWith("HTTP/1.1 400 ", await RawHttp.AskAsync(host.Url, bad), StringComparison.Ordinal);
        }

        Assert.Empty(provider.Handshakes);
    }

    [Fact]
    public async Task The_local_user_needs_no_key_where_the_provider_has_none_and_a_foreign_page_is_not_the_local_user()
    {
        await using var provider = await SocketStandIn.StartAsync(UntilClosedAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider) with { ApiKey = null });

        using var client = await host.ConnectAsync(
            "/p/openai/v1/realtime",
            o => o.SetRequestHeader("Authorization", "Bearer sk-own")
        );
        Assert.Equal("Bearer sk-own", provider.Handshake.Header("Authorization"));
        await client.LeaveAsync();

        Assert.Equal(401, await RefusedAsync(host, o => o.SetRequestHeader("Origin", "https://evil.example")));
        Assert.Single(provider.Handshakes);
    }

    [Fact]
    public async Task It_opens_over_http_2_as_well()
    {
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            await socket.SayAsync("you said " + await socket.ReadAsync());
            await socket.ReadAsync();
            await socket.CloseAsync();
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            ModelGateway.Prepare(server);
            server.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();
        app.Run(host.Gateway.HandleAsync);
        await app.StartAsync(Token);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var invoker = new HttpMessageInvoker(handler);
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.Options.SetRequestHeader("x-api-key", host.Key);

        await client.ConnectAsync(
            new UriBuilder(new Uri(new Uri(app.Urls.Single()), "/p/openai/v1/realtime?model=m")) { Scheme = "ws" }.Uri,
            invoker,
            Token
        );

        await client.SayAsync("hello", Token);
        Assert.Equal("you said hello", await client.ReadTextAsync(Token));
        Assert.Equal("/v1/realtime?model=m", provider.Handshake.Target);
        Assert.Equal("Bearer " + GatewayHost.UpstreamKey, provider.Handshake.Header("Authorization"));
        await client.LeaveAsync();
        await app.StopAsync(Token);
    }

    private static string Handshake(GatewayHost host, string path, string connection) =>
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\n{connection}\r\nUpgrade: websocket\r\n"
        + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-api-key: {host.Key}\r\n\r\n";

    private static async Task<int> RefusedAsync(
        GatewayHost host,
        Action<ClientWebSocketOptions> options,
        string path = "/p/openai/v1/realtime"
    )
    {
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        options(client.Options);
        await Assert.ThrowsAsync<WebSocketException>(() =>
            client.ConnectAsync(new UriBuilder(new Uri(host.Url, path)) { Scheme = "ws" }.Uri, Token)
        );
        return (int)client.HttpStatusCode;
    }

    private static async Task UntilClosedAsync(StandInSocket socket)
    {
        while (await socket.ReadAsync() is not null)
        {
            // Until it ends.
        }

        await socket.CloseAsync();
    }
}
