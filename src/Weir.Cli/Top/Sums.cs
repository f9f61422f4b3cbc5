using System.Collections.Immutable;
using Weir.Client;

namespace Weir.Cli.Top;

/// <summary>Sums of requests. Token classes are disjoint; reasoning is a part of output.</summary>
/// <param name="Requests">Requests.</param>
/// <param name="Errors">Of these, ended otherwise than well or by the caller's own hang-up.</param>
/// <param name="Unpriced">Of these, with tokens but no known price: their cost is in no sum.</param>
/// <param name="Input">Fresh prompt tokens.</param>
/// <param name="CacheRead">Prompt tokens read from a cache.</param>
/// <param name="CacheWrite">Prompt tokens written to a cache.</param>
/// <param name="Output">Generated tokens.</param>
/// <param name="Reasoning">The part of these that was reasoning.</param>
/// <param name="CostUsd">List cost.</param>
internal sealed record Sums(
    long Requests,
    long Errors,
    long Unpriced,
    long Input,
    long CacheRead,
    long CacheWrite,
    long Output,
    long Reasoning,
    decimal CostUsd
)
{
    /// <summary>Of nothing.</summary>
    public static readonly Sums Zero = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Tokens of all classes.</summary>
    public long Tokens => Input + CacheRead + CacheWrite + Output;

    /// <summary>The cost; null when there is something and no price of it is known.</summary>
    public decimal? KnownCost => CostUsd == 0 && Unpriced > 0 ? null : CostUsd;

    /// <summary>What the API tells.</summary>
    public static Sums Of(UsageFigures row) =>
        new(
            row.Requests,
            row.Errors,
            row.UnpricedRequests,
            row.InputTokens,
            row.CacheReadTokens,
            row.CacheWrite5mTokens + row.CacheWrite1hTokens,
            row.OutputTokens,
            row.ReasoningTokens,
            row.CostUsd ?? 0
        );

    /// <summary>One request.</summary>
    public static Sums Of(RequestItem item)
    {
        var sums = Zero with
        {
            Requests = 1,
            Errors = item.Status is "ok" or "caller_aborted" ? 0 : 1,
            Input = item.InputTokens ?? 0,
            CacheRead = item.CacheReadTokens ?? 0,
            CacheWrite = (item.CacheWrite5mTokens ?? 0) + (item.CacheWrite1hTokens ?? 0),
            Output = item.OutputTokens ?? 0,
            Reasoning = item.ReasoningTokens ?? 0,
            CostUsd = item.CostUsd ?? 0,
        };
        return sums with { Unpriced = item.CostUsd is null && sums.Tokens > 0 ? 1 : 0 };
    }

    /// <summary>Both together.</summary>
    public static Sums operator +(Sums a, Sums b) =>
        new(
            a.Requests + b.Requests,
            a.Errors + b.Errors,
            a.Unpriced + b.Unpriced,
            a.Input + b.Input,
            a.CacheRead + b.CacheRead,
            a.CacheWrite + b.CacheWrite,
            a.Output + b.Output,
            a.Reasoning + b.Reasoning,
            a.CostUsd + b.CostUsd
        );

    /// <summary>The first without the second.</summary>
    public static Sums operator -(Sums a, Sums b) =>
        new(
            a.Requests - b.Requests,
            a.Errors - b.Errors,
            a.Unpriced - b.Unpriced,
            a.Input - b.Input,
            a.CacheRead - b.CacheRead,
            a.CacheWrite - b.CacheWrite,
            a.Output - b.Output,
            a.Reasoning - b.Reasoning,
            a.CostUsd - b.CostUsd
        );
}

/// <summary>
/// The sums of one day, in all and by model: read from the API, then kept current by what the feed tells. Adding the changes
/// above <see cref="AsOf"/>, each once, gives exactly what the API would answer then.
/// </summary>
/// <param name="From">The day's first moment.</param>
/// <param name="To">Its last, exclusive.</param>
/// <param name="AsOf">The newest change that the sums hold.</param>
/// <param name="ByModel">By model; the empty name is "unknown".</param>
internal sealed record Today(
    DateTimeOffset From,
    DateTimeOffset To,
    long AsOf,
    ImmutableSortedDictionary<string, Sums> ByModel
)
{
    /// <summary>Over all models.</summary>
    public Sums Total => ByModel.Values.Aggregate(Sums.Zero, (sum, one) => sum + one);

    /// <summary>The models, largest cost first.</summary>
    public IEnumerable<KeyValuePair<string, Sums>> Models =>
        ByModel.OrderByDescending(model => model.Value.CostUsd).ThenByDescending(model => model.Value.Tokens);

    /// <summary>What the API tells, grouped by model alone.</summary>
    public static Today Of(UsageSummaryResult summary) =>
        new(
            summary.From,
            summary.To,
            summary.AsOf ?? 0,
            summary
                .Rows.GroupBy(row => row.Keys.GetValueOrDefault("model") ?? "", StringComparer.Ordinal)
                .ToImmutableSortedDictionary(
                    group => group.Key,
                    group => group.Select(Sums.Of).Aggregate((sum, one) => sum + one),
                    StringComparer.Ordinal
                )
        );

    /// <summary>With one change; the same when it is held already.</summary>
    public Today With(LiveChange change)
    {
        if (change.Sequence <= AsOf)
        {
            return this;
        }

        var byModel = change.Before is { } before ? Changed(ByModel, before, (sum, one) => sum - one) : ByModel;
        return this with
        {
            AsOf = change.Sequence,
            ByModel = Changed(byModel, change.Request, (sum, one) => sum + one),
        };
    }

    private ImmutableSortedDictionary<string, Sums> Changed(
        ImmutableSortedDictionary<string, Sums> byModel,
        RequestItem item,
        Func<Sums, Sums, Sums> change
    )
    {
        if (item.StartedAt < From || item.StartedAt >= To)
        {
            return byModel;
        }

        var name = item.Model ?? "";
        var sums = change(byModel.GetValueOrDefault(name, Sums.Zero), Sums.Of(item));
        // A request that became known better may have left this name.
        return sums.Requests == 0 ? byModel.Remove(name) : byModel.SetItem(name, sums);
    }
}
