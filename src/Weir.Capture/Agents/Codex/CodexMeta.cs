namespace Weir.Capture.Agents.Codex;

/// <summary>
/// The <c>session_meta</c> of a rollout. The first is the thread's own; another thread's behind it is where a copy of that
/// thread begins; the own one again is the thread taken up another time.
/// </summary>
internal static class CodexMeta
{
    /// <summary>Reads one.</summary>
    public static void Read(CodexState state, ReadOnlySpan<byte> payload, DateTimeOffset at, Catch caught)
    {
        var id = Fields.Name(payload, "id"u8) ?? Fields.Name(payload, "session_id"u8);
        var madeAt = Fields.Time(payload, "timestamp"u8) ?? at;
        if (state.IsNamed && id != state.Thread)
        {
            if (!state.Meter.HasOwn && !state.IsForked)
            {
                state.Parent = id;
                state.Replay.Begin(state.Thread, at.ToUnixTimeMilliseconds());
            }

            return;
        }

        if (!state.IsNamed)
        {
            Name(state, payload, id, madeAt);
        }

        state.Folder = Fields.Text(payload, "cwd"u8, Fields.LongestPath) ?? state.Folder;
        var git = Fields.Find(payload, "git"u8);
        state.Branch = Fields.Text(git, "branch"u8, Fields.LongestPath) ?? state.Branch;
        state.Provider = ProviderOf(Fields.Name(payload, "model_provider"u8)) ?? state.Provider;
        var source = Fields.Find(payload, "source"u8);
        caught.Session(
            state.Facts(madeAt) with
            {
                LastAt = at > madeAt ? at : madeAt,
                Version = Fields.Name(payload, "cli_version"u8),
                Repository = state.IsAgent ? null : Fields.Repository(Fields.Text(git, "repository_url"u8, 1024)),
                Entrypoint = state.IsAgent ? null : Fields.Text(source, 64) ?? Fields.Name(payload, "originator"u8),
            }
        );
        if (state.IsAgent)
        {
            var spawn = Fields.Find(Fields.Find(source, "subagent"u8), "thread_spawn"u8);
            caught.Events.Add(
                state.NewEvent(SessionEventKind.Agent, state.Thread, madeAt) with
                {
                    Agent = null,
                    Name =
                        Fields.Name(spawn, "agent_role"u8)
                        ?? Fields.Name(payload, "agent_role"u8)
                        ?? Fields.Name(source, "subagent"u8)
                        ?? Fields.Name(spawn, "agent_nickname"u8),
                }
            );
        }
    }

    private static void Name(CodexState state, ReadOnlySpan<byte> payload, string? id, DateTimeOffset madeAt)
    {
        var source = Fields.Find(payload, "source"u8);
        var subagent = Fields.Find(source, "subagent"u8);
        state.IsNamed = true;
        state.Thread = id ?? state.Thread;
        state.IsAgent = !subagent.IsEmpty || Fields.Is(Fields.Find(payload, "thread_source"u8), "subagent"u8);
        state.Parent =
            Fields.Name(payload, "forked_from_id"u8)
            ?? Fields.Name(payload, "parent_thread_id"u8)
            ?? Fields.Name(Fields.Find(subagent, "thread_spawn"u8), "parent_thread_id"u8);
        var session = Fields.Name(payload, "session_id"u8);
        state.Session =
            session is not null && session != state.Thread ? session
            : state.IsAgent && state.Parent is { } parent ? parent
            : state.Thread;
        if (state.IsForked)
        {
            state.Replay.Begin(state.Thread, madeAt.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>The providers that a configuration of Codex names as the catalogue of prices does; any other name is the user's own.</summary>
    private static string? ProviderOf(string? name) =>
        name
            is "openai"
                or "azure"
                or "openrouter"
                or "groq"
                or "deepseek"
                or "mistral"
                or "xai"
                or "cerebras"
                or "amazon-bedrock"
                or "lmstudio"
            ? name
            : null;
}
