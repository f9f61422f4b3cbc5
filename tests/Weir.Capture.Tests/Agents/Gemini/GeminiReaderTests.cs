using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Agents.Gemini;
using Weir.Capture.Tests.Oracle;
using Weir.Foundation;

namespace Weir.Capture.Tests.Agents.Gemini;

public class GeminiReaderTests
{
    private const string Path = "tmp/engine/chats/session-2026-05-13T09-00-019b5e0a.jsonl";
    private const string Meta =
        """{"sessionId":"s1","projectHash":"h","startTime":"2026-05-13T09:00:00.000Z","lastUpdated":"2026-05-13T09:00:00.000Z","kind":"main"}""";
    private static readonly GeminiAgent Agent = new();

    [Theory]
    [InlineData("tmp/engine/chats/session-x.jsonl", "Lines")]
    [InlineData("tmp/533754f9/chats/session-x.json", "Whole")]
    [InlineData("tmp/engine/chats/parent/child.jsonl", "Lines")]
    public void It_claims_conversations(string path, string form) =>
        Assert.Equal(new Claim(Enum.Parse<FileForm>(form), "chat"), Agent.Claims(path));

    [Theory]
    [InlineData("tmp/engine/logs.json")]
    [InlineData("tmp/chats/x.json")]
    [InlineData("tmp/engine/logs/session-x.jsonl")]
    [InlineData("projects.json")]
    [InlineData("tmp/engine/chats/session-x.jsonl.tmp-12")]
    public void It_leaves_everything_else_alone(string path) => Assert.Null(Agent.Claims(path));

    [Fact]
    public void Its_home_is_configured_by_its_variable()
    {
        Assert.Equal(["/home/ada/.gemini"], Agent.Homes(Machine(null)));
        Assert.Equal(["/srv/.gemini"], Agent.Homes(Machine("/srv")));

        static Places Machine(string? home) =>
            new("/home/ada", name => name == "GEMINI_CLI_HOME" ? home : null) { System = OSPlatformKind.Linux };
    }

    [Fact]
    public void A_real_conversation_comes_to_what_a_plain_count_says()
    {
        var files = AgentFiles.Of(Agent, "gemini-real");
        var (path, content) = Assert.Single(files);

        var caught = AgentFiles.Read(Agent, path, content);

        var sums = AgentFiles.Sums(caught.Sightings);
        Assert.Equal(3, sums.Sum(s => s.Requests));
        Assert.Equal(2, sums.Count);
        Assert.Equal(GeminiCount.Count(files), sums);
        Assert.Equal(sums, AgentFiles.Sums(AgentFiles.Read(Agent, path, content, 1).Sightings));
        Assert.Equal(
            2,
            caught.Events.Where(e => e.Kind == SessionEventKind.Prompt).Select(e => e.Id).Distinct().Count()
        );
        var tool = Assert.Single(
            caught.Events.Where(e => e.Kind == SessionEventKind.Tool).Select(e => (e.Id, e.Name)).Distinct()
        );
        Assert.Equal("list_directory", tool.Name);
        Assert.Contains(caught.Events, e => e is { Kind: SessionEventKind.Tool, Succeeded: false });
        Assert.Empty(caught.Skipped);
    }

    [Theory]
    [InlineData("""{"input":100,"output":10,"cached":40,"thoughts":5,"tool":0,"total":115}""", 60, 40, 15, 5)]
    [InlineData("""{"input":100,"output":10,"cached":40,"thoughts":5,"tool":7,"total":122}""", 67, 40, 15, 5)]
    [InlineData("""{"input":100,"output":10,"cached":40,"thoughts":5,"tool":7,"total":115}""", 60, 40, 15, 5)]
    [InlineData("""{"input":100,"output":10,"cached":40,"thoughts":5,"tool":0,"total":110}""", 60, 40, 10, 5)]
    [InlineData("""{"input":100,"output":10,"cached":140}""", 0, 100, 10, 0)]
    [InlineData("""{"input":100,"output":null}""", 100, 0, 0, 0)]
    public void The_total_tells_what_is_inside_what(string tokens, long input, long cached, long output, long reasoning)
    {
        var caught = AgentFiles.Read(Agent, Path, Meta, Answer("g1", tokens));

        Assert.Equal(
            new TokenUsage
            {
                Input = input,
                CacheRead = cached,
                Output = output,
                Reasoning = reasoning,
            },
            Assert.Single(caught.Sightings).Usage
        );
    }

    [Theory]
    [InlineData("""{"input":-1,"output":10}""", 1)]
    [InlineData("""{"input":99999999999999,"output":10}""", 1)]
    [InlineData("""{"input":0,"output":0,"total":0}""", 0)]
    [InlineData("null", 0)]
    public void No_count_is_no_request(string tokens, long impossible)
    {
        var caught = AgentFiles.Read(Agent, Path, Meta, Answer("g1", tokens));

        Assert.Empty(caught.Sightings);
        Assert.Equal(impossible, caught.Skipped.GetValueOrDefault("impossible numbers"));
    }

    [Fact]
    public void A_later_record_of_the_same_id_is_the_same_request()
    {
        var caught = AgentFiles.Read(
            Agent,
            Path,
            Meta,
            Answer("g1", "null"),
            Answer("g1", """{"input":100,"output":10}"""),
            """{"$set":{"messages":[""" + Answer("g1", """{"input":100,"output":10}""") + """]}}""",
            """{"$rewindTo":"g1"}"""
        );

        var sum = Assert.Single(AgentFiles.Sums(caught.Sightings));
        Assert.Equal((1, 100, 10, "s1"), (sum.Requests, sum.Input, sum.Output, sum.Session));
    }

    [Fact]
    public void A_file_of_an_older_version_is_one_document()
    {
        var content = $$"""
            {
              "sessionId": "s1", "projectHash": "h", "startTime": "2026-05-13T09:00:00.000Z",
              "messages": [
                {"id":"u0","timestamp":"2026-05-13T09:00:00.000Z","type":"user","content":"MARKER"},
                {{Answer("g1", """{"input":100,"output":10}""")}}
              ]
            }
            """;
        var file = new KeyValuePair<string, byte[]>("tmp/h/chats/session-x.json", Encoding.UTF8.GetBytes(content));

        var caught = AgentFiles.Read(Agent, file.Key, file.Value);

        Assert.Equal(GeminiCount.Count([file]), AgentFiles.Sums(caught.Sightings));
        Assert.Equal("u0", Assert.Single(caught.Events).Id);
    }

    [Fact]
    public void A_subagent_stands_in_its_parents_session()
    {
        var caught = AgentFiles.Read(
            Agent,
            "tmp/engine/chats/parent/child.jsonl",
            Meta.Replace("s1", "child").Replace("main", "subagent"),
            Answer("g1", """{"input":100,"output":10}""")
        );

        var own = Assert.Single(caught.Sightings);
        Assert.Equal(("parent", "child"), (own.Session, own.Agent));
        var agent = Assert.Single(caught.Events);
        Assert.Equal((SessionEventKind.Agent, "parent", "child"), (agent.Kind, agent.Session, agent.Id));
    }

    [Fact]
    public void The_folder_is_the_projects_root()
    {
        var reader = Agent.Open(
            new FileToRead(
                Path,
                "chat",
                null,
                name => name == "../.project_root" ? "/home/ada/engine\n"u8.ToArray() : null
            )
        );
        var caught = new Catch();
        reader.Line(Encoding.UTF8.GetBytes(Meta), caught);

        Assert.Equal("/home/ada/engine", caught.Sessions["s1"].Folder);
    }

    [Fact]
    public void Prompts_are_what_somebody_asked()
    {
        var caught = AgentFiles.Read(
            Agent,
            Path,
            Meta,
            User("u1", """[{"text":"MARKER"}]"""),
            User("u2", "\"MARKER\""),
            User("u3", """[{"text":"<session_context>\nMARKER"}]"""),
            User("u4", """[{"functionResponse":{"response":{"output":"MARKER"} } }]"""),
            User("u5", """[{"text":"/stats MARKER"}]""")
        );

        Assert.Equal(["u1", "u2"], caught.Events.Select(e => e.Id));
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught));
    }

    [Fact]
    public void Failures_are_told_and_limits_in_their_own_words()
    {
        var caught = AgentFiles.Read(
            Agent,
            Path,
            Meta,
            """{"id":"e1","timestamp":"2026-05-13T09:00:03.000Z","type":"error","content":"MARKER"}""",
            """{"id":"e2","timestamp":"2026-05-13T09:00:04.000Z","type":"error","content":[{"text":"You have exhausted your daily quota on this model."}]}""",
            """{"id":"i1","timestamp":"2026-05-13T09:00:05.000Z","type":"info","content":"MARKER"}"""
        );

        Assert.Equal(
            [SessionEventKind.Error, SessionEventKind.Error, SessionEventKind.Limit],
            caught.Events.Select(e => e.Kind)
        );
        Assert.Equal("You have exhausted your daily quota on this model.", Assert.Single(caught.Limits).Text);
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught));
    }

    [Fact]
    public void Nothing_of_an_answer_is_kept_but_its_numbers()
    {
        var reader = Agent.Open(new FileToRead(Path, "chat", null, _ => null));
        var caught = new Catch();
        reader.Line(Encoding.UTF8.GetBytes(Meta), caught);
        reader.Line(
            """{"id":"g1","timestamp":"2026-05-13T09:00:01.000Z","type":"gemini","content":"MARKER","displayContent":"MARKER","thoughts":[{"subject":"MARKER","description":"MARKER"}],"tokens":{"input":1,"output":1},"model":"gemini-2.5-pro","toolCalls":[{"id":"t1","name":"ls","args":{"path":"MARKER"},"result":"MARKER","status":"success","description":"MARKER","resultDisplay":"MARKER","timestamp":"2026-05-13T09:00:02.000Z"}]}"""u8,
            caught
        );
        reader.Line("""{"$set":{"summary":"MARKER","memoryScratchpad":{"workflowSummary":"MARKER"}}}"""u8, caught);

        Assert.Single(caught.Sightings);
        Assert.Single(caught.Events);
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught) + Encoding.UTF8.GetString(reader.Save()!));
    }

    private static string Answer(string id, string tokens) =>
        $$"""{"id":"{{id}}","timestamp":"2026-05-13T09:00:01.000Z","type":"gemini","content":"x","tokens":{{tokens}},"model":"gemini-2.5-pro"}""";

    private static string User(string id, string content) =>
        $$"""{"id":"{{id}}","timestamp":"2026-05-13T09:00:01.000Z","type":"user","content":{{content}}}""";
}
