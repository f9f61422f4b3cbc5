using System.Text;
using Weir.Capture.Otlp;
using Weir.Foundation;

namespace Weir.Capture.Tests.Otlp;

public class CodexTelemetryTests
{
    [Theory]
    [InlineData("codex/logs.json")]
    [InlineData("codex/logs.pb")]
    public void A_completed_answer_is_a_request_with_an_id_of_its_own(string file)
    {
        var caught = OtlpFixtures.Read(file);

        Assert.Equal(2, caught.Sightings.Count);
        // Input holds what the cache served, output the reasoning.
        Assert.Equal(
            new TokenUsage
            {
                Input = 201,
                CacheRead = 300,
                CacheWrite5m = 0,
                Output = 61,
                Reasoning = 20,
            },
            caught.Sightings[0].Usage
        );
        Assert.All(caught.Sightings, s => Assert.Equal(("codex", "gpt-5.1-codex"), (s.Client, s.Model)));
        Assert.All(caught.Sightings, s => Assert.True(s is { MessageId: null, RequestId: null, OwnId: not null }));
        Assert.Equal(2, caught.Sightings.Select(s => s.OwnId).Distinct().Count());
        Assert.Equal(caught.Sightings.Select(s => s.OwnId), OtlpFixtures.Read(file).Sightings.Select(s => s.OwnId));
        Assert.Equal(caught.Sightings[0].Session, Assert.Single(caught.Sessions).Key);
    }

    [Fact]
    public void Its_events_tell_the_session_prompts_and_tools_and_none_of_what_was_said()
    {
        var caught = OtlpFixtures.Read("codex/logs.json");

        Assert.Equal(
            [SessionEventKind.Prompt, SessionEventKind.Tool, SessionEventKind.Life],
            caught.Events.Select(e => e.Kind).Order()
        );
        var tool = Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Tool);
        Assert.Equal(
            ("call_fix1", "exec_command", true, TimeSpan.FromMilliseconds(59)),
            (tool.Id, tool.Name, tool.Succeeded, tool.Duration)
        );
        Assert.Contains(
            "SECRETOUTPUT",
            Encoding.UTF8.GetString(OtlpFixtures.Bytes("codex/logs.json")),
            StringComparison.Ordinal
        );
        var everything = string.Join(
            '\n',
            caught
                .Events.Cast<object>()
                .Concat(caught.Sightings)
                .Concat(caught.Sessions.Values.Cast<object>())
                .Concat(caught.Limits)
        );
        Assert.DoesNotContain("SECRET", everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_spans_and_metrics_repeat_its_events_and_count_for_nothing()
    {
        // Its spans carry gen_ai.usage.*, as if each were a request.
        Assert.Contains(
            "gen_ai.usage.input_tokens",
            Encoding.UTF8.GetString(OtlpFixtures.Bytes("codex/traces.json")),
            StringComparison.Ordinal
        );
        var spans = OtlpFixtures.Read("codex/traces.json");
        var metrics = OtlpFixtures.Read("codex/metrics.json");

        Assert.Empty(spans.Sightings);
        Assert.Equal(["codex span"], spans.Skipped.Keys);
        Assert.Empty(metrics.Sightings);
        Assert.Empty(metrics.Aggregates);
    }

    [Theory]
    [InlineData("429", 1, "rate_limit_error")]
    [InlineData("500", 0, "api_error")]
    public void A_failed_request_is_an_error_and_a_429_a_word_on_limits(string status, int words, string name)
    {
        var caught = OtlpFixtures.Read(
            OtlpSignal.Logs,
            OtlpFormat.Json,
            Encoding.UTF8.GetBytes(
                OtlpFixtures.Log(
                    "codex_otel.log_only",
                    string.Join(
                        ',',
                        OtlpFixtures.Text("event.name", "codex.api_request"),
                        OtlpFixtures.Text("conversation.id", "c1"),
                        OtlpFixtures.Text("http.response.status_code", status),
                        OtlpFixtures.Text("error.message", "usage limit reached")
                    )
                )
            )
        );

        Assert.Equal((SessionEventKind.Error, name), (Assert.Single(caught.Events).Kind, caught.Events[0].Name));
        Assert.Equal(words, caught.Limits.Count);
    }
}
