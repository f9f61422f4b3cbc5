namespace Weir.Capture.Agents.Codex;

/// <summary>
/// Codex: one file of lines for each thread, below <c>sessions</c>, and below <c>archived_sessions</c> once put away. What was not
/// changed for a week it compresses where it lies.
/// </summary>
internal sealed class CodexAgent : CodingAgent
{
    /// <inheritdoc/>
    public override string Name => "codex";

    /// <inheritdoc/>
    public override IEnumerable<string> Homes(Places places)
    {
        yield return places.Variable("CODEX_HOME") ?? Path.Combine(places.Home, ".codex");
    }

    /// <inheritdoc/>
    public override Claim? Claims(ReadOnlySpan<char> relativePath) =>
        !CodexPaths.IsBelowSessions(relativePath) ? null
        : relativePath.EndsWith(".jsonl", StringComparison.Ordinal) ? new Claim(FileForm.Lines, "rollout")
        : relativePath.EndsWith(".jsonl.zst", StringComparison.Ordinal) ? new Claim(FileForm.CompressedLines, "rollout")
        : null;

    /// <inheritdoc/>
    public override AgentReader Open(FileToRead file) => new CodexReader(file);
}

/// <summary>What a rollout's path tells.</summary>
internal static class CodexPaths
{
    private const int ThreadLength = 36;

    /// <summary>Whether it lies where threads are kept.</summary>
    public static bool IsBelowSessions(ReadOnlySpan<char> relativePath) =>
        relativePath.StartsWith("sessions/", StringComparison.Ordinal)
        || relativePath.StartsWith("archived_sessions/", StringComparison.Ordinal);

    /// <summary>
    /// The thread by its file's name, for a file that does not say it: the id at the end of <c>rollout-TIME-ID.jsonl</c>,
    /// else the path below the folder of sessions, which is the same for the copy that was put away.
    /// </summary>
    public static string ThreadOf(string relativePath)
    {
        var path = relativePath.AsSpan();
        path = path.EndsWith(".jsonl", StringComparison.Ordinal) ? path[..^".jsonl".Length] : path;
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (name.StartsWith("rollout-", StringComparison.Ordinal) && name.Length > ThreadLength)
        {
            var id = name[^ThreadLength..];
            if (Guid.TryParseExact(id, "D", out _))
            {
                return id.ToString();
            }
        }

        return path[(path.IndexOf('/') + 1)..].ToString();
    }
}
