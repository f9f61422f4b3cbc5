using System.Text;
using Microsoft.Data.Sqlite;
using Weir.Capture.Agents;
using Weir.Capture.Agents.OpenCode;
using Weir.Capture.Tests.Oracle;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Testing;

namespace Weir.Capture.Tests.Agents.OpenCode;

public sealed class OpenCodeTests : IDisposable
{
    private const long Created = 1795281086939;
    private static readonly OpenCodeAgent Agent = new();
    private readonly TemporaryFolder folder = new();

    private string DatabasePath => folder.At("opencode.db");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("opencode.db", "Database", "database")]
    [InlineData("opencode-beta.db", "Database", "database")]
    [InlineData("storage/message/ses_1/msg_1.json", "Whole", "message")]
    [InlineData("storage/session/project/ses_1.json", "Whole", "session")]
    [InlineData("project/home-ada/storage/session/message/ses_1/msg_1.json", "Whole", "message")]
    [InlineData("project/global/storage/session/info/ses_1.json", "Whole", "session")]
    public void It_claims_its_database_and_what_was_before_it(string path, string form, string kind) =>
        Assert.Equal(new Claim(Enum.Parse<FileForm>(form), kind), Agent.Claims(path));

    [Theory]
    [InlineData("opencode.db-wal")]
    [InlineData("snapshot/opencode-x.db")]
    [InlineData("storage/part/msg_1/prt_1.json")]
    [InlineData("project/global/storage/session/part/ses_1/msg_1/prt_1.json")]
    [InlineData("project/global/app.json")]
    [InlineData("project/storage/session/message/msg_1.json")]
    [InlineData("project/")]
    [InlineData("auth.json")]
    public void It_leaves_everything_else_alone(string path) => Assert.Null(Agent.Claims(path));

    [Fact]
    public void Its_homes_are_configured_by_variables()
    {
        Assert.Equal(["/home/ada/.local/share/opencode"], Agent.Homes(Machine([])));
        Assert.Equal(
            ["/data/opencode", "/srv"],
            Agent.Homes(Machine(new() { ["XDG_DATA_HOME"] = "/data", ["OPENCODE_DB"] = "/srv/opencode-mine.db" }))
        );

        static Places Machine(Dictionary<string, string> variables) =>
            new("/home/ada", variables.GetValueOrDefault) { System = OSPlatformKind.Mac };
    }

    [Fact]
    public void A_real_database_comes_to_what_a_plain_count_says()
    {
        MakeReal();
        var caught = new Catch();

        Agent.ReadDatabase(DatabasePath, null, caught);

        var sums = AgentFiles.Sums(caught.Sightings);
        Assert.Equal(OpenCodeCount.Count(Messages()), sums);
        Assert.Equal(4, sums.Sum(s => s.Requests));
        Assert.Equal(["anthropic", "openai"], caught.Sightings.Select(s => s.Provider).Distinct());
        Assert.Equal(5, caught.Skipped["replayed"]);
        Assert.Equal(4, caught.Events.Count(e => e.Kind == SessionEventKind.Prompt));
        var tool = Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Tool);
        Assert.Equal(("bash", true), (tool.Name, tool.Succeeded));
        Assert.Equal("APIError", Assert.Single(caught.Events, e => e.Kind == SessionEventKind.Error).Name);
        Assert.All(
            caught.Sessions.Values,
            s => Assert.Equal(("opencode", "1.18.33", "/home/ada/engine"), (s.Client, s.Version, s.Folder))
        );
    }

    [Fact]
    public void Only_what_is_new_or_changed_is_read_again()
    {
        MakeReal();
        var first = new Catch();
        var saved = Agent.ReadDatabase(DatabasePath, null, first);
        Execute(
            $$"""
            INSERT INTO message VALUES('msg_1ff1900000001aaaaaaaaaaaa','ses_e00e898ecffe7MVELK7oLbHOAc',{{Created}},1,
              '{"role":"user","time":{"created":{{0x1a1ff190000}} } }');
            UPDATE message SET time_updated = 1795291112100 WHERE id = 'msg_1ff17a326001HelQuwk6Ikb3T4'
            """
        );
        var second = new Catch();

        saved = Agent.ReadDatabase(DatabasePath, saved, second);

        Assert.Equal("msg_1ff17a326001HelQuwk6Ikb3T4", Assert.Single(second.Sightings).OwnId);
        Assert.Contains(second.Events, e => e.Id == "msg_1ff1900000001aaaaaaaaaaaa");
        Assert.True(saved!.Length < 100);
        var third = new Catch();
        Agent.ReadDatabase(DatabasePath, saved, third);
        Assert.Single(third.Sightings);
    }

    [Fact]
    public void Reading_leaves_nothing_beside_a_file_at_rest_and_sees_what_is_written_just_now()
    {
        MakeReal();
        var before = Directory.GetFiles(folder.At("."));
        Agent.ReadDatabase(DatabasePath, null, new Catch());
        Assert.Equal(before, Directory.GetFiles(folder.At(".")));

        using var writer = new SqliteDatabase(DatabasePath).OpenWriter();
        using var transaction = writer.BeginTransaction();
        Execute(writer, "UPDATE message SET time_updated = 1795291112100 WHERE id = 'msg_1ff17a326001HelQuwk6Ikb3T4'");
        transaction.Commit();
        using var open = writer.BeginTransaction();
        Execute(writer, "UPDATE message SET time_updated = time_updated");
        var caught = new Catch();
        var saved = Agent.ReadDatabase(DatabasePath, "[1795291112100,1000]"u8.ToArray(), caught);

        Assert.Equal("msg_1ff17a326001HelQuwk6Ikb3T4", Assert.Single(caught.Sightings).OwnId);
        Assert.Equal("[1795291112100,1000]", Encoding.UTF8.GetString(saved!));
        open.Commit();
    }

    [Fact]
    public void What_is_no_such_database_is_counted()
    {
        var caught = new Catch();
        Assert.Null(Agent.ReadDatabase(folder.At("none.db"), null, caught));
        File.WriteAllText(folder.At("text.db"), new string('x', 5000));
        Agent.ReadDatabase(folder.At("text.db"), null, caught);
        File.WriteAllBytes(folder.At("empty.db"), []);
        Agent.ReadDatabase(folder.At("empty.db"), null, caught);

        Assert.Equal(
            new Dictionary<string, long> { ["database unreadable"] = 2, ["another layout"] = 1 },
            caught.Skipped
        );
    }

    [Fact]
    public void A_subagents_session_stands_in_the_one_that_the_user_talks_to()
    {
        MakeReal();
        Execute(
            """
            UPDATE session SET parent_id = 'ses_e00e7f90effenMEMuJ4bTOD7z4' WHERE id = 'ses_e00e8341dffeTNzaQKYF4dLNg6';
            UPDATE session SET parent_id = 'ses_e00e8341dffeTNzaQKYF4dLNg6' WHERE id = 'ses_e00e898ecffe7MVELK7oLbHOAc'
            """
        );
        var caught = new Catch();

        Agent.ReadDatabase(DatabasePath, null, caught);

        Assert.All(caught.Sightings, s => Assert.Equal("ses_e00e7f90effenMEMuJ4bTOD7z4", s.Session));
        Assert.Equal(
            [
                ("ses_e00e898ecffe7MVELK7oLbHOAc", "ses_e00e8341dffeTNzaQKYF4dLNg6"),
                ("ses_e00e8341dffeTNzaQKYF4dLNg6", null),
            ],
            caught.Sightings.Select(s => (s.Agent, s.ParentAgent)).Distinct()
        );
        Assert.Equal(2, caught.Events.Count(e => e.Kind == SessionEventKind.Agent));
        Assert.Equal(["ses_e00e7f90effenMEMuJ4bTOD7z4"], caught.Sessions.Keys);
    }

    [Fact]
    public void Sessions_that_are_each_others_parents_are_no_trap()
    {
        MakeReal();
        Execute("UPDATE session SET parent_id = id");
        var caught = new Catch();

        Agent.ReadDatabase(DatabasePath, null, caught);

        Assert.Equal(4, caught.Sightings.Count);
    }

    [Fact]
    public void A_message_in_a_file_is_the_one_in_the_database()
    {
        MakeReal();
        var database = new Catch();
        Agent.ReadDatabase(DatabasePath, null, database);
        var files = new Catch();
        foreach (var (id, session, data) in Rows())
        {
            var content = $$"""{"id":"{{id}}","sessionID":"{{session}}",{{data[1..]}}""";
            AgentFiles.Read(Agent, $"storage/message/{session}/{id}.json", Encoding.UTF8.GetBytes(content), 0, files);
        }

        Assert.Equal(
            database
                .Sightings.Select(s => (s.OwnId, s.Usage, s.At))
                .Order(
                    Comparer<(string?, TokenUsage, DateTimeOffset)>.Create(
                        (a, b) => string.CompareOrdinal(a.Item1, b.Item1)
                    )
                ),
            files
                .Sightings.Select(s => (s.OwnId, s.Usage, s.At))
                .Order(
                    Comparer<(string?, TokenUsage, DateTimeOffset)>.Create(
                        (a, b) => string.CompareOrdinal(a.Item1, b.Item1)
                    )
                )
        );
    }

    [Theory]
    [InlineData("""{"total":62,"input":10,"output":20,"reasoning":2,"cache":{"read":30,"write":0}}""", "openai", 22)]
    [InlineData("""{"total":60,"input":10,"output":20,"reasoning":2,"cache":{"read":30,"write":0}}""", "openai", 20)]
    [InlineData("""{"input":10,"output":20,"reasoning":2,"cache":{"read":30,"write":0}}""", "openai", 20)]
    [InlineData("""{"input":10,"output":20,"reasoning":2,"cache":{"read":30,"write":0}}""", "google-vertex", 22)]
    public void The_total_tells_whether_reasoning_is_inside_output(string tokens, string provider, long output)
    {
        var caught = Read(Answer(tokens, provider));

        var own = Assert.Single(caught.Sightings);
        Assert.Equal(
            new TokenUsage
            {
                Input = 10,
                CacheRead = 30,
                CacheWrite5m = 0,
                Output = output,
                Reasoning = 2,
            },
            own.Usage
        );
        Assert.Equal((provider, "m", "ses_1"), (own.Provider, own.Model, own.Session));
    }

    [Theory]
    [InlineData("""{"name":"MessageAbortedError","data":{"message":"MARKER"}}""", RequestStatus.CallerAborted, null)]
    [InlineData("""{"name":"APIError","data":{"message":"MARKER","statusCode":429}}""", RequestStatus.RateLimited, 429)]
    [InlineData("""{"name":"MARKER and more","data":{"statusCode":500}}""", RequestStatus.UpstreamError, 500)]
    [InlineData("""{"name":"UnknownError"}""", RequestStatus.Unknown, null)]
    public void A_failure_that_used_tokens_is_a_request(string error, RequestStatus status, int? code)
    {
        var caught = Read(Answer("""{"input":10,"output":20}""", "openai", $$""","error":{{error}}"""));

        var own = Assert.Single(caught.Sightings);
        Assert.Equal((status, code), (own.Status, own.HttpStatus));
        Assert.Contains(caught.Events, e => e.Kind == SessionEventKind.Error);
        Assert.Equal(code == 429, caught.Events.Any(e => e.Kind == SessionEventKind.Limit));
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught));
    }

    [Fact]
    public void A_summary_is_a_compaction()
    {
        var caught = Read(Answer("""{"input":10,"output":20}""", "openai", ""","summary":true"""));

        var compaction = Assert.Single(caught.Events);
        Assert.Equal((SessionEventKind.Compaction, 10), (compaction.Kind, compaction.Tokens));
    }

    [Fact]
    public void A_session_in_a_file_tells_its_facts_and_not_its_title()
    {
        var caught = AgentFiles.Read(
            Agent,
            "storage/session/p/ses_2.json",
            """{"id":"ses_2","version":"1.0.1","projectID":"p","directory":"/home/ada/engine","parentID":"ses_1","title":"MARKER","time":{"created":1778662800000,"updated":1778662900000}}"""
        );

        var facts = Assert.Single(caught.Sessions).Value;
        Assert.Equal(("ses_1", "1.0.1", "/home/ada/engine"), (facts.Parent, facts.Version, facts.Folder));
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught));
    }

    [Fact]
    public void Nothing_of_a_conversation_is_kept()
    {
        MakeReal();
        Execute(
            """
            UPDATE part SET data = replace(replace(data, 'river', 'MARKER'), 'command not found', 'MARKER');
            UPDATE message SET data = replace(data, '"role":"user"', '"role":"user","system":"MARKER","summary":{"title":"MARKER","body":"MARKER"}');
            UPDATE session SET title = 'MARKER'
            """
        );
        var caught = new Catch();

        var saved = Agent.ReadDatabase(DatabasePath, null, caught);

        Assert.Equal(4, caught.Sightings.Count);
        Assert.Contains(caught.Events, e => e.Kind == SessionEventKind.Tool);
        Assert.DoesNotContain("MARKER", AgentFiles.Text(caught) + Encoding.UTF8.GetString(saved!));
    }

    private static Catch Read(string message) => AgentFiles.Read(Agent, "storage/message/ses_1/msg_1.json", message);

    private static string Answer(string tokens, string provider, string more = "") =>
        $$"""{"id":"msg_1","sessionID":"ses_1","role":"assistant","time":{"created":1778662800000,"completed":1778662801000},"modelID":"m","providerID":"{{provider}}","tokens":{{tokens}}{{more}}}""";

    private void MakeReal() =>
        Execute(File.ReadAllText(System.IO.Path.Combine(AgentFiles.Fixtures(), "opencode-real/opencode.sql")));

    private void Execute(string sql)
    {
        using var connection = new SqliteDatabase(DatabasePath).OpenWriter();
        Execute(connection, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<(string Id, string Session, string Data)> Rows() =>
        Query(
            "SELECT id, session_id, data FROM message ORDER BY id",
            row => (row.GetString(0), row.GetString(1), row.GetString(2))
        );

    private List<(string, long, string, string)> Messages() =>
        Query(
            "SELECT s.id, s.time_created, s.id, m.data FROM message m JOIN session s ON s.id = m.session_id",
            row => (row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3))
        );

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = new SqliteDatabase(DatabasePath).OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read())
        {
            found.Add(read(rows));
        }

        return found;
    }
}
