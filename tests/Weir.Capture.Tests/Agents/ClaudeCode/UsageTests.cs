using Weir.Foundation;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class UsageTests
{
    [Fact]
    public void An_answer_is_a_sighting_with_all_that_its_line_tells()
    {
        var seen = Assert.Single(
            Transcripts
                .Read(
                    Transcripts.Answer(
                        usage: """
                        {"input_tokens":3,"cache_creation_input_tokens":300,"cache_read_input_tokens":20000,
                        "cache_creation":{"ephemeral_1h_input_tokens":200,"ephemeral_5m_input_tokens":100},"output_tokens":50,
                        "server_tool_use":{"web_search_requests":2},"service_tier":"standard","speed":"fast"}
                        """
                    )
                )
                .Sightings
        );

        Assert.Equal(
            new Sighting
            {
                Source = UsageSource.Transcript,
                Client = "claude-code",
                At = new DateTimeOffset(2026, 5, 13, 12, 0, 0, TimeSpan.Zero),
                Provider = "anthropic",
                Model = "claude-sonnet-5",
                MessageId = "msg_1",
                RequestId = "req_1",
                Usage = new TokenUsage
                {
                    Input = 3,
                    CacheRead = 20000,
                    CacheWrite5m = 100,
                    CacheWrite1h = 200,
                    Output = 50,
                },
                PriceMode = "fast",
                WebSearches = 2,
                Session = "s1",
                Folder = "/home/ada/project",
                Branch = "main",
            },
            seen
        );
    }

    [Fact]
    public void Lines_that_repeat_an_answer_say_nothing_more_and_one_with_more_output_does()
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(usage: """{"input_tokens":10,"output_tokens":1}"""),
            Transcripts.Answer(usage: """{"input_tokens":10,"output_tokens":1}"""),
            Transcripts.Answer(usage: """{"input_tokens":10,"output_tokens":90}"""),
            Transcripts.Answer(usage: """{"input_tokens":10,"output_tokens":90}""")
        );

        Assert.Equal([1L, 90L], caught.Sightings.Select(s => s.Usage.Output!.Value));
    }

    [Theory]
    [InlineData("req_2", false, "2026-05-13T12:00:00.000Z")]
    [InlineData(null, false, "2026-05-13T12:00:00.000Z")]
    [InlineData("req_1", false, "2026-05-13T11:59:59.000Z")]
    [InlineData("req_1", true, "2026-05-13T12:00:00.000Z")]
    public void A_line_that_another_request_a_main_conversation_or_an_earlier_moment_tells_is_no_repetition(
        string? request,
        bool firstIsSidechain,
        string at
    )
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(more: firstIsSidechain ? ",\"isSidechain\":true" : ""),
            Transcripts.Answer(request: request, at: at)
        );

        Assert.Equal(2, caught.Sightings.Count);
    }

    [Theory]
    [InlineData("msg_bdrk_01", "claude-sonnet-5", "amazon-bedrock")]
    [InlineData("msg_vrtx_01", "claude-sonnet-5", "google-vertex-anthropic")]
    [InlineData("1234", "us.anthropic.claude-sonnet-5-v1:0", "amazon-bedrock")]
    [InlineData("1234", "claude-sonnet-5", "anthropic")]
    [InlineData("chatcmpl-1", "some-model", null)]
    public void The_provider_shows_in_the_ids(string id, string model, string? provider)
    {
        var seen = Assert.Single(Transcripts.Read(Transcripts.Answer(id: id, model: model)).Sightings);

        Assert.Equal(provider, seen.Provider);
    }

    [Fact]
    public void A_subagents_lines_are_its_own()
    {
        var seen = Assert.Single(
            Transcripts
                .ReadAs(
                    Transcripts.Subagent,
                    Transcripts.Answer(more: ",\"isSidechain\":true,\"agentId\":\"a0b1c2d3\"")
                )
                .Sightings
        );

        Assert.Equal(("a0b1c2d3", "s1", true), (seen.Agent, seen.Session, seen.IsSidechain));
    }

    [Fact]
    public void A_subagents_file_tells_what_its_lines_leave_out()
    {
        var line = """
            {"message":{"id":"msg_1","model":"claude-sonnet-5","usage":{"input_tokens":1,"output_tokens":2}},
            "type":"assistant","timestamp":"2026-05-13T12:00:00Z"}
            """;

        var seen = Assert.Single(Transcripts.ReadAs(Transcripts.Subagent, line).Sightings);

        Assert.Equal(("a0b1c2d3", "s1", true), (seen.Agent, seen.Session, seen.IsSidechain));
    }

    [Fact]
    public void An_old_line_without_type_request_and_session_is_read_by_its_message_and_its_file()
    {
        var line = """
            {"timestamp":"2025-01-09T10:00:00+02:00","message":{"role":"assistant","id":"msg-alpha-1","model":"claude-sonnet-4",
            "usage":{"input_tokens":100,"output_tokens":50,"cache_creation_input_tokens":25}},"costUSD":0.12}
            """;

        var seen = Assert.Single(Transcripts.Read(line).Sightings);

        Assert.Equal(("msg-alpha-1", null, "s1"), (seen.MessageId, seen.RequestId, seen.Session));
        Assert.Equal(new DateTimeOffset(2025, 1, 9, 8, 0, 0, TimeSpan.Zero), seen.At);
        Assert.Equal((25L, null), (seen.Usage.CacheWrite5m, seen.Usage.CacheWrite1h));
    }

    [Fact]
    public void An_answer_without_any_id_is_told_by_its_line()
    {
        var line = """
            {"type":"assistant","uuid":"u-7","timestamp":"2026-05-13T12:00:00Z","sessionId":"s1",
            "message":{"usage":{"input_tokens":1,"output_tokens":2}}}
            """;

        var seen = Assert.Single(Transcripts.Read(line).Sightings);

        Assert.Equal(("u-7", null, null), (seen.OwnId, seen.MessageId, seen.Model));
        Assert.NotNull(
            Assert
                .Single(Transcripts.Read(line.Replace("\"uuid\":\"u-7\",", "", StringComparison.Ordinal)).Sightings)
                .OwnId
        );
    }

    [Theory]
    [InlineData("<synthetic>", """{"input_tokens":1,"output_tokens":2}""", "")]
    [InlineData("claude-sonnet-5", """{"input_tokens":1,"output_tokens":2}""", ",\"isApiErrorMessage\":true")]
    [InlineData(
        "claude-sonnet-5",
        """{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,"cache_creation":{"ephemeral_1h_input_tokens":206,"ephemeral_5m_input_tokens":100}}""",
        ""
    )]
    public void What_no_model_answered_is_no_request(string model, string usage, string more)
    {
        Assert.Empty(Transcripts.Read(Transcripts.Answer(model: model, usage: usage, more: more)).Sightings);
    }

    [Fact]
    public void Usage_inside_a_tools_result_or_its_progress_is_not_counted()
    {
        var result = Transcripts.User(
            """[{"type":"tool_result","tool_use_id":"t1","content":"x"}]""",
            more: ""","toolUseResult":{"agentId":"a1","totalTokens":20432,"usage":{"input_tokens":22,"output_tokens":86}}"""
        );
        var progress = Transcripts
            .Answer()
            .Replace("\"type\":\"assistant\"", "\"type\":\"progress\"", StringComparison.Ordinal);

        Assert.Empty(Transcripts.Read(result, progress).Sightings);
    }

    [Theory]
    [InlineData("""{"input_tokens":-5,"output_tokens":7}""", null, 7L)]
    [InlineData("""{"input_tokens":5,"output_tokens":1e99}""", 5L, null)]
    [InlineData("""{"input_tokens":99999999999999999999,"output_tokens":7}""", null, 7L)]
    [InlineData("""{"input_tokens":"5","output_tokens":7}""", null, 7L)]
    public void Numbers_that_cannot_be_are_unknown_and_counted(string usage, long? input, long? output)
    {
        var caught = Transcripts.Read(Transcripts.Answer(usage: usage));

        var seen = Assert.Single(caught.Sightings);
        Assert.Equal((input, output), (seen.Usage.Input, seen.Usage.Output));
        Assert.Equal(1, caught.Skipped["impossible numbers"]);
    }

    [Fact]
    public void The_facts_of_a_session_are_its_last_words_on_them()
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(),
            Transcripts.Answer(id: "msg_2", at: "2026-05-13T12:30:00Z", more: ",\"forkedFrom\":{\"sessionId\":\"s0\"}"),
            """{"type":"pr-link","sessionId":"s1","prNumber":42,"prUrl":"https://github.com/ada/weir/pull/42","prRepository":"ada/weir","timestamp":"2026-05-13T12:31:00Z"}"""
        );

        Assert.Equal(
            new SessionFacts
            {
                Session = "s1",
                Client = "claude-code",
                FirstAt = new DateTimeOffset(2026, 5, 13, 12, 0, 0, TimeSpan.Zero),
                LastAt = new DateTimeOffset(2026, 5, 13, 12, 31, 0, TimeSpan.Zero),
                Parent = "s0",
                Version = "2.1.197",
                Folder = "/home/ada/project",
                Repository = "ada/weir",
                Branch = "main",
                Entrypoint = "cli",
            },
            Assert.Single(caught.Sessions).Value
        );
    }
}
