namespace Weir.Capture.Sessions;

/// <summary>What a session does now, judged by what was last heard of it.</summary>
internal static class SessionStates
{
    /// <summary>How long after anything happened a session counts as running.</summary>
    public static readonly TimeSpan Active = TimeSpan.FromMinutes(5);

    /// <summary>How long an unanswered prompt or question is believed: the process may have been killed.</summary>
    public static readonly TimeSpan Believed = TimeSpan.FromHours(12);

    // Some lines are written to the log after the hook has told of the end.
    private static readonly TimeSpan Afterwards = TimeSpan.FromMinutes(1);

    /// <summary>Judges.</summary>
    /// <param name="lastAt">When anything was last heard of it.</param>
    /// <param name="events">Its events; those of life, prompts, turns, permissions and tools are looked at.</param>
    /// <param name="now">The time.</param>
    public static SessionState Of(DateTimeOffset lastAt, IReadOnlyCollection<SessionEvent> events, DateTimeOffset now)
    {
        var life = Latest(events, SessionEventKind.Life);
        var prompt = Latest(events, SessionEventKind.Prompt);
        if (
            life is { Name: "end" }
            && lastAt - At(life) <= Afterwards
            && !(prompt is not null && At(prompt) > At(life))
        )
        {
            return SessionState.Ended;
        }

        if (now - lastAt > Believed)
        {
            return SessionState.Idle;
        }

        if (IsWaiting(events, prompt))
        {
            return SessionState.Waiting;
        }

        var turn = Latest(events, SessionEventKind.Turn);
        var runs = life is not null && prompt is not null && (turn is null || At(turn) < At(prompt));
        return now - lastAt <= Active || runs ? SessionState.Active : SessionState.Idle;
    }

    private static bool IsWaiting(IReadOnlyCollection<SessionEvent> events, SessionEvent? prompt)
    {
        var open = events
            .Where(e => e is { Kind: SessionEventKind.Permission, EndedAt: null, Succeeded: null, StartedAt: not null })
            .ToList();
        if (open.Count == 0)
        {
            return false;
        }

        var ended = events
            .Where(e => e is { Kind: SessionEventKind.Tool, EndedAt: not null })
            .Select(e => e.Id)
            .ToHashSet(StringComparer.Ordinal);
        var turn = Latest(events, SessionEventKind.Turn);
        return open.Exists(e =>
            !ended.Contains(e.Parent ?? e.Id)
            && (prompt is null || At(prompt) <= e.StartedAt)
            && (turn is null || At(turn) < e.StartedAt)
        );
    }

    private static SessionEvent? Latest(IEnumerable<SessionEvent> events, SessionEventKind kind) =>
        events.Where(e => e.Kind == kind && e.Agent is null).MaxBy(At);

    private static DateTimeOffset At(SessionEvent e) => e.EndedAt ?? e.StartedAt ?? DateTimeOffset.MinValue;
}
