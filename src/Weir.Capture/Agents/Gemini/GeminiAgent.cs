namespace Weir.Capture.Agents.Gemini;

/// <summary>
/// Gemini CLI: a file for each conversation below <c>tmp/PROJECT/chats</c>, a subagent's in a folder of its parent's id. Newer
/// versions add lines to a <c>.jsonl</c>, older ones write a <c>.json</c> as a whole. <c>logs.json</c> beside holds prompts alone.
/// </summary>
internal sealed class GeminiAgent : CodingAgent
{
    /// <inheritdoc/>
    public override string Name => "gemini-cli";

    /// <inheritdoc/>
    public override IEnumerable<string> Homes(Places places)
    {
        yield return Path.Combine(places.Variable("GEMINI_CLI_HOME") ?? places.Home, ".gemini");
    }

    /// <inheritdoc/>
    public override Claim? Claims(ReadOnlySpan<char> relativePath)
    {
        if (!relativePath.StartsWith("tmp/", StringComparison.Ordinal))
        {
            return null;
        }

        var project = relativePath["tmp/".Length..];
        var slash = project.IndexOf('/');
        return slash <= 0 || !project[(slash + 1)..].StartsWith("chats/", StringComparison.Ordinal) ? null
            : relativePath.EndsWith(".jsonl", StringComparison.Ordinal) ? new Claim(FileForm.Lines, "chat")
            : relativePath.EndsWith(".json", StringComparison.Ordinal) ? new Claim(FileForm.Whole, "chat")
            : null;
    }

    /// <inheritdoc/>
    public override AgentReader Open(FileToRead file) => new GeminiReader(file);
}
