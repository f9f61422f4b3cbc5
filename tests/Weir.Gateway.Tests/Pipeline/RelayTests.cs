using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class RelayTests
{
    private const string Ask =
        """{ "model" : "claude-sonnet-4-5","max_tokens":64, "messages":[{"role":"user","content":"hé \u00e9 𝄞"}],  "unknown":{"a":[1,2.50]} }""";

    private static readonly VendorCompletion Reply = new()
    {
        Id = "msg_1",
        Model = "claude-sonnet-4-5",
        Usage = new TokenUsage
        {
            Input = 12,
            CacheRead = 100,
            Output = 5,
        },
    };

    [Fact]
    public async Task A_plain_answer_arrives_byte_for_byte_and_is_recorded()
    {
        await using var upstream = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers
                .Message(Reply)
                .Header("anthropic-ratelimit-requests-limit", "50")
                .Header("x-odd", "a  b;c=\"d\"")
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var request = host.Post("/v1/messages?beta=true&x=%7e%41", Ask)
            .With("anthropic-version", "2023-06-01")
            .With("anthropic-beta", "one-2025, two-2026")
            .With("x-unknown", "Ünïcode; q=\"1\"  two");
        var (answer, body) = await host.AskAsync(request);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(Encoding.UTF8.GetString(AnthropicAnswers.Message(Reply).EncodedBody()), body);
        Assert.Equal("50", answer.Header("anthropic-ratelimit-requests-limit"));
        Assert.Equal("a  b;c=\"d\"", answer.Header("x-odd"));
        Assert.Equal("application/json", answer.Header("content-type"));
        Assert.Equal(body.Length.ToString(), answer.Header("content-length"));
        Assert.Equal("anthropic", answer.Header("x-weir-provider"));
        Assert.Equal("claude-sonnet-4-5", answer.Header("x-weir-model"));

        var sent = upstream.Request;
        Assert.Equal(Ask, sent.BodyText);
        Assert.Equal("/v1/messages?beta=true&x=%7e%41", sent.Target);
        Assert.Equal(GatewayHost.UpstreamKey, sent.Header("x-api-key"));
        Assert.Equal("one-2025, two-2026", sent.Header("anthropic-beta"));
        Assert.Equal("2023-06-01", sent.Header("anthropic-version"));
        Assert.Equal(
            "Ünïcode; q=\"1\"  two",
            Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(sent.Header("x-unknown")!))
        );
        Assert.Equal($"127.0.0.1:{upstream.Port}", sent.Header("host"));
        Assert.DoesNotContain(host.Key, Encoding.Latin1.GetString(sent.Head.Span), StringComparison.Ordinal);

        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.Equal(Reply.Usage.Input, record.Usage.Input);
        Assert.Equal(Reply.Usage.CacheRead, record.Usage.CacheRead);
        Assert.Equal(Reply.Usage.Output, record.Usage.Output);
        Assert.Equal("req_msg_1", record.UpstreamId);
        Assert.Equal("tester", record.Key);
        Assert.Equal("ada", record.User);
        Assert.Equal("hydro", record.Team);
        Assert.Equal(record.Id.ToString(), answer.Header("x-weir-request-id"));
        Assert.Equal(record.Cost?.ToString(), answer.Header("x-weir-cost-usd"));
        Assert.Equal(UsageQuality.Measured, record.Quality);
        Assert.Equal(Billing.Metered, record.Billing);
        Assert.NotNull(record.Duration);
    }

    [Fact]
    public async Task A_stream_reaches_the_caller_piece_by_piece_and_byte_for_byte()
    {
        var events = AnthropicAnswers.Events(Reply);
        var gates = events.Select(_ => new Gate()).ToArray();
        var answer = UpstreamAnswer.Sse();
        for (var i = 0; i < events.Count; i++)
        {
            answer = answer.Body(events[i]).Pause(gates[i]);
        }

        await using var upstream = new FakeUpstream().On("/v1/messages", answer);
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        using var response = await host.SendAsync(
            host.Post(
                "/v1/messages",
                Ask.Replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"", StringComparison.Ordinal)
            )
        );
        Assert.Null(response.Header("x-weir-cost-usd"));
        Assert.Equal("claude-sonnet-4-5", response.Header("x-weir-model"));
        Assert.Equal("identity", upstream.Request.Header("accept-encoding"));
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        for (var i = 0; i < events.Count; i++)
        {
            // The upstream goes on only when the caller has seen all so far.
            var want = Encoding.UTF8.GetBytes(events[i]);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, want.Length));
            Assert.Equal(events[i], Encoding.UTF8.GetString(buffer, 0, want.Length));
            if (i == events.Count - 1)
            {
                // The last event is here, and with it the record is safe.
                Assert.Equal(1, host.Ledger.Status.Journalled);
            }

            gates[i].Open();
        }

        Assert.Equal(0, await stream.ReadAsync(buffer));
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.True(record.Streaming);
        Assert.Equal(5, record.Usage.Output);
        Assert.NotNull(record.TimeToFirstToken);
    }
}
