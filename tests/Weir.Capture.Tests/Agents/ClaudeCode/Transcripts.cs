using System.Text;
using Weir.Capture.Agents;
using Weir.Capture.Agents.ClaudeCode;
using Weir.Capture.Tests.Oracle;
using Weir.Testing;

namespace Weir.Capture.Tests.Agents.ClaudeCode;

/// <summary>Reads transcripts as their owner would, from text and from folders.</summary>
internal static class Transcripts
{
    public const string Main = "projects/-home-ada-project/s1.jsonl";

    public const string Subagent = "projects/-home-ada-project/s1/subagents/agent-a0b1c2d3.jsonl";

    private static readonly ClaudeCodeAgent Agent = new();

    /// <summary>The logs among the fixtures.</summary>
    public static string Fixtures { get; } = Path.Combine(RealPrograms.Repository, "tests", "fixtures", "agent-logs");

    /// <summary>What the real program left, as <c>~/.claude</c>.</summary>
    public static string Real { get; } = Path.Combine(Fixtures, "claude-code-real", "config");

    /// <summary>What the real program wrote about tool servers.</summary>
    public static string RealCache { get; } = Path.Combine(Fixtures, "claude-code-real", "cache");

    /// <summary>Every log among the fixtures that Claude Code wrote or could have.</summary>
    public static IEnumerable<string> Files =>
        Directory
            .EnumerateFiles(Fixtures, "*.jsonl", SearchOption.AllDirectories)
            .Where(f => !f.Contains("codex", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    public static AgentReader Open(string path = Main, byte[]? saved = null, Func<string, byte[]?>? beside = null) =>
        Agent.Open(new FileToRead(path, Agent.Claims(path)!.Value.Kind, saved, beside ?? (_ => null)));

    /// <summary>Reads lines of a main conversation.</summary>
    public static Catch Read(params string[] lines) => ReadAs(Main, lines);

    /// <summary>Reads lines of the file at <paramref name="path"/>.</summary>
    public static Catch ReadAs(string path, params string[] lines) => Read(Open(path), lines);

    public static Catch Read(AgentReader reader, params string[] lines)
    {
        var caught = new Catch();
        foreach (var line in lines)
        {
            reader.Line(Encoding.UTF8.GetBytes(line), caught);
        }

        return caught;
    }

    /// <summary>Reads bytes line by line; a last line without an end is read as well.</summary>
    public static void Read(AgentReader reader, ReadOnlySpan<byte> bytes, Catch caught)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            reader.Line(end < 0 ? bytes : bytes[..end], caught);
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }
    }

    /// <summary>Reads every claimed file below a home, in the order of their names, and counts each request once.</summary>
    public static Totals Count(string home)
    {
        var copies = new CopyRules();
        var caught = new Catch();
        foreach (
            var path in Directory
                .EnumerateFiles(home, "*.jsonl", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(home, f).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
        )
        {
            // Samples of other programs' tests lie where they like.
            var claimed = Agent.Claims(path) is null ? "projects/" + path : path;
            caught.Clear();
            Read(Open(claimed), File.ReadAllBytes(Path.Combine(home, path)), caught);
            copies.Add(caught.Sightings);
        }

        return copies.Totals();
    }

    /// <summary>A name for the path that a fixture would have below a home.</summary>
    public static string HomePath(string file) =>
        file.Contains("mcp-logs-", StringComparison.Ordinal) ? Path.GetRelativePath(RealCache, file).Replace('\\', '/')
        : file.StartsWith(Real, StringComparison.Ordinal) ? Path.GetRelativePath(Real, file).Replace('\\', '/')
        : "projects/p/" + Path.GetFileName(file);

    /// <summary>An answer's line; what is given replaces what stands in it.</summary>
    public static string Answer(
        string id = "msg_1",
        string? request = "req_1",
        string usage = """{"input_tokens":10,"output_tokens":20}""",
        string content = "[]",
        string model = "claude-sonnet-5",
        string at = "2026-05-13T12:00:00.000Z",
        string more = ""
    ) =>
        $$"""{"parentUuid":null,"message":{"id":"{{id}}","role":"assistant","model":"{{model}}","content":{{content}},"usage":{{usage}}},{{(
            request is null ? "" : $"\"requestId\":\"{request}\","
        )}}"type":"assistant","uuid":"u-{{id}}","timestamp":"{{at}}","cwd":"/home/ada/project","sessionId":"s1","version":"2.1.197","gitBranch":"main","entrypoint":"cli"{{more}}}""";

    /// <summary>A line of the person, or of tools.</summary>
    public static string User(
        string content,
        string uuid = "u-user",
        string at = "2026-05-13T12:00:01.000Z",
        string more = ""
    ) =>
        $$"""{"type":"user","message":{"role":"user","content":{{content}}},"uuid":"{{uuid}}","timestamp":"{{at}}","cwd":"/home/ada/project","sessionId":"s1"{{more}}}""";
}
