using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Ledger;

namespace Weir.Capture.Sessions;

/// <summary>What one session used, and by whose names. Not thread-safe.</summary>
internal sealed class SessionUse
{
    private readonly Names clients = new();
    private readonly Names projects = new();
    private readonly Names users = new();
    private readonly Names models = new();

    /// <summary>The dimensions that <see cref="Of"/> expects a summary to be grouped by.</summary>
    public static ImmutableArray<UsageDimension> GroupBy { get; } =
    [
        new(UsageDimensionKind.Session),
        new(UsageDimensionKind.Client),
        new(UsageDimensionKind.Project),
        new(UsageDimensionKind.User),
        new(UsageDimensionKind.Model),
    ];

    /// <summary>The sums.</summary>
    public SessionSums Sums { get; private set; }

    /// <summary>The program of most requests.</summary>
    public string? Client => clients.MostUsed;

    /// <summary>The project of most requests.</summary>
    public string? Project => projects.MostUsed;

    /// <summary>The person of most requests.</summary>
    public string? User => users.MostUsed;

    /// <summary>The models, the costliest first.</summary>
    public ImmutableArray<string> Models => models.ByCost;

    /// <summary>By session, of a summary; rows without a session are passed over.</summary>
    public static Dictionary<string, SessionUse> Of(UsageSummary summary)
    {
        var uses = new Dictionary<string, SessionUse>(StringComparer.Ordinal);
        foreach (var row in summary.Rows)
        {
            if (row.Keys[0] is not { } session)
            {
                continue;
            }

            if (!uses.TryGetValue(session, out var use))
            {
                uses[session] = use = new SessionUse();
            }

            use.Add(row.Keys[1], row.Keys[2], row.Keys[3], row.Keys[4], SessionSums.Of(row.Totals));
        }

        return uses;
    }

    /// <summary>Adds a record.</summary>
    public void Add(UsageRecord record) =>
        Add(record.Client, record.Project, record.User, record.Model, SessionSums.Of(record));

    private void Add(string? client, string? project, string? user, string? model, SessionSums sums)
    {
        Sums += sums;
        clients.Add(client, sums);
        projects.Add(project, sums);
        users.Add(user, sums);
        models.Add(model, sums);
    }

    private sealed class Names
    {
        private readonly Dictionary<string, (long Requests, long Cost)> names = new(StringComparer.Ordinal);

        public string? MostUsed =>
            names.Count == 0
                ? null
                : names.OrderByDescending(n => n.Value.Requests).ThenBy(n => n.Key, StringComparer.Ordinal).First().Key;

        public ImmutableArray<string> ByCost =>
            [
                .. names
                    .OrderByDescending(n => n.Value.Cost)
                    .ThenByDescending(n => n.Value.Requests)
                    .ThenBy(n => n.Key, StringComparer.Ordinal)
                    .Select(n => n.Key),
            ];

        public void Add(string? name, in SessionSums sums)
        {
            if (name is not null)
            {
                var (requests, cost) = names.GetValueOrDefault(name);
                names[name] = unchecked((requests + sums.Requests, cost + sums.Cost));
            }
        }
    }
}
