using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>What goes in comes out, byte for byte, and is metered on the side.</summary>
public sealed class ByteExactTests(RelayServer server) : IClassFixture<RelayServer>
{
    [Theory]
    [MemberData(nameof(Exchanges.Names), MemberType = typeof(Exchanges))]
    public async Task Request_and_answer_pass_unchanged_and_are_metered(string name, string coding)
    {
        var exchange = Exchanges.All[name];
        var answer = exchange
            .Answer.Compressed(Enum.Parse<ContentCoding>(coding))
            .Header("x-unknown-header", "as it came; \"quoted\"")
            .Header("anthropic-ratelimit-requests-remaining", "41");
        server.Upstream.On(exchange.Path.Split('?')[0], answer);

        using var got = await server.PostAsync(
            exchange.Path,
            exchange.Request,
            ("accept-encoding", "gzip, deflate, br, zstd"),
            ("anthropic-beta", "one-2025-01-01,two-2026-02-02"),
            ("anthropic-version", "2023-06-01"),
            ("X-Stainless-Arch", "x64")
        );
        var body = await got.Content.ReadAsByteArrayAsync();

        var request = server.Upstream.Requests[^1];
        Assert.Equal(exchange.Request, request.BodyText);
        Assert.Equal(exchange.Path, request.Target);
        Assert.Equal("one-2025-01-01,two-2026-02-02", request.Header("anthropic-beta"));
        Assert.Equal("x64", request.Header("x-stainless-arch"));
        Assert.Null(request.Header("x-weir-key"));
        Assert.DoesNotContain("wk_", Encoding.Latin1.GetString(request.Head.Span), StringComparison.Ordinal);

        Assert.Equal(answer.EncodedBody(), body);
        Assert.Equal(Enum.Parse<ContentCoding>(coding).Token(), got.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("as it came; \"quoted\"", got.Headers.GetValues("x-unknown-header").Single());
        Assert.Equal("41", got.Headers.GetValues("anthropic-ratelimit-requests-remaining").Single());
        Assert.Equal(exchange.IsStream, !got.Headers.Contains("x-weir-cost-usd"));

        var record = await server.RecordAsync(got);
        Assert.Equal(exchange.Counts, record.Counts);
        Assert.False(record.Estimated);
    }

    [Theory]
    [MemberData(nameof(Exchanges.Streams), MemberType = typeof(Exchanges))]
    public async Task A_stream_in_pieces_of_one_byte_is_the_same_stream(string name)
    {
        var exchange = Exchanges.All[name];
        var answer = exchange.Answer.Chunked(1);
        server.Upstream.On(exchange.Path.Split('?')[0], answer);

        using var got = await server.PostAsync(exchange.Path, exchange.Request);

        Assert.Equal(answer.EncodedBody(), await got.Content.ReadAsByteArrayAsync());
        Assert.Equal(exchange.Counts, (await server.RecordAsync(got)).Counts);
    }

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "api_error")]
    [InlineData(529, "overloaded_error")]
    public async Task An_error_of_the_provider_passes_as_it_came(int status, string type)
    {
        var answer = AnthropicAnswers
            .Error(status, type, "Words \\ that clients match on, é.")
            .Header("retry-after", "7")
            .Header("x-should-retry", "false");
        server.Upstream.On("/v1/messages", answer);

        using var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicRequest);

        Assert.Equal(status, (int)got.StatusCode);
        Assert.Equal(answer.EncodedBody(), await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("7", got.Headers.GetValues("retry-after").Single());
        Assert.Equal("false", got.Headers.GetValues("x-should-retry").Single());
        Assert.Equal(0, (await server.RecordAsync(got)).Counts.Input);
    }

    [Fact]
    public async Task Each_event_reaches_the_caller_before_the_next_is_sent()
    {
        var events = AnthropicAnswers.Events(Exchanges.Completion);
        var gates = events.Select(_ => new Gate()).ToList();
        var answer = UpstreamAnswer.Sse();
        for (var i = 0; i < events.Count; i++)
        {
            answer = answer.Pause(gates[i]).Body(events[i]);
        }

        server.Upstream.On("/v1/messages", answer);
        var pending = server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicStreamRequest);
        gates[0].Open();
        using var got = await pending;
        var stream = await got.Content.ReadAsStreamAsync();
        for (var i = 0; i < events.Count; i++)
        {
            gates[i].Open();
            var bytes = new byte[Encoding.UTF8.GetByteCount(events[i])];
            await stream.ReadExactlyAsync(bytes);
            Assert.Equal(events[i], Encoding.UTF8.GetString(bytes));
        }

        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }
}
