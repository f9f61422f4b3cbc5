using System.Net;
using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Tests.Pipeline;

namespace Weir.Gateway.Tests.Simulator;

public sealed class SimulatorTests
{
    private const string Chat =
        """{"model":"sim-small","messages":[{"role":"user","content":"How high is the river today?"}]}""";

    public static TheoryData<string, string> Plain() =>
        new()
        {
            {
                "/v1/messages",
                """{"model":"sim-small","max_tokens":500,"messages":[{"role":"user","content":"How high is the river today?"}]}"""
            },
            {
                "/v1/messages",
                """{"model":"sim-thinking","max_tokens":500,"messages":[{"role":"user","content":"How high is the river today?"}]}"""
            },
            { "/v1/chat/completions", Chat },
            { "/v1/responses", """{"model":"sim-large","input":"How high is the river today?"}""" },
            {
                "/v1beta/models/sim-small:generateContent",
                """{"contents":[{"parts":[{"text":"How high is the river today?"}]}]}"""
            },
        };

    [Theory]
    [MemberData(nameof(Plain))]
    public async Task Each_dialect_is_answered_and_metered_whole_and_streamed_alike(string path, string body)
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        var streamPath = path.Replace(":generateContent", ":streamGenerateContent?alt=sse", StringComparison.Ordinal);
        var streamBody = path.Contains("v1beta", StringComparison.Ordinal) ? body : "{\"stream\":true," + body[1..];

        var (whole, text) = await host.AskAsync(host.Post(path, body));
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        JsonDocument.Parse(text).Dispose();
        var (stream, events) = await host.AskAsync(host.Post(streamPath, streamBody));
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        Assert.StartsWith("text/event-stream", stream.Header("content-type"), StringComparison.Ordinal);
        Assert.Contains("data: ", events, StringComparison.Ordinal);

        var records = await host.RecordsAsync();
        Assert.Equal(2, records.Length);
        Assert.All(
            records,
            r =>
            {
                Assert.Equal(RequestStatus.Ok, r.Status);
                Assert.Equal(UsageQuality.Measured, r.Quality);
                Assert.Equal(Billing.Simulated, r.Billing);
                Assert.Equal(Money.Zero, r.Billed);
                Assert.True(r.Usage.Output > 0);
                Assert.True(r.Usage.Input > 0);
            }
        );
        Assert.Equal(records[0].Usage.Input, records[1].Usage.Input);
    }

    [Fact]
    public async Task The_same_request_gets_the_same_answer_and_another_seed_another()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);

        var (_, first) = await host.AskAsync(host.Post("/v1/chat/completions", Chat));
        var (_, second) = await host.AskAsync(host.Post("/v1/chat/completions", Chat));
        var (_, third) = await host.AskAsync(host.Post("/v1/chat/completions", Chat).With("x-weir-sim-seed", "7"));

        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
    }

    [Fact]
    public async Task It_uses_what_it_is_told_to_use()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        const string Ask =
            """{"model":"sim-small","stream":true,"max_tokens":900,"messages":[{"role":"user","content":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]}""";

        await host.AskAsync(
            host.Post("/v1/messages", Ask).With("x-weir-sim", "tokens=120;chunks=7;cache=5;cachewrite=3;thinking=30")
        );

        var usage = (await host.RecordAsync()).Usage;
        Assert.Equal(150, usage.Output);
        Assert.Equal(5, usage.CacheRead);
        Assert.Equal(3, usage.CacheWrite5m);
        Assert.Equal(17, usage.Prompt);
    }

    [Fact]
    public async Task A_count_agrees_with_what_is_charged_and_is_no_record()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        const string Ask =
            """{"model":"sim-small","system":"Be brief, please.","messages":[{"role":"user","content":"How high?"}]}""";

        var (_, counted) = await host.AskAsync(host.Post("/v1/messages/count_tokens", Ask));
        await host.AskAsync(host.Post("/v1/messages", "{\"max_tokens\":10," + Ask[1..]));

        using var count = JsonDocument.Parse(counted);
        Assert.Equal(count.RootElement.GetProperty("input_tokens").GetInt64(), (await host.RecordAsync()).Usage.Input);
    }

    [Theory]
    [InlineData("status=529", 529, RequestStatus.Overloaded)]
    [InlineData("status=429", 429, RequestStatus.RateLimited)]
    [InlineData("status=500", 500, RequestStatus.UpstreamError)]
    [InlineData("status=401", 401, RequestStatus.RequestError)]
    [InlineData("error=stream", 200, RequestStatus.StreamError)]
    public async Task It_fails_as_it_is_told_to_fail(string how, int http, RequestStatus status)
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        const string Ask = """{"model":"sim-small","stream":true,"max_tokens":90,"messages":[]}""";

        var (answer, body) = await host.AskAsync(host.Post("/v1/messages", Ask).With("x-weir-sim", how));

        Assert.Equal(http, (int)answer.StatusCode);
        Assert.Contains("\"type\":\"error\"", body, StringComparison.Ordinal);
        var record = await host.RecordAsync();
        Assert.Equal(status, record.Status);
        Assert.NotNull(record.ErrorType);
    }

    [Fact]
    public async Task It_breaks_off_where_it_is_told_to()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);
        const string Ask = """{"model":"sim-small","stream":true,"max_tokens":90,"messages":[]}""";

        using var answer = await host.SendAsync(
            host.Post("/v1/messages", Ask).With("x-weir-sim", "cutoff=5;latency=1ms;ttft=1ms;interval=1ms")
        );
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());

        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.UpstreamReset, record.Status);
        Assert.Equal(UsageQuality.Estimated, record.Quality);
    }

    [Fact]
    public async Task Embeddings_have_the_shape_that_was_asked_for()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);

        var (_, text) = await host.AskAsync(
            host.Post("/v1/embeddings", """{"model":"sim-small","input":["a b","c d"],"dimensions":8}""")
        );
        using var plain = JsonDocument.Parse(text);
        var data = plain.RootElement.GetProperty("data");
        Assert.Equal(2, data.GetArrayLength());
        Assert.Equal(8, data[0].GetProperty("embedding").GetArrayLength());

        (_, text) = await host.AskAsync(
            host.Post(
                "/v1/embeddings",
                """{"model":"sim-small","input":"a b","dimensions":8,"encoding_format":"base64"}"""
            )
        );
        using var coded = JsonDocument.Parse(text);
        Assert.Equal(32, coded.RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64().Length);
        Assert.All(await host.RecordsAsync(), r => Assert.True(r.Usage.Input > 0));
    }

    [Fact]
    public async Task A_gemini_stream_without_events_is_one_json_array()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.Simulator);

        var (answer, text) = await host.AskAsync(
            host.Post(
                "/v1beta/models/sim-small:streamGenerateContent",
                """{"contents":[{"parts":[{"text":"Hi [there]"}]}]}"""
            )
        );

        Assert.Equal("application/json", answer.Header("content-type"));
        using var chunks = JsonDocument.Parse(text);
        Assert.True(chunks.RootElement.GetArrayLength() > 1);
        var record = await host.RecordAsync();
        Assert.Equal(RequestStatus.Ok, record.Status);
        Assert.True(record.Usage.Output > 0);
    }
}
