using System.Net.WebSockets;
using System.Text;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Testing;
using static Weir.Gateway.Tests.Pipeline.Sockets.ResponsesClient;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>What goes wrong on a socket at <c>/v1/responses</c>, and how one ends.</summary>
public sealed class ResponsesSocketEndTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_no_request_is_an_error_and_the_socket_stays_open()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        foreach (
            var bad in new[]
            {
                "no JSON",
                "[]",
                "{\"type\":\"response.create\"",
                "{} {}",
                "\"\"",
                "",
                "{\"input\":[{]}",
            }
        )
        {
            AssertError(await client.AskAsync(bad), 400, "invalid_json");
        }

        AssertError(await client.AskAsync("{}"), 400, "unknown_event");
        AssertError(await client.AskAsync("""{"type":"session.update"}"""), 400, "unknown_event");
        Assert.Equal(
            "The request names no model.",
            AssertError(
                await client.AskAsync("""{"type":"response.create","input":"x"}"""),
                400,
                "invalid_request_error"
            )
        );
        AssertError(
            await client.AskAsync("""{"type":"response.create","input":"x","generate":false}"""),
            400,
            "invalid_request_error"
        );
        // Codex says so of each answer; nobody replies.
        await client.SayAsync("""{"type":"response.processed","response_id":"resp_0"}""", Token);
        Assert.Equal("resp_1", IdOf(await client.AskAsync(Ask("one"))));
        Assert.Single(provider.Requests);
        await client.LeaveAsync();
        await host.RecordAsync();
    }

    [Fact]
    public async Task A_refusal_of_the_providers_is_an_error_with_its_status_and_what_tells_when_to_ask_again()
    {
        await using var provider = new FakeUpstream().Enqueue(
            UpstreamAnswer
                .Json(
                    """{"error":{"message":"Slow down.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}""",
                    429
                )
                .Header("retry-after", "60")
                .Header("x-ratelimit-remaining-tokens", "0")
                .Header("x-request-id", "req_theirs"),
            UpstreamAnswer.Status(404)
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        var last = await client.AskAsync(Ask("one"));
        var bare = await client.AskAsync(Ask("two"));

        Assert.Equal("Slow down.", AssertError(last, 429, "rate_limit_exceeded"));
        var headers = last.GetProperty("headers");
        Assert.Equal("60", headers.GetProperty("retry-after").GetString());
        Assert.Equal("0", headers.GetProperty("x-ratelimit-remaining-tokens").GetString());
        Assert.Equal("req_theirs", headers.GetProperty("x-request-id").GetString());
        AssertError(bare, 404, "invalid_request_error");
        await client.LeaveAsync();
        var records = await host.RecordsAsync();
        Assert.Equal(headers.GetProperty("x-weir-request-id").GetString(), records[0].Id.ToString());
        Assert.Equal([RequestStatus.RateLimited, RequestStatus.RequestError], records.Select(r => r.Status));
        Assert.All(records, r => Assert.Equal(Money.Zero, r.Cost));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_or_ends_too_soon_ends_in_an_error()
    {
        var events = OpenAIResponsesAnswers.Events(Completion(1));
        await using var provider = new FakeUpstream().Enqueue(
            UpstreamAnswer.Sse(events.SkipLast(2)).Dies(),
            UpstreamAnswer.Sse(events.SkipLast(2)),
            OpenAIResponsesAnswers.Stream(Completion(2))
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        AssertError(await client.AskAsync(Ask("one")), 502, "upstream_error");
        AssertError(await client.AskAsync(Ask("two")), 502, "upstream_error");
        Assert.Equal("resp_2", IdOf(await client.AskAsync(Ask("three"))));
        await client.LeaveAsync();
        Assert.Equal(
            [RequestStatus.UpstreamReset, RequestStatus.UpstreamReset, RequestStatus.Ok],
            (await host.RecordsAsync()).Select(r => r.Status)
        );
    }

    [Fact]
    public async Task An_error_in_a_stream_gets_the_shape_that_sockets_have()
    {
        var events = OpenAIResponsesAnswers.Events(Completion(1));
        await using var provider = new FakeUpstream().Enqueue(
            UpstreamAnswer.Sse([
                .. events.Take(4),
                "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Too much.\",\"param\":null,\"sequence_number\":4}\n\n",
            ]),
            UpstreamAnswer.Sse(OpenAIResponsesAnswers.FailedEvent(Completion(2)))
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);

        var last = await client.AskAsync(Ask("one"));
        Assert.Equal("Too much.", AssertError(last, 429, "rate_limit_exceeded"));
        Assert.Equal("response.failed", (await client.AskAsync(Ask("two"))).GetProperty("type").GetString());
        await client.LeaveAsync();
        Assert.Equal(RequestStatus.StreamError, (await host.RecordsAsync())[0].Status);
    }

    [Fact]
    public async Task A_spent_budget_is_an_error_in_the_words_of_the_dialect_and_nothing_is_sent()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig
            {
                Providers = [GatewayHost.OpenAI(provider)],
                Budgets =
                [
                    new BudgetConfig
                    {
                        Name = "team",
                        Limit = Money.FromUsd(0.001m),
                        Window = WindowConfig.Day,
                    },
                ],
            }
        );
        using var client = await host.ConnectAsync(Endpoint);

        var first = await client.AskAsync(Ask("one", ""","max_output_tokens":40"""));
        var second = await client.AskAsync(Ask("two", ""","max_output_tokens":40"""));

        Assert.Equal("resp_1", IdOf(first));
        Assert.Contains("team", AssertError(second, 429, "insufficient_quota"), StringComparison.Ordinal);
        Assert.Equal("false", second.GetProperty("headers").GetProperty("x-should-retry").GetString());
        Assert.Single(provider.Requests);
        await client.LeaveAsync();
        var record = await host.RecordAsync();
        Assert.Equal(ListPrices.Charge("gpt-5.2", Completion(1).Usage), record.Cost);
        Assert.Equal(record.Cost!.Value.NanoUsd, Assert.Single(host.Gateway.Standings(WorkspaceId.Default)).Spent);
    }

    [Fact]
    public async Task A_key_for_other_models_is_told_so_and_a_revoked_one_is_let_go()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        var bound = await host.NewBoundKeyAsync("bound", "gpt-4*");
        using var client = await host.ConnectAsync(Endpoint, o => o.SetRequestHeader("x-api-key", bound));

        var last = await client.AskAsync(Ask("one"));
        await host.RevokeAsync("bound");
        var revoked = await client.AskAsync(Ask("two"));

        Assert.Equal("This Weir key may not ask for the model gpt-5.2.", AssertError(last, 403, "permission_error"));
        AssertError(revoked, 401, "invalid_api_key");
        Assert.Equal("the key is no longer good", await client.AssertClosedAsync(WebSocketCloseStatus.PolicyViolation));
        Assert.Empty(provider.Requests);
    }

    [Fact]
    public async Task A_message_that_is_too_large_or_binary_ends_the_socket()
    {
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.OpenAI(provider)], MaxBodyBytes = 1_000 }
        );

        using (var client = await host.ConnectAsync(Endpoint))
        {
            await client.SayAsync(Ask(new string('x', 1_000)), Token);
            await client.AssertClosedAsync(WebSocketCloseStatus.MessageTooBig);
        }

        using (var client = await host.ConnectAsync(Endpoint))
        {
            await client.SendAsync(
                Encoding.UTF8.GetBytes(Ask("one")),
                WebSocketMessageType.Binary,
                endOfMessage: true,
                Token
            );
            await client.AssertClosedAsync(WebSocketCloseStatus.InvalidMessageType);
        }

        using (var client = await host.ConnectAsync(Endpoint))
        {
            // Small as a message, and too large with what went before.
            await client.AskAsync(Ask(new string('x', 500), ""","store":false"""));
            var last = await client.AskAsync(
                Ask(new string('y', 500), ""","store":false,"previous_response_id":"resp_1" """)
            );
            AssertError(last, 413, "request_too_large");
            await client.LeaveAsync();
        }

        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_who_goes_leaves_nobody_at_work(bool saysGoodBye)
    {
        var events = OpenAIResponsesAnswers.Events(Completion(1));
        await using var provider = new FakeUpstream().Enqueue(UpstreamAnswer.Sse(events.Take(6)).Stall());
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var client = await host.ConnectAsync(Endpoint);
        await client.SayAsync(Ask("one"), Token);
        await client.ReadTextAsync(Token);

        if (saysGoodBye)
        {
            await client.LeaveAsync();
        }
        else
        {
            client.Abort();
        }

        await provider.Request.PeerGone.WaitAsync(Token);
        var record = await host.RecordAsync();
        Assert.Equal((RequestStatus.CallerAborted, UsageQuality.Estimated), (record.Status, record.Quality));
    }

    [Fact]
    public async Task A_server_that_stops_ends_the_answer_under_way_and_says_good_bye()
    {
        var gate = new Gate();
        var events = OpenAIResponsesAnswers.Events(Completion(1));
        await using var provider = new FakeUpstream().Enqueue(
            UpstreamAnswer.Sse(events.Take(3)).Pause(gate).Body(string.Concat(events.Skip(3)))
        );
        await using var host = await GatewayHost.StartAsync(GatewayHost.OpenAI(provider));
        using var idle = await host.ConnectAsync(Endpoint);
        using var client = await host.ConnectAsync(Endpoint);
        await client.SayAsync(Ask("one"), Token);
        await gate.Reached.WaitAsync(Token);

        var stopped = host.StopServerAsync();
        Assert.Equal("the server is stopping", await idle.AssertClosedAsync(WebSocketCloseStatus.EndpointUnavailable));
        await idle.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        gate.Open();

        Assert.Equal("resp_1", IdOf((await client.AnswerAsync())[^1]));
        await client.AssertClosedAsync(WebSocketCloseStatus.EndpointUnavailable);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await stopped.WaitAsync(Token);
        Assert.Equal(RequestStatus.Ok, (await host.RecordAsync()).Status);
    }

    [Fact]
    public async Task After_an_hour_the_next_request_is_told_to_come_over_another_socket()
    {
        var clock = new FakeClock();
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.OpenAI(provider)] },
            clock
        );
        using var client = await host.ConnectAsync(Endpoint);
        for (var i = 1; i <= 4; i++)
        {
            Assert.Equal($"resp_{i}", IdOf(await client.AskAsync(Ask("again"))));
            await Until.TrueAsync(() => host.Gateway.InFlight == 1);
            clock.Advance(TimeSpan.FromMinutes(14));
        }

        clock.Advance(TimeSpan.FromMinutes(4));

        var last = (await client.AnswerAsync())[^1];
        AssertError(last, 400, "websocket_connection_limit_reached");
        Assert.Equal("open for an hour", await client.AssertClosedAsync(WebSocketCloseStatus.EndpointUnavailable));
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal(4, (await host.RecordsAsync()).Length);
    }

    [Fact]
    public async Task Who_asks_nothing_for_a_quarter_of_an_hour_is_let_go()
    {
        var clock = new FakeClock();
        await using var provider = Provider();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.OpenAI(provider)] },
            clock
        );
        using var client = await host.ConnectAsync(Endpoint);
        await client.AskAsync(Ask("one"));
        await Until.TrueAsync(() => host.Gateway.InFlight == 1);

        clock.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal(
            "nothing was asked for 15 minutes",
            await client.AssertClosedAsync(WebSocketCloseStatus.EndpointUnavailable)
        );
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await Until.TrueAsync(() => host.Gateway.InFlight == 0);
    }
}
