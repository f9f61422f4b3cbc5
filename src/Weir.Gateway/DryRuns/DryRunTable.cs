using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Admission;

namespace Weir.Gateway.DryRuns;

/// <summary>
/// Sorts requests into rows of what is alike. Callers choose names, so that there is a bound: what finds no row is in the sums alone.
/// Not thread-safe.
/// </summary>
internal sealed class DryRunTable
{
    private const int MostRows = 4096;
    private const int MostShown = 200;

    private readonly Dictionary<RowKey, Tally> rows = [];
    private readonly Tally total = new();
    private readonly SortedDictionary<string, long> openBy = new(StringComparer.Ordinal);
    private readonly long[] outcomes = new long[4];
    private long unsorted;
    private long unrouted;

    /// <summary>Counts a request that no route has a part in.</summary>
    public void AddUnrouted(PastRequest request)
    {
        unrouted++;
        total.Add(request.Cost, request.Cost, isSure: true);
    }

    /// <summary>Counts a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="outcome">What becomes of it.</param>
    /// <param name="goes">Where it goes now.</param>
    /// <param name="would">Where it would go.</param>
    /// <param name="after">What it would cost; null when that is not known.</param>
    public void Add(PastRequest request, DryRunOutcome outcome, Whereabouts goes, Whereabouts would, Money? after)
    {
        var isSure = outcome != DryRunOutcome.Open;
        var open = goes.Open.Concat(would.Open).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        ImmutableArray<string> words = isSure ? [] : [.. open];
        outcomes[(int)outcome]++;
        total.Add(request.Cost, after, isSure);
        foreach (var word in words)
        {
            openBy[word] = openBy.GetValueOrDefault(word) + 1;
        }

        var key = new RowKey(
            new DryRunAsked(
                request.Asked!,
                request.Client,
                request.Key,
                request.Team,
                request.Agent is not null,
                request.Dialect,
                request.Streams
            ),
            outcome,
            new DryRunPlace(request.Provider, request.Model, request.Route),
            goes.Place,
            would.Place,
            would.Refusal,
            string.Join(',', words)
        );
        if (!rows.TryGetValue(key, out var row))
        {
            if (rows.Count == MostRows)
            {
                unsorted++;
                return;
            }

            rows[key] = row = new Tally();
        }

        row.Add(request.Cost, after, isSure);
    }

    /// <summary>The result.</summary>
    /// <param name="from">From when.</param>
    /// <param name="to">Until when.</param>
    /// <param name="isCut">Whether older records were left out.</param>
    /// <param name="rules">What budgets and limits would have done.</param>
    public DryRunResult Result(DateTimeOffset from, DateTimeOffset to, bool isCut, ImmutableArray<DryRunRule> rules) =>
        new()
        {
            From = from,
            To = to,
            IsCut = isCut,
            Total = total.Sums,
            Same = outcomes[(int)DryRunOutcome.Same],
            Moved = outcomes[(int)DryRunOutcome.Moved],
            Refused = outcomes[(int)DryRunOutcome.Refused],
            Open = outcomes[(int)DryRunOutcome.Open],
            Unrouted = unrouted,
            OpenBy = openBy.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Rows =
            [
                .. rows.OrderByDescending(row => row.Value.Difference)
                    .ThenByDescending(row => row.Key.Outcome is DryRunOutcome.Refused or DryRunOutcome.Moved)
                    .ThenByDescending(row => row.Value.Sums.Requests)
                    .ThenBy(row => row.Key.Asked.Model, StringComparer.Ordinal)
                    .ThenBy(row => row.Key.Asked.Key, StringComparer.Ordinal)
                    .Take(MostShown)
                    .Select(row => row.Key.With(row.Value.Sums)),
            ],
            RowsLeftOut = Math.Max(0, rows.Count - MostShown) + unsorted,
            Rules = rules,
        };

    private sealed record RowKey(
        DryRunAsked Asked,
        DryRunOutcome Outcome,
        DryRunPlace Went,
        DryRunPlace? Goes,
        DryRunPlace? WouldGo,
        RouteRefusal? Refusal,
        string Open
    )
    {
        public DryRunRow With(DryRunSums sums) =>
            new()
            {
                Asked = Asked,
                Outcome = Outcome,
                Went = Went,
                Goes = Goes,
                WouldGo = WouldGo,
                Refusal = Refusal,
                Open = Open.Length == 0 ? [] : [.. Open.Split(',')],
                Sums = sums,
            };
    }

    private sealed class Tally
    {
        public DryRunSums Sums { get; private set; } = new();

        public long Difference => Math.Abs(Amounts.Minus(Sums.After.NanoUsd, Sums.Before.NanoUsd));

        public void Add(Money? before, Money? after, bool isSure)
        {
            var isCompared = isSure && before is not null && after is not null;
            Sums = new DryRunSums
            {
                Requests = Sums.Requests + 1,
                Cost = Plus(Sums.Cost, before),
                Unpriced = Sums.Unpriced + (before is null ? 1 : 0),
                Compared = Sums.Compared + (isCompared ? 1 : 0),
                Before = Plus(Sums.Before, isCompared ? before : null),
                After = Plus(Sums.After, isCompared ? after : null),
                UnpricedAfter = Sums.UnpricedAfter + (isSure && after is null ? 1 : 0),
            };
        }

        // What upstreams report may be absurd: a sum stays at its bound.
        private static Money Plus(Money sum, Money? more) => new(Amounts.Plus(sum.NanoUsd, more?.NanoUsd ?? 0));
    }
}
