using System.Collections.Immutable;

namespace Weir.Capture.Agents;

/// <summary>The agents whose files are read.</summary>
internal static class CodingAgents
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<CodingAgent> All { get; } = [];
}
