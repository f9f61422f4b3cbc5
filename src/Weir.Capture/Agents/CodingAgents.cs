using System.Collections.Immutable;
using Weir.Capture.Agents.ClaudeCode;
using Weir.Capture.Agents.Codex;
using Weir.Capture.Agents.Gemini;
using Weir.Capture.Agents.OpenCode;

namespace Weir.Capture.Agents;

/// <summary>The agents whose files are read.</summary>
internal static class CodingAgents
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<CodingAgent> All { get; } =
    [new ClaudeCodeAgent(), new CodexAgent(), new GeminiAgent(), new OpenCodeAgent()];
}
