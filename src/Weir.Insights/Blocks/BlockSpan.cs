using Weir.Foundation;

namespace Weir.Insights.Blocks;

/// <summary>Sums of requests that lie near to one another, as <see cref="UsageBlocks"/> counts them.</summary>
/// <param name="FirstAt">The first of them, UTC.</param>
/// <param name="LastAt">The last.</param>
/// <param name="Requests">How many; above zero.</param>
/// <param name="Tokens">Their tokens; classes that were not told count as none.</param>
/// <param name="Cost">The sum of the costs that are known.</param>
/// <param name="Models">The models that served.</param>
public sealed record BlockSpan(
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt,
    long Requests,
    TokenUsage Tokens,
    Money Cost,
    IReadOnlyList<string> Models
);
