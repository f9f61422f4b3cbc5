using System.Net.Sockets;
using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class HangUpTests
{
    private static readonly VendorCompletion Reply = new() { Id = "msg_1", Model = "claude-sonnet-4-5" };
    private static readonly IReadOnlyList<string> Events = AnthropicAnswers.Events(Reply);

    [Fact]
    public async Task A_stream_nobody_reads_is_aborted_upstream_and_its_output_estimated()
    {
        await using var upstream = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(Events.Take(4)).Stall());
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        using (var socket = await SendAsync(host, stream: true))
        {
            await RawHttp.ReadUntilAsync(socket, "content_block_delta");
        }

        await upstream.Request.PeerGone;
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.CallerAborted, record.Status);
        Assert.Equal(UsageQuality.Estimated, record.Quality);
        Assert.Equal(12, record.Usage.Input);
        Assert.True(record.Usage.Output > 0);
        Assert.NotNull(record.Cost);
    }

    [Fact]
    public async Task Told_to_drain_a_stream_is_read_to_its_end_for_exact_figures()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer.Sse(Events.Take(4)).Pause(gate).Body(string.Concat(Events.Skip(4)))
        );
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.Anthropic(upstream)], OnHangUp = HangUpPolicy.Drain }
        );

        using (var socket = await SendAsync(host, stream: true))
        {
            await RawHttp.ReadUntilAsync(socket, "content_block_delta");
            socket.LingerState = new LingerOption(true, 0);
        }

        gate.Open();
        var record = await host.RecordAsync();
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.Equal(12, record.Usage.Input);
        Assert.Equal(5, record.Usage.Output);
    }

    [Fact]
    public async Task A_plain_answer_is_always_read_to_its_end()
    {
        var gate = new Gate();
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Message(Reply).PauseBeforeHead(gate)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        using (var socket = await SendAsync(host, stream: false))
        {
            await upstream.WaitForRequestAsync();
            socket.LingerState = new LingerOption(true, 0);
        }

        gate.Open();
        var record = await host.RecordAsync();
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.Equal(5, record.Usage.Output);
    }

    [Fact]
    public async Task Nothing_more_is_tried_for_a_caller_who_has_gone()
    {
        var gate = new Gate();
        await using var first = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Error(529, "overloaded_error").PauseBeforeHead(gate)
        );
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.Anthropic(first, "first"), GatewayHost.Anthropic(second, "second")],
                Routes =
                [
                    new RouteConfig
                    {
                        Name = "r",
                        Targets = [new TargetConfig("first", null), new TargetConfig("second", null)],
                    },
                ],
            }
        );

        using (var socket = await SendAsync(host, stream: true))
        {
            await first.WaitForRequestAsync();
            socket.LingerState = new LingerOption(true, 0);
        }

        await first.Request.PeerGone;
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.CallerAborted, record.Status);
        Assert.Null(record.HttpStatus);
        Assert.Empty(second.Requests);
    }

    private static async Task<Socket> SendAsync(GatewayHost host, bool stream)
    {
        var body =
            $$"""{"model":"claude-sonnet-4-5","stream":{{(stream ? "true" : "false")}},"max_tokens":64,"messages":[]}""";
        var socket = await RawHttp.ConnectAsync(host.Url);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: {host.Key}\r\ncontent-type: application/json\r\ncontent-length: {body.Length}\r\n\r\n{body}"
            )
        );
        return socket;
    }
}
