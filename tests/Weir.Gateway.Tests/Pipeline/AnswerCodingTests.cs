using System.IO.Compression;
using System.Text;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

/// <summary>Answers that are compressed on their way to the caller.</summary>
public sealed class AnswerCodingTests
{
    private const string Ask = """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""";
    private const string AskStream = """{"model":"claude-sonnet-4-5","max_tokens":64,"stream":true,"messages":[]}""";
    private static readonly string Long = string.Concat(Enumerable.Repeat("the river runs high ", 400));

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip, br;q=0.5", "gzip")]
    [InlineData("*", "br")]
    [InlineData("br;q=0, *;q=0.1", "gzip")]
    [InlineData("zstd, deflate", null)]
    [InlineData("identity, gzip;q=0.5", null)]
    [InlineData("br;q=0, gzip;q=0", null)]
    [InlineData("br;;;,,q=7", null)]
    [InlineData(null, null)]
    public async Task A_whole_answer_comes_as_the_caller_likes_it_and_its_length_is_right(
        string? accepts,
        string? coding
    )
    {
        await using var upstream = Answering(Message());
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(Accepting(host.Post("/v1/messages", Ask), accepts));
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal(coding, answer.Header("Content-Encoding"));
        Assert.Equal(bytes.Length, answer.Content.Headers.ContentLength);
        Assert.Equal("Accept-Encoding", answer.Header("Vary"));
        Assert.Contains(Long, Decoded(bytes, coding), StringComparison.Ordinal);
        Assert.Equal(11, (await host.RecordAsync()).Usage.Output);
    }

    [Fact]
    public async Task By_default_nothing_is_touched()
    {
        await using var upstream = Answering(Message());
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        using var answer = await host.SendAsync(Accepting(host.Post("/v1/messages", Ask), "br"));

        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Null(answer.Header("Vary"));
    }

    [Fact]
    public async Task What_the_upstream_compressed_is_not_compressed_again()
    {
        await using var upstream = Answering(Message().Compressed(ContentCoding.Gzip));
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(Accepting(host.Post("/v1/messages", Ask), "br, gzip"));
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal("gzip", answer.Header("Content-Encoding"));
        Assert.Contains(Long, Decoded(bytes, "gzip"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cache-Control", "private, no-transform", "application/json", 2000)]
    [InlineData("Content-Range", "bytes 0-1999/4000", "application/json", 2000)]
    [InlineData("x-any", "1", "image/png", 2000)]
    [InlineData("x-any", "1", "application/json", 1000)]
    public async Task What_must_not_be_or_is_not_worth_it_stays(string name, string value, string type, int length)
    {
        var plain = new string('a', length);
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Status(200).Header("Content-Type", type).Header(name, value).Body(plain)
        );
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(
            Accepting(host.Request(HttpMethod.Get, "/p/anthropic/v1/files/f").With("x-api-key", host.Key), "br")
        );

        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Equal(plain, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Sums_of_the_plain_bytes_go_and_its_tag_becomes_weak()
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer
                .Json(new string('a', 4000))
                .Header("ETag", "\"v1\"")
                .Header("Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ==")
                .Header("Content-Digest", "sha-256=:AA==:")
                .Header("Vary", "accept-encoding, Origin")
        );
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(
            Accepting(host.Request(HttpMethod.Get, "/p/anthropic/v1/files/f").With("x-api-key", host.Key), "br")
        );

        Assert.Equal("br", answer.Header("Content-Encoding"));
        Assert.Equal("W/\"v1\"", answer.Header("ETag"));
        Assert.Null(answer.Header("Content-MD5"));
        Assert.Null(answer.Header("Content-Digest"));
        Assert.Equal("accept-encoding, Origin", answer.Header("Vary"));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task What_has_no_body_gets_none(int status)
    {
        await using var upstream = new FakeUpstream().Handle(_ =>
            UpstreamAnswer.Status(status).Header("Content-Type", "application/json")
        );
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(
            Accepting(host.Request(HttpMethod.Get, "/p/anthropic/v1/files/f").With("x-api-key", host.Key), "br")
        );

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_head_tells_the_length_of_the_plain_answer()
    {
        await using var upstream = Answering(Message());
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(
            Accepting(host.Request(HttpMethod.Head, "/v1/models").With("x-api-key", host.Key), "br")
        );

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Null(answer.Header("Content-Encoding"));
    }

    [Fact]
    public async Task What_is_too_large_to_be_held_is_compressed_as_it_goes()
    {
        var large = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i},"));
        await using var upstream = new FakeUpstream().Handle(_ => UpstreamAnswer.Json(large));
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(
            Accepting(host.Request(HttpMethod.Get, "/p/anthropic/v1/files/f").With("x-api-key", host.Key), "gzip")
        );
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal("gzip", answer.Header("Content-Encoding"));
        Assert.True(bytes.Length < large.Length);
        Assert.Equal(large, Decoded(bytes, "gzip"));
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Each_event_of_a_stream_arrives_before_the_next_is_made(string coding)
    {
        var events = AnthropicAnswers.Events(Completion());
        var gates = events.Select(_ => new Gate()).ToArray();
        var paced = UpstreamAnswer.Sse();
        for (var i = 0; i < events.Count; i++)
        {
            paced = paced.Body(events[i]).Pause(gates[i]);
        }

        await using var upstream = Answering(paced);
        await using var host = await StartAsync(upstream);
        using var answer = await host.SendAsync(Accepting(host.Post("/v1/messages", AskStream), coding));
        Assert.Equal(coding, answer.Header("Content-Encoding"));
        Assert.Null(answer.Content.Headers.ContentLength);
        await using var coded = await answer.Content.ReadAsStreamAsync();
        await using Stream plain =
            coding == "br"
                ? new BrotliStream(coded, CompressionMode.Decompress)
                : new GZipStream(coded, CompressionMode.Decompress);

        // The next one is sent only when this one has been read.
        for (var i = 0; i < events.Count; i++)
        {
            var read = new byte[Encoding.UTF8.GetByteCount(events[i])];
            await plain.ReadExactlyAsync(read);
            Assert.Equal(events[i], Encoding.UTF8.GetString(read));
            gates[i].Open();
        }

        Assert.Equal(0, await plain.ReadAsync(new byte[1]));
        Assert.Equal(11, (await host.RecordAsync()).Usage.Output);
    }

    [Fact]
    public async Task A_stream_that_broke_off_is_not_ended_in_order()
    {
        await using var upstream = Answering(UpstreamAnswer.Sse(AnthropicAnswers.Events(Completion()).Take(3)).Dies());
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(Accepting(host.Post("/v1/messages", AskStream), "gzip"));

        Assert.Equal("gzip", answer.Header("Content-Encoding"));
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_translated_answer_is_compressed_too()
    {
        await using var upstream = Answering(Message());
        await using var host = await StartAsync(upstream);

        using var answer = await host.SendAsync(
            Accepting(
                host.Post(
                    "/v1/chat/completions",
                    """{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"hi"}]}"""
                ),
                "br"
            )
        );
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal("br", answer.Header("Content-Encoding"));
        Assert.Equal(bytes.Length, answer.Content.Headers.ContentLength);
        var text = Decoded(bytes, "br");
        Assert.StartsWith("{\"id\":\"chatcmpl", text, StringComparison.Ordinal);
        Assert.Contains(Long, text, StringComparison.Ordinal);
    }

    private static VendorCompletion Completion() =>
        new()
        {
            Id = "msg_1",
            Model = "claude-sonnet-4-5",
            Blocks = [new VendorText(Long)],
            Usage = new TokenUsage { Input = 7, Output = 11 },
        };

    private static UpstreamAnswer Message() => AnthropicAnswers.Message(Completion());

    private static FakeUpstream Answering(UpstreamAnswer answer) => new FakeUpstream().Handle(_ => answer);

    private static Task<GatewayHost> StartAsync(FakeUpstream upstream) =>
        StartAsync(GatewayHost.Anthropic(upstream) with { PassThrough = [new PassThroughRule("*", "/*")] });

    private static Task<GatewayHost> StartAsync(ProviderConfig provider) =>
        GatewayHost.StartAsync(new GatewayConfig { Providers = [provider], CompressesAnswers = true });

    private static HttpRequestMessage Accepting(HttpRequestMessage request, string? codings) =>
        codings is null ? request : request.With("Accept-Encoding", codings);

    private static string Decoded(byte[] bytes, string? coding)
    {
        using var coded = new MemoryStream(bytes);
        using Stream plain = coding switch
        {
            "br" => new BrotliStream(coded, CompressionMode.Decompress),
            "gzip" => new GZipStream(coded, CompressionMode.Decompress),
            _ => coded,
        };
        return new StreamReader(plain).ReadToEnd();
    }
}
