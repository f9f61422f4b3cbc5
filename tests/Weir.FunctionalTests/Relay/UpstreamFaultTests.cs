using System.Globalization;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Relay;

/// <summary>Upstreams that lie, cut off and send garbage: a clear error in the caller's words, and a server unharmed.</summary>
public sealed class UpstreamFaultTests(RelayServer server) : IClassFixture<RelayServer>
{
    private static readonly UpstreamAnswer Whole = AnthropicAnswers.Message(Exchanges.Completion);

    public static TheoryData<string, string> BeforeAnswers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (
                var path in new[] { "/v1/messages", "/v1/chat/completions", "/v1/responses", Exchanges.GeminiPath }
            )
            {
                foreach (var fault in Faults.Keys)
                {
                    data.Add(path, fault);
                }
            }

            return data;
        }
    }

    private static Dictionary<string, UpstreamAnswer> Faults { get; } =
        new()
        {
            ["garbage"] = UpstreamAnswer.Raw("\u0000\u0001\u0002 this is not HTTP\r\n\r\n\u00ff"),
            ["reset before the head"] = UpstreamAnswer.Nothing(Ending.Reset),
            ["closed before the head"] = UpstreamAnswer.Nothing(Ending.Close),
            ["reset in the head"] = Whole.CutAfter(30),
            ["closed in the head"] = Whole.CutAfter(30, Ending.Close),
            ["reset in the body"] = Whole.CutAfter(300),
            ["shorter than declared"] = Whole.DeclaringLength(100_000).EndWith(Ending.Close),
            ["headers of a megabyte"] = Whole.Header("x-huge", new string('h', 1_000_000)),
            ["not a number as length"] = UpstreamAnswer.Raw("HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}"),
            ["a broken chunk size"] = UpstreamAnswer.Raw(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
            ),
        };

    [Theory]
    [MemberData(nameof(BeforeAnswers))]
    public async Task A_plain_answer_that_never_arrives_whole_is_a_clear_error(string path, string fault)
    {
        server.Upstream.On(path, Faults[fault]);

        using var got = await server.PostAsync(path, RequestFor(path));

        Assert.Equal(502, (int)got.StatusCode);
        var (_, message) = RelayServer.ReadError(path, await got.Content.ReadAsStringAsync());
        Assert.DoesNotContain("Exception", message, StringComparison.Ordinal);
        await server.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData(Ending.Reset)]
    [InlineData(Ending.Close)]
    public async Task A_stream_that_dies_does_not_look_finished_and_keeps_its_usage(Ending how)
    {
        var events = AnthropicAnswers.Events(Exchanges.Completion);
        server.Upstream.On("/v1/messages", UpstreamAnswer.Sse(events.Take(8)).Dies(how));

        using var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicStreamRequest);
        var (text, ended) = await ReadAsync(got);

        Assert.StartsWith(string.Concat(events.Take(8)), text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
        Assert.True(!ended || text.Contains("event: error", StringComparison.Ordinal), text);
        var record = await server.RecordAsync(got);
        Assert.Equal(Exchanges.Completion.Usage.Input, record.Counts.Input);
        Assert.Equal(Exchanges.Completion.Usage.CacheWrite1h, record.Counts.CacheWrite1h);
        Assert.True(record.Estimated);
        Assert.True(record.Counts.Output > 0);
        Assert.Equal("upstream_reset", record.Status);
    }

    [Fact]
    public async Task An_error_inside_a_stream_is_recorded_as_one()
    {
        var events = AnthropicAnswers.Events(Exchanges.Completion);
        server.Upstream.On(
            "/v1/messages",
            UpstreamAnswer.Sse([.. events.Take(5), AnthropicAnswers.ErrorEvent("overloaded_error")])
        );

        using var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicStreamRequest);
        var (text, _) = await ReadAsync(got);

        Assert.EndsWith(AnthropicAnswers.ErrorEvent("overloaded_error"), text, StringComparison.Ordinal);
        Assert.Equal("stream_error", (await server.RecordAsync(got)).Status);
    }

    [Fact]
    public async Task An_upstream_that_closes_its_side_after_a_whole_answer_did_nothing_wrong()
    {
        server.Upstream.On("/v1/messages", Whole.EndWith(Ending.HalfClose));

        using var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicRequest);

        Assert.Equal(Whole.EncodedBody(), await got.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Informational_answers_are_passed_over()
    {
        server.Upstream.On("/v1/messages", Whole.Informational(103, ("link", "</x>")).Informational(100));

        using var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicRequest);

        Assert.Equal(200, (int)got.StatusCode);
        Assert.Equal(Whole.EncodedBody(), await got.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_redirect_is_never_followed()
    {
        server.Upstream.On(
            "/v1/messages",
            UpstreamAnswer.Status(302).Header("location", server.Upstream.BaseUrl + "elsewhere")
        );

        using var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicRequest);

        Assert.DoesNotContain(server.Upstream.Requests, r => r.Path == "/elsewhere");
        Assert.NotEqual(200, (int)got.StatusCode);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_ends_the_stream_upstream_and_is_billed_for_what_came()
    {
        var events = AnthropicAnswers.Events(Exchanges.Completion);
        server.Upstream.On("/v1/messages", UpstreamAnswer.Sse(events.Take(8)).Stall());
        var got = await server.PostAsync(Exchanges.AnthropicPath, Exchanges.AnthropicStreamRequest);
        var stream = await got.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[Encoding.UTF8.GetByteCount(string.Concat(events.Take(8)))]);
        var request = server.Upstream.Requests[^1];

        await stream.DisposeAsync();
        await request.PeerGone;

        var record = await server.RecordAsync(got);
        Assert.Equal(Exchanges.Completion.Usage.Input, record.Counts.Input);
        Assert.True(record.Estimated);
        Assert.Equal("caller_aborted", record.Status);
        got.Dispose();
    }

    [Fact]
    public async Task A_plain_answer_is_read_to_its_end_though_the_caller_has_gone()
    {
        var gate = new Gate();
        server.Upstream.On("/v1/messages", Whole.PauseBeforeHead(gate));
        var before = server.Upstream.Requests.Count;
        await server.Weir.SettleAsync();
        var costs = await TotalAsync();
        using (var client = await server.ConnectAsync())
        {
            var body = Exchanges.AnthropicRequest;
            await client
                .GetStream()
                .WriteAsync(
                    Encoding.UTF8.GetBytes(
                        $"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\ncontent-type: application/json\r\n"
                            + $"x-weir-key: {server.Weir.AdminKey}\r\n"
                            + $"content-length: {Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}"
                    )
                );
            await server.Upstream.WaitForRequestAsync(before + 1);
        }

        gate.Open();
        await server.Weir.UntilAsync(
            async () => await TotalAsync() == costs + Exchanges.Completion.Usage.Output,
            "write the answer that nobody read"
        );
    }

    private async Task<long> TotalAsync()
    {
        var summary = await server.Weir.GetAsync("/api/v1/usage/summary?from=2020-01-01T00:00:00Z");
        return LedgerCounts.Read(summary.GetProperty("total")).Output;
    }

    private static async Task<(string Text, bool Ended)> ReadAsync(HttpResponseMessage got)
    {
        using var text = new MemoryStream();
        try
        {
            await (await got.Content.ReadAsStreamAsync()).CopyToAsync(text);
            return (Encoding.UTF8.GetString(text.ToArray()), true);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return (Encoding.UTF8.GetString(text.ToArray()), false);
        }
    }

    private static string RequestFor(string path) =>
        path switch
        {
            "/v1/messages" => Exchanges.AnthropicRequest,
            "/v1/chat/completions" => Exchanges.ChatRequest,
            "/v1/responses" => Exchanges.ResponsesRequest,
            _ => Exchanges.GeminiRequest,
        };
}
