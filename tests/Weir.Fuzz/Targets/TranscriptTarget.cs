using System.Text.Json;
using Weir.Capture.Agents;
using Weir.Capture.Agents.ClaudeCode;
using Weir.Fuzz.Engine;

namespace Weir.Fuzz.Targets;

/// <summary>
/// Claude Code's files: whatever is in them, what is told makes sense, a pause between two lines changes nothing, and of
/// a line that is JSON the usage is what the framework's reader finds there.
/// </summary>
internal sealed class TranscriptTarget(string kind) : FuzzTarget
{
    private readonly ClaudeCodeAgent agent = new();

    public override string Name => "claude-" + kind;

    public override string Group => "server";

    public override IEnumerable<byte[]> Seeds() =>
        Fixtures.In("agent-logs", "claude-code-real").Where(f => f.Length <= LongestInput);

    public override string Run(ReadOnlySpan<byte> input)
    {
        var whole = new Catch();
        var reader = Open(null);
        Read(reader, input, whole);

        var cut = Cuts.RandomOf(input).Next(input.Length + 1);
        cut = input[..cut].LastIndexOf((byte)'\n') + 1;
        var halves = new Catch();
        var first = Open(null);
        Read(first, input[..cut], halves);
        Read(Open(first.Save()), input[cut..], halves);

        MustAllEqual(whole.Sightings, halves.Sightings, "a pause changes no sighting");
        MustAllEqual(whole.Events, halves.Events, "a pause changes no event");
        MustAllEqual(whole.Limits, halves.Limits, "a pause changes no word on a limit");
        Must(first.Save() is not { Length: > 64 * 1024 }, "what is saved is small");
        foreach (var seen in whole.Sightings)
        {
            Must(seen.Usage.Total > 0, "a request used something", seen.ToString());
            Must(
                seen.At.Offset == TimeSpan.Zero && seen.At.Year is >= 1999 and <= 3000,
                "its time can be",
                seen.ToString()
            );
            Must((seen.MessageId ?? seen.RequestId ?? seen.OwnId) is { Length: > 0 }, "it has an id", seen.ToString());
            Must(seen.Session is { Length: > 0 } && seen.Model is not "" && seen.Folder is not "", "no text is empty");
        }

        if (input.IndexOf((byte)'\n') < 0)
        {
            MustAgree(input, whole);
        }

        return $"{whole.Sightings.Count} {string.Join(',', whole.Events.Select(e => e.Kind).Distinct())} "
            + $"{whole.Limits.Count} {string.Join(',', whole.Skipped.Keys)}";
    }

    private AgentReader Open(byte[]? saved)
    {
        var path = kind switch
        {
            ClaudeCodeAgent.McpLogKind => "p/mcp-logs-server/1.jsonl",
            ClaudeCodeAgent.SubagentKind => "projects/p/s/subagents/agent-a1.jsonl",
            _ => "projects/p/s.jsonl",
        };
        return agent.Open(new FileToRead(path, kind, saved, _ => "{\"agentType\":\"Explore\"}"u8.ToArray()));
    }

    /// <summary>One line, if the framework takes it for an object, has at most one sighting, and that has its tokens.</summary>
    private static void MustAgree(ReadOnlySpan<byte> line, Catch caught)
    {
        using var document = Plain.Json.Parse(line);
        if (caught.Sightings is not [var seen] || document is null)
        {
            Must(caught.Sightings.Count <= 1, "a line is one request at most");
            return;
        }

        var usage = document.RootElement.GetProperty("message").GetProperty("usage");
        if (
            usage.TryGetProperty("iterations", out _)
            && !usage.GetRawText().Contains("\"iterations\":[]", StringComparison.Ordinal)
        )
        {
            return;
        }

        var output =
            usage.TryGetProperty("output_tokens", out var told)
            && told.ValueKind == JsonValueKind.Number
            && told.TryGetInt64(out var count)
            && count >= 0
                ? count
                : (long?)null;
        Must(
            seen.Usage.Output is null || seen.Usage.Output == output,
            "the output is the line's",
            $"{seen.Usage.Output} for {output}"
        );
    }

    private static void Read(AgentReader reader, ReadOnlySpan<byte> bytes, Catch caught)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            reader.Line(end < 0 ? bytes : bytes[..end], caught);
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }
    }

    private static void MustAllEqual<T>(IReadOnlyList<T> expected, IReadOnlyList<T> actual, string rule) =>
        Must(expected.SequenceEqual(actual), rule, $"{string.Join('\n', expected)}\n--\n{string.Join('\n', actual)}");
}
