using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Agents.Codex;
using Weir.Foundation;

namespace Weir.Capture.Tests.Agents.Codex;

public class CodexReaderTests
{
    private const string Thread = "019b5e0a-0000-7000-8000-000000000001";
    private const string Parent = "019b5e09-0000-7000-8000-000000000001";
    private const string Path = $"sessions/2026/05/13/rollout-2026-05-13T09-00-00-{Thread}.jsonl";
    private static readonly CodexAgent Agent = new();

    [Theory]
    [InlineData("sessions/2026/05/13/rollout-x.jsonl", "Lines")]
    [InlineData("sessions/project/session.jsonl", "Lines")]
    [InlineData("archived_sessions/rollout-x.jsonl", "Lines")]
    [InlineData("sessions/2026/05/13/rollout-x.jsonl.zst", "CompressedLines")]
    [InlineData("sessions/2026/05/13/rollout-x.jsonl.zst.tmp", null)]
    [InlineData("history.jsonl", null)]
    [InlineData("history.jsonl.zst", null)]
    [InlineData("sessions.jsonl", null)]
    public void It_claims_threads_alone(string path, string? form) =>
        Assert.Equal(form is null ? null : new Claim(Enum.Parse<FileForm>(form), "rollout"), Agent.Claims(path));

    [Fact]
    public void Its_home_is_configured_by_its_variable()
    {
        Assert.Equal(["/home/ada/.codex"], Agent.Homes(Machine(null)));
        Assert.Equal(["/srv/codex"], Agent.Homes(Machine("/srv/codex")));

        static Places Machine(string? home) =>
            new("/home/ada", name => name == "CODEX_HOME" ? home : null) { System = OSPlatformKind.Linux };
    }

    [Fact]
    public void Classes_are_split_and_the_turn_names_the_model()
    {
        var caught = Read(
            Meta(),
            Line("turn_context", """{"turn_id":"t","cwd":"/home/ada/other","model":"gpt-5.2"}"""),
            Count(
                """{"input_tokens":100,"cached_input_tokens":60,"cache_write_input_tokens":10,"output_tokens":50,"reasoning_output_tokens":20}"""
            )
        );

        var sighting = Assert.Single(caught.Sightings);
        Assert.Equal(
            new TokenUsage
            {
                Input = 30,
                CacheRead = 60,
                CacheWrite5m = 10,
                Output = 50,
                Reasoning = 20,
            },
            sighting.Usage
        );
        Assert.Equal(
            ("codex", "gpt-5.2", "openai", Thread, "/home/ada/other", "main", UsageSource.Transcript),
            (
                sighting.Client,
                sighting.Model,
                sighting.Provider,
                sighting.Session,
                sighting.Folder,
                sighting.Branch,
                sighting.Source
            )
        );
        Assert.Equal($"{Thread}:100:60:10:50:20", sighting.OwnId);
        Assert.Null(sighting.Billing);
    }

    [Fact]
    public void A_count_that_names_its_model_is_believed()
    {
        var caught = Read(
            Line("turn_context", """{"model":"gpt-5.2"}"""),
            Line(
                "event_msg",
                """{"type":"token_count","info":{"model":"gpt-5.3","total_token_usage":{"input_tokens":1}}}"""
            )
        );

        Assert.Equal("gpt-5.3", Assert.Single(caught.Sightings).Model);
    }

    [Fact]
    public void A_total_that_is_told_again_is_nothing_however_old_it_is()
    {
        var caught = Read(Meta(), Total(10), Total(10), Total(30), Total(10), Total(30), Total(35));

        Assert.Equal([10L, 20, 5], caught.Sightings.Select(s => s.Usage.Input!.Value));
    }

    [Fact]
    public void A_counter_that_goes_back_begins_anew()
    {
        var caught = Read(Meta(), Total(1000), Total(40), Total(100));

        Assert.Equal([1000L, 40, 60], caught.Sightings.Select(s => s.Usage.Input!.Value));
    }

    [Fact]
    public void A_context_that_was_filled_up_uses_nothing()
    {
        // What the program writes when a context overflows: the sum alone, without classes.
        var caught = Read(
            Meta(),
            Total(1000),
            Line(
                "event_msg",
                """{"type":"token_count","info":{"total_token_usage":{"input_tokens":0,"total_tokens":272000},"last_token_usage":{"input_tokens":0,"total_tokens":271000}}}"""
            ),
            Total(70)
        );

        Assert.Equal([1000L, 70], caught.Sightings.Select(s => s.Usage.Input!.Value));
    }

    [Fact]
    public void Records_of_answers_name_them_and_their_totals_add_nothing()
    {
        var caught = Read(
            Meta(),
            Record(Thread, "resp_1", 10),
            Total(10),
            Record(Thread, "resp_2", 20),
            Total(30),
            Total(35)
        );

        Assert.Equal(["resp_1", "resp_2", null], caught.Sightings.Select(s => s.MessageId));
        Assert.Equal([10L, 20, 5], caught.Sightings.Select(s => s.Usage.Input!.Value));
        Assert.All(caught.Sightings, s => Assert.True(s.MessageId is null != s.OwnId is null));
    }

    [Fact]
    public void A_record_of_another_thread_is_that_threads()
    {
        var caught = Read(Meta(), Record(Parent, "resp_1", 10), Record(Thread, "resp_2", 20));

        Assert.Equal("resp_2", Assert.Single(caught.Sightings).MessageId);
        Assert.Equal(1, caught.Skipped["replayed"]);
    }

    [Fact]
    public void A_fork_goes_on_from_its_parents_total()
    {
        var caught = Read(
            Meta($$""","forked_from_id":"{{Parent}}" """),
            Line("event_msg", $$"""{"type":"task_started","turn_id":"{{Thread}}"}"""),
            Count("""{"input_tokens":9000}""", """{"input_tokens":70}"""),
            Count("""{"input_tokens":9100}""", """{"input_tokens":100}""")
        );

        Assert.Equal([70L, 100], caught.Sightings.Select(s => s.Usage.Input!.Value));
        Assert.Equal(Parent, caught.Sessions[Thread].Parent);
    }

    [Fact]
    public void A_copy_is_known_by_its_turns_whatever_its_times()
    {
        var caught = Read(
            Meta($$""","forked_from_id":"{{Parent}}" """),
            Line("session_meta", $$"""{"id":"{{Parent}}"}"""),
            Line("event_msg", $$"""{"type":"task_started","turn_id":"{{Parent}}"}""", 5),
            Line("event_msg", """{"type":"user_message","message":"hello"}""", 6),
            Line("response_item", """{"type":"function_call","name":"shell","call_id":"c"}""", 9),
            Total(500, 10),
            Line("compacted", """{"message":"x"}""", 20),
            Line("event_msg", $$"""{"type":"task_started","turn_id":"{{Thread}}"}""", 30),
            Total(700, 31)
        );

        Assert.Equal(200, Assert.Single(caught.Sightings).Usage.Input);
        Assert.Equal(Thread, caught.Sightings[0].Session);
        Assert.Empty(caught.Events);
        Assert.Equal(1, caught.Skipped["replayed"]);
    }

    [Fact]
    public void A_copy_without_named_turns_ends_where_somebody_had_to_wait()
    {
        var caught = Read(
            Meta(
                $$""","source":{"subagent":{"thread_spawn":{"parent_thread_id":"{{Parent}}","agent_role":"explorer"} } } """
            ),
            Count("""{"input_tokens":500}""", """{"input_tokens":500}"""),
            Count("""{"input_tokens":900}""", """{"input_tokens":400}"""),
            Line("turn_context", """{"model":"gpt-5.2"}"""),
            Count("""{"input_tokens":1000}""", """{"input_tokens":100}""", 4)
        );

        var own = Assert.Single(caught.Sightings);
        Assert.Equal((100, Parent, Thread, null), (own.Usage.Input, own.Session, own.Agent, own.ParentAgent));
        var agent = Assert.Single(caught.Events);
        Assert.Equal(
            (SessionEventKind.Agent, Parent, Thread, "explorer", null),
            (agent.Kind, agent.Session, agent.Id, agent.Name, agent.Agent)
        );
    }

    [Fact]
    public void Of_a_file_that_does_not_say_so_a_second_thread_in_it_is_the_parent()
    {
        var caught = Read(
            Meta(),
            Line("session_meta", $$"""{"id":"{{Parent}}"}"""),
            Total(500),
            Count("""{"input_tokens":650}""", """{"input_tokens":150}""", 60)
        );

        Assert.Equal(150, Assert.Single(caught.Sightings).Usage.Input);
    }

    [Fact]
    public void A_subagent_stands_in_the_session_that_the_user_talks_to()
    {
        const string root = "019b5e00-0000-7000-8000-000000000001";
        var caught = Read(
            Meta($$""","session_id":"{{root}}","parent_thread_id":"{{Parent}}","thread_source":"subagent" """),
            Line("turn_context", $$"""{"turn_id":"{{Thread}}","model":"gpt-5.2"}"""),
            Record(Thread, "resp_1", 10)
        );

        var own = Assert.Single(caught.Sightings);
        Assert.Equal((root, Thread, Parent), (own.Session, own.Agent, own.ParentAgent));
    }

    [Fact]
    public void A_plan_is_a_subscription_and_limits_are_told_when_they_change()
    {
        const string limits =
            """{"type":"token_count","info":null,"rate_limits":{"limit_id":"codex","primary":{"used_percent":12.5,"window_minutes":300,"resets_at":1778670000},"secondary":{"used_percent":40,"window_minutes":10080,"resets_in_seconds":60},"plan_type":"plus"}}""";
        var caught = Read(Meta(), Line("event_msg", limits), Line("event_msg", limits), Total(10));

        Assert.Equal(
            [
                ("primary", 12.5, TimeSpan.FromHours(5), DateTimeOffset.FromUnixTimeSeconds(1778670000)),
                ("secondary", 40, TimeSpan.FromDays(7), At(1).AddSeconds(60)),
            ],
            caught.Limits.Select(l => (l.Scope!, l.UsedPercent!.Value, l.Window!.Value, l.ResetsAt!.Value))
        );
        Assert.All(
            caught.Limits,
            l => Assert.Equal(("plus", LimitWordKind.Quota, Thread), (l.Plan, l.Kind, l.Session))
        );
        Assert.Equal(Billing.Subscription, Assert.Single(caught.Sightings).Billing);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Answers_before_the_plan_is_known_are_told_once_more(int reopenEvery)
    {
        const string limits =
            """{"type":"token_count","info":null,"rate_limits":{"primary":null,"secondary":null,"plan_type":"pro"} }""";
        var lines = string.Join(
            '\n',
            Meta(),
            Record(Thread, "resp_1", 10),
            Line("event_msg", limits),
            Record(Thread, "resp_2", 20)
        );

        var caught = AgentFiles.Read(Agent, Path, Encoding.UTF8.GetBytes(lines), reopenEvery);

        Assert.Equal(
            [("resp_1", null), ("resp_1", Billing.Subscription), ("resp_2", (Billing?)Billing.Subscription)],
            caught.Sightings.Select(s => (s.MessageId!, s.Billing))
        );
        Assert.Equal(caught.Sightings[0] with { Billing = Billing.Subscription }, caught.Sightings[1]);
    }

    [Fact]
    public void Answers_of_a_key_are_told_once()
    {
        var caught = Read(
            Meta(),
            Record(Thread, "resp_1", 10),
            Line(
                "event_msg",
                """{"type":"token_count","info":null,"rate_limits":{"primary":null,"plan_type":null} }"""
            ),
            Line(
                "event_msg",
                """{"type":"token_count","info":null,"rate_limits":{"primary":null,"plan_type":"pro"} }"""
            )
        );

        Assert.Null(Assert.Single(caught.Sightings).Billing);
    }

    [Fact]
    public void Nothing_of_a_conversation_is_kept()
    {
        var reader = Agent.Open(new FileToRead(Path, "rollout", null, _ => null));
        var caught = new Catch();
        string[] lines =
        [
            Meta(""","base_instructions":{"text":"MARKER"},"agent_nickname":"a" """),
            Line(
                "turn_context",
                """{"turn_id":"t","model":"gpt-5.2","user_instructions":"MARKER","developer_instructions":"MARKER"}"""
            ),
            Line("world_state", """{"state":{"agents_md":"MARKER"} }"""),
            Line(
                "response_item",
                """{"type":"message","role":"user","content":[{"type":"input_text","text":"MARKER"}]}"""
            ),
            Line(
                "response_item",
                """{"type":"reasoning","summary":[{"text":"MARKER"}],"encrypted_content":"MARKER"}"""
            ),
            Line("response_item", """{"type":"function_call","name":"shell","arguments":"MARKER","call_id":"c"}"""),
            Line("response_item", """{"type":"function_call_output","call_id":"c","output":"MARKER"}"""),
            Line("response_item", """{"type":"local_shell_call","call_id":"d","action":{"command":["MARKER"]} }"""),
            Line("event_msg", """{"type":"user_message","message":"MARKER","images":["MARKER"]}"""),
            Line("event_msg", """{"type":"agent_message","message":"MARKER"}"""),
            Line(
                "event_msg",
                """{"type":"exec_command_end","call_id":"c","command":["MARKER"],"stdout":"MARKER","exit_code":0}"""
            ),
            Line(
                "event_msg",
                """{"type":"patch_apply_end","call_id":"e","stdout":"MARKER","success":true,"changes":{"MARKER":1} }"""
            ),
            Line(
                "event_msg",
                """{"type":"error","message":"MARKER usage limit","codex_error_info":"MARKER and more"}"""
            ),
            Line("event_msg", """{"type":"turn_aborted","reason":"MARKER"}"""),
            Line("event_msg", """{"type":"task_complete","turn_id":"t","last_agent_message":"MARKER"}"""),
            Line("compacted", """{"message":"MARKER","replacement_history":[{"text":"MARKER"}]}"""),
            Line("event_msg", """{"type":"MARKER"}"""),
            Total(10),
        ];
        foreach (var line in lines)
        {
            reader.Line(Encoding.UTF8.GetBytes(line), caught);
        }

        Assert.Single(caught.Sightings);
        Assert.True(caught.Events.Count > 8);
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught) + Encoding.UTF8.GetString(reader.Save()!));
    }

    [Fact]
    public void A_limit_that_was_met_is_told_in_its_own_words()
    {
        var caught = Read(
            Meta(),
            Line(
                "event_msg",
                """{"type":"error","message":"You've hit your usage limit. Try again in 3 days 5 hours.","codex_error_info":"usage_limit_exceeded"}"""
            ),
            Line(
                "event_msg",
                """{"type":"task_complete","turn_id":"t","error":{"message":"MARKER","codex_error_info":{"response_too_many_failed_attempts":{"http_status_code":429}}}}"""
            )
        );

        var word = Assert.Single(caught.Limits);
        Assert.Equal(
            (LimitWordKind.Message, "You've hit your usage limit. Try again in 3 days 5 hours."),
            (word.Kind, word.Text)
        );
        Assert.Equal(
            ["usage_limit_exceeded", "response_too_many_failed_attempts"],
            caught.Events.Where(e => e.Kind == SessionEventKind.Error).Select(e => e.Name)
        );
        Assert.False(caught.Events.Single(e => e.Kind == SessionEventKind.Turn).Succeeded);
    }

    [Fact]
    public void Calls_of_tools_are_told_by_whoever_knows_of_them()
    {
        var caught = Read(
            Meta(),
            Line(
                "response_item",
                """{"type":"function_call","name":"exec_command","call_id":"c1","arguments":"MARKER"}"""
            ),
            Line(
                "event_msg",
                """{"type":"exec_command_end","call_id":"c1","exit_code":1,"duration":{"secs":2,"nanos":500000000},"stdout":"MARKER"}"""
            ),
            Line(
                "event_msg",
                """{"type":"mcp_tool_call_end","call_id":"c2","invocation":{"server":"git","tool":"log"},"result":{"Ok":{"content":"MARKER"} } }"""
            ),
            Line(
                "event_msg",
                """{"type":"item_completed","item":{"type":"CommandExecution","id":"c3","status":"completed","exit_code":0}}"""
            ),
            Line(
                "response_item",
                """{"type":"custom_tool_call_output","call_id":"c4","output":{"content":"MARKER","success":false}}"""
            )
        );

        Assert.Equal(
            [
                ("c1", "exec_command", null, null),
                ("c1", null, false, TimeSpan.FromSeconds(2.5)),
                ("c2", "mcp__git__log", true, null),
                ("c3", null, true, null),
                ("c4", null, false, null),
            ],
            caught.Events.Select(e => (e.Id, e.Name, e.Succeeded, e.Duration))
        );
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught));
    }

    [Fact]
    public void The_session_is_described_without_credentials()
    {
        var caught = Read(
            Line(
                "session_meta",
                $$"""{"id":"{{Thread}}","cwd":"/home/ada/engine","cli_version":"0.169.0","source":"exec","git":{"branch":"fix","repository_url":"https://ada:ghp_secret@github.com/ada/engine.git"} }"""
            )
        );

        var facts = caught.Sessions[Thread];
        Assert.Equal(
            ("0.169.0", "/home/ada/engine", "fix", "exec", "https://github.com/ada/engine.git"),
            (facts.Version, facts.Folder, facts.Branch, facts.Entrypoint, facts.Repository)
        );
    }

    [Fact]
    public void A_real_thread_tells_its_prompts_turns_tools_and_compaction()
    {
        var caught = new Catch();
        foreach (var (path, content) in AgentFiles.Of(Agent, "codex-real"))
        {
            AgentFiles.Read(Agent, path, content, caught: caught);
        }

        var main = caught.Events.Where(e => e.Session.EndsWith("7844f", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, main.Count(e => e.Kind == SessionEventKind.Prompt));
        Assert.Equal(3, main.Count(e => e is { Kind: SessionEventKind.Turn, Succeeded: true }));
        var tool = main.Where(e => e.Kind == SessionEventKind.Tool).ToList();
        Assert.Single(tool.Select(e => e.Id).Distinct());
        Assert.Contains(tool, e => e.Name == "exec_command");
        Assert.Contains(tool, e => e.Succeeded == false);
        Assert.True(Assert.Single(main, e => e.Kind == SessionEventKind.Compaction).Tokens > 0);
        Assert.Equal(
            "response_too_many_failed_attempts",
            Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Error).Name
        );
        Assert.All(caught.Sightings, s => Assert.StartsWith("resp_sim", s.MessageId));
        Assert.Equal(["gpt-5.1", "gpt-5.1-codex"], caught.Sightings.Select(s => s.Model).Distinct().Order());
        Assert.Empty(caught.Skipped);
    }

    private static Catch Read(params string[] lines) => AgentFiles.Read(Agent, Path, lines);

    private static DateTimeOffset At(int seconds) =>
        new DateTimeOffset(2026, 5, 13, 9, 0, 0, TimeSpan.Zero).AddSeconds(seconds);

    private static string Line(string type, string payload, int seconds = 1) =>
        $$"""{"timestamp":"{{At(seconds):yyyy-MM-ddTHH:mm:ss.fffZ}}","type":"{{type}}","payload":{{payload}}}""";

    private static string Meta(string more = "") =>
        Line(
            "session_meta",
            $$"""{"id":"{{Thread}}","timestamp":"2026-05-13T09:00:01.000Z","cwd":"/home/ada/engine","model_provider":"openai","git":{"branch":"main"}{{more}}}"""
        );

    private static string Total(long input, int seconds = 1) =>
        Count($$"""{"input_tokens":{{input}}}""", null, seconds);

    private static string Count(string total, string? last = null, int seconds = 1) =>
        Line(
            "event_msg",
            $$"""{"type":"token_count","info":{"total_token_usage":{{total}},"last_token_usage":{{last ?? "null"}} } }""",
            seconds
        );

    private static string Record(string thread, string response, long input) =>
        Line(
            "token_usage_record",
            $$"""{"thread_id":"{{thread}}","response_id":"{{response}}","usage":{"input_tokens":{{input}}} }"""
        );
}
