namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>
/// What happened, as a transcript tells it: prompts, tools, subagents, compactions, errors, refusals, pull requests. Ids,
/// names, numbers and times only.
/// </summary>
internal sealed class TranscriptEvents(TranscriptFile file, TranscriptState state)
{
    private const int LongestLimitText = 500;

    /// <summary>Yields what a line tells.</summary>
    public void Read(
        LineType type,
        ReadOnlySpan<byte> bytes,
        in TranscriptLine line,
        MessageBlocks blocks,
        in LineContext context,
        Catch caught
    )
    {
        if (file.IsSubagent && !state.AgentTold)
        {
            SubagentBegan(line, context, caught);
        }

        switch (type)
        {
            case LineType.Assistant:
                Answer(bytes, line, blocks, context, caught);
                break;
            case LineType.User when blocks.HasResult:
                Results(bytes, line, blocks, context, caught);
                break;
            case LineType.User:
                Prompt(line, context, caught);
                break;
            case LineType.System:
                System(line, context, caught);
                break;
            case LineType.PullRequest:
                PullRequest(line, context, caught);
                break;
        }
    }

    private void SubagentBegan(in TranscriptLine line, in LineContext context, Catch caught)
    {
        state.AgentTold = true;
        if (context.Agent is not { } agent)
        {
            return;
        }

        var sidecar = file.Sidecar;
        caught.Events.Add(
            New(SessionEventKind.Agent, agent, context) with
            {
                StartedAt = context.At,
                Agent = sidecar.ParentAgent,
                Name = sidecar.AgentType ?? line.AgentType.Name(),
                Parent = sidecar.Call,
            }
        );
    }

    private void Answer(
        ReadOnlySpan<byte> bytes,
        in TranscriptLine line,
        MessageBlocks blocks,
        in LineContext context,
        Catch caught
    )
    {
        if (line.IsApiError || line.Message.Model.Is("<synthetic>"u8))
        {
            Failure(line, context, caught);
            return;
        }

        foreach (var block in blocks.All)
        {
            if (block.Kind != BlockKind.ToolUse || block.Id.In(bytes).Id() is not { } id)
            {
                continue;
            }

            var name = block.Name.In(bytes).Name();
            var agentType = name is "Task" or "Agent" ? ToolBodies.AgentType(block.Body.In(bytes).Bytes) : null;
            state.Opened(new OpenCall(id, name, agentType));
            caught.Events.Add(
                New(SessionEventKind.Tool, id, context) with
                {
                    StartedAt = context.At,
                    Name = name,
                    Parent = line.Message.Id.Id(),
                }
            );
        }

        if (file.IsSubagent && context.Agent is { } agent && line.Message.StopReason.Is("end_turn"u8))
        {
            caught.Events.Add(
                New(SessionEventKind.Agent, agent, context) with
                {
                    EndedAt = context.At,
                    Agent = null,
                    Name = line.AgentType.Name(),
                }
            );
        }
    }

    private void Results(
        ReadOnlySpan<byte> bytes,
        in TranscriptLine line,
        MessageBlocks blocks,
        in LineContext context,
        Catch caught
    )
    {
        // What stands beside the message is of one result, and does not say of which.
        var single = blocks.All.Count == 1;
        foreach (var block in blocks.All)
        {
            if (block.Kind != BlockKind.ToolResult || block.Id.In(bytes).Id() is not { } id)
            {
                continue;
            }

            var call = state.Closed(id);
            caught.Events.Add(
                New(SessionEventKind.Tool, id, context) with
                {
                    EndedAt = context.At,
                    Duration = single ? Milliseconds(line.ResultDurationMs) : null,
                    Name = call.Name,
                    Succeeded = !block.IsError,
                }
            );
            var body = block.Body.In(bytes).Bytes;
            if (block.IsError && ToolBodies.IsRefusal(body))
            {
                caught.Events.Add(
                    New(SessionEventKind.Permission, id, context) with
                    {
                        StartedAt = context.At,
                        Name = call.Name,
                        Parent = id,
                        Succeeded = false,
                    }
                );
            }

            SubagentResult(line, call, id, single, body, context, caught);
        }
    }

    private static void SubagentResult(
        in TranscriptLine line,
        OpenCall call,
        string id,
        bool single,
        ReadOnlySpan<byte> body,
        in LineContext context,
        Catch caught
    )
    {
        var told = single && !line.ResultAgent.IsEmpty;
        var agent =
            told ? line.ResultAgent.Id()
            : call.Name is "Task" or "Agent" ? ToolBodies.AgentId(body)
            : null;
        if (agent is null)
        {
            return;
        }

        var goesOn = told && line.ResultStatus.Is("async_launched"u8);
        caught.Events.Add(
            New(SessionEventKind.Agent, agent, context) with
            {
                StartedAt = goesOn ? context.At : null,
                EndedAt = goesOn ? null : context.At,
                Duration = told ? Milliseconds(line.ResultDurationMs) : null,
                Name = (told ? line.ResultAgentType.Name() : null) ?? call.AgentType,
                Parent = id,
                Succeeded = told && line.ResultStatus.Is("completed"u8) ? true : null,
            }
        );
    }

    private static void Prompt(in TranscriptLine line, in LineContext context, Catch caught)
    {
        if (
            line.IsMeta
            || line.IsCompactSummary
            || context.IsSidechain
            || !line.Message.HasContent
            || ToolBodies.IsEcho(line.Message.FirstText.Bytes)
            || (line.PromptId.Id() ?? line.Uuid.Id()) is not { } id
        )
        {
            return;
        }

        caught.Events.Add(New(SessionEventKind.Prompt, id, context) with { StartedAt = context.At });
    }

    private static void System(in TranscriptLine line, in LineContext context, Catch caught)
    {
        if (line.Uuid.Id() is not { } id)
        {
            return;
        }

        if (line.Subtype.Is("turn_duration"u8))
        {
            var took = Milliseconds(line.DurationMs);
            caught.Events.Add(
                New(SessionEventKind.Turn, id, context) with
                {
                    StartedAt = took is { } length ? context.At - length : null,
                    EndedAt = context.At,
                    Duration = took,
                }
            );
        }
        else if (line.Subtype.Is("compact_boundary"u8))
        {
            caught.Events.Add(
                New(SessionEventKind.Compaction, id, context) with
                {
                    StartedAt = context.At,
                    Duration = Milliseconds(line.DurationMs),
                    Name = line.CompactTrigger.Word(),
                    Tokens = line.CompactTokens,
                }
            );
        }
        else if (line.Subtype.Is("api_error"u8))
        {
            caught.Events.Add(Error(id, line, context));
        }
    }

    private static void Failure(in TranscriptLine line, in LineContext context, Catch caught)
    {
        var text = line.Message.FirstText;
        if (
            LimitTexts.AreOfALimit(line, text.Bytes)
            && (line.IsApiError || LimitTexts.Begins(text.Bytes))
            && text.Beginning(LongestLimitText) is { } said
        )
        {
            caught.Limits.Add(
                new LimitWord(
                    context.At,
                    ClaudeCodeAgent.ClientName,
                    context.Session,
                    LimitWordKind.Message,
                    said,
                    ResetsAt: LimitTexts.OldReset(text.Bytes)
                )
            );
        }

        if ((line.IsApiError || !line.Error.IsEmpty) && line.Uuid.Id() is { } id)
        {
            caught.Events.Add(Error(id, line, context));
        }
    }

    private static void PullRequest(in TranscriptLine line, in LineContext context, Catch caught)
    {
        if (
            line.PullRequest.Id() is { } address
            && Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        )
        {
            caught.Events.Add(
                New(SessionEventKind.PullRequest, address, context) with
                {
                    StartedAt = context.At,
                    Name = address,
                }
            );
        }
    }

    private static SessionEvent Error(string id, in TranscriptLine line, in LineContext context) =>
        New(SessionEventKind.Error, id, context) with
        {
            StartedAt = context.At,
            Name = line.Error.Word() ?? (line.HttpStatus is { } status ? $"http_{status}" : "unknown"),
            Succeeded = false,
        };

    private static SessionEvent New(SessionEventKind kind, string id, in LineContext context) =>
        new()
        {
            Kind = kind,
            Session = context.Session,
            Id = id,
            Agent = context.Agent,
        };

    /// <summary>A length of time; null for one above 30 days, which no tool takes.</summary>
    private static TimeSpan? Milliseconds(long? count) =>
        count is { } ms && ms <= TimeSpan.MillisecondsPerDay * 30 ? TimeSpan.FromMilliseconds(ms) : null;
}
