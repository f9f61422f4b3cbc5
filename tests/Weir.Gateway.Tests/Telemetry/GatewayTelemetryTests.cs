using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Routing;
using Weir.Gateway.Telemetry;
using Weir.Gateway.Tests.Pipeline;
using Weir.Ledger;
using Weir.Testing;
using Endpoint = Weir.Gateway.Pipeline.Endpoint;

namespace Weir.Gateway.Tests.Telemetry;

/// <summary>What is made of a request, and that nothing is while nobody listens.</summary>
public sealed class GatewayTelemetryTests : IDisposable
{
    private static readonly Endpoint Messages = Endpoint.Parse("/v1/messages", speaksAnthropic: true);

    private readonly GatewayTelemetry telemetry = new(new GatewayMetrics(TimeProvider.System), () => 3, () => []);

    public void Dispose() => telemetry.Dispose();

    [Fact]
    public void Without_a_listener_nothing_is_made_nor_allocated()
    {
        var request = Request("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        var exchange = MakeExchange(request, span: null, Record());
        Repeat();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Repeat()
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.Null(telemetry.Begin(request, Messages));
                telemetry.End(exchange);
            }
        }
    }

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, x", null)]
    [InlineData("nonsense", null)]
    [InlineData("", null)]
    public void A_callers_trace_goes_on_where_it_is_one(string header, string? trace)
    {
        using var listener = Listen();

        using var span = telemetry.Begin(Request(header), Messages);

        Assert.NotNull(span);
        Assert.Equal(trace is not null, span.HasRemoteParent);
        Assert.Equal(trace ?? span.TraceId.ToHexString(), span.TraceId.ToHexString());
    }

    [Theory]
    [InlineData("/v1/messages", "chat")]
    [InlineData("/v1/chat/completions", "chat")]
    [InlineData("/v1/responses", "chat")]
    [InlineData("/v1/embeddings", "embeddings")]
    [InlineData("/v1/messages/count_tokens", "count_tokens")]
    [InlineData("/v1beta/models/gemini-3-pro:generateContent", "generate_content")]
    [InlineData("/v1beta/models/gemini-3-pro:streamGenerateContent", "generate_content")]
    [InlineData("/v1beta/models/gemini-3-pro:embedContent", "embeddings")]
    [InlineData("/p/anthropic/v1/files", "pass_through")]
    [InlineData("/v1/models", null)]
    [InlineData("/v1/nowhere", null)]
    [InlineData("/", null)]
    public void Only_what_asks_a_model_has_a_span(string path, string? operation)
    {
        using var listener = Listen();

        using var span = telemetry.Begin(Request(""), Endpoint.Parse(path, speaksAnthropic: false));

        Assert.Equal(operation, span?.OperationName);
    }

    [Theory]
    [InlineData(ProviderKind.Anthropic, "mine", "anthropic")]
    [InlineData(ProviderKind.OpenAI, "mine", "openai")]
    [InlineData(ProviderKind.Gemini, "mine", "gcp.gemini")]
    [InlineData(ProviderKind.AzureOpenAI, "mine", "azure.ai.openai")]
    [InlineData(ProviderKind.Bedrock, "mine", "aws.bedrock")]
    [InlineData(ProviderKind.Vertex, "mine", "gcp.vertex_ai")]
    [InlineData(ProviderKind.OpenAICompatible, "mistral", "mistral_ai")]
    [InlineData(ProviderKind.OpenAICompatible, "xai", "x_ai")]
    [InlineData(ProviderKind.OpenAICompatible, "groq", "groq")]
    [InlineData(ProviderKind.Simulator, "simulator", "simulator")]
    public void Providers_are_called_as_the_conventions_call_them(ProviderKind kind, string name, string told)
    {
        Assert.Equal(told, GenAiNames.ProviderOf(kind, name));
    }

    [Fact]
    public void Every_status_has_a_word_of_its_own()
    {
        var words = Enum.GetValues<RequestStatus>().Select(GenAiNames.StatusOf).ToList();

        Assert.Equal("_OTHER", GenAiNames.StatusOf(default));
        Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void What_is_in_flight_is_measured()
    {
        var seen = new List<int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "weir.requests.in_flight")
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => seen.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Contains(3, seen);
    }

    [Fact]
    public async Task A_span_has_the_callers_id_and_the_providers()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen();
        listener.ActivityStopped = spans.Enqueue;
        var asked = 0;
        await using var upstream = new FakeUpstream().Handle(_ =>
            asked++ == 0
                ? AnthropicAnswers.Error(429, "rate_limit_error")
                : AnthropicAnswers.Message(new VendorCompletion { Id = "msg_1", Model = "claude-sonnet-4-5" })
        );
        await using var host = await GatewayHost.StartAsync(
            GatewayHost.Anthropic(upstream) with
            {
                ApiKeys = [new PoolKeyConfig("sk-another", null)],
            }
        );

        var (answer, _) = await host.AskAsync(
            host.Post("/v1/messages", """{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[]}""")
                .With("x-request-id", "of-the-caller")
                .With("traceparent", $"00-{Trace}-00f067aa0ba902b7-01")
        );

        var id = answer.Header("x-weir-request-id");
        await Until.TrueAsync(() => spans.Any(s => Equals(s.GetTagItem("weir.request.id"), id)));
        var span = spans.Single(s => Equals(s.GetTagItem("weir.request.id"), id));
        Assert.Equal(Trace, span.TraceId.ToHexString());
        Assert.Equal("of-the-caller", span.GetTagItem("weir.caller.request_id"));
        Assert.Equal("req_msg_1", span.GetTagItem("weir.provider.request_id"));
        var failed = Assert.Single(span.Events);
        Assert.Contains(new("weir.provider.request_id", "req_error"), failed.Tags);
        Assert.Equal("req_msg_1", answer.Header("request-id"));
        // The one goes on as every header does, the other ends here.
        Assert.Equal("of-the-caller", upstream.Requests[^1].Header("x-request-id"));
        Assert.Null(upstream.Requests[^1].Header("traceparent"));
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ModelGateway.TelemetryName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static HttpRequest Request(string traceParent)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.TraceParent = traceParent;
        return request;
    }

    private static UsageRecord Record() =>
        new()
        {
            Id = new RecordId(1),
            Workspace = WorkspaceId.Default,
            StartedAt = DateTimeOffset.UnixEpoch,
            Source = UsageSource.Gateway,
            Status = RequestStatus.Ok,
            Duration = TimeSpan.FromSeconds(1),
            Usage = new TokenUsage { Input = 1, Output = 1 },
        };

    private static Exchange MakeExchange(HttpRequest request, Activity? span, UsageRecord record) =>
        new()
        {
            Context = request.HttpContext,
            Snapshot = GatewaySnapshot.Build(new GatewayConfig(), [], previous: null, TimeProvider.System),
            Prices = new PriceBook().Current,
            Endpoint = Messages,
            ErrorDialect = Dialect.AnthropicMessages,
            VendorPath = "/v1/messages",
            Id = record.Id,
            IdText = "req_1",
            StartedAt = DateTimeOffset.UnixEpoch,
            StartedTimestamp = 0,
            Span = span,
            Record = record,
        };
}
