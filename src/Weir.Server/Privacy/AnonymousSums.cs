using System.Collections.Immutable;
using Weir.Client;
using Weir.Ledger;

namespace Weir.Server.Privacy;

/// <summary>
/// Sums of which each is of at least k people's requests (k-anonymity by suppression, after Sweeney 2002): a combination of fewer is put
/// together with the others of fewer, and where even those are of too few it is withheld. Stateless.
/// </summary>
internal static class AnonymousSums
{
    /// <summary>The dimension that tells people apart.</summary>
    public const string Person = "user";

    /// <summary>What may be grouped by: nothing that stands for one person.</summary>
    public static ImmutableArray<UsageDimensionKind> Dimensions { get; } =
    [
        UsageDimensionKind.Model,
        UsageDimensionKind.RequestedModel,
        UsageDimensionKind.Provider,
        UsageDimensionKind.Team,
        UsageDimensionKind.Project,
        UsageDimensionKind.Client,
        UsageDimensionKind.Source,
        UsageDimensionKind.Status,
        UsageDimensionKind.Route,
    ];

    /// <summary>Puts together what is of too few people.</summary>
    /// <param name="rows">Sums for each combination and person.</param>
    /// <param name="atLeast">k.</param>
    /// <returns>The rows, dearest first and the rest last; how many combinations are in none.</returns>
    public static (ImmutableArray<AnonymousRow> Rows, int Withheld) Of(IEnumerable<UsageSummaryRow> rows, int atLeast)
    {
        var groups = rows.GroupBy(row => KeyOf(row.Keys), StringComparer.Ordinal)
            .Select(group => (Rows: group.ToList(), People: PeopleIn(group)))
            .ToList();
        var shown = groups
            .Where(group => group.People >= atLeast)
            .Select(group => Row(group.Rows, Without(group.Rows[0].Keys), group.People, isRest: false))
            .OrderByDescending(row => row.CostUsd ?? 0)
            .ThenByDescending(row => row.Requests);
        var few = groups.Where(group => group.People < atLeast).ToList();
        var rest = few.SelectMany(group => group.Rows).ToList();
        var people = PeopleIn(rest);
        return people >= atLeast
            ? ([.. shown, Row(rest, ImmutableDictionary<string, string?>.Empty, people, isRest: true)], 0)
            : ([.. shown], few.Count);
    }

    private static int PeopleIn(IEnumerable<UsageSummaryRow> rows) =>
        rows.Select(row => row.Keys[Person]).Distinct(StringComparer.Ordinal).Count();

    private static ImmutableSortedDictionary<string, string?> Without(IReadOnlyDictionary<string, string?> keys) =>
        keys.Where(key => key.Key != Person).ToImmutableSortedDictionary(StringComparer.Ordinal);

    // Lengths stand before the texts: no text can look like two.
    private static string KeyOf(IReadOnlyDictionary<string, string?> keys) =>
        string.Concat(Without(keys).Select(key => key.Value is { } text ? $"{text.Length}:{text}" : "-"));

    private static AnonymousRow Row(
        List<UsageSummaryRow> rows,
        IReadOnlyDictionary<string, string?> keys,
        int people,
        bool isRest
    ) =>
        new(
            rows[0] with
            {
                Requests = rows.Sum(row => row.Requests),
                Errors = rows.Sum(row => row.Errors),
                UnpricedRequests = rows.Sum(row => row.UnpricedRequests),
                EstimatedRequests = rows.Sum(row => row.EstimatedRequests),
                InputTokens = rows.Sum(row => row.InputTokens),
                CacheReadTokens = rows.Sum(row => row.CacheReadTokens),
                CacheWrite5mTokens = rows.Sum(row => row.CacheWrite5mTokens),
                CacheWrite1hTokens = rows.Sum(row => row.CacheWrite1hTokens),
                OutputTokens = rows.Sum(row => row.OutputTokens),
                ReasoningTokens = rows.Sum(row => row.ReasoningTokens),
                CostUsd = Sum(rows, row => row.CostUsd),
                BilledUsd = Sum(rows, row => row.BilledUsd),
                SavingsUsd = Sum(rows, row => row.SavingsUsd),
            },
            keys,
            people,
            isRest
        );

    // Null is "nothing of it is known".
    private static decimal? Sum(List<UsageSummaryRow> rows, Func<UsageSummaryRow, decimal?> amount) =>
        rows.Exists(row => amount(row) is not null) ? rows.Sum(row => amount(row) ?? 0) : null;
}
