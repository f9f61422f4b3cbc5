using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>What a transcript's place says, and the file beside a subagent's.</summary>
internal sealed class TranscriptFile
{
    private const string AgentPrefix = "agent-";

    private readonly Func<string, byte[]?> beside;
    private readonly string stem;

    private TranscriptFile(FileToRead file)
    {
        beside = file.Beside;
        IsSubagent = file.Kind == ClaudeCodeAgent.SubagentKind;
        var parts = file.RelativePath.Split('/');
        var name = parts[^1];
        stem = name.EndsWith(".jsonl", StringComparison.Ordinal) ? name[..^".jsonl".Length] : name;
        if (IsSubagent)
        {
            var folder = Array.IndexOf(parts, "subagents");
            Session = folder > 0 ? parts[folder - 1] : null;
            Agent =
                stem.Length > AgentPrefix.Length && stem.StartsWith(AgentPrefix, StringComparison.Ordinal)
                    ? stem[AgentPrefix.Length..]
                    : null;
        }
        else
        {
            Session = stem.Length is > 0 and <= 256 ? stem : null;
        }
    }

    /// <summary>Whether it is a subagent's.</summary>
    public bool IsSubagent { get; }

    /// <summary>The session by the path, for lines that name none; null when it does not say.</summary>
    public string? Session { get; }

    /// <summary>The subagent by the file's name; null in a main conversation.</summary>
    public string? Agent { get; }

    /// <summary>What a file's place says.</summary>
    public static TranscriptFile Of(FileToRead file) => new(file);

    /// <summary>The type of the subagent and the tool call that started it, from the file beside; null where not told.</summary>
    public (string? Type, string? Call) Sidecar()
    {
        if (beside(stem + ".meta.json") is not { } json)
        {
            return default;
        }

        string? type = null;
        string? call = null;
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return default;
        }

        while (cursor.NextProperty(out var name, out _))
        {
            if (name.SequenceEqual("agentType"u8))
            {
                type = RawText.Read(ref cursor).Name();
            }
            else if (name.SequenceEqual("toolUseId"u8))
            {
                call = RawText.Read(ref cursor).Id();
            }
            else
            {
                cursor.Pass();
            }
        }

        return cursor.Failed ? default : (type, call);
    }
}
