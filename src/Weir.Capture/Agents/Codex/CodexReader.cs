using Weir.Wire;

namespace Weir.Capture.Agents.Codex;

/// <summary>
/// Reads a rollout: lines <c>{timestamp, type, payload}</c> of one thread, first of all its <c>session_meta</c>. Usage comes
/// from the records of single answers where the program writes them (they name the answer), else from the running totals.
/// What a forked thread copied from its parent is the parent's, and passed over.
/// </summary>
internal sealed class CodexReader : AgentReader
{
    private readonly CodexState state;

    public CodexReader(FileToRead file)
    {
        state = CodexState.Restore(file.Saved) ?? new CodexState(CodexPaths.ThreadOf(file.RelativePath));
    }

    /// <inheritdoc/>
    public override byte[]? Save() => state.Save();

    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<byte> line, Catch caught)
    {
        if (!AgentLine.IsObject(line, caught))
        {
            return;
        }

        var type = Fields.Find(line, "type"u8);
        if (Fields.Time(line, "timestamp"u8) is not { } at)
        {
            caught.Skip("unknown type");
            return;
        }

        state.Replay.Line(at.ToUnixTimeMilliseconds());
        var payload = Fields.Find(line, "payload"u8);
        if (Fields.Is(type, "response_item"u8))
        {
            if (!state.Replay.IsUnderWay)
            {
                CodexTools.Item(state, payload, at, caught);
            }
        }
        else if (Fields.Is(type, "event_msg"u8))
        {
            Event(payload, at, caught);
        }
        else if (Fields.Is(type, "token_usage_record"u8))
        {
            Record(payload, at, caught);
        }
        else if (Fields.Is(type, "turn_context"u8))
        {
            Context(payload, at, caught);
        }
        else if (Fields.Is(type, "session_meta"u8))
        {
            CodexMeta.Read(state, payload, at, caught);
        }
        else if (Fields.Is(type, "compacted"u8))
        {
            if (!state.Replay.IsUnderWay)
            {
                caught.Events.Add(
                    state.NewEvent(SessionEventKind.Compaction, CodexState.IdOf(at), at) with
                    {
                        Tokens = state.ContextSize,
                    }
                );
            }
        }
        else if (!Fields.Is(type, "world_state"u8))
        {
            caught.Skip("unknown type");
        }
    }

    private void Event(ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        var type = Fields.Find(payload, "type"u8);
        if (Fields.Is(type, "token_count"u8))
        {
            Count(payload, at, caught);
            return;
        }

        if (Fields.Is(type, "task_started"u8) || Fields.Is(type, "turn_started"u8))
        {
            Turn(Fields.Name(payload, "turn_id"u8));
        }

        if (!state.Replay.IsUnderWay)
        {
            CodexEvents.Read(state, type, payload, at, caught);
        }
    }

    private void Turn(string? turn)
    {
        state.Replay.Turn(turn);
        state.Turn = turn;
    }

    private void Context(ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        if (Fields.Name(payload, "turn_id"u8) is { } turn)
        {
            Turn(turn);
        }

        state.Model = Fields.Name(payload, "model"u8) ?? state.Model;
        if (!state.Replay.IsUnderWay)
        {
            state.Folder = Fields.Text(payload, "cwd"u8, Fields.LongestPath) ?? state.Folder;
            caught.Session(state.Facts(at));
        }
    }

    /// <summary>What one answer used, by the answer's id.</summary>
    private void Record(ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        if (Fields.Name(payload, "thread_id"u8) is { } thread)
        {
            if (thread != state.Thread)
            {
                caught.Skip("replayed");
                return;
            }

            state.Replay.Own();
        }

        if (state.Replay.IsUnderWay)
        {
            caught.Skip("replayed");
            return;
        }

        if (CodexTokens.Read(Fields.Find(payload, "usage"u8)) is not { } used)
        {
            caught.Skip("impossible numbers");
            return;
        }

        var answer = Fields.Name(payload, "response_id"u8);
        var total = CodexTokens.Read(Fields.Find(payload, "thread_token_usage"u8));
        state.Meter.Record();
        caught.Session(state.Facts(at));
        if (used.IsZero)
        {
            return;
        }

        var told = new CodexUnpaid(
            answer,
            answer is null ? $"{state.Thread}:{total ?? used}" : null,
            state.Model,
            at.ToUnixTimeMilliseconds(),
            used
        );
        caught.Sightings.Add(state.NewSighting(told));
        state.Owe(told);
    }

    /// <summary>The running total, and the provider's word on limits.</summary>
    private void Count(ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        var limits = Fields.Find(payload, "rate_limits"u8);
        var info = Fields.Find(payload, "info"u8);
        var total = CodexTokens.Read(Fields.Find(info, "total_token_usage"u8));
        var lastObject = Fields.Find(info, "last_token_usage"u8);
        var last = CodexTokens.Read(lastObject);
        if (state.Replay.IsUnderWay)
        {
            if (total is { } inherited)
            {
                state.Meter.Inherit(inherited);
            }

            caught.Skip("replayed");
            return;
        }

        if (new JsonCursor(limits).Peek() == JsonKind.Object)
        {
            state.Settle(Fields.Word(limits, "plan_type"u8), caught);
        }

        CodexLimits.Quota(state, limits, at, caught);
        if (Fields.Count(lastObject, "total_tokens"u8) is > 0 and var size)
        {
            state.ContextSize = size;
        }

        if (total is null && last is null)
        {
            if (!Fields.Find(info, "total_token_usage"u8).IsEmpty || !lastObject.IsEmpty)
            {
                caught.Skip("impossible numbers");
            }

            return;
        }

        // Without a total nothing tells a repetition from another request of the same size but its time.
        var used = total is { } now ? state.Meter.Advance(now, last, state.IsForked) : last!.Value;
        if (used.IsZero)
        {
            return;
        }

        var model =
            Fields.Name(info, "model"u8) ?? Fields.Name(info, "model_name"u8) ?? Fields.Name(payload, "model"u8);
        caught.Session(state.Facts(at));
        caught.Sightings.Add(
            state.NewSighting(used, at) with
            {
                Model = model ?? state.Model,
                OwnId = total is { } sum
                    ? $"{state.Thread}:{sum}"
                    : $"{state.Thread}@{at.ToUnixTimeMilliseconds()}:{used}",
            }
        );
    }
}
