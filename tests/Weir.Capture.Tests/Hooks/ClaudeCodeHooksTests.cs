using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Hooks;
using Weir.Foundation;
using Weir.Testing;

namespace Weir.Capture.Tests.Hooks;

public class ClaudeCodeHooksTests
{
    private const string Session = "3e3d4ff0-8d5f-4d1a-94da-b6fc8bef60b6";
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly ClaudeCodeHooks hooks = new();

    [Fact]
    public void A_session_as_the_real_program_told_it()
    {
        var all = new Catch();
        var at = Noon;
        foreach (
            var name in new[]
            {
                "SessionStart",
                "UserPromptSubmit",
                "PreToolUse",
                "SubagentStart",
                "SubagentStop",
                "PostToolUse",
                "Stop",
                "SessionEnd",
            }
        )
        {
            Assert.True(hooks.TryRead(WorkspaceId.Default, Fixture(name), at, all));
            at = at.AddSeconds(1);
        }

        Assert.Equal(
            [
                (SessionEventKind.Life, "start", null),
                (SessionEventKind.Prompt, null, null),
                (SessionEventKind.Tool, "Agent", null),
                (SessionEventKind.Agent, "general-purpose", null),
                (SessionEventKind.Agent, "general-purpose", null),
                (SessionEventKind.Tool, "Agent", true),
                (SessionEventKind.Turn, null, true),
                (SessionEventKind.Life, "end", (bool?)null),
            ],
            all.Events.Select(e => (e.Kind, e.Name, e.Succeeded))
        );
        Assert.All(all.Events, e => Assert.Equal(Session, e.Session));
        Assert.Equal(
            ["ab068ea5fd2ec5373", "ab068ea5fd2ec5373"],
            all.Events.Where(e => e.Kind == SessionEventKind.Agent).Select(e => e.Id)
        );
        Assert.Equal(
            ["toolu_fix0001", "toolu_fix0001"],
            all.Events.Where(e => e.Kind == SessionEventKind.Tool).Select(e => e.Id)
        );
        var facts = Assert.Single(all.Sessions).Value;
        Assert.Equal(("/home/alice/work", Noon, Noon.AddSeconds(7)), (facts.Folder, facts.FirstAt, facts.LastAt));
    }

    [Fact]
    public void Nothing_that_was_said_is_kept()
    {
        var all = new Catch();
        foreach (var file in Directory.EnumerateFiles(Folder))
        {
            hooks.TryRead(WorkspaceId.Default, File.ReadAllBytes(file), Noon, all);
        }

        Assert.Contains("SECRETANSWER", File.ReadAllText(Path.Combine(Folder, "Stop.json")), StringComparison.Ordinal);
        var everything = string.Join<object>('\n', [.. all.Events, .. all.Sessions.Values, .. all.Limits]);
        foreach (var word in new[] { "SECRET", "look at it", "SUBAGENT", "transcript" })
        {
            Assert.DoesNotContain(word, everything, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_limit_that_stops_the_agent_is_an_error_a_turn_and_a_word()
    {
        var caught = new Catch();
        hooks.TryRead(WorkspaceId.Default, Fixture("StopFailure"), Noon, caught);

        Assert.Equal(
            [(SessionEventKind.Turn, null), (SessionEventKind.Error, "rate_limit")],
            caught.Events.Select(e => (e.Kind, e.Name))
        );
        Assert.Equal(("rate_limit", null), (Assert.Single(caught.Limits).Scope, caught.Limits[0].Text));
    }

    [Fact]
    public void Waiting_for_a_permission_ends_when_the_tool_begins()
    {
        Read("PreToolUse", Noon, Tool("t1"));
        // The question does not say for which call it is.
        var question = Assert.Single(Read("PermissionRequest", Noon.AddSeconds(1), Input).Events);
        var done = Read("PostToolUse", Noon.AddSeconds(9), Tool("t1") + ",\"duration_ms\":2000").Events;

        Assert.Equal(
            (SessionEventKind.Permission, "t1", Noon.AddSeconds(1), null),
            (question.Kind, question.Id, question.StartedAt, question.EndedAt)
        );
        var answer = Assert.Single(done, e => e.Kind == SessionEventKind.Permission);
        Assert.Equal(
            ("t1", Noon.AddSeconds(1), Noon.AddSeconds(7), true),
            (answer.Id, answer.StartedAt, answer.EndedAt, answer.Succeeded)
        );
    }

    [Fact]
    public void A_permission_that_was_refused_ends_with_the_turn()
    {
        Read("PreToolUse", Noon, Tool("t1"));
        Read("PermissionRequest", Noon.AddSeconds(1), Input);
        var stop = Read("Stop", Noon.AddSeconds(5), "\"stop_hook_active\":false").Events;

        var answer = Assert.Single(stop, e => e.Kind == SessionEventKind.Permission);
        Assert.Equal(("t1", Noon.AddSeconds(5), false), (answer.Id, answer.EndedAt, answer.Succeeded));
        Assert.DoesNotContain(
            Read("Stop", Noon.AddSeconds(6), "\"x\":1").Events,
            e => e.Kind == SessionEventKind.Permission
        );
    }

    [Fact]
    public void Calls_of_another_workspace_are_not_looked_at()
    {
        Read("PreToolUse", Noon, Tool("t1"));
        var caught = new Catch();
        hooks.TryRead(new WorkspaceId(2), Message("PermissionRequest", Input), Noon, caught);

        Assert.StartsWith("hook:", Assert.Single(caught.Events).Id, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"session_id\":\"s\"")]
    [InlineData("nonsense")]
    public void What_is_no_object_is_refused(string body) =>
        Assert.False(hooks.TryRead(WorkspaceId.Default, Encoding.UTF8.GetBytes(body), Noon, new Catch()));

    [Theory]
    [InlineData("{}", "no session")]
    [InlineData("{\"session_id\":7,\"hook_event_name\":\"Stop\"}", "no session")]
    [InlineData("{\"session_id\":\"s\",\"hook_event_name\":\"NewEvent\"}", "hook event")]
    [InlineData("{\"session_id\":\"s\",\"hook_event_name\":\"PreToolUse\"}", "hook event")]
    [InlineData("{\"session_id\":\"s\",\"hook_event_name\":\"UserPromptSubmit\"}", "prompt without id")]
    public void What_says_nothing_is_counted(string body, string kind)
    {
        var caught = new Catch();
        Assert.True(hooks.TryRead(WorkspaceId.Default, Encoding.UTF8.GetBytes(body), Noon, caught));
        Assert.Equal((1, 0), (caught.Skipped[kind], caught.Events.Count));
    }

    private const string Input = "\"tool_name\":\"Bash\",\"tool_input\":{\"command\":\"rm -rf /\"}";

    private static string Folder => Path.Combine(RealPrograms.Repository, "tests", "fixtures", "hooks");

    private static string Tool(string id) => $"{Input},\"tool_use_id\":\"{id}\"";

    private static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".json"));

    private static byte[] Message(string name, string more) =>
        Encoding.UTF8.GetBytes($$"""{"session_id":"{{Session}}","hook_event_name":"{{name}}",{{more}}}""");

    private Catch Read(string name, DateTimeOffset at, string more)
    {
        var caught = new Catch();
        Assert.True(hooks.TryRead(WorkspaceId.Default, Message(name, more), at, caught));
        return caught;
    }
}
