using System.Net.Sockets;
using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class FaultTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[]}""";

    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };
    private static readonly IReadOnlyList<string> Events = AnthropicAnswers.Events(Reply);

    [Theory]
    [InlineData("garbage\0\u0001\u0002, not HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nbroken header\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"cut\":")]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n{}")]
    public async Task An_upstream_that_talks_garbage_is_a_clear_error(string wire)
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Raw(wire));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(502, (int)answer.StatusCode);
        Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.UpstreamReset, record.Status);
        Assert.Null(record.Cost);
    }

    [Fact]
    public async Task Control_characters_in_the_upstreams_headers_do_no_harm()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(Reply).Header("x-bad", "a\u0007b").Header("x-latin", "caf\u00e9")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Null(answer.Header("x-bad"));
        Assert.Equal("café", answer.Header("x-latin"));
    }

    [Fact]
    public async Task A_stream_that_breaks_is_broken_for_the_caller_too()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(Events.Take(4)).Dies());
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var seen = new byte[string.Concat(Events.Take(4)).Length];
        await stream.ReadExactlyAsync(seen);
        Assert.Equal(string.Concat(Events.Take(4)), Encoding.UTF8.GetString(seen));
        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadAsync(seen));

        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.UpstreamReset, record.Status);
        Assert.Equal(UsageQuality.Estimated, record.Quality);
        Assert.Equal(12, record.Usage.Input);
        Assert.True(record.Usage.Output >= 1);
    }

    [Fact]
    public async Task A_stream_that_just_stops_is_no_success()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(Events.Take(4)));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(string.Concat(Events.Take(4)), body);
        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task A_stream_that_falls_silent_is_ended()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(Events.Take(4)).Stall());
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                Resilience = new() { Timeouts = new() { Silence = TimeSpan.FromMilliseconds(300) } },
            }
        );

        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());

        Assert.Equal(RequestStatus.Timeout, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task An_upstream_that_never_answers_is_a_gateway_timeout()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Json("{}").StallBeforeHead());
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                Resilience = new() { Timeouts = new() { Silence = TimeSpan.FromMilliseconds(200) } },
            }
        );

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(504, (int)answer.StatusCode);
        Assert.Contains("0.2 seconds", body, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Timeout, record.Status);
        Assert.Null(record.Cost);
    }

    [Fact]
    public async Task A_silent_stream_gets_pings_between_events_and_only_there()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer
                .Sse(Events[0])
                .Pause(gate)
                .Body(Events[1][..20])
                .Wait(TimeSpan.FromMilliseconds(300))
                .Body(Events[1][20..] + string.Concat(Events.Skip(2)))
        );
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(upstream)],
                PingInterval = TimeSpan.FromMilliseconds(50),
            }
        );

        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(stream);
        var head = new char[Events[0].Length];
        await reader.ReadBlockAsync(head);
        Assert.Equal(Events[0], new string(head));
        const string Ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
        var ping = new char[Ping.Length];
        for (var i = 0; i < 3; i++)
        {
            await reader.ReadBlockAsync(ping);
            Assert.Equal(Ping, new string(ping));
        }

        gate.Open();
        var rest = await reader.ReadToEndAsync();
        Assert.Equal(string.Concat(Events.Skip(1)), rest.Replace(Ping, "", StringComparison.Ordinal));
        Assert.Equal(RequestStatus.Ok, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task An_early_answer_to_a_large_body_is_passed_on()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Error(413, "request_too_large").WithoutReadingBody()
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var large = $$"""{"model":"claude-sonnet-4-5","messages":["{{new string('x', 8 << 20)}}"]}""";

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", large));

        // Whether the upstream's word arrives before its reset is the network's choice; a clear error comes either way.
        Assert.Contains((int)answer.StatusCode, new[] { 413, 502 });
        Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        Assert.Single(await host.RecordsAsync());
    }

    [Fact]
    public async Task A_caller_who_goes_during_its_upload_costs_nothing()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        using (var socket = await RawHttp.ConnectAsync(host.Url))
        {
            await socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: {host.Key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{{\"model\":"
                )
            );
            await Until.TrueAsync(() => host.Gateway.InFlight == 1);
        }

        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
        Assert.Empty(upstream.Requests);
        Assert.Empty(await host.RecordsAsync());
    }

    [Fact]
    public async Task A_caller_who_closes_its_half_still_leaves_one_exact_record()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(Reply).PauseBeforeHead(gate)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        using var socket = await RawHttp.ConnectAsync(host.Url);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: {host.Key}\r\ncontent-type: application/json\r\ncontent-length: {Ask.Length}\r\n\r\n{Ask}"
            )
        );
        await upstream.WaitForRequestAsync();
        socket.Shutdown(SocketShutdown.Send);
        gate.Open();
        await RawHttp.ReadToEndAsync(socket);

        var record = await host.RecordAsync();
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.Equal(12, record.Usage.Input);
    }

    [Fact]
    public async Task A_hundred_at_once_are_each_answered_and_recorded_once()
    {
        await using var upstream = new FakeUpstream().Handle(r =>
            r.BodyText.Contains("\"stream\":true", StringComparison.Ordinal)
                ? AnthropicAnswers.Stream(Reply)
                : AnthropicAnswers.Message(Reply)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => host.AskAsync(host.Post("/v1/messages", i % 2 == 0 ? Ask : AskStream)))
        );

        Assert.All(answers, a => Assert.Equal(200, (int)a.Answer.StatusCode));
        Assert.All(
            answers,
            a =>
                Assert.Equal(
                    a.Answer.Header("content-type")!.StartsWith("text", StringComparison.Ordinal)
                        ? string.Concat(Events)
                        : Encoding.UTF8.GetString(AnthropicAnswers.Message(Reply).EncodedBody()),
                    a.Body
                )
        );
        var records = await host.RecordsAsync();
        Assert.Equal(100, records.Length);
        Assert.All(records, r => Assert.Equal((RequestStatus.Ok, 12L, 5L), (r.Status, r.Usage.Input, r.Usage.Output)));
        Assert.Equal(
            answers.Select(a => a.Answer.Header("x-weir-request-id")).Order(),
            records.Select(r => r.Id.ToString()).Order()
        );
        Assert.Equal(0, host.Gateway.InFlight);
    }
}
