using System.Collections.Immutable;
using Weir.Ledger.Queries;
using Weir.Ledger.Rollups;

namespace Weir.Ledger;

/// <summary>
/// A figure that sums have, under the API's name: a metric, or a rate that two sums make. Immutable.
/// </summary>
/// <param name="Name">The API's name.</param>
/// <param name="IsMoney">Whether it counts dollars.</param>
/// <param name="Of">Its value, money in dollars; null for a rate of nothing. Rates are rounded to twelve decimals.</param>
public sealed record UsageFigure(string Name, bool IsMoney, Func<UsageTotals, decimal?> Of)
{
    private ImmutableArray<int> Parts { get; init; } = []; // the measures that it is the sum of; none for a rate

    /// <summary>Every one: the metrics in their order, then the rates.</summary>
    public static ImmutableArray<UsageFigure> All { get; } =
    [
        Sum("requests", t => t.Requests, Measures.Requests),
        Sum("errors", t => t.Errors, Measures.Errors),
        Sum("inputTokens", t => t.Tokens.Input ?? 0, Measures.Input),
        Sum("cacheReadTokens", t => t.Tokens.CacheRead ?? 0, Measures.CacheRead),
        Sum("cacheWrite5mTokens", t => t.Tokens.CacheWrite5m ?? 0, Measures.CacheWrite5m),
        Sum("cacheWrite1hTokens", t => t.Tokens.CacheWrite1h ?? 0, Measures.CacheWrite1h),
        Sum("outputTokens", t => t.Tokens.Output ?? 0, Measures.Output),
        Sum("reasoningTokens", t => t.Tokens.Reasoning ?? 0, Measures.Reasoning),
        Sum(
            "totalTokens",
            t => Prompt(t) + (t.Tokens.Output ?? 0),
            Measures.Input,
            Measures.CacheRead,
            Measures.CacheWrite5m,
            Measures.CacheWrite1h,
            Measures.Output
        ),
        Money("costUsd", t => t.Cost.ToUsd(), Measures.Cost),
        Money("billedUsd", t => t.Billed.ToUsd(), Measures.Billed),
        Money("savingsUsd", t => t.Savings.ToUsd(), Measures.Savings),
        new("errorRate", false, t => Rate(t.Errors, t.Requests)),
        new("cacheHitRate", false, t => Rate(t.Tokens.CacheRead ?? 0, Prompt(t))),
        new("costPerRequest", true, t => Rate(t.Cost.ToUsd(), t.Requests)),
    ];

    /// <summary>The figure of a name; null when there is none.</summary>
    public static UsageFigure? Named(string name) => All.FirstOrDefault(figure => figure.Name == name);

    /// <summary>What the figure is ordered by among others of its kind: its value, or a whole number that rises with it.</summary>
    /// <param name="sums">The sums (<see cref="Measures"/>).</param>
    internal decimal? RankOf(ReadOnlySpan<long> sums)
    {
        if (Parts.IsEmpty)
        {
            return Of(FigureSink.Totals(sums));
        }

        // Made of all sums, in dollars, the value of each of thousands of groups took longer than reading their sums.
        var rank = 0m;
        foreach (var part in Parts)
        {
            rank += sums[part];
        }

        return rank;
    }

    private static UsageFigure Sum(string name, Func<UsageTotals, decimal?> of, params ImmutableArray<int> parts) =>
        new(name, false, of) { Parts = parts };

    private static UsageFigure Money(string name, Func<UsageTotals, decimal?> of, int part) =>
        new(name, true, of) { Parts = [part] };

    private static decimal Prompt(UsageTotals t) =>
        (decimal)(t.Tokens.Input ?? 0)
        + (t.Tokens.CacheRead ?? 0)
        + (t.Tokens.CacheWrite5m ?? 0)
        + (t.Tokens.CacheWrite1h ?? 0);

    private static decimal? Rate(decimal part, decimal of) =>
        of == 0 ? null : Math.Round(part / of, 12, MidpointRounding.ToEven);
}
