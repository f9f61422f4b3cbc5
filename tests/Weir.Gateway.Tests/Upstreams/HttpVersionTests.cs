using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;
using Weir.Testing;

namespace Weir.Gateway.Tests.Upstreams;

public sealed class HttpVersionTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[]}""";

    // RFC 9113, 7.
    private const int InternalError = 2;

    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };
    private static readonly IReadOnlyList<string> Events = AnthropicAnswers.Events(Reply);
    private static readonly string Message = Encoding.UTF8.GetString(AnthropicAnswers.Message(Reply).EncodedBody());

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, HttpVersions.Auto, "HTTP/2")]
    [InlineData(HttpProtocols.Http2, HttpVersions.Auto, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, HttpVersions.Auto, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http1AndHttp2, HttpVersions.Http11, "HTTP/1.1")]
    public async Task An_upstream_is_asked_in_the_best_version_that_it_offers(
        HttpProtocols offered,
        HttpVersions configured,
        string used
    )
    {
        await using var upstream = await TlsUpstream.StartAsync(
            offered,
            context =>
            {
                context.Response.ContentType = "application/json";
                context.Response.Headers["x-latin"] = "caf\u00e9";
                context.Response.Headers["request-id"] = "req_1";
                return context.Response.WriteAsync(Message);
            }
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider() with { Http = configured });

        var (answer, body) = await host.AskAsync(
            host.Post("/v1/messages?beta=true", Ask)
                .With("x-mine", "na\u00efve \u6c34")
                .With("Connection", "x-hop")
                .With("x-hop", "1")
        );

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("OK", answer.ReasonPhrase);
        Assert.Equal(Message, body);
        Assert.Equal("caf\u00e9", answer.Header("x-latin"));
        var seen = Assert.Single(upstream.Seen);
        Assert.Equal(used, seen.Protocol);
        Assert.Equal(Ask, seen.Body);
        Assert.Equal("na\u00efve \u6c34", seen.Headers["x-mine"]);
        Assert.Equal("sk-of-the-provider", seen.Headers["x-api-key"]);
        Assert.DoesNotContain("x-hop", seen.Headers.Keys);
        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.Ok, "req_1"), (record.Status, record.UpstreamId));
    }

    [Fact]
    public async Task A_certificate_of_nobody_that_is_believed_is_no_upstream()
    {
        await using var upstream = await TlsUpstream.StartAsync(
            HttpProtocols.Http1AndHttp2,
            context => context.Response.WriteAsync(Message)
        );
        using var other = new TestAuthority();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers =
                [
                    upstream.Provider("a") with
                    {
                        Authorities = other.Pem,
                    },
                    upstream.Provider("b") with
                    {
                        Authorities = null,
                    },
                ],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "both",
                        Model = "*",
                        Targets = [new TargetConfig("a", null), new TargetConfig("b", null)],
                    },
                ],
            }
        );

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(502, (int)answer.StatusCode);
        Assert.Contains("no secure connection", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Seen);
    }

    [Fact]
    public async Task A_stream_arrives_piece_by_piece()
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await TlsUpstream.StartAsync(
            HttpProtocols.Http2,
            async context =>
            {
                await WriteAsync(context, Events.Take(4));
                await goesOn.Task;
                await WriteAsync(context, Events.Skip(4));
            }
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider());

        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var first = string.Concat(Events.Take(4));
        var seen = new byte[first.Length];
        await stream.ReadExactlyAsync(seen);
        goesOn.SetResult();

        Assert.Equal(first, Encoding.UTF8.GetString(seen));
        Assert.Equal(string.Concat(Events.Skip(4)), await new StreamReader(stream).ReadToEndAsync());
        Assert.Equal(RequestStatus.Ok, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task Another_connection_is_opened_when_the_streams_of_one_run_out()
    {
        const int Callers = 6;
        var all = new CountdownEvent(Callers);
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await TlsUpstream.StartAsync(
            HttpProtocols.Http2,
            async context =>
            {
                if (all.Signal())
                {
                    come.SetResult();
                }

                await come.Task;
                await context.Response.WriteAsync(Message);
            },
            streams: 2
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider());

        var answers = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(_ => host.AskAsync(host.Post("/v1/messages", Ask)))
        );

        Assert.All(answers, a => Assert.Equal(Message, a.Body));
        Assert.True(upstream.Seen.Select(s => s.Connection).Distinct().Count() >= Callers / 2);
    }

    [Fact]
    public async Task A_stream_that_is_reset_is_broken_for_the_caller_too()
    {
        await using var upstream = await TlsUpstream.StartAsync(
            HttpProtocols.Http2,
            async context =>
            {
                await WriteAsync(context, Events.Take(4));
                context.Features.Get<IHttpResetFeature>()!.Reset(InternalError);
            }
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider());

        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());

        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.UpstreamReset, 200), (record.Status, record.HttpStatus));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task What_is_reset_unseen_is_replayed_on_the_next_target(int eventsBefore)
    {
        await using var first = await TlsUpstream.StartAsync(
            HttpProtocols.Http2,
            async context =>
            {
                if (eventsBefore > 0)
                {
                    await WriteAsync(context, Events.Take(eventsBefore));
                }

                context.Features.Get<IHttpResetFeature>()!.Reset(InternalError);
            }
        );
        await using var second = await TlsUpstream.StartAsync(HttpProtocols.Http2, c => WriteAsync(c, Events));
        await using var host = await GatewayHost.StartAsync(Two(first.Provider("first"), second.Provider("second")));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal("second", answer.Header("x-weir-provider"));
        Assert.Equal(string.Concat(Events), body);
        Assert.Single(first.Seen);
        var record = await host.RecordAsync();
        Assert.Equal([RequestStatus.UpstreamReset, RequestStatus.Ok], record.Attempts.Select(a => a.Status));
    }

    [Fact]
    public async Task What_a_leaving_server_never_looked_at_is_sent_again_and_nobody_notices()
    {
        await using var upstream = new FramedUpstream(
            async (connection, id) =>
            {
                if (connection.Number == 0)
                {
                    await connection.GoAwayAsync(lastStream: 0);
                    return;
                }

                await connection.HeadAsync(id, ("content-type", "application/json"));
                await connection.DataAsync(id, Message, ends: true);
            }
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider());

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal((200, Message), ((int)answer.StatusCode, body));
        Assert.Empty((await host.RecordAsync()).Attempts);
    }

    [Fact]
    public async Task A_connection_that_ends_in_the_middle_of_a_stream_is_a_break()
    {
        await using var upstream = new FramedUpstream(
            async (connection, id) =>
            {
                await connection.HeadAsync(id, ("content-type", "text/event-stream"));
                await connection.DataAsync(id, string.Concat(Events.Take(4)), ends: false);
                await connection.GoAwayAsync(id);
                connection.Close();
            }
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider());

        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());

        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Status);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(400 * 1024)]
    public async Task An_answer_shorter_than_its_announced_length_is_no_success(int length)
    {
        // Over HTTP/2 the end of the stream ends an answer, whatever length its head told (RFC 9113, 8.1.1).
        var cut = new string(' ', length);
        await using var upstream = new FramedUpstream(
            async (connection, id) =>
            {
                await connection.HeadAsync(
                    id,
                    ("content-type", "application/json"),
                    ("content-length", $"{length + 1}")
                );
                for (var at = 0; at < length; at += 10_000)
                {
                    await connection.DataAsync(id, cut[at..Math.Min(at + 10_000, length)], at + 10_000 >= length);
                }
            }
        );
        await using var host = await GatewayHost.StartAsync(upstream.Provider());

        using var answer = await host.SendAsync(host.Post("/v1/messages", Ask));
        if (answer.StatusCode == System.Net.HttpStatusCode.OK)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());
        }
        else
        {
            Assert.Equal(502, (int)answer.StatusCode);
        }

        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Status);
    }

    private static GatewayConfig Two(ProviderConfig first, ProviderConfig second) =>
        new()
        {
            Providers = [first, second],
            Routes =
            [
                new RouteConfig
                {
                    Name = "both",
                    Model = "*",
                    Targets = [new TargetConfig(first.Name, null), new TargetConfig(second.Name, null)],
                },
            ],
        };

    private static async Task WriteAsync(HttpContext context, IEnumerable<string> events)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
        }

        foreach (var one in events)
        {
            await context.Response.WriteAsync(one);
            await context.Response.Body.FlushAsync();
        }
    }
}
