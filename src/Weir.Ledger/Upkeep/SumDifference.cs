using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Upkeep;

/// <summary>A sum that the rollups tell otherwise than the records that it is of.</summary>
public sealed record SumDifference
{
    /// <summary>The figures in the order of the rollups' measures.</summary>
    private static readonly ImmutableArray<string> Figures =
    [
        "requests",
        "errors",
        "unpriced",
        "estimated",
        "inputTokens",
        "cacheReadTokens",
        "cacheWrite5mTokens",
        "cacheWrite1hTokens",
        "outputTokens",
        "reasoningTokens",
        "costNanoUsd",
        "billedNanoUsd",
        "savingsNanoUsd",
    ];

    /// <summary>Whose.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The day, or of months the month, that it is a sum of: its beginning.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>And its end, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The set of rollups: <c>wide</c>, <c>lineage</c>, <c>tags</c>, <c>single</c>.</summary>
    public required string Set { get; init; }

    /// <summary>The width of the sums: <c>quarter</c>, <c>hour</c>, <c>day</c>, <c>month</c>, <c>week</c>.</summary>
    public required string Width { get; init; }

    /// <summary>The combination, by the API's names of dimensions; an absent value is "unknown". Empty for a whole page.</summary>
    public required ImmutableSortedDictionary<string, string> Keys { get; init; }

    /// <summary>What differs; empty when the sums cannot be read at all.</summary>
    public required ImmutableArray<FigureDifference> Differs { get; init; }

    /// <summary>Why the sums cannot be read; null when they can.</summary>
    public string? Fault { get; init; }

    internal static SumDifference Of(
        UsageQuery query,
        RollupSet set,
        RollupWidth width,
        ImmutableArray<string?> texts,
        RollupSums? counted,
        RollupSums? summed
    )
    {
        var (records, sums) = (counted ?? new RollupSums(), summed ?? new RollupSums());
        var differs = ImmutableArray.CreateBuilder<FigureDifference>();
        for (var i = 0; i < Figures.Length; i++)
        {
            if (records.Values[i] != sums.Values[i])
            {
                differs.Add(new FigureDifference(Figures[i], records.Values[i], sums.Values[i]));
            }
        }

        if (!records.Latency.IsSame(sums.Latency))
        {
            differs.Add(new FigureDifference("latency", null, null));
        }

        if (!records.FirstToken.IsSame(sums.FirstToken))
        {
            differs.Add(new FigureDifference("timeToFirstToken", null, null));
        }

        return Empty(query, set, width) with
        {
            Keys = query
                .GroupBy.Zip(texts)
                .Where(pair => pair.Second is not null)
                .ToImmutableSortedDictionary(
                    pair => pair.First.ToString(),
                    pair => pair.Second!,
                    StringComparer.Ordinal
                ),
            Differs = differs.DrainToImmutable(),
        };
    }

    internal static SumDifference Unreadable(UsageQuery query, RollupSet set, RollupWidth width, string fault) =>
        Empty(query, set, width) with
        {
            Fault = fault,
        };

    private static SumDifference Empty(UsageQuery query, RollupSet set, RollupWidth width) =>
        new()
        {
            Workspace = query.Workspace,
            From = query.From,
            To = query.To,
            Set = set.ToString().ToLowerInvariant(),
            Width = width.ToString().ToLowerInvariant(),
            Keys = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal),
            Differs = [],
        };
}

/// <summary>A figure of a sum that differs.</summary>
/// <param name="Figure">Its name.</param>
/// <param name="Counted">What the records come to; null for distributions, which have no one number.</param>
/// <param name="Summed">What the rollups say; null as the other.</param>
public sealed record FigureDifference(string Figure, long? Counted, long? Summed);
