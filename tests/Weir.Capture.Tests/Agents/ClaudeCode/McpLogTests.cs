namespace Weir.Capture.Tests.Agents.ClaudeCode;

public class McpLogTests
{
    private const string Log = "-home-ada-project/mcp-logs-weirtool/2026-05-13T12-00-00-000Z.jsonl";
    private static readonly DateTimeOffset Noon = new(2026, 5, 13, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Successfully connected (transport: stdio) in 216ms", true)]
    [InlineData("Connection failed after 216ms: MCP error -32000: Connection closed", false)]
    public void A_connection_is_told_with_its_length(string said, bool succeeded)
    {
        Assert.Equal(
            new SessionEvent
            {
                Kind = SessionEventKind.McpServer,
                Session = "s1",
                Id = $"weirtool/connection/{Noon.UtcTicks}",
                StartedAt = Noon.AddMilliseconds(-216),
                EndedAt = Noon,
                Duration = TimeSpan.FromMilliseconds(216),
                Name = "weirtool",
                Succeeded = succeeded,
            },
            Assert.Single(Read(Line("debug", said)).Events)
        );
    }

    [Theory]
    [InlineData("debug", "Starting connection with timeout of 30000ms")]
    [InlineData("debug", "Tool 'look' completed successfully in 24ms")]
    [InlineData("error", "Connection failed: MCP error -32000: Connection closed")]
    public void Other_lines_say_nothing(string member, string said)
    {
        Assert.Empty(Read(Line(member, said)).Events);
    }

    [Fact]
    public void An_error_is_told_and_its_text_is_not()
    {
        var told = Assert.Single(Read(Line("error", "Server stderr: secret words")).Events);

        Assert.Equal(("weirtool", false, Noon), (told.Name, told.Succeeded, told.StartedAt));
        Assert.DoesNotContain("secret", told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not json")]
    [InlineData("[]", "not an object")]
    [InlineData("""{"debug":"x","sessionId":"s1"}""", "no time")]
    [InlineData("""{"debug":"x","timestamp":"2026-05-13T12:00:00Z"}""", "no session")]
    public void What_cannot_be_read_is_counted(string line, string kind)
    {
        var caught = Read(line);

        Assert.Equal(1, caught.Skipped[kind]);
        Assert.Empty(caught.Events);
    }

    [Fact]
    public void The_real_programs_logs_tell_one_connection_and_two_failures()
    {
        var caught = new Weir.Capture.Agents.Catch();
        foreach (var file in Directory.EnumerateFiles(Transcripts.RealCache, "*.jsonl", SearchOption.AllDirectories))
        {
            Transcripts.Read(Transcripts.Open(Transcripts.HomePath(file)), File.ReadAllBytes(file), caught);
        }

        Assert.Empty(caught.Skipped);
        Assert.Equal(
            [("broken-server", false, 180.0), ("web", false, 71.0), ("weirtool", true, 216.0)],
            caught
                .Events.Where(e => e.Duration is not null)
                .Select(e => (e.Name!, e.Succeeded!.Value, e.Duration!.Value.TotalMilliseconds))
                .Order()
        );
    }

    private static Weir.Capture.Agents.Catch Read(string line) => Transcripts.ReadAs(Log, line);

    private static string Line(string member, string said) =>
        $$"""{"{{member}}":"{{said}}","timestamp":"2026-05-13T12:00:00Z","sessionId":"s1","cwd":"/home/ada/project"}""";
}
