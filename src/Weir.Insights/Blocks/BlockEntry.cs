using Weir.Foundation;

namespace Weir.Insights.Blocks;

/// <summary>One request, as <see cref="UsageBlocks"/> counts it.</summary>
/// <param name="At">When its answer was there, UTC.</param>
/// <param name="Tokens">Its tokens; classes that were not told count as none.</param>
/// <param name="Cost">What it costs by list; null when unknown, which adds nothing.</param>
/// <param name="Model">The model that served; null when not told.</param>
public readonly record struct BlockEntry(
    DateTimeOffset At,
    TokenUsage Tokens,
    Money? Cost = null,
    string? Model = null
);
