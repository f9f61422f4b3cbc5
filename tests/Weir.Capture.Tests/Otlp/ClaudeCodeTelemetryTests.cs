using System.Text;
using Weir.Capture.Otlp;
using Weir.Foundation;

namespace Weir.Capture.Tests.Otlp;

public class ClaudeCodeTelemetryTests
{
    private const string Session = "3e3d4ff0-8d5f-4d1a-94da-b6fc8bef60b6";

    [Fact]
    public void Its_events_tell_requests_one_by_one()
    {
        var caught = OtlpFixtures.Read("claude-code/logs.json");

        Assert.Equal(3, caught.Sightings.Count);
        var second = caught.Sightings[1];
        Assert.Equal(
            new TokenUsage
            {
                Input = 102,
                Output = 42,
                CacheRead = 1002,
                CacheWrite5m = 50,
            },
            second.Usage
        );
        Assert.Equal(
            ("req_msg_fix0002", null, "claude-sonnet-5", "anthropic", Session, null, UsageSource.Otlp),
            (second.RequestId, second.OwnId, second.Model, second.Provider, second.Session, second.Agent, second.Source)
        );
        Assert.Equal(TimeSpan.FromMilliseconds(51), second.Duration);
        // The event came when the answer had ended.
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T16:50:43.849Z"), second.At);
        Assert.All([caught.Sightings[0], caught.Sightings[2]], main => Assert.Null(main.Agent));
    }

    [Fact]
    public void Its_events_tell_prompts_tools_and_subagents()
    {
        var caught = OtlpFixtures.Read("claude-code/logs.json");

        var prompt = Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Prompt);
        Assert.Equal("38202a5d-8ad4-4882-93fa-0ce00471ba29", prompt.Id);
        var tool = Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Tool);
        Assert.Equal(("toolu_fix0001", "Agent", true), (tool.Id, tool.Name, tool.Succeeded));
        var agent = Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Agent);
        Assert.Equal(("general-purpose", 1196), (agent.Name, agent.Tokens));
        // A setting had allowed the tool: nobody waited.
        Assert.DoesNotContain(caught.Events, e => e.Kind == SessionEventKind.Permission);
        var facts = Assert.Single(caught.Sessions).Value;
        Assert.Equal(("claude-code", "2.1.197", "non-interactive"), (facts.Client, facts.Version, facts.Terminal));
    }

    [Fact]
    public void What_a_person_was_asked_is_a_permission()
    {
        var caught = Event(
            "tool_decision",
            Text("tool_use_id", "t1"),
            Text("tool_name", "Bash"),
            Text("source", "user_reject"),
            Text("decision", "reject")
        );

        var asked = Assert.Single(caught.Events);
        Assert.Equal((SessionEventKind.Permission, "t1", false), (asked.Kind, asked.Id, asked.Succeeded));
    }

    [Fact]
    public void Spans_tell_the_same_requests_with_the_subagents_id()
    {
        var spans = OtlpFixtures.Read("claude-code/traces.json").Sightings;
        var events = OtlpFixtures.Read("claude-code/logs.json").Sightings;

        Assert.Equal(events.Select(e => (e.RequestId, e.Usage)), spans.Select(s => (s.RequestId, s.Usage)));
        Assert.Equal("ab068ea5fd2ec5373", Assert.Single(spans, s => s.Agent is not null).Agent);
        // What it calls gen_ai.response.id is the request's id.
        Assert.All(spans, s => Assert.Null(s.MessageId));
    }

    [Fact]
    public void A_limit_is_an_error_and_a_word()
    {
        var caught = OtlpFixtures.Read("claude-code/limit-logs.json");

        Assert.Empty(caught.Sightings);
        var error = Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Error);
        Assert.Equal(("req_limit", "rate_limit_error"), (error.Id, error.Name));
        Assert.Equal("This request would exceed your rate limit", Assert.Single(caught.Limits).Text);
    }

    [Fact]
    public void Metrics_are_sums_beside_the_requests_never_requests()
    {
        var caught = OtlpFixtures.Read("claude-code/metrics.json");
        var requests = OtlpFixtures.Read("claude-code/logs.json").Sightings;

        Assert.Empty(caught.Sightings);
        Assert.All(
            caught.Aggregates,
            a => Assert.Equal(("claude-code", "claude-sonnet-5", Session), (a.Client, a.Model, a.Session))
        );
        Assert.Equal(
            requests.Aggregate(default(TokenUsage), (sum, r) => sum + r.Usage),
            caught.Aggregates.Aggregate(default(TokenUsage), (sum, a) => sum + a.Usage)
        );
    }

    [Theory]
    [InlineData("logs")]
    [InlineData("traces")]
    [InlineData("metrics")]
    public void Protobuf_is_read_as_json_is(string signal)
    {
        var caught = OtlpFixtures.Read($"claude-code/{signal}.pb");

        var requests = new[] { ("req_msg_fix0001", 101L, 1001L, 50L, 41L), ("req_msg_fix0002", 102L, 1002L, 50L, 42L) };
        if (signal == "metrics")
        {
            Assert.Equal(203, caught.Aggregates.Sum(a => a.Usage.Input));
            Assert.Equal(83, caught.Aggregates.Sum(a => a.Usage.Output));
            return;
        }

        Assert.Equal(
            requests,
            caught.Sightings.Select(s =>
                (
                    s.RequestId!,
                    s.Usage.Input!.Value,
                    s.Usage.CacheRead!.Value,
                    s.Usage.CacheWrite5m!.Value,
                    s.Usage.Output!.Value
                )
            )
        );
    }

    [Fact]
    public void Without_a_request_id_an_event_has_an_id_of_its_own_that_stays()
    {
        string[] say = [Number("input_tokens", 5), Number("output_tokens", 6), Number("event.sequence", 7)];
        var once = Assert.Single(Event("api_request", say).Sightings);
        var again = Assert.Single(Event("api_request", say).Sightings);
        var other = Assert.Single(Event("api_request", [.. say[..2], Number("event.sequence", 8)]).Sightings);

        Assert.NotNull(once.OwnId);
        Assert.Equal(once.OwnId, again.OwnId);
        Assert.NotEqual(once.OwnId, other.OwnId);
    }

    [Theory]
    [InlineData("{\"stringValue\":\"12\"}", 12L)]
    [InlineData("{\"doubleValue\":12.0}", 12L)]
    [InlineData("{\"intValue\":12}", 12L)]
    [InlineData("{\"intValue\":\"12\"}", 12L)]
    [InlineData("{\"intValue\":-1}", null)]
    [InlineData("{\"doubleValue\":\"NaN\"}", null)]
    [InlineData("{\"doubleValue\":12.5}", null)]
    [InlineData("{\"doubleValue\":1e300}", null)]
    [InlineData("{\"stringValue\":\"twelve\"}", null)]
    [InlineData("{\"boolValue\":true}", null)]
    [InlineData("{\"arrayValue\":{\"values\":[{\"intValue\":12}]}}", null)]
    [InlineData("{}", null)]
    [InlineData("null", null)]
    public void A_count_is_read_however_it_is_written(string value, long? expected)
    {
        var caught = Event("api_request", Number("output_tokens", 1), $$"""{"key":"input_tokens","value":{{value}}}""");

        Assert.Equal(expected, Assert.Single(caught.Sightings).Usage.Input);
    }

    [Theory]
    [InlineData("\"timeUnixNano\":\"1795279807448000000\",", "2026-11-21T16:50:07.448Z")]
    [InlineData("\"timeUnixNano\":1795279807448000000,", "2026-11-21T16:50:07.448Z")]
    [InlineData("\"timeUnixNano\":\"0\",\"observedTimeUnixNano\":\"1795279807448000000\",", "2026-11-21T16:50:07.448Z")]
    // A far future, the distant past and what is no time are not believed: it was when it came.
    [InlineData("\"timeUnixNano\":\"9999999999999999999\",", "2026-11-21T18:00:00Z")]
    [InlineData("\"timeUnixNano\":\"99999999999999999999999\",", "2026-11-21T18:00:00Z")]
    [InlineData("\"timeUnixNano\":\"1\",", "2026-11-21T18:00:00Z")]
    [InlineData("\"timeUnixNano\":-5,", "2026-11-21T18:00:00Z")]
    [InlineData("", "2026-11-21T18:00:00Z")]
    public void A_time_is_believed_when_it_can_be(string times, string expected)
    {
        var caught = OtlpFixtures.Read(
            OtlpSignal.Logs,
            OtlpFormat.Json,
            Encoding.UTF8.GetBytes(
                OtlpFixtures.Log(
                    "com.anthropic.claude_code.events",
                    string.Join(',', Text("event.name", "api_request"), Number("output_tokens", 1)),
                    times
                )
            )
        );

        Assert.Equal(DateTimeOffset.Parse(expected), Assert.Single(caught.Sightings).At);
    }

    private static string Text(string name, string value) => OtlpFixtures.Text(name, value);

    private static string Number(string name, long value) => OtlpFixtures.Number(name, value);

    private static Weir.Capture.Agents.Catch Event(string name, params string[] attributes) =>
        OtlpFixtures.Read(
            OtlpSignal.Logs,
            OtlpFormat.Json,
            Encoding.UTF8.GetBytes(
                OtlpFixtures.Log(
                    "com.anthropic.claude_code.events",
                    string.Join(',', [Text("event.name", name), Text("session.id", "s1"), .. attributes]),
                    "\"timeUnixNano\":\"1795279807448000000\","
                )
            )
        );
}
