using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Gateway.Tests.Pipeline;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("""{"model":"claude-a","model":"claude-b","max_tokens":1}""")]
    [InlineData("""{"model":"claude-a","max_tokens":1,"max_tokens":100}""")]
    [InlineData("""{"model":"claude-a","stream":false,"max_tokens":1,"stream":true}""")]
    [InlineData("""{"model":"claude-a","mod\u0065l":"claude-b"}""")]
    [InlineData("""["model"]""")]
    [InlineData("""{"model":""")]
    [InlineData("""{"max_tokens":1}""")]
    [InlineData("")]
    [InlineData("\0\u0001\u0002")]
    public async Task A_body_that_cannot_be_judged_is_refused_in_the_dialect(string body)
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, text) = await host.AskAsync(host.Post("/v1/messages", body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("invalid_request_error", text, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
        Assert.Empty(await host.RecordsAsync());
        Assert.StartsWith("req_", answer.Header("x-weir-request-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_60_megabytes_is_refused_by_its_announcement()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));

        var (answer, text) = await host.AskAsync(host.Post("/v1/messages", new byte[60 << 20]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("request_too_large", text, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task A_body_that_grows_too_large_unannounced_is_refused_as_well()
    {
        await using var upstream = new FakeUpstream();
        await using var host = await GatewayHost.StartAsync(
            new GatewayConfig { Providers = [GatewayHost.Anthropic(upstream)], MaxBodyBytes = 100_000 }
        );
        var request = host.Post("/v1/messages", new byte[200_000]);
        request.Headers.TransferEncodingChunked = true;

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("POST", "/v1/chat/completions", "{", 400, null)]
    [InlineData("GET", "/v1/chat/completions", "", 405, null)]
    [InlineData("POST", "/v1/complete", "{}", 404, "not_found")]
    public async Task An_openai_error_has_a_word_for_its_code_or_none(
        string method,
        string path,
        string body,
        int status,
        string? code
    )
    {
        await using var host = await GatewayHost.StartAsync();
        var request = host.Request(new HttpMethod(method), path).With("x-api-key", host.Key);
        request.Content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");

        var (answer, text) = await host.AskAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(code, json.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_body_in_chunks_goes_up_whole()
    {
        var reply = new VendorCompletion { Id = "msg_1", Model = "claude-a" };
        await using var upstream = new FakeUpstream().Handle(_ => AnthropicAnswers.Message(reply));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var body = $$"""{"model":"claude-a","messages":["{{new string('é', 300_000)}}"]}""";
        var request = host.Post("/v1/messages", body);
        request.Headers.TransferEncodingChunked = true;

        var (answer, _) = await host.AskAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body, upstream.Request.BodyText);
        Assert.Equal(Encoding.UTF8.GetByteCount(body).ToString(), upstream.Request.Header("content-length"));
    }

    [Theory]
    [InlineData("POST", "/v1/complete", 404, null)]
    [InlineData("GET", "/v1", 404, null)]
    [InlineData("GET", "/v1beta/nothing", 404, null)]
    [InlineData("POST", "/v1beta/models/x:unknownAction", 404, null)]
    [InlineData("GET", "/v1/messages", 405, "POST")]
    [InlineData("DELETE", "/v1/chat/completions", 405, "POST")]
    [InlineData("POST", "/v1/models", 405, "GET, HEAD")]
    public async Task Paths_and_methods_that_are_not_there_say_so(string method, string path, int status, string? allow)
    {
        await using var host = await GatewayHost.StartAsync();

        var (answer, body) = await host.AskAsync(
            host.Request(new HttpMethod(method), path).With("x-api-key", host.Key)
        );

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(allow, answer.Header("allow"));
        Assert.Contains("\"error\"", body, StringComparison.Ordinal);
        Assert.Equal("application/json", answer.Header("content-type"));
    }

    [Fact]
    public async Task Is_anybody_there()
    {
        await using var host = await GatewayHost.StartAsync();
        using var answer = await host.SendAsync(host.Request(HttpMethod.Head, "/"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("req_", answer.Header("x-weir-request-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_journal_takes_no_new_work()
    {
        var reply = new VendorCompletion { Id = "msg_1", Model = "claude-a" };
        await using var upstream = new FakeUpstream().Handle(_ => AnthropicAnswers.Message(reply));
        await using var host = await GatewayHost.StartAsync(GatewayHost.Anthropic(upstream));
        var reserved = 0;
        while (host.Ledger.Journal.TryReserve())
        {
            reserved++;
        }

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", """{"model":"claude-a"}"""));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("5", answer.Header("retry-after"));
        Assert.Contains("account for", body, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);

        for (var i = 0; i < reserved; i++)
        {
            host.Ledger.Journal.Release();
        }

        (answer, _) = await host.AskAsync(host.Post("/v1/messages", """{"model":"claude-a"}"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Every_reservation_is_given_back()
    {
        var reply = new VendorCompletion { Id = "msg_1", Model = "claude-a" };
        await using var upstream = new FakeUpstream().Enqueue(
            AnthropicAnswers.Message(reply),
            AnthropicAnswers.Error(500, "api_error"),
            UpstreamAnswer.Nothing(Ending.Reset),
            UpstreamAnswer.Sse(AnthropicAnswers.Events(reply)),
            UpstreamAnswer.Sse(AnthropicAnswers.Events(reply).Take(3)).Dies()
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                Resilience = new() { Retries = 0 },
            }
        );
        var before = Room(host);
        for (var i = 0; i < 5; i++)
        {
            try
            {
                await host.AskAsync(host.Post("/v1/messages", """{"model":"claude-a"}"""));
            }
            catch (HttpRequestException)
            {
                // The stream that dies.
            }
        }

        var records = await host.RecordsAsync();
        Assert.Equal(5, records.Length);
        Assert.Equal(
            [
                RequestStatus.Ok,
                RequestStatus.UpstreamError,
                RequestStatus.UpstreamReset,
                RequestStatus.Ok,
                RequestStatus.UpstreamReset,
            ],
            records.Select(r => r.Status)
        );
        Assert.InRange(Room(host), before - 5, before);
    }

    /// <summary>How many more requests the journal would take.</summary>
    internal static int Room(GatewayHost host)
    {
        var count = 0;
        while (host.Ledger.Journal.TryReserve())
        {
            count++;
        }

        for (var i = 0; i < count; i++)
        {
            host.Ledger.Journal.Release();
        }

        return count;
    }
}
