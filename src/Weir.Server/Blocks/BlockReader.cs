using System.Collections.Immutable;
using Weir.Capture;
using Weir.Foundation;
using Weir.Insights.Blocks;
using Weir.Ledger;

namespace Weir.Server.Blocks;

/// <summary>
/// Reads blocks from the ledger: by default of what coding agents used, without requests that were refused (they open no
/// window). Where a block begins depends on the one before it, so the reading begins behind a silence of more than a block's
/// length before the range; when there is none within <see cref="LongestRun"/>, there. Pure apart from the ledger; thread-safe.
/// </summary>
internal static class BlockReader
{
    /// <summary>How far back a silence is looked for.</summary>
    public static TimeSpan LongestRun { get; } = TimeSpan.FromDays(14);

    // Requests of these were served, at least in part; of others nothing was.
    private static readonly ImmutableArray<string?> Served =
    [
        UsageNames.Of(RequestStatus.Ok),
        UsageNames.Of(RequestStatus.CallerAborted),
        UsageNames.Of(RequestStatus.StreamError),
        UsageNames.Of(RequestStatus.UpstreamReset),
        UsageNames.Of(RequestStatus.Timeout),
        UsageNames.Of(RequestStatus.Unknown),
    ];

    /// <summary>The blocks and gaps that overlap a query's range, by time.</summary>
    public static async Task<ImmutableArray<UsageBlock>> ReadAsync(
        UsageQueries queries,
        UsageQuery query,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var earliest =
            query.From - DateTimeOffset.UnixEpoch < LongestRun ? DateTimeOffset.UnixEpoch : query.From - LongestRun;
        var spans = await queries.SpansAsync(
            query with
            {
                From = HourOf(earliest),
                Filters = With(query.Filters),
            },
            cancellationToken
        );
        return
        [
            .. UsageBlocks
                .Of(
                    spans.Select(span => new BlockSpan(
                        span.FirstAt,
                        span.LastAt,
                        span.Parts.Sum(part => part.Requests),
                        span.Parts.Aggregate(default(TokenUsage), (sum, part) => sum + part.Tokens),
                        span.Parts.Aggregate(Money.Zero, (sum, part) => sum + part.Cost),
                        [.. span.Parts.Select(part => part.Model).OfType<string>()]
                    )),
                    now
                )
                .Where(block => block.End > query.From),
        ];
    }

    private static ImmutableArray<UsageFilter> With(ImmutableArray<UsageFilter> filters)
    {
        if (!filters.Any(filter => Chooses(filter, UsageDimensionKind.Client)))
        {
            filters = filters.Add(
                new UsageFilter(new UsageDimension(UsageDimensionKind.Client), [.. UsageCapture.Agents])
            );
        }

        return filters.Any(filter => Chooses(filter, UsageDimensionKind.Status))
            ? filters
            : filters.Add(new UsageFilter(new UsageDimension(UsageDimensionKind.Status), Served));
    }

    // What is only kept out leaves the usual choice as it is.
    private static bool Chooses(UsageFilter filter, UsageDimensionKind kind) =>
        filter.Dimension.Kind == kind && filter.Kind != UsageFilterKind.NotIn;

    private static DateTimeOffset HourOf(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
