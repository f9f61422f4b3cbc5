using Weir.Wire;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>What a transcript's place says, and the file beside a subagent's.</summary>
internal sealed class TranscriptFile
{
    private const string AgentPrefix = "agent-";

    private readonly Func<string, byte[]?> beside;
    private readonly string stem;
    private Sidecar? sidecar;

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

    /// <summary>What the file beside a subagent's says; nothing beside any other. Read once, when first asked for.</summary>
    public Sidecar Sidecar => sidecar ??= IsSubagent ? ReadSidecar() : Sidecar.None;

    private Sidecar ReadSidecar()
    {
        var cursor = new JsonCursor(beside(stem + ".meta.json"));
        if (!cursor.EnterObject())
        {
            return Sidecar.None;
        }

        var told = Sidecar.None;
        while (cursor.NextProperty(out var name, out _))
        {
            if (name.SequenceEqual("agentType"u8))
            {
                told = told with { AgentType = RawText.Read(ref cursor).Name() };
            }
            else if (name.SequenceEqual("toolUseId"u8))
            {
                told = told with { Call = RawText.Read(ref cursor).Id() };
            }
            else if (name.SequenceEqual("parentAgentId"u8))
            {
                told = told with { ParentAgent = RawText.Read(ref cursor).Id() };
            }
            else
            {
                cursor.Pass();
            }
        }

        return cursor.Failed ? Sidecar.None : told;
    }
}

/// <summary>What stands beside a subagent's transcript.</summary>
/// <param name="AgentType">The subagent's type.</param>
/// <param name="Call">The tool call that started it.</param>
/// <param name="ParentAgent">The subagent that started it; null when the main conversation did, or when it is not told.</param>
internal sealed record Sidecar(string? AgentType, string? Call, string? ParentAgent)
{
    /// <summary>Nothing is told.</summary>
    public static Sidecar None { get; } = new(null, null, null);
}
