namespace Weir.Capture.Agents.Codex;

/// <summary>
/// Calls of tools: the model's call (<c>response_item</c>) names the tool, its output ends it, and the program's own event
/// tells how it went. All three carry the call's id.
/// </summary>
internal static class CodexTools
{
    /// <summary>A <c>response_item</c>.</summary>
    public static void Item(CodexState state, ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        var type = Fields.Find(payload, "type"u8);
        if (Fields.Is(type, "function_call"u8) || Fields.Is(type, "custom_tool_call"u8))
        {
            Called(state, payload, Fields.Name(payload, "name"u8), at, caught);
        }
        else if (Fields.Is(type, "local_shell_call"u8))
        {
            Called(state, payload, "local_shell", at, caught);
        }
        else if (Fields.Is(type, "tool_search_call"u8))
        {
            Called(state, payload, "tool_search", at, caught);
        }
        else if (Fields.Is(type, "web_search_call"u8))
        {
            Called(state, payload, "web_search", at, caught);
        }
        else if (Fields.Is(type, "function_call_output"u8) || Fields.Is(type, "custom_tool_call_output"u8))
        {
            var success = Fields.Bool(Fields.Find(payload, "output"u8), "success"u8);
            Ended(state, Fields.Name(payload, "call_id"u8), at, null, success, null, caught);
        }
    }

    /// <summary>An event of a call's end, or null for any other event.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool Event(
        CodexState state,
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> payload,
        DateTimeOffset at,
        Catch caught
    )
    {
        if (Fields.Is(type, "exec_command_end"u8))
        {
            Ended(state, Fields.Name(payload, "call_id"u8), at, Span(payload), ExitedWell(payload), null, caught);
        }
        else if (Fields.Is(type, "patch_apply_end"u8))
        {
            var success = Fields.Bool(payload, "success"u8);
            Ended(state, Fields.Name(payload, "call_id"u8), at, null, success, null, caught);
        }
        else if (Fields.Is(type, "mcp_tool_call_end"u8))
        {
            var result = Fields.Find(payload, "result"u8);
            bool? success =
                !Fields.Find(result, "Err"u8).IsEmpty ? false
                : Fields.Find(result, "Ok"u8) is { IsEmpty: false } ok
                    ? Fields.Bool(ok, "is_error"u8) != true && Fields.Bool(ok, "isError"u8) != true
                : null;
            var name = McpName(Fields.Find(payload, "invocation"u8));
            Ended(state, Fields.Name(payload, "call_id"u8), at, Span(payload), success, name, caught);
        }
        else if (Fields.Is(type, "web_search_end"u8))
        {
            Ended(state, Fields.Name(payload, "call_id"u8), at, null, null, "web_search", caught);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>A tool among the items of newer versions: <c>item_completed</c> holds the call whole.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool Completed(CodexState state, ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        var item = Fields.Find(payload, "item"u8);
        var type = Fields.Find(item, "type"u8);
        string? name = null;
        if (Fields.Is(type, "McpToolCall"u8))
        {
            name = McpName(item);
        }
        else if (Fields.Is(type, "WebSearch"u8))
        {
            name = "web_search";
        }
        else if (!Fields.Is(type, "CommandExecution"u8) && !Fields.Is(type, "FileChange"u8))
        {
            return false;
        }

        var status = Fields.Find(item, "status"u8);
        bool? success =
            Fields.Is(status, "completed"u8) ? true
            : Fields.Is(status, "failed"u8) || Fields.Is(status, "declined"u8) ? false
            : null;
        Ended(state, Fields.Name(item, "id"u8), at, Span(item), ExitedWell(item) ?? success, name, caught);
        return true;
    }

    private static void Called(
        CodexState state,
        ReadOnlySpan<byte> payload,
        string? name,
        DateTimeOffset at,
        Catch caught
    )
    {
        if ((Fields.Name(payload, "call_id"u8) ?? Fields.Name(payload, "id"u8)) is { } call)
        {
            caught.Events.Add(state.NewEvent(SessionEventKind.Tool, call, at) with { Name = name });
        }
    }

    private static void Ended(
        CodexState state,
        string? call,
        DateTimeOffset at,
        TimeSpan? duration,
        bool? success,
        string? name,
        Catch caught
    )
    {
        if (call is not null)
        {
            caught.Events.Add(
                state.NewEvent(SessionEventKind.Tool, call, null) with
                {
                    EndedAt = at,
                    Duration = duration,
                    Succeeded = success,
                    Name = name,
                }
            );
        }
    }

    private static bool? ExitedWell(ReadOnlySpan<byte> json) =>
        Fields.Number(json, "exit_code"u8) is { } code ? code == 0 : null;

    private static string? McpName(ReadOnlySpan<byte> call) =>
        Fields.Name(call, "tool"u8) is not { } tool ? null
        : Fields.Name(call, "server"u8) is { } server ? $"mcp__{server}__{tool}"
        : tool;

    /// <summary>A duration as the program's language writes it: whole seconds and the nanoseconds beyond.</summary>
    private static TimeSpan? Span(ReadOnlySpan<byte> json)
    {
        var duration = Fields.Find(json, "duration"u8);
        return Fields.Number(duration, "secs"u8) is { } seconds
            ? Fields.Milliseconds(seconds * 1000 + (Fields.Number(duration, "nanos"u8) ?? 0) / 1_000_000)
            : null;
    }
}
