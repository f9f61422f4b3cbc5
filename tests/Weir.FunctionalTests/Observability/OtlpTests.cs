using System.Net;
using Weir.Testing;

namespace Weir.FunctionalTests.Observability;

/// <summary>Spans and measures as a collector gets them.</summary>
public sealed class OtlpTests : IAsyncDisposable
{
    private const string Prompt = "the-prompt-that-nobody-else-may-read";
    private const string Words = "the-words-of-the-model";
    private const string VendorsWords = "an-error-with-the-prompt-in-it";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string ParentId = "00f067aa0ba902b7";

    private static readonly Dictionary<string, string> Fast = new() { ["OTEL_BSP_SCHEDULE_DELAY"] = "50" };

    private readonly TemporaryFolder folder = new();
    private readonly OtlpReceiver collector = new();
    private readonly FakeUpstream vendor = new();

    public async ValueTask DisposeAsync()
    {
        await collector.DisposeAsync();
        await vendor.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_request_is_a_span_of_the_conventions_below_the_callers()
    {
        vendor.On("/v1/messages", Answer());
        await using var weir = await StartAsync();

        var id = await AskAsync(weir, ("traceparent", $"00-{TraceId}-{ParentId}-01"), ("tracestate", "a=b"));
        Assert.Equal(0, await weir.StopAsync());

        var span = Assert.Single(collector.Spans);
        Assert.Equal(
            (TraceId, ParentId, "chat claude-sonnet-5", 3UL),
            (span.TraceId, span.ParentId, span.Name, span.Kind)
        );
        Assert.True(span.End > span.Start);
        Assert.Equal(0UL, span.Status);
        var expected = new Dictionary<string, object?>
        {
            ["gen_ai.operation.name"] = "chat",
            ["gen_ai.provider.name"] = "anthropic",
            ["gen_ai.request.model"] = "claude-sonnet-5",
            ["gen_ai.response.model"] = "claude-sonnet-5",
            ["gen_ai.response.id"] = "msg_1",
            ["gen_ai.conversation.id"] = "session-1",
            ["gen_ai.usage.input_tokens"] = 10L + 100,
            ["gen_ai.usage.cache_read.input_tokens"] = 100L,
            ["gen_ai.usage.output_tokens"] = 20L,
            ["server.address"] = "127.0.0.1",
            ["server.port"] = (long)vendor.Port,
            ["http.response.status_code"] = 200L,
            ["weir.provider"] = "anthropic",
            ["weir.request.id"] = id,
            ["weir.status"] = "ok",
            ["weir.workspace"] = 1L,
            ["weir.key"] = "admin",
        };
        foreach (var (name, value) in expected)
        {
            Assert.Equal((name, value), (name, span.Tags.GetValueOrDefault(name)));
        }

        Assert.True((long)span.Tags["weir.cost.nano_usd"]! > 0);
        Assert.Equal("weir", collector.Resource["service.name"]);
        Assert.DoesNotContain("error.type", span.Tags.Keys);
        AssertNothingTold();
    }

    [Fact]
    public async Task Measures_arrive_with_their_units()
    {
        vendor.On("/v1/messages", Answer());
        await using var weir = await StartAsync();

        await AskAsync(weir);
        Assert.Equal(0, await weir.StopAsync());

        var metrics = collector.Metrics;
        var tokens = metrics["gen_ai.client.token.usage"];
        Assert.Equal("{token}", tokens.Unit);
        Assert.Equal(
            [("input", 110.0), ("output", 20.0)],
            tokens.Points.Select(point => ((string)point.Tags["gen_ai.token.type"]!, point.Sum)).Order()
        );
        var duration = metrics["gen_ai.client.operation.duration"];
        Assert.Equal("s", duration.Unit);
        var point = Assert.Single(duration.Points);
        Assert.True(point.Sum > 0);
        Assert.Equal("anthropic", point.Tags["gen_ai.provider.name"]);
        Assert.Equal("claude-sonnet-5", point.Tags["gen_ai.response.model"]);
        Assert.True(Assert.Single(metrics["weir.cost"].Points).Sum > 0);
        Assert.Equal(1, Assert.Single(metrics["weir.ledger.journalled"].Points).Sum);
        Assert.Contains("weir.requests.in_flight", metrics.Keys);
        Assert.Contains("dotnet.gc.collections", metrics.Keys);
        AssertNothingTold();
    }

    [Fact]
    public async Task A_failed_attempt_is_an_event_and_a_failed_request_an_error()
    {
        await using var second = new FakeUpstream();
        second.On("/v1/messages", Answer());
        vendor.On("/v1/messages", Error(529));
        await using var weir = await StartAsync(
            $"""
              - name: spare
                kind: anthropic
                baseUrl: {second.BaseUrl.ToString().TrimEnd('/')}
                apiKey: spare-key
            routes:
              - match: {'{'} model: "claude-sonnet-*" {'}'}
                targets: [anthropic, spare]
            """
        );

        await AskAsync(weir);
        using var failed = await PostAsync(weir, "claude-haiku-4-5");
        Assert.Equal(529, (int)failed.StatusCode);
        Assert.Equal(0, await weir.StopAsync());

        var saved = collector.Spans.Single(span => span.Name == "chat claude-sonnet-5");
        var attempt = Assert.Single(saved.Events);
        Assert.Equal("weir.attempt.failed", attempt.Name);
        Assert.Equal("overloaded", attempt.Tags["error.type"]);
        Assert.Equal(529L, attempt.Tags["http.response.status_code"]);
        Assert.Equal("spare", saved.Tags["weir.provider"]);
        Assert.Equal(0UL, saved.Status);
        var lost = collector.Spans.Single(span => span.Name == "chat claude-haiku-4-5");
        Assert.Equal(2UL, lost.Status);
        Assert.Equal("overloaded", lost.Tags["error.type"]);
        Assert.Equal(529L, lost.Tags["http.response.status_code"]);
        AssertNothingTold();
    }

    [Fact]
    public async Task What_weir_refuses_is_an_error_without_a_provider()
    {
        await using var weir = await StartAsync();
        using var answer = await PostAsync(weir, "claude-sonnet-5", "wk_nobody");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using var list = await weir.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/models", UriKind.Relative))
        );
        Assert.Equal(0, await weir.StopAsync());

        var span = Assert.Single(collector.Spans);
        Assert.Equal("401", span.Tags["error.type"]);
        Assert.Equal(2UL, span.Status);
        Assert.DoesNotContain("gen_ai.provider.name", span.Tags.Keys);
        AssertNothingTold();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_vendor_sees_the_trace_only_when_told(bool propagates)
    {
        vendor.On("/v1/messages", Answer());
        await using var weir = await StartAsync(more: propagates ? "  propagate: true" : "");

        await AskAsync(
            weir,
            ("traceparent", $"00-{TraceId}-{ParentId}-01"),
            ("tracestate", "a=b"),
            ("baggage", "customer=x")
        );
        Assert.Equal(0, await weir.StopAsync());

        var span = Assert.Single(collector.Spans);
        Assert.Equal(propagates ? $"00-{TraceId}-{span.SpanId}-01" : null, vendor.Request.Header("traceparent"));
        Assert.Equal(propagates ? "a=b" : null, vendor.Request.Header("tracestate"));
        Assert.Equal(propagates ? "customer=x" : null, vendor.Request.Header("baggage"));
    }

    [Fact]
    public async Task Without_configuration_nothing_is_sent_and_no_trace_goes_up()
    {
        vendor.On("/v1/messages", Answer());
        await using var weir = await WeirProcess.StartAsync(folder.At("data"), Yaml());

        await AskAsync(weir, ("traceparent", $"00-{TraceId}-{ParentId}-01"));
        Assert.Equal(0, await weir.StopAsync());

        Assert.Empty(collector.Requests);
        Assert.Null(vendor.Request.Header("traceparent"));
        Assert.DoesNotContain("TelemetryExport", weir.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_standard_variables_are_heeded()
    {
        vendor.On("/v1/messages", Answer());
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            Yaml(),
            new Dictionary<string, string>(Fast)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20collectors-own",
                ["OTEL_METRICS_EXPORTER"] = "none",
                ["OTEL_SERVICE_NAME"] = "gateway-of-ours",
            }
        );

        await AskAsync(weir);
        Assert.Equal(0, await weir.StopAsync());

        Assert.Single(collector.Spans);
        Assert.All(collector.Requests, request => Assert.Equal("/v1/traces", request.Path));
        Assert.All(
            collector.Requests,
            request => Assert.Equal("Bearer collectors-own", request.Header("authorization"))
        );
        Assert.Equal("gateway-of-ours", collector.Resource["service.name"]);
        Assert.DoesNotContain("collectors-own", weir.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_receiver_is_taken_at_once()
    {
        await using var next = new OtlpReceiver();
        vendor.On("/v1/messages", Answer());
        await using var weir = await StartAsync();
        await AskAsync(weir);

        var file = folder.At("data.yaml");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            file,
            text.Replace(collector.Url, next.Url, StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        await weir.UntilAsync(
            async () =>
            {
                await AskAsync(weir);
                return next.Spans.Count > 0;
            },
            "send spans to the new receiver"
        );

        Assert.NotEmpty(collector.Spans);
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_told_in_the_log_and_holds_nothing_up()
    {
        vendor.On("/v1/messages", Answer());
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            Yaml(),
            new Dictionary<string, string>(Fast)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{WeirProcess.FreePort()}",
            }
        );

        await AskAsync(weir);

        await weir.UntilAsync(
            () => Task.FromResult(weir.Log.Contains("Telemetry cannot be sent", StringComparison.Ordinal)),
            "say that telemetry cannot be sent"
        );
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_receiver_that_the_environment_names_is_held_to_the_policy_when_it_is_connected_to(
        string protocol
    )
    {
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            """
            version: 1
            server: { network: { allowPrivate: false } }
            providers: [{ name: sim, kind: simulator }]
            """,
            new Dictionary<string, string>(Fast)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            }
        );

        using var answer = await PostAsync(weir, "sim-small");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await weir.UntilAsync(
            () => Task.FromResult(weir.Log.Contains("Telemetry cannot be sent", StringComparison.Ordinal)),
            "say that telemetry cannot be sent"
        );

        Assert.Contains("it is the server's own machine", weir.Log, StringComparison.Ordinal);
        Assert.Empty(collector.Requests);
    }

    private static UpstreamAnswer Answer() =>
        UpstreamAnswer
            .Json(
                $$$"""
                {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5","content":[{"type":"text","text":"{{{Words}}}"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"cache_read_input_tokens":100,"output_tokens":20}}
                """
            )
            .Header("request-id", "req_1");

    private static UpstreamAnswer Error(int status) =>
        UpstreamAnswer.Json(
            $$$"""{"type":"error","error":{"type":"overloaded_error","message":"{{{VendorsWords}}}"}}""",
            status
        );

    private Task<WeirProcess> StartAsync(string providers = "", string more = "") =>
        WeirProcess.StartAsync(
            folder.At("data"),
            $$"""
            {{Yaml()}}
            {{providers}}
            telemetry:
              otlp: { endpoint: "{{collector.Url}}", interval: 1s }
            {{more}}
            """,
            Fast
        );

    private string Yaml() =>
        $"""
            version: 1
            providers:
              - name: anthropic
                kind: anthropic
                baseUrl: {vendor.BaseUrl.ToString().TrimEnd('/')}
                apiKey: upstream-key
            """;

    private static async Task<string> AskAsync(WeirProcess weir, params (string, string)[] headers)
    {
        using var answer = await PostAsync(weir, "claude-sonnet-5", null, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.GetValues("x-weir-request-id").Single();
    }

    private static Task<HttpResponseMessage> PostAsync(
        WeirProcess weir,
        string model,
        string? key = null,
        params (string, string)[] headers
    ) =>
        weir.PostAsync(
            "/v1/messages",
            $$"""{"model":"{{model}}","max_tokens":20,"messages":[{"role":"user","content":"{{Prompt}}"}]}""",
            key,
            [("x-claude-code-session-id", "session-1"), .. headers]
        );

    private void AssertNothingTold()
    {
        Assert.NotEmpty(collector.Bytes);
        foreach (var secret in new[] { Prompt, Words, VendorsWords, "upstream-key", "wk_" })
        {
            Assert.DoesNotContain(secret, collector.Bytes, StringComparison.Ordinal);
        }
    }
}
