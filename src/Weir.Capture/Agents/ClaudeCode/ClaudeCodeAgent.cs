using Weir.Foundation;

namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>
/// Claude Code: transcripts below its configuration folder (<c>projects/**.jsonl</c>), and below its cache folder what it
/// wrote about tool servers (<c>PROJECT/mcp-logs-SERVER/TIME.jsonl</c>). See docs/formats/claude-code.md.
/// </summary>
internal sealed class ClaudeCodeAgent : CodingAgent
{
    /// <summary>The client's name in records.</summary>
    public const string ClientName = "claude-code";

    /// <summary>A conversation.</summary>
    public const string TranscriptKind = "transcript";

    /// <summary>A subagent's conversation.</summary>
    public const string SubagentKind = "subagent";

    /// <summary>What was written about one tool server.</summary>
    public const string McpLogKind = "mcp";

    private const string McpFolder = "mcp-logs-";

    /// <inheritdoc/>
    public override string Name => ClientName;

    /// <inheritdoc/>
    public override IEnumerable<string> Homes(Places places)
    {
        var configured = (places.Variable("CLAUDE_CONFIG_DIR") ?? "").Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        IEnumerable<string> transcripts =
            configured.Length > 0
                ? configured
                : [Path.Combine(places.Home, ".claude"), Path.Combine(places.Home, ".config", "claude")];
        return transcripts.Append(Cache(places)).Distinct(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override Claim? Claims(ReadOnlySpan<char> relativePath)
    {
        if (!relativePath.EndsWith(".jsonl", StringComparison.Ordinal))
        {
            return null;
        }

        if (relativePath.StartsWith("projects/", StringComparison.Ordinal))
        {
            return new Claim(FileForm.Lines, IsSubagent(relativePath) ? SubagentKind : TranscriptKind);
        }

        return McpServer(relativePath).IsEmpty ? null : new Claim(FileForm.Lines, McpLogKind);
    }

    /// <inheritdoc/>
    public override Billing? BillingOf(string home) => SignIn.Of(home);

    /// <inheritdoc/>
    public override AgentReader Open(FileToRead file) =>
        file.Kind == McpLogKind ? new McpLogReader(file) : new TranscriptReader(file);

    /// <summary>The server that a log is about, as its folder names it; empty when the path is no such log.</summary>
    internal static ReadOnlySpan<char> McpServer(ReadOnlySpan<char> relativePath)
    {
        var slash = relativePath.LastIndexOf('/');
        if (slash < 0)
        {
            return default;
        }

        var folder = relativePath[..slash];
        var name = folder[(folder.LastIndexOf('/') + 1)..];
        return name.StartsWith(McpFolder, StringComparison.Ordinal) ? name[McpFolder.Length..] : default;
    }

    private static bool IsSubagent(ReadOnlySpan<char> path) =>
        path.Contains("/subagents/", StringComparison.Ordinal)
        || path[(path.LastIndexOf('/') + 1)..].StartsWith("agent-", StringComparison.Ordinal);

    private static string Cache(Places places) =>
        places.System switch
        {
            OSPlatformKind.Mac => Path.Combine(places.Home, "Library", "Caches", "claude-cli-nodejs"),
            OSPlatformKind.Windows => Path.Combine(
                places.Variable("LOCALAPPDATA") ?? Path.Combine(places.Home, "AppData", "Local"),
                "claude-cli-nodejs",
                "Cache"
            ),
            _ => Path.Combine(
                places.Variable("XDG_CACHE_HOME") ?? Path.Combine(places.Home, ".cache"),
                "claude-cli-nodejs"
            ),
        };
}
