namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>What a line is.</summary>
internal enum LineType
{
    /// <summary>A type that is not known.</summary>
    Unknown,

    /// <summary>A known type that tells nothing of usage or of what happened.</summary>
    Uninteresting,

    /// <summary>A model's answer, or an error in its place.</summary>
    Assistant,

    /// <summary>A prompt, or tools' results.</summary>
    User,

    /// <summary>The program's own word.</summary>
    System,

    /// <summary>A pull request was linked to the session.</summary>
    PullRequest,
}

/// <summary>Tells lines apart.</summary>
internal static class LineTypes
{
    private static readonly HashSet<string> Uninteresting = new(StringComparer.Ordinal)
    {
        "agent-color",
        "agent-name",
        "agent-setting",
        "ai-title",
        "attachment",
        "attribution-snapshot",
        "bridge-session",
        "content-replacement",
        "custom-title",
        "file-history-snapshot",
        "isolation-latch",
        "last-prompt",
        "mode",
        "permission-mode",
        "progress",
        "queue-operation",
        "relocated",
        "summary",
        "tag",
        "task-summary",
        "worktree-state",
    };

    /// <summary>
    /// Whether a line that begins with its type is of one that tells nothing: such lines are left unread. The program
    /// begins those with it that belong to no conversation.
    /// </summary>
    public static bool TellNothing(ReadOnlySpan<byte> line)
    {
        var begin = "{\"type\":\""u8;
        if (!line.StartsWith(begin) || line[^1] != '}')
        {
            return false;
        }

        var rest = line[begin.Length..];
        var end = rest.IndexOf((byte)'"');
        return end > 0 && IsUninteresting(new RawText(rest[..end], escaped: false));
    }

    /// <summary>What a line is, by its type; where it has none, by whose message it is.</summary>
    public static LineType Of(in TranscriptLine line)
    {
        var type = line.Type.IsEmpty ? line.Message.Role : line.Type;
        if (type.Is("assistant"u8))
        {
            return LineType.Assistant;
        }

        if (type.Is("user"u8))
        {
            return LineType.User;
        }

        if (type.Is("system"u8))
        {
            return LineType.System;
        }

        if (type.Is("pr-link"u8))
        {
            return LineType.PullRequest;
        }

        return IsUninteresting(type) ? LineType.Uninteresting : LineType.Unknown;
    }

    private static bool IsUninteresting(RawText type) => type.Word() is { } word && Uninteresting.Contains(word);
}
