using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Weir.Foundation;
using Weir.Testing;
using static Weir.Gateway.Tests.Pipeline.Sockets.ResponsesClient;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>Requests over a socket at <c>/v1/responses</c>: asked, answered and recorded as over HTTP.</summary>
public sealed class ResponsesSocketTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_event_is_a_message_and_the_record_is_what_http_would_have_made()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(
            Endpoint + "?key=" + host.Key,
            options =>
            {
                options.SetRequestHeader("OpenAI-Beta", "responses_websockets=2026-02-06, other=v1");
                options.SetRequestHeader("session_id", "of-codex");
                options.SetRequestHeader("Accept-Encoding", "gzip");
            }
        );

        await client.SayAsync(
            Ask("How high?", ""","store":true,"background":false,"metadata":{"a":"\u00e9"}"""),
            Token
        );
        var messages = await client.AnswerAsync();
        var (_, body) = await host.AskAsync(
            host.Post(Endpoint, """{"model":"gpt-5.2","input":"How high?","stream":true}""")
                .With("session_id", "of-codex")
        );

        Assert.Equal(
            OpenAIResponsesAnswers
                .Events(Completion(1) with { Blocks = [new VendorText("It holds, 1.")] })
                .Select(e => JsonDocument.Parse(e.Split("data: ")[1]).RootElement.ToString()),
            messages.Select(m => m.ToString())
        );
        var sent = provider.Requests[0];
        Assert.Equal(("POST", Endpoint), (sent.Method, sent.Target));
        Assert.Equal(
            """{"model":"gpt-5.2","input":"How high?","store":true,"metadata":{"a":"\u00e9"},"stream":true}""",
            sent.BodyText
        );
        Assert.Equal("Bearer " + GatewayHost.UpstreamKey, sent.Header("authorization"));
        Assert.Equal("other=v1", sent.Header("openai-beta"));
        Assert.Equal("application/json", sent.Header("content-type"));
        Assert.DoesNotContain(
            sent.Headers,
            h => h.Name.StartsWith("sec-websocket", StringComparison.OrdinalIgnoreCase)
        );
        Assert.DoesNotContain(sent.Headers, h => h.Name.Equals("upgrade", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("resp_2", body, StringComparison.Ordinal);
        await client.LeaveAsync();

        var records = await host.RecordsAsync();
        Assert.Equal(2, records.Length);
        var (socket, http) = (records[0], records[1]);
        Assert.Equal(Completion(1).Usage, socket.Usage);
        Assert.Equal(ListPrices.Charge("gpt-5.2", socket.Usage), socket.Cost);
        Assert.Equal(
            (
                http.Provider,
                http.Model,
                http.Dialect,
                http.Streaming,
                http.Status,
                http.Session,
                http.Key,
                http.Quality
            ),
            (
                socket.Provider,
                socket.Model,
                socket.Dialect,
                socket.Streaming,
                socket.Status,
                socket.Session,
                socket.Key,
                socket.Quality
            )
        );
        Assert.Equal(("resp_1", 200, "of-codex"), (socket.MessageId, socket.HttpStatus, socket.Session));
    }

    [Fact]
    public async Task A_provider_of_another_dialect_is_translated_for()
    {
        await using var anthropic = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Stream(
                new VendorCompletion
                {
                    Id = "msg_1",
                    Model = "claude-sonnet-4-5",
                    Usage = new TokenUsage { Input = 100, Output = 40 },
                }
            )
        );
        await using var host = await GatewayHost.StartAsync(Elsewhere(anthropic));
        using var client = await host.ConnectAsync(Endpoint);

        var last = await client.AskAsync(Ask("How high?"));

        Assert.Equal("response.completed", last.GetProperty("type").GetString());
        Assert.Equal(
            "Hello there.",
            last.GetProperty("response")
                .GetProperty("output")[0]
                .GetProperty("content")[0]
                .GetProperty("text")
                .GetString()
        );
        await client.LeaveAsync();
        var record = await host.RecordAsync();
        Assert.Equal(new Money((100 * 3_000) + (40 * 15_000)), record.Cost);
        Assert.Equal(("anthropic", Dialect.OpenAIResponses), (record.Provider, record.Dialect));
    }

    [Fact]
    public async Task A_second_request_waits_for_the_first_to_end()
    {
        var gate = new Gate();
        var events = OpenAIResponsesAnswers.Events(Completion(1));
        await using var provider = new FakeUpstream().Enqueue(
            UpstreamAnswer.Sse(events.Take(2)).Pause(gate).Body(string.Concat(events.Skip(2))),
            OpenAIResponsesAnswers.Stream(Completion(2))
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        await client.SayAsync(Ask("one"), Token);
        await client.SayAsync(Ask("two"), Token);
        await client.SayAsync(Ask("three"), Token);
        await gate.Reached.WaitAsync(Token);
        Assert.Single(provider.Requests);
        gate.Open();

        Assert.Equal("resp_1", IdOf((await client.AnswerAsync())[^1]));
        Assert.Equal("resp_2", IdOf((await client.AnswerAsync())[^1]));
        await client.AnswerAsync();
        Assert.Equal(["one", "two", "three"], provider.Requests.Select(r => r.Json().GetProperty("input").GetString()));
        await client.LeaveAsync();
        Assert.Equal(3, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task An_answer_that_comes_whole_is_the_event_that_ends_one()
    {
        await using var provider = new FakeUpstream().Enqueue(
            OpenAIResponsesAnswers.Response(Completion(1) with { IsStored = false }),
            OpenAIResponsesAnswers.Stream(Completion(2))
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        var last = await client.AskAsync(Ask("one"));
        await client.AskAsync(Ask("two", ""","previous_response_id":"resp_1" """));

        Assert.Equal("response.completed", last.GetProperty("type").GetString());
        Assert.Equal("resp_1", IdOf(last));
        Assert.Equal(3, provider.Requests[1].Json().GetProperty("input").GetArrayLength());
        await client.LeaveAsync();
        Assert.Equal(Completion(1).Usage, (await host.RecordsAsync())[0].Usage);
    }

    [Fact]
    public async Task It_opens_over_http_2_as_well()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
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
            new UriBuilder(new Uri(new Uri(app.Urls.Single()), Endpoint)) { Scheme = "ws" }.Uri,
            invoker,
            Token
        );

        Assert.Equal("resp_1", IdOf(await client.AskAsync(Ask("one"))));
        await client.LeaveAsync();
        await app.StopAsync(Token);
        Assert.Equal(Completion(1).Usage, (await host.RecordAsync()).Usage);
    }

    [Fact]
    public async Task A_key_among_the_subprotocols_is_each_requests_key()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(
            Endpoint,
            options => options.AddSubProtocol("openai-insecure-api-key." + host.Key)
        );

        Assert.Equal("resp_1", IdOf(await client.AskAsync(Ask("one"))));
        await client.LeaveAsync();
        Assert.Equal("tester", (await host.RecordAsync()).Key);
    }

    [Fact]
    public async Task Who_asks_badly_or_with_no_key_gets_no_socket()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        var asked =
            $"GET {Endpoint} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-api-key: {host.Key}\r\n\r\n";

        var old = await RawHttp.AskAsync(
            host.Url,
            asked.Replace("Version: 13", "Version: 8", StringComparison.Ordinal)
        );
        var wrong = await RawHttp.AskAsync(
            host.Url,
            asked.Replace(host.Key, host.Key[..^4] + "0000", StringComparison.Ordinal)
        );
        var (plain, _) = await host.AskAsync(host.Request(HttpMethod.Get, Endpoint).With("x-api-key", host.Key));

        Assert.StartsWith("HTTP/1.1 400 ", old, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", wrong, StringComparison.Ordinal);
        Assert.Equal((405, "POST"), ((int)plain.StatusCode, plain.Header("allow")));
        Assert.Empty(provider.Requests);
    }

    internal static GatewayConfig Elsewhere(FakeUpstream anthropic) =>
        new()
        {
            Providers = [GatewayHost.Anthropic(anthropic)],
            Routes =
            [
                new RouteConfig { Name = "elsewhere", Targets = [new TargetConfig("anthropic", "claude-sonnet-4-5")] },
            ],
        };
}
