using Weir.Wire;

namespace Weir.Capture.Agents.Codex;

/// <summary>The events of a rollout other than those of tokens: prompts, turns, tools, failures.</summary>
internal static class CodexEvents
{
    /// <summary>Reads an <c>event_msg</c> of the thread's own.</summary>
    public static void Read(
        CodexState state,
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> payload,
        DateTimeOffset at,
        Catch caught
    )
    {
        if (Fields.Is(type, "item_completed"u8))
        {
            if (Fields.Is(Fields.Find(Fields.Find(payload, "item"u8), "type"u8), "UserMessage"u8))
            {
                Prompt(state, at, caught);
            }
            else
            {
                CodexTools.Completed(state, payload, at, caught);
            }
        }
        else if (Fields.Is(type, "user_message"u8))
        {
            Prompt(state, at, caught);
        }
        else if (Fields.Is(type, "task_complete"u8) || Fields.Is(type, "turn_complete"u8))
        {
            var error = Fields.Find(payload, "error"u8);
            var failed = new JsonCursor(error).Peek() == JsonKind.Object;
            if (failed)
            {
                Failure(state, error, at, caught);
            }

            End(state, payload, !failed, at, caught);
        }
        else if (Fields.Is(type, "turn_aborted"u8))
        {
            End(state, payload, false, at, caught);
        }
        else if (Fields.Is(type, "error"u8) || Fields.Is(type, "stream_error"u8))
        {
            Failure(state, payload, at, caught);
        }
        else if (!CodexTools.Event(state, type, payload, at, caught) && !IsKnown(type))
        {
            caught.Skip("unknown event");
        }
    }

    private static void Prompt(CodexState state, DateTimeOffset at, Catch caught)
    {
        caught.Events.Add(state.NewEvent(SessionEventKind.Prompt, state.Turn ?? CodexState.IdOf(at), at));
        caught.Session(state.Facts(at));
    }

    private static void End(
        CodexState state,
        ReadOnlySpan<byte> payload,
        bool succeeded,
        DateTimeOffset at,
        Catch caught
    )
    {
        var turn = Fields.Name(payload, "turn_id"u8) ?? state.Turn ?? CodexState.IdOf(at);
        var startedAt = Fields.UnixMilliseconds(Fields.Number(payload, "started_at"u8) * 1000);
        caught.Events.Add(
            state.NewEvent(SessionEventKind.Turn, turn, startedAt) with
            {
                EndedAt = at,
                Duration = Fields.Milliseconds(Fields.Number(payload, "duration_ms"u8)),
                Parent = turn,
                Succeeded = succeeded,
            }
        );
        caught.Session(state.Facts(at));
    }

    private static void Failure(CodexState state, ReadOnlySpan<byte> error, DateTimeOffset at, Catch caught)
    {
        var info = Fields.Find(error, "codex_error_info"u8);
        var name = Fields.Word(Fields.Text(info, 64)) ?? FirstName(info);
        caught.Events.Add(
            state.NewEvent(SessionEventKind.Error, CodexState.IdOf(at), at) with
            {
                Name = name,
                Succeeded = false,
            }
        );
        var message = CodexLimits.Message(error);
        if (message is not null || name is "usage_limit_exceeded")
        {
            caught.Events.Add(
                state.NewEvent(SessionEventKind.Limit, CodexState.IdOf(at), at) with
                {
                    Name = message ?? name,
                }
            );
            caught.Limits.Add(
                new LimitWord(at, "codex", state.Session, LimitWordKind.Message, message ?? name, Plan: state.Plan)
            );
        }
    }

    /// <summary>The kind of a failure that has particulars: <c>{"response_too_many_failed_attempts": {…}}</c>.</summary>
    private static string? FirstName(ReadOnlySpan<byte> info)
    {
        var cursor = new JsonCursor(info);
        return cursor.EnterObject() && cursor.NextProperty(out var name, out var escaped)
            ? Fields.Word(NameCache.Shared.GetJson(name, escaped, 64))
            : null;
    }

    private static bool IsKnown(ReadOnlySpan<byte> type) =>
        Fields.Is(type, "agent_message"u8)
        || Fields.Is(type, "agent_reasoning"u8)
        || Fields.Is(type, "agent_reasoning_raw_content"u8)
        || Fields.Is(type, "task_started"u8)
        || Fields.Is(type, "turn_started"u8)
        || Fields.Is(type, "thread_settings_applied"u8)
        || Fields.Is(type, "context_compacted"u8)
        || Fields.Is(type, "exec_command_begin"u8)
        || Fields.Is(type, "mcp_tool_call_begin"u8)
        || Fields.Is(type, "patch_apply_begin"u8)
        || Fields.Is(type, "web_search_begin"u8);
}
