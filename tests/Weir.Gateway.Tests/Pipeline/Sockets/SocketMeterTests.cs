using System.Collections.Immutable;
using System.Net.WebSockets;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline.Sockets;

/// <summary>Turns of conversations over sockets, from the wire into the ledger.</summary>
public sealed class SocketMeterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_realtime_answer_is_a_record_and_so_is_each_transcript()
    {
        await using var provider = await SocketStandIn.StartAsync(RealtimeConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/realtime?model=gpt-realtime-mini");
        var id = client.HttpResponseHeaders!["x-weir-request-id"].Single();
        await client.ReadTextAsync(Token);

        foreach (var ask in new[] { "text", "voice", "cancelled", "failed" })
        {
            await client.SayAsync(RealtimeConduct.Ask(ask), Token);
            while (!(await client.ReadTextAsync(Token))!.Contains("\"response.done\"", StringComparison.Ordinal))
            {
                // Until the answer has ended.
            }
        }

        await client.LeaveAsync();
        var records = await host.RecordsAsync();
        Assert.Equal(5, records.Length);
        Assert.Equal(id, records[0].Id.ToString());
        Assert.All(records, r => Assert.Equal(id, r.Session));
        Assert.All(records, r => Assert.Equal("tester", r.Key));
        Assert.All(records, r => Assert.Equal("openai", r.Provider));

        var text = records.Single(r => r.MessageId == "resp_text");
        Assert.Equal("gpt-realtime-mini", text.Model);
        Assert.Equal(RequestStatus.Ok, text.Status);
        Assert.Equal(UsageQuality.Measured, text.Quality);
        Assert.Equal(
            new TokenUsage
            {
                Input = 63,
                CacheRead = 64,
                Output = 11,
            },
            text.Usage
        );
        Assert.Null(text.PriceMode);
        Assert.NotNull(text.TimeToFirstToken);

        // Sound has a price of its own, which nobody knows here: the tokens stand, the cost is unknown.
        var voice = records.Single(r => r.MessageId == "resp_voice");
        Assert.Equal(
            new TokenUsage
            {
                Input = 300 - 128,
                CacheRead = 128,
                Output = 90,
            },
            voice.Usage
        );
        Assert.Equal("audio", voice.PriceMode);
        Assert.Null(voice.Cost);

        var transcript = records.Single(r => r.MessageId == "item_voice");
        Assert.Equal("gpt-4o-transcribe", transcript.Model);
        Assert.Equal(new TokenUsage { Input = 14, Output = 5 }, transcript.Usage);
        Assert.Null(transcript.Cost);

        Assert.Equal(RequestStatus.CallerAborted, records.Single(r => r.MessageId == "resp_cancelled").Status);
        var failed = records.Single(r => r.MessageId == "resp_failed");
        Assert.Equal(RequestStatus.StreamError, failed.Status);
    }

    [Fact]
    public async Task Text_is_charged_at_the_price_of_text_and_sound_is_not()
    {
        await using var provider = await SocketStandIn.StartAsync(RealtimeConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider) with { Catalogue = "vercel" });
        using var client = await host.ConnectAsync("/p/openai/v1/realtime?model=openai%2Fgpt-realtime-1.5");
        await client.ReadTextAsync(Token);
        foreach (var ask in new[] { "text", "voice" })
        {
            await client.SayAsync(RealtimeConduct.Ask(ask), Token);
            while (!(await client.ReadTextAsync(Token))!.Contains("\"response.done\"", StringComparison.Ordinal))
            {
                // Until the answer has ended.
            }
        }

        await client.LeaveAsync();
        var records = (await host.RecordsAsync()).ToDictionary(r => r.MessageId!);
        // 63 at $4, 64 at $0.4 and 11 at $16 a million.
        Assert.Equal("0.0004536", records["resp_text"].Cost!.Value.ToString());
        Assert.Null(records["resp_voice"].Cost);
    }

    [Fact]
    public async Task Responses_over_a_socket_are_turns_like_those_of_a_stream()
    {
        await using var provider = await SocketStandIn.StartAsync(ResponsesSocketConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/responses");
        foreach (var input in new[] { "one", "two", "refuse" })
        {
            await client.SayAsync(ResponsesSocketConduct.Ask("gpt-5.5", input), Token);
            string? said;
            do
            {
                said = await client.ReadTextAsync(Token);
            } while (!ResponsesSocketConduct.IsLast(said!));
        }

        await client.LeaveAsync();
        var records = await host.RecordsAsync();
        Assert.Equal(3, records.Length);
        Assert.All(records, r => Assert.Equal(Dialect.OpenAIResponses, r.Dialect));
        Assert.All(records[..2], r => Assert.Equal("gpt-5.5", r.Model));
        Assert.All(records[..2], r => Assert.Equal(UsageQuality.Measured, r.Quality));
        Assert.All(
            records[..2],
            r =>
                Assert.Equal(
                    new TokenUsage
                    {
                        Input = 20,
                        CacheRead = 80,
                        Output = 12,
                        Reasoning = 4,
                    },
                    r.Usage
                )
        );
        // 20 at $5, 80 at $0.5 and 12 at $30 a million.
        Assert.All(records[..2], r => Assert.Equal("0.0005", r.Cost!.Value.ToString()));
        Assert.Equal(RequestStatus.RequestError, records[2].Status);
        Assert.Equal(400, records[2].HttpStatus);
        Assert.Equal(Money.Zero, records[2].Cost);
        Assert.True(records[2].Usage.IsUnknown);
    }

    [Theory]
    [InlineData(true, RequestStatus.CallerAborted)]
    [InlineData(false, RequestStatus.UpstreamReset)]
    public async Task What_breaks_in_the_middle_of_an_answer_is_kept(bool byCaller, RequestStatus status)
    {
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            await socket.ReadAsync();
            await socket.SayAsync(
                """{"type":"response.created","response":{"id":"resp_cut","model":"gpt-5.5-2026","status":"in_progress"}}"""
            );
            await socket.SayAsync("""{"type":"response.output_text.delta","delta":"twelve words"}""");
            await socket.ReadAsync();
            socket.Socket.Abort();
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/responses");
        var asked = ResponsesSocketConduct.Ask("gpt-5.5", "hello");
        await client.SayAsync(asked, Token);
        await client.ReadTextAsync(Token);
        await client.ReadTextAsync(Token);
        if (byCaller)
        {
            client.Abort();
        }
        else
        {
            await client.SayAsync("""{"type":"go"}""", Token);
        }

        var record = await host.RecordAsync();
        Assert.Equal(status, record.Status);
        Assert.Equal("resp_cut", record.MessageId);
        Assert.Equal(UsageQuality.Estimated, record.Quality);
        Assert.Equal(new TokenUsage { Input = asked.Length / 4, Output = 3 }, record.Usage);
    }

    [Fact]
    public async Task A_realtime_answer_that_was_never_told_of_has_an_unknown_cost()
    {
        await using var provider = await SocketStandIn.StartAsync(async socket =>
        {
            await socket.SayAsync("""{"type":"session.created","session":{"model":"gpt-realtime"}}""");
            await socket.SayAsync("""{"type":"response.created","response":{"id":"resp_cut"}}""");
            await socket.SayAsync("""{"type":"response.output_audio.delta","response_id":"resp_cut","delta":"AAAA"}""");
            await socket.ReadAsync();
            socket.Socket.Abort();
        });
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/realtime?model=gpt-realtime");
        for (var i = 0; i < 3; i++)
        {
            await client.ReadTextAsync(Token);
        }

        await client.SayAsync("""{"type":"go"}""", Token);
        await Assert.ThrowsAsync<WebSocketException>(() => client.ReadTextAsync(Token));

        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.UpstreamReset, record.Status);
        Assert.True(record.Usage.IsUnknown);
        Assert.Null(record.Cost);
        Assert.Equal("gpt-realtime", record.Model);
    }

    [Fact]
    public async Task Gemini_lives_turns_are_records_wherever_their_usage_comes()
    {
        await using var provider = await SocketStandIn.StartAsync(GeminiLiveConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.Gemini(provider));
        using var client = await host.ConnectAsync(
            "/p/gemini/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=" + host.Key,
            _ => { }
        );
        Assert.DoesNotContain("wk_", provider.Handshake.Target, StringComparison.Ordinal);
        Assert.Equal(GatewayHost.UpstreamKey, provider.Handshake.Header("x-goog-api-key"));
        await client.SayAsync("""{"setup":{"model":"models/gemini-live-2.5-flash-preview"}}""", Token);
        await client.ReadTextAsync(Token);
        foreach (var ask in new[] { "with", "before", "behind", "tool", "voice" })
        {
            await client.SayAsync(GeminiLiveConduct.Ask(ask), Token);
            string? said;
            do
            {
                said = await client.ReadTextAsync(Token);
            } while (!GeminiLiveConduct.IsLast(ask, said!));
        }

        await client.LeaveAsync();
        var records = await host.RecordsAsync();
        Assert.Equal(6, records.Length);
        Assert.All(records, r => Assert.Equal(Dialect.Gemini, r.Dialect));
        Assert.All(records, r => Assert.Equal("gemini-live-2.5-flash-preview", r.Model));
        Assert.All(records, r => Assert.Equal(RequestStatus.Ok, r.Status));
        Assert.All(records, r => Assert.Equal(UsageQuality.Measured, r.Quality));
        Assert.Equal(
            [(10, 5, 2), (20, 6, null), (30, 7, null), (40, 8, null), (50, 9, null), (522, 178, 136)],
            records.Select(r => (r.Usage.Input, r.Usage.Output, r.Usage.Reasoning)).ToImmutableArray()
        );
        Assert.Equal("audio", records[5].PriceMode);
        Assert.Null(records[5].Cost);
        Assert.All(records[..5], r => Assert.Null(r.PriceMode));
    }

    [Fact]
    public async Task A_key_that_is_bound_to_models_may_ask_for_no_other_in_mid_conversation()
    {
        await using var provider = await SocketStandIn.StartAsync(ResponsesSocketConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        var key = await host.NewBoundKeyAsync("bound", "gpt-5.5");
        void WithKey(ClientWebSocketOptions o) => o.SetRequestHeader("x-api-key", key);

        using var client = await host.ConnectAsync("/p/openai/v1/responses?model=gpt-5.5", WithKey);
        await client.SayAsync(ResponsesSocketConduct.Ask("gpt-5.5", "one"), Token);
        while (!ResponsesSocketConduct.IsLast((await client.ReadTextAsync(Token))!))
        {
            // Until the answer has ended.
        }

        await client.SayAsync(
            """{"type":"response.create","model":"gpt-5.5","model":"gpt-5.5-pro","input":"two"}""",
            Token
        );
        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
        Assert.Contains("gpt-5.5-pro", client.CloseStatusDescription, StringComparison.Ordinal);
        Assert.Single(await host.RecordsAsync());
    }

    [Theory]
    [InlineData("""{"type":"response.create" "model":"gpt-5.5-pro"}""")]
    [InlineData("""{"type":"response.create","model":["gpt-5.5-pro"]}""")]
    [InlineData("""{"type":"response.create","mod\u0065l":"gpt-5.5-pro"}""")]
    [InlineData("""{"type":"session.update","session":{"audio":{"input":{"transcription":{"model":"whisper-1"}}}}}""")]
    [InlineData("not JSON at all")]
    public async Task What_a_bound_key_cannot_be_seen_to_be_allowed_ends_the_conversation(string message)
    {
        await using var provider = await SocketStandIn.StartAsync(RealtimeConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        var key = await host.NewBoundKeyAsync("bound", "gpt-5.5");
        using var client = await host.ConnectAsync(
            "/p/openai/v1/realtime?model=gpt-5.5",
            o => o.SetRequestHeader("x-api-key", key)
        );
        await client.ReadTextAsync(Token);
        await client.SayAsync(message, Token);
        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Fact]
    public async Task A_key_that_is_revoked_says_nothing_more()
    {
        await using var provider = await SocketStandIn.StartAsync(ResponsesSocketConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        var key = await host.NewKeyAsync("short-lived");
        using var client = await host.ConnectAsync(
            "/p/openai/v1/responses",
            o => o.SetRequestHeader("x-api-key", key)
        );
        await client.SayAsync(ResponsesSocketConduct.Ask("gpt-5.5", "one"), Token);
        while (!ResponsesSocketConduct.IsLast((await client.ReadTextAsync(Token))!))
        {
            // Until the answer has ended.
        }

        await host.RevokeAsync("short-lived");
        await client.SayAsync(ResponsesSocketConduct.Ask("gpt-5.5", "two"), Token);

        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
        Assert.Equal("short-lived", (await host.RecordAsync()).Key);
    }

    [Fact]
    public async Task When_the_journal_fills_the_last_answer_is_kept_and_the_conversation_ends()
    {
        await using var provider = await SocketStandIn.StartAsync(ResponsesSocketConduct.PlayAsync);
        await using var host = await GatewayHost.StartAsync(SocketHost.OpenAI(provider));
        using var client = await host.ConnectAsync("/p/openai/v1/responses");
        while (host.Ledger.Journal.TryReserve())
        {
            // Until nothing is left.
        }

        await client.SayAsync(ResponsesSocketConduct.Ask("gpt-5.5", "one"), Token);
        while (!ResponsesSocketConduct.IsLast((await client.ReadTextAsync(Token))!))
        {
            // Until the answer has ended.
        }

        await client.SayAsync(ResponsesSocketConduct.Ask("gpt-5.5", "two"), Token);
        Assert.Null(await client.ReadTextAsync(Token));
        Assert.Equal((WebSocketCloseStatus)1013, client.CloseStatus);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.NotEmpty(await host.RecordsAsync());
    }
}
