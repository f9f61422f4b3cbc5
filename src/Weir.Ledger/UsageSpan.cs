using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>
/// What was used within one UTC hour, for whoever cuts time at full hours. Records that began at the very first instant of an
/// hour are a span of their own: they may belong to what went before.
/// </summary>
/// <param name="FirstAt">When its first record began, UTC.</param>
/// <param name="LastAt">When its last one began; in the same hour.</param>
/// <param name="Parts">By model, the largest cost first; never empty.</param>
public sealed record UsageSpan(DateTimeOffset FirstAt, DateTimeOffset LastAt, ImmutableArray<UsageSpanPart> Parts);

/// <summary>What one model used in a <see cref="UsageSpan"/>.</summary>
/// <param name="Model">The model; null is "unknown".</param>
/// <param name="Requests">Records.</param>
/// <param name="Unpriced">Of these, with tokens but without a known price.</param>
/// <param name="Tokens">Their tokens; unknown counts as nothing.</param>
/// <param name="Cost">List cost of those with a known price.</param>
public sealed record UsageSpanPart(string? Model, long Requests, long Unpriced, TokenUsage Tokens, Money Cost);
