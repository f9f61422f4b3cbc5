namespace Weir.Capture.Agents.Codex;

/// <summary>
/// Tells a forked thread's copy of its parent from its own lines. A file with a parent begins in the copy. Whose a line is,
/// these tell, the first that can:
/// <list type="number">
/// <item>the turn it stands in, which is the parent's when it is older than the thread: the ids of turns and threads are UUIDs
/// of version 7 and hold the moment they were made, whatever the line's time says;</item>
/// <item>an answer's usage that names this thread;</item>
/// <item>where the file names no such turns: own is what follows the first line that was written at least half a second after
/// both the thread's beginning and the line before it, the copy's first line aside. A copy is written in one go, or keeps its
/// old times; an answer takes longer.</item>
/// </list>
/// </summary>
internal sealed class CodexReplay
{
    /// <summary>Longer than writing a copy pauses, shorter than a model takes to answer.</summary>
    private const long Pause = 500;

    private long? threadMadeAt;
    private bool turnsAreDated;
    private bool hasBegun;
    private long lastAt;

    /// <summary>Whether the line is the parent's.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>A file with a parent begins.</summary>
    /// <param name="thread">The thread's id.</param>
    /// <param name="madeAt">When it was made, in milliseconds since 1970.</param>
    public void Begin(string thread, long madeAt)
    {
        IsUnderWay = true;
        threadMadeAt = MadeAt(thread);
        lastAt = madeAt;
    }

    /// <summary>A line was met; called for every one, before anything is asked.</summary>
    /// <param name="at">Its time, in milliseconds since 1970.</param>
    public void Line(long at)
    {
        if (!IsUnderWay || turnsAreDated)
        {
            return;
        }

        if (hasBegun && at - lastAt >= Pause)
        {
            IsUnderWay = false;
        }

        hasBegun = true;
        lastAt = Math.Max(lastAt, at);
    }

    /// <summary>A turn was named.</summary>
    public void Turn(string? turn)
    {
        if (threadMadeAt is { } thread && MadeAt(turn) is { } made)
        {
            turnsAreDated = true;
            IsUnderWay = made < thread;
        }
    }

    /// <summary>The thread's own work was named.</summary>
    public void Own() => IsUnderWay = false;

    /// <summary>What a later reading needs to go on.</summary>
    public (bool IsUnderWay, long? ThreadMadeAt, bool TurnsAreDated, bool HasBegun, long LastAt) State
    {
        get => (IsUnderWay, threadMadeAt, turnsAreDated, hasBegun, lastAt);
        set => (IsUnderWay, threadMadeAt, turnsAreDated, hasBegun, lastAt) = value;
    }

    /// <summary>The moment inside a UUID of version 7, in milliseconds since 1970; null for every other text.</summary>
    public static long? MadeAt(string? id)
    {
        if (id is not { Length: 36 } || id[14] != '7' || !Guid.TryParseExact(id, "D", out var guid))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        long at = 0;
        foreach (var b in bytes[..6])
        {
            at = at << 8 | b;
        }

        return at;
    }
}
