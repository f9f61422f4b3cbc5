using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class FallbackTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","stream":true,"max_tokens":64,"messages":[]}""";

    private static readonly VendorCompletion Reply = new() { Id = "msg_2", Model = "claude-sonnet-4-5" };

    private static GatewayConfig Two(FakeUpstream first, FakeUpstream second, string? model = null) =>
        new()
        {
            Providers = [GatewayHost.Anthropic(first, "first"), GatewayHost.Anthropic(second, "second")],
            Routes =
            [
                new RouteConfig
                {
                    Name = "both",
                    Model = "claude-*",
                    Targets = [new TargetConfig("first", null), new TargetConfig("second", model)],
                },
            ],
        };

    [Theory]
    [InlineData(408, RequestStatus.RequestError)]
    [InlineData(429, RequestStatus.RateLimited)]
    [InlineData(500, RequestStatus.UpstreamError)]
    [InlineData(503, RequestStatus.Overloaded)]
    [InlineData(529, RequestStatus.Overloaded)]
    public async Task A_failed_answer_is_replayed_on_the_next_target_unseen(int status, RequestStatus recorded)
    {
        await using var first = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Error(status, "some_error"));
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(Two(first, second, "claude-other"));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("msg_2", body, StringComparison.Ordinal);
        Assert.Equal("second", answer.Header("x-weir-provider"));
        Assert.Equal(Ask, first.Request.BodyText);
        Assert.Equal(
            Ask.Replace("claude-sonnet-4-5", "claude-other", StringComparison.Ordinal),
            second.Request.BodyText
        );
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.Equal("second", record.Provider);
        Assert.Equal("both", record.Route);
        Assert.StartsWith("fallback:", record.HandoffReason, StringComparison.Ordinal);
        Assert.Equal("claude-sonnet-4-5", record.RequestedModel);
        Assert.Equal([recorded, RequestStatus.Ok], record.Attempts.Select(a => a.Status));
        Assert.Equal([Money.Zero, record.Cost], record.Attempts.Select(a => a.Cost));
        Assert.Equal(status, record.Attempts[0].HttpStatus);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    public async Task A_request_at_fault_is_not_replayed(int status)
    {
        await using var first = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Error(status, "invalid_request_error")
        );
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(Two(first, second));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(
            Encoding.UTF8.GetString(AnthropicAnswers.Error(status, "invalid_request_error").EncodedBody()),
            body
        );
        Assert.Empty(second.Requests);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.RequestError, record.Status);
        Assert.Equal(Money.Zero, record.Cost);
        Assert.Empty(record.Attempts);
    }

    [Theory]
    [InlineData(Ending.Reset)]
    [InlineData(Ending.Close)]
    public async Task A_connection_that_breaks_or_is_refused_is_replayed(Ending ending)
    {
        await using var first = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Nothing(ending));
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        await using var host = await GatewayHost.StartAsync(Two(first, second));
        Assert.Equal(200, (int)(await host.AskAsync(host.Post("/v1/messages", Ask))).Answer.StatusCode);

        first.Refuse();
        Assert.Equal(200, (int)(await host.AskAsync(host.Post("/v1/messages", Ask))).Answer.StatusCode);
        var records = await host.RecordsAsync();
        Assert.Equal(RequestStatus.UpstreamReset, records[0].Attempts[0].Status);
        Assert.Equal(RequestStatus.Unreachable, records[1].Attempts[0].Status);
    }

    [Fact]
    public async Task An_error_inside_an_opened_stream_is_replayed_while_nothing_has_gone_out()
    {
        var events = AnthropicAnswers.Events(Reply);
        await using var first = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer.Sse(events[0], events[1], AnthropicAnswers.ErrorEvent())
        );
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Stream(Reply));
        await using var host = await GatewayHost.StartAsync(Two(first, second));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(string.Concat(events), body);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.Equal([RequestStatus.StreamError, RequestStatus.Ok], record.Attempts.Select(a => a.Status));
        Assert.Equal("overloaded_error", record.Attempts[0].ErrorType);
        Assert.Equal("fallback:stream_error", record.HandoffReason);
    }

    [Fact]
    public async Task A_stream_that_dies_before_its_first_content_is_replayed()
    {
        var events = AnthropicAnswers.Events(Reply);
        await using var first = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(events[0], events[1]).Dies());
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Stream(Reply));
        await using var host = await GatewayHost.StartAsync(Two(first, second));

        var (_, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(string.Concat(events), body);
        Assert.Equal(RequestStatus.UpstreamReset, (await host.RecordAsync()).Attempts[0].Status);
    }

    [Fact]
    public async Task After_the_first_content_an_error_is_passed_on()
    {
        var events = AnthropicAnswers.Events(Reply);
        var content = events.Take(4).Append(AnthropicAnswers.ErrorEvent()).ToArray();
        await using var first = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Sse(content));
        await using var second = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(Two(first, second));

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", AskStream));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(string.Concat(content), body);
        Assert.Empty(second.Requests);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.StreamError, record.Status);
        Assert.Equal("overloaded_error", record.ErrorType);
        Assert.Equal(UsageQuality.Estimated, record.Quality);
        Assert.Equal(12, record.Usage.Input);
    }

    [Fact]
    public async Task When_all_fail_the_last_answer_of_an_upstream_goes_to_the_caller_as_it_came()
    {
        await using var first = new FakeUpstream().On(
            "/v1/messages",
            AnthropicAnswers.Error(529, "overloaded_error", "Full.")
        );
        await using var second = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(Two(first, second));
        second.Refuse();

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(529, (int)answer.StatusCode);
        Assert.Contains("Full.", body, StringComparison.Ordinal);
        Assert.Equal("first", answer.Header("x-weir-provider"));
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Overloaded, record.Status);
        Assert.Equal(529, record.HttpStatus);
        // The first is left for the second; where no other is left, the same one is asked twice more.
        Assert.Equal(
            [RequestStatus.Overloaded, .. Enumerable.Repeat(RequestStatus.Unreachable, 3)],
            record.Attempts.Select(a => a.Status)
        );
        Assert.Equal(Money.Zero, record.Cost);
    }

    [Fact]
    public async Task When_nobody_answers_the_caller_is_told_so_in_its_dialect()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        upstream.Refuse();

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(502, (int)answer.StatusCode);
        Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        Assert.Contains("anthropic", body, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Unreachable, record.Status);
        Assert.Equal(502, record.HttpStatus);
        Assert.Equal(Money.Zero, record.Cost);
    }

    [Fact]
    public async Task Held_back_events_go_out_when_the_wait_is_over()
    {
        var events = AnthropicAnswers.Events(Reply);
        var gate = new Gate();
        await using var first = new FakeUpstream().On(
            "/v1/messages",
            UpstreamAnswer.Sse(events[0]).Pause(gate).Body(string.Concat(events.Skip(1)))
        );
        await using var second = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            Two(first, second) with
            {
                HoldBack = TimeSpan.FromMilliseconds(200),
            }
        );

        // The head comes although the stream stands still before its first content.
        using var answer = await host.SendAsync(host.Post("/v1/messages", AskStream));
        Assert.Equal(200, (int)answer.StatusCode);
        gate.Open();
        Assert.Equal(string.Concat(events), await answer.Content.ReadAsStringAsync());
        Assert.Equal(RequestStatus.Ok, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task A_silent_target_is_left_for_the_next()
    {
        await using var first = new FakeUpstream().On("/v1/messages", UpstreamAnswer.Json("{}").StallBeforeHead());
        await using var second = new FakeUpstream().On("/v1/messages", AnthropicAnswers.Message(Reply));
        var config = Two(first, second);
        await using var host = await GatewayHost.StartAsync(
            config with
            {
                Providers =
                [
                    config.Providers[0] with
                    {
                        Resilience = new() { Timeouts = new() { Silence = TimeSpan.FromMilliseconds(200) } },
                    },
                    config.Providers[1],
                ],
            }
        );

        var (answer, _) = await host.AskAsync(host.Post("/v1/messages", Ask));

        Assert.Equal(200, (int)answer.StatusCode);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Timeout, record.Attempts[0].Status);
        // What the silent one may yet charge is not known, so neither is the sum.
        Assert.Null(record.Cost);
    }
}
