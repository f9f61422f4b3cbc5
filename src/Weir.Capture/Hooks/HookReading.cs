using Weir.Wire;

namespace Weir.Capture.Hooks;

/// <summary>
/// What a hook's message says, as far as it is read: names, ids, words of fixed lists. Prompts, tool inputs and answers, messages
/// and summaries are passed over as bytes and never become text.
/// </summary>
internal sealed record HookReading
{
    /// <summary><c>hook_event_name</c>.</summary>
    public string? Event { get; private set; }

    /// <summary><c>session_id</c>.</summary>
    public string? Session { get; private set; }

    /// <summary><c>cwd</c>; for <c>CwdChanged</c> the new one.</summary>
    public string? Folder { get; private set; }

    /// <summary><c>prompt_id</c>.</summary>
    public string? Prompt { get; private set; }

    /// <summary><c>agent_id</c>: the subagent that it happened in, or that is told of.</summary>
    public string? Agent { get; private set; }

    /// <summary><c>agent_type</c>.</summary>
    public string? AgentType { get; private set; }

    /// <summary><c>tool_name</c>.</summary>
    public string? Tool { get; private set; }

    /// <summary><c>tool_use_id</c>.</summary>
    public string? ToolUse { get; private set; }

    /// <summary>
    /// A fingerprint of <c>tool_input</c>, only ever held in memory: a request for permission does not name its call, but has the
    /// same input. 0 when there is none.
    /// </summary>
    public ulong InputPrint { get; private set; }

    /// <summary><c>duration_ms</c>.</summary>
    public TimeSpan? Duration { get; private set; }

    /// <summary><c>source</c>, <c>reason</c> or <c>trigger</c>: how a session began or ended, or why a compaction came.</summary>
    public string? Word { get; private set; }

    /// <summary><c>notification_type</c>.</summary>
    public string? Notification { get; private set; }

    /// <summary><c>error</c>, of a failure that stopped the agent: a word of a fixed list.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads a message; null when it is no JSON object.</summary>
    public static HookReading? Read(ReadOnlySpan<byte> json)
    {
        var reading = new HookReading();
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return null;
        }

        ReadOnlySpan<byte> error = default;
        while (cursor.NextProperty(out var name, out var escaped))
        {
            var value = cursor.Skip();
            if (JsonText.Is(name, escaped, "hook_event_name"u8))
            {
                reading.Event = Text(value);
            }
            else if (JsonText.Is(name, escaped, "session_id"u8))
            {
                reading.Session = Text(value);
            }
            else if (JsonText.Is(name, escaped, "cwd"u8))
            {
                reading.Folder ??= Text(value, 1024);
            }
            else if (JsonText.Is(name, escaped, "new_cwd"u8))
            {
                reading.Folder = Text(value, 1024);
            }
            else if (JsonText.Is(name, escaped, "prompt_id"u8))
            {
                reading.Prompt = Text(value);
            }
            else if (JsonText.Is(name, escaped, "agent_id"u8))
            {
                reading.Agent = Text(value);
            }
            else if (JsonText.Is(name, escaped, "agent_type"u8))
            {
                reading.AgentType = Text(value);
            }
            else if (JsonText.Is(name, escaped, "tool_name"u8))
            {
                reading.Tool = Text(value);
            }
            else if (JsonText.Is(name, escaped, "tool_use_id"u8))
            {
                reading.ToolUse = Text(value);
            }
            else if (JsonText.Is(name, escaped, "tool_input"u8))
            {
                reading.InputPrint = Print(value);
            }
            else if (JsonText.Is(name, escaped, "duration_ms"u8))
            {
                reading.Duration = Milliseconds(value);
            }
            else if (
                JsonText.Is(name, escaped, "source"u8)
                || JsonText.Is(name, escaped, "reason"u8)
                || JsonText.Is(name, escaped, "trigger"u8)
            )
            {
                reading.Word = Text(value, 32);
            }
            else if (JsonText.Is(name, escaped, "notification_type"u8))
            {
                reading.Notification = Text(value, 64);
            }
            else if (JsonText.Is(name, escaped, "error"u8))
            {
                error = value;
            }
        }

        // Of a tool that failed it is the tool's own text.
        reading.Error = reading.Event == "StopFailure" ? Text(error, 64) : null;
        return cursor.AtEnd() ? reading : null;
    }

    private static string? Text(ReadOnlySpan<byte> json, int most = 128)
    {
        var cursor = new JsonCursor(json);
        if (cursor.Peek() != JsonKind.String || !cursor.ReadString(out var raw, out var escaped))
        {
            return null;
        }

        var text = NameCache.Shared.GetJson(raw, escaped, most);
        return string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl) ? null : text;
    }

    private static TimeSpan? Milliseconds(ReadOnlySpan<byte> json) =>
        System.Buffers.Text.Utf8Parser.TryParse(json, out double value, out var used)
        && used == json.Length
        && value is >= 0 and <= 7 * 24 * 3_600_000d
            ? TimeSpan.FromMilliseconds(value)
            : null;

    // FNV-1a, 64 bits.
    private static ulong Print(ReadOnlySpan<byte> json)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in json)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}
