using System.Net.Sockets;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>Callers that are wrong or hostile: told so in their own dialect, and nothing goes upstream.</summary>
public sealed class CallerFaultTests(RelayServer server) : IClassFixture<RelayServer>
{
    public static TheoryData<string> Paths =>
        ["/v1/messages", "/v1/chat/completions", "/v1/responses", Exchanges.GeminiPath];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_key_that_does_not_verify_goes_nowhere(string path)
    {
        var before = server.Upstream.Requests.Count;
        using var got = await server.PostAsync(path, "{}", ("x-weir-key", "wk_no_such_key"));

        Assert.Equal(401, (int)got.StatusCode);
        RelayServer.ReadError(path, await got.Content.ReadAsStringAsync());
        Assert.Equal(before, server.Upstream.Requests.Count);
    }

    [Theory]
    [InlineData("/v1/messages", """{"model":"brand-new-model","max_tokens":1,"messages":[]}""")]
    [InlineData("/v1/chat/completions", """{"model":"brand-new-model","messages":[]}""")]
    [InlineData("/v1/responses", """{"model":"brand-new-model","input":"x"}""")]
    [InlineData("/v1beta/models/brand-new-model:generateContent", """{"contents":[]}""")]
    public async Task A_model_that_nobody_lists_is_the_vendors_to_refuse(string path, string body)
    {
        var answer = UpstreamAnswer.Json(
            """{"type":"error","error":{"type":"not_found_error","message":"no such"}}""",
            404
        );
        server.Upstream.On(path, answer);
        using var got = await server.PostAsync(path, body);

        Assert.Equal(404, (int)got.StatusCode);
        Assert.Equal(answer.EncodedBody(), await got.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(
        "/v1/messages",
        """{"model":"gpt-4o-mini","max_tokens":1,"messages":[{"role":"user","content":[{"type":"container_upload","file_id":"f"}]}]}""",
        "openai"
    )]
    [InlineData("/v1/chat/completions", """{"model":"claude-haiku-4-5","n":2,"messages":[]}""", "anthropic")]
    [InlineData(
        "/v1beta/models/claude-haiku-4-5:generateContent",
        """{"contents":[],"cachedContent":"cachedContents/c"}""",
        "anthropic"
    )]
    public async Task What_a_providers_dialect_cannot_say_is_refused_with_its_name(
        string path,
        string body,
        string name
    )
    {
        var message = await AssertRefusedAsync(path, body, 400);

        Assert.Contains(name, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/messages", """{"model":"claude-haiku-4-5","max_tokens":1,"max_tokens":9,"messages":[]}""")]
    [InlineData(
        "/v1/messages",
        """{"model":"claude-haiku-4-5","model":"claude-opus-4-8","max_tokens":1,"messages":[]}"""
    )]
    [InlineData("/v1/messages", """{"model":"claude-haiku-4-5","m\u006fdel":"x","max_tokens":1,"messages":[]}""")]
    [InlineData("/v1/chat/completions", """{"model":"gpt-4o-mini","stream":true,"stream":false,"messages":[]}""")]
    [InlineData("/v1/responses", """{"model":"gpt-4o-mini","stream":true,"stream":false,"input":"x"}""")]
    [InlineData("/v1/messages", "not JSON")]
    [InlineData("/v1/messages", "[]")]
    [InlineData("/v1/chat/completions", "{\"model\":")]
    [InlineData("/v1/responses", "")]
    public async Task A_body_that_could_be_read_two_ways_or_none_is_refused(string path, string body) =>
        await AssertRefusedAsync(path, body, 400);

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_body_of_sixty_megabytes_is_too_large(string path)
    {
        var body = Encoding.ASCII.GetBytes(
            "{\"model\":\"claude-haiku-4-5\",\"pad\":\"" + new string('x', 60_000_000) + "\"}"
        );
        try
        {
            using var got = await server.PostAsync(path, body);
            Assert.Equal(413, (int)got.StatusCode);
            RelayServer.ReadError(path, await got.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException e) when (e.InnerException is IOException or SocketException)
        {
            Assert.Fail("The connection was cut before the caller could read why: " + e.InnerException.Message);
        }

        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_host_that_is_not_ours_is_misdirected()
    {
        var answer = await RawAsync(
            "POST /v1/messages HTTP/1.1\r\nHost: evil.example\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
        );

        Assert.StartsWith("HTTP/1.1 421 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-length: nine\r\n\r\n")]
    [InlineData("\u0000\u0001\u0002\r\n\r\n")]
    [InlineData(
        "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    )]
    public async Task Garbage_is_answered_or_cut_off_and_harms_nobody(string wire)
    {
        var answer = await RawAsync(wire);

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_caller_that_closes_its_sending_side_is_taken_as_gone_and_harms_nobody()
    {
        server.Upstream.On("/v1/messages", AnthropicAnswers.Message(Exchanges.Completion));
        var body = Exchanges.AnthropicRequest;
        var answer = await RawAsync(
            $"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-type: application/json\r\nx-weir-key: {server.Weir.AdminKey}\r\n"
                + $"content-length: {Encoding.UTF8.GetByteCount(body)}\r\nconnection: close\r\n\r\n{body}",
            halfClose: true
        );

        // Kestrel, like most servers, takes the end of what a caller sends as the caller's end; it may have answered before.
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 200 OK", StringComparison.Ordinal), answer);
        await server.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_caller_that_goes_in_the_middle_of_its_body_harms_nobody()
    {
        var before = server.Upstream.Requests.Count;
        using (var client = await server.ConnectAsync())
        {
            client.LingerState = new LingerOption(true, 0);
            await client
                .GetStream()
                .WriteAsync(
                    "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n{\"mod"u8.ToArray()
                );
        }

        await server.AssertUnharmedAsync();
        Assert.Equal(before + 1, server.Upstream.Requests.Count);
    }

    [Theory]
    [InlineData("/p/anthropic/v1/../v1/files")]
    [InlineData("/p/anthropic/v1/%2e%2e/files")]
    [InlineData("/p/anthropic/v1//files")]
    [InlineData("/p/anthropic/v1/%5cfiles")]
    [InlineData("/p/anthropic/v1/files")]
    public async Task Passing_through_is_off_unless_listed_and_never_by_a_crooked_path(string path)
    {
        var before = server.Upstream.Requests.Count;
        var answer = await RawAsync(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-weir-key: {server.Weir.AdminKey}\r\nconnection: close\r\n\r\n"
        );

        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.Equal(before, server.Upstream.Requests.Count);
    }

    private async Task<string> AssertRefusedAsync(string path, string body, int status)
    {
        var before = server.Upstream.Requests.Count;
        using var got = await server.PostAsync(path, body);

        Assert.Equal(status, (int)got.StatusCode);
        var (_, message) = RelayServer.ReadError(path, await got.Content.ReadAsStringAsync());
        Assert.Equal(before, server.Upstream.Requests.Count);
        return message;
    }

    private async Task<string> RawAsync(string wire, bool halfClose = false)
    {
        using var client = await server.ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(wire));
        if (halfClose)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // Reset: what came until then counts.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
