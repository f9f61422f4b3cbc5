using System.Text;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class EventTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_persons_words_are_a_prompt()
    {
        var caught = Transcripts.Read(
            Transcripts.User("\"look at the weir\"", more: ",\"promptId\":\"p1\""),
            Transcripts.User("""[{"type":"text","text":"and again"},{"type":"image"}]""", uuid: "u2")
        );

        Assert.Equal([Event(SessionEventKind.Prompt, "p1", 1), Event(SessionEventKind.Prompt, "u2", 1)], caught.Events);
    }

    [Theory]
    [InlineData("\"x\"", ",\"isMeta\":true")]
    [InlineData("\"x\"", ",\"isCompactSummary\":true")]
    [InlineData("\"x\"", ",\"isSidechain\":true")]
    [InlineData("\"<command-name>/compact</command-name>\"", "")]
    [InlineData("\"<local-command-stdout>done</local-command-stdout>\"", "")]
    [InlineData("""[{"type":"text","text":"[Request interrupted by user for tool use]"}]""", "")]
    [InlineData("\"<bash-input>ls</bash-input>\"", "")]
    [InlineData("\"<task-notification>\\n<task-id>a1\"", "")]
    public void What_nobody_asked_is_no_prompt(string content, string more)
    {
        Assert.Empty(Transcripts.Read(Transcripts.User(content, more: more)).Events);
    }

    [Fact]
    public void A_command_that_asks_the_model_is_a_prompt()
    {
        var caught = Transcripts.Read(
            Transcripts.User("\"<command-message>review</command-message>\\n<command-name>/review</command-name>\"")
        );

        Assert.Equal(SessionEventKind.Prompt, Assert.Single(caught.Events).Kind);
    }

    [Fact]
    public void A_tool_is_called_and_returns()
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(
                content: """[{"type":"thinking","thinking":"x"},{"type":"tool_use","id":"t1","name":"mcp__weir__look","input":{"a":1}}]"""
            ),
            Transcripts.User(
                """[{"tool_use_id":"t1","type":"tool_result","content":"x","is_error":true}]""",
                more: ""","toolUseResult":{"durationMs":250}"""
            )
        );

        Assert.Equal(
            [
                Event(SessionEventKind.Tool, "t1", 0) with
                {
                    Name = "mcp__weir__look",
                    Parent = "msg_1",
                },
                Event(SessionEventKind.Tool, "t1", null) with
                {
                    Name = "mcp__weir__look",
                    EndedAt = Noon.AddSeconds(1),
                    Duration = TimeSpan.FromMilliseconds(250),
                    Succeeded = false,
                },
            ],
            caught.Events
        );
    }

    [Fact]
    public void Of_several_results_in_a_line_none_takes_the_lines_duration()
    {
        var caught = Transcripts.Read(
            Transcripts.User(
                """[{"tool_use_id":"t1","type":"tool_result"},{"tool_use_id":"t2","type":"tool_result"}]""",
                more: ""","toolUseResult":{"durationMs":250}"""
            )
        );

        Assert.All(caught.Events, e => Assert.Equal((null, true), (e.Duration, e.Succeeded)));
        Assert.Equal(["t1", "t2"], caught.Events.Select(e => e.Id));
    }

    [Theory]
    [InlineData("Claude requested permissions to write to /x, but you haven't granted it yet.", true)]
    [InlineData("The user doesn't want to proceed with this tool use. The tool use was rejected", true)]
    [InlineData("Permission to use Bash has been denied.", true)]
    [InlineData("rm in '/x' was blocked. For security, Claude Code may only access files in", true)]
    [InlineData("No such file", false)]
    public void A_refused_tool_is_a_permission_that_was_not_given(string said, bool refused)
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(content: """[{"type":"tool_use","id":"t1","name":"Write","input":{}}]"""),
            Transcripts.User($$"""[{"type":"tool_result","content":"{{said}}","is_error":true,"tool_use_id":"t1"}]""")
        );

        Assert.Equal(
            refused
                ?
                [
                    Event(SessionEventKind.Permission, "t1", 1) with
                    {
                        Name = "Write",
                        Parent = "t1",
                        Succeeded = false,
                    },
                ]
                : [],
            caught.Events.Where(e => e.Kind == SessionEventKind.Permission)
        );
    }

    [Fact]
    public void A_subagent_is_told_by_the_result_of_the_call_that_started_it()
    {
        var caught = Transcripts.Read(
            Transcripts.Answer(
                content: """[{"type":"tool_use","id":"t1","name":"Task","input":{"prompt":"x","subagent_type":"Explore"}}]"""
            ),
            Transcripts.User(
                """[{"tool_use_id":"t1","type":"tool_result","content":"done"}]""",
                more: ""","toolUseResult":{"status":"completed","agentId":"a7","totalDurationMs":428,"totalTokens":9}"""
            )
        );

        Assert.Equal(
            Event(SessionEventKind.Agent, "a7", null) with
            {
                EndedAt = Noon.AddSeconds(1),
                Duration = TimeSpan.FromMilliseconds(428),
                Name = "Explore",
                Parent = "t1",
                Succeeded = true,
            },
            caught.Events[^1]
        );
    }

    [Fact]
    public void A_subagent_in_the_background_has_begun_and_not_ended()
    {
        var caught = Transcripts.Read(
            Transcripts.User(
                """[{"tool_use_id":"t1","type":"tool_result","content":"launched"}]""",
                more: ""","toolUseResult":{"isAsync":true,"status":"async_launched","agentId":"a7","agentType":"Explore"}"""
            )
        );

        Assert.Equal(
            Event(SessionEventKind.Agent, "a7", 1) with
            {
                Name = "Explore",
                Parent = "t1",
            },
            caught.Events[^1]
        );
    }

    [Fact]
    public void A_subagents_file_tells_its_beginning_once_and_its_end()
    {
        var sidecar = """{"agentType":"general-purpose","description":"x","toolUseId":"toolu_7","spawnDepth":2}""";
        var asked = new List<string>();
        var reader = Transcripts.Open(
            Transcripts.Subagent,
            beside: name =>
            {
                asked.Add(name);
                return Encoding.UTF8.GetBytes(sidecar);
            }
        );

        var caught = Transcripts.Read(
            reader,
            Transcripts.User("\"look\"", more: ",\"isSidechain\":true,\"agentId\":\"a0b1c2d3\""),
            Transcripts
                .Answer(at: "2026-05-13T12:00:05Z", more: ",\"isSidechain\":true")
                .Replace("\"content\":[]", "\"content\":[],\"stop_reason\":\"end_turn\"", StringComparison.Ordinal)
        );

        Assert.Equal(["agent-a0b1c2d3.meta.json"], asked);
        Assert.Equal(
            [
                Event(SessionEventKind.Agent, "a0b1c2d3", 1) with
                {
                    Name = "general-purpose",
                    Parent = "toolu_7",
                },
                Event(SessionEventKind.Agent, "a0b1c2d3", null) with
                {
                    EndedAt = Noon.AddSeconds(5),
                },
            ],
            caught.Events
        );
    }

    [Fact]
    public void A_sidecar_that_names_the_parent_is_believed()
    {
        var reader = Transcripts.Open(
            Transcripts.Subagent,
            beside: _ => Encoding.UTF8.GetBytes("""{"agentType":"Explore","parentAgentId":"a9"}""")
        );

        var caught = Transcripts.Read(reader, Transcripts.Answer(more: ",\"isSidechain\":true"));

        Assert.Equal(("a0b1c2d3", "a9"), (caught.Sightings[0].Agent, caught.Sightings[0].ParentAgent));
        Assert.Equal(("a0b1c2d3", "a9"), (caught.Events[0].Id, caught.Events[0].Agent));
    }

    [Fact]
    public void A_subagent_of_a_subagent_is_known_by_the_phrase_at_the_end_of_its_result()
    {
        var caught = Transcripts.ReadAs(
            Transcripts.Subagent,
            Transcripts.Answer(
                content: """[{"type":"tool_use","id":"t9","name":"Agent","input":{"subagent_type":"general-purpose"}}]""",
                more: ",\"isSidechain\":true,\"agentId\":\"a0b1c2d3\""
            ),
            Transcripts.User(
                """[{"tool_use_id":"t9","type":"tool_result","content":[{"type":"text","text":"agentId: nothing"},{"type":"text","text":"agentId: ae8fe0a944beb881f (use SendMessage with to)"}]}]""",
                more: ",\"isSidechain\":true,\"agentId\":\"a0b1c2d3\""
            )
        );

        Assert.Equal(
            Event(SessionEventKind.Agent, "ae8fe0a944beb881f", null) with
            {
                EndedAt = Noon.AddSeconds(1),
                Agent = "a0b1c2d3",
                Name = "general-purpose",
                Parent = "t9",
            },
            caught.Events[^1]
        );
    }

    [Fact]
    public void The_programs_own_words_are_compactions_turns_and_errors()
    {
        const string Where = "\"type\":\"system\",\"timestamp\":\"2026-05-13T12:00:00Z\",\"sessionId\":\"s1\"";

        var caught = Transcripts.Read(
            $$"""{{{Where}},"subtype":"compact_boundary","uuid":"u1","content":"x","compactMetadata":{"trigger":"auto","preTokens":20396,"durationMs":126} }""",
            $$"""{{{Where}},"subtype":"turn_duration","uuid":"u2","durationMs":4000}""",
            $$$"""{{{{Where}}},"subtype":"api_error","uuid":"u3","error":{"status":529,"headers":{},"error":{"type":"error","error":{"type":"overloaded_error","message":"x"} } },"retryInMs":500}""",
            $$"""{{{Where}},"subtype":"informational","uuid":"u4","content":"x"}"""
        );

        Assert.Equal(
            [
                Event(SessionEventKind.Compaction, "u1", 0) with
                {
                    Name = "auto",
                    Tokens = 20396,
                    Duration = TimeSpan.FromMilliseconds(126),
                },
                Event(SessionEventKind.Turn, "u2", -4) with
                {
                    EndedAt = Noon,
                    Duration = TimeSpan.FromSeconds(4),
                },
                Event(SessionEventKind.Error, "u3", 0) with
                {
                    Name = "overloaded_error",
                    Succeeded = false,
                },
            ],
            caught.Events
        );
    }

    [Theory]
    [InlineData("https://github.com/ada/weir/pull/42", true)]
    [InlineData("look at this", false)]
    [InlineData("javascript:alert(1)", false)]
    public void A_pull_request_is_its_address(string address, bool told)
    {
        var caught = Transcripts.Read(
            $$"""{"type":"pr-link","sessionId":"s1","prNumber":42,"prUrl":"{{address}}","timestamp":"2026-05-13T12:00:00Z"}"""
        );

        Assert.Equal(
            told ? [Event(SessionEventKind.PullRequest, address, 0) with { Name = address }] : [],
            caught.Events
        );
    }

    private static SessionEvent Event(SessionEventKind kind, string id, int? seconds) =>
        new()
        {
            Kind = kind,
            Session = "s1",
            Id = id,
            StartedAt = seconds is { } s ? Noon.AddSeconds(s) : null,
        };
}
