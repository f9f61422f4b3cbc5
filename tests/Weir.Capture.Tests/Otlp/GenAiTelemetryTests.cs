using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Otlp;
using Weir.Foundation;
using static Weir.Capture.Tests.Otlp.OtlpFixtures;

namespace Weir.Capture.Tests.Otlp;

public class GenAiTelemetryTests
{
    private const string A = "00000000000000aa";
    private const string B = "00000000000000bb";
    private const string C = "00000000000000cc";

    [Fact]
    public void A_span_of_the_conventions_is_a_request()
    {
        var one = Assert.Single(
            Traces(
                Span(
                    A,
                    null,
                    Text("gen_ai.operation.name", "chat"),
                    Text("gen_ai.provider.name", "aws.bedrock"),
                    Text("gen_ai.request.model", "claude-sonnet-5"),
                    Text("gen_ai.response.model", "claude-sonnet-5-20260101"),
                    Text("gen_ai.response.id", "msg_1"),
                    Text("gen_ai.conversation.id", "conv"),
                    Number("gen_ai.usage.input_tokens", 100),
                    Number("gen_ai.usage.cache_read.input_tokens", 60),
                    Number("gen_ai.usage.cache_creation.input_tokens", 30),
                    Number("gen_ai.usage.output_tokens", 7)
                )
            ).Sightings
        );

        Assert.Equal(
            new TokenUsage
            {
                Input = 10,
                CacheRead = 60,
                CacheWrite5m = 30,
                Output = 7,
            },
            one.Usage
        );
        Assert.Equal(
            ("shop", "amazon-bedrock", "claude-sonnet-5-20260101", "claude-sonnet-5", "msg_1", null, "conv"),
            (one.Client, one.Provider, one.Model, one.RequestedModel, one.MessageId, one.OwnId, one.Session)
        );
        Assert.Equal((TimeSpan.FromSeconds(2.5), RequestStatus.Ok), (one.Duration, one.Status));
    }

    [Fact]
    public void What_the_cache_took_is_inside_the_input_unless_it_plainly_is_not()
    {
        Assert.Equal(40, InclusiveUsage.Split(100, 60, null, 1, null).Input);
        Assert.Equal(0, InclusiveUsage.Split(60, 60, null, 1, null).Input);
        Assert.Equal(10, InclusiveUsage.Split(10, 60, 30, 1, null).Input);
        Assert.Null(InclusiveUsage.Split(null, 60, null, 1, null).Input);
        Assert.Equal(5, InclusiveUsage.Split(1, null, null, 5, 9).Reasoning);
    }

    [Theory]
    [InlineData("gen_ai.operation.name", "invoke_agent")]
    [InlineData("gen_ai.operation.name", "execute_tool")]
    [InlineData("openinference.span.kind", "AGENT")]
    [InlineData("traceloop.span.kind", "workflow")]
    public void What_sums_up_the_spans_below_is_no_request(string name, string value)
    {
        var caught = Traces(
            Span(A, null, Text(name, value), Text("gen_ai.request.model", "m"), Number("gen_ai.usage.input_tokens", 9))
        );

        Assert.Empty(caught.Sightings);
        Assert.Equal(1, caught.Skipped["other span"]);
    }

    [Fact]
    public void Of_spans_in_spans_the_inner_one_is_the_request()
    {
        string[] usage = [Text("gen_ai.request.model", "m"), Number("gen_ai.usage.input_tokens", 9)];
        var caught = Traces(Span(C, B, usage), Span(B, A, Text("x", "y")), Span(A, null, usage));

        Assert.EndsWith("/" + C, Assert.Single(caught.Sightings).OwnId, StringComparison.Ordinal);
        Assert.Equal(1, caught.Skipped["span around another"]);
    }

    [Fact]
    public void Spans_that_stand_in_each_other_end()
    {
        string[] usage = [Text("gen_ai.request.model", "m"), Number("gen_ai.usage.input_tokens", 9)];
        var caught = Traces(Span(B, A, usage), Span(A, B, usage));

        Assert.True(caught.Sightings.Count <= 2);
    }

    [Fact]
    public void OpenInference_and_OpenLLMetry_are_understood()
    {
        var caught = Traces(
            Span(
                A,
                null,
                Text("openinference.span.kind", "LLM"),
                Text("llm.model_name", "gpt-5"),
                Text("llm.provider", "openai"),
                Number("llm.token_count.prompt", 50),
                Number("llm.token_count.prompt_details.cache_read", 20),
                Number("llm.token_count.completion", 5)
            ),
            Span(
                B,
                null,
                Text("llm.request.type", "chat"),
                Text("gen_ai.system", "Anthropic"),
                Text("gen_ai.response.model", "claude-sonnet-5"),
                Number("gen_ai.usage.prompt_tokens", 50),
                Number("gen_ai.usage.cache_read_input_tokens", 20),
                Number("gen_ai.usage.completion_tokens", 5)
            )
        );

        Assert.Equal(
            [("openai", "gpt-5"), ("anthropic", "claude-sonnet-5")],
            caught.Sightings.Select(s => (s.Provider, s.Model))
        );
        Assert.All(
            caught.Sightings,
            s => Assert.Equal((30, 20, 5), (s.Usage.Input, s.Usage.CacheRead, s.Usage.Output))
        );
    }

    [Fact]
    public void An_event_in_a_span_is_the_same_request()
    {
        var span = Assert.Single(
            Traces(Span(A, null, Text("gen_ai.request.model", "m"), Number("gen_ai.usage.output_tokens", 9))).Sightings
        );
        var log = Assert.Single(
            Read(
                OtlpSignal.Logs,
                OtlpFormat.Json,
                Encoding.UTF8.GetBytes(
                    Log(
                        "a",
                        string.Join(',', Text("gen_ai.request.model", "m"), Number("gen_ai.usage.output_tokens", 9)),
                        "\"eventName\":\"gen_ai.client.inference.operation.details\",\"traceId\":\"000102030405060708090A0B0C0D0E0F\",\"spanId\":\"00000000000000AA\","
                    )
                )
            ).Sightings
        );

        Assert.Equal(span.OwnId, log.OwnId);
    }

    [Fact]
    public void A_failed_request_has_its_status_and_no_tokens()
    {
        var span = Span(
                A,
                null,
                Text("gen_ai.request.model", "m"),
                Text("error.type", "429"),
                Number("http.response.status_code", 429)
            )
            .Replace("\"name\":\"x\"", "\"name\":\"x\",\"status\":{\"code\":2}", StringComparison.Ordinal);

        var one = Assert.Single(Traces(span).Sightings);

        Assert.Equal(
            (RequestStatus.RateLimited, 429, "429", true),
            (one.Status, one.HttpStatus, one.ErrorType, one.Usage.IsUnknown)
        );
    }

    [Fact]
    public void Weirs_own_telemetry_is_no_news()
    {
        var own = Spans(
                "weir",
                Span(A, null, Text("gen_ai.request.model", "m"), Number("gen_ai.usage.output_tokens", 9))
            )
            .Replace("\"name\":\"a\"", "\"name\":\"Weir.Gateway\"", StringComparison.Ordinal);

        Assert.Empty(Read(OtlpSignal.Traces, OtlpFormat.Json, Encoding.UTF8.GetBytes(own)).Sightings);
    }

    private static Catch Traces(params string[] spans) =>
        Read(OtlpSignal.Traces, OtlpFormat.Json, Encoding.UTF8.GetBytes(Spans("shop", spans)));
}
