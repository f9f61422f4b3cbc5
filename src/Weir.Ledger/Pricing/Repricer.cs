using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>
/// Prices history again. It goes through the records in pages and leaves each page stored before it reads the next: the
/// writer never waits long, and a run that was broken off can be started again, for what is done comes out the same and
/// is passed over. Thread-safe.
/// </summary>
public sealed class Repricer(UsageLedger ledger)
{
    private const int PageSize = 250;

    /// <summary>Looks at everything in the scope and, when told to, stores what differs, with the old figures kept.</summary>
    /// <param name="scope">Which records.</param>
    /// <param name="prices">The prices to charge at.</param>
    /// <param name="catalogueOf">The catalogue of a configured provider; null when there is no such provider any more.</param>
    /// <param name="apply">False to compute and change nothing.</param>
    /// <param name="cancellationToken">Stops between pages; pages that were stored stay.</param>
    public async Task<RepriceSummary> RunAsync(
        RepriceScope scope,
        PriceSnapshot prices,
        Func<string, string?> catalogueOf,
        bool apply,
        CancellationToken cancellationToken
    )
    {
        // What waits in the journal is history too.
        await ledger.FlushAsync(cancellationToken);
        var query = new UsageQuery
        {
            Workspace = scope.Workspace,
            From = scope.From,
            To = scope.To,
            Filters = scope.Filters,
        };
        var summary = new RepriceSummary { PriceVersion = prices.Version };
        string? cursor = null;
        do
        {
            var page = await ledger.Queries.RecordsAsync(query, cursor, PageSize, cancellationToken);
            var differing = new List<RecordId>();
            foreach (var record in page.Items.Select(i => i.Record))
            {
                var next = Repricing.Apply(record, prices, catalogueOf);
                if (!ReferenceEquals(next, record))
                {
                    differing.Add(record.Id);
                }

                summary = summary with
                {
                    Examined = summary.Examined + 1,
                    Changed = summary.Changed + (ReferenceEquals(next, record) ? 0 : 1),
                    Unpriced = summary.Unpriced + (next.Cost is null && !next.Usage.IsUnknown ? 1 : 0),
                    Before = summary.Before + (record.Cost ?? Money.Zero),
                    After = summary.After + (next.Cost ?? Money.Zero),
                };
            }

            if (apply && differing.Count > 0)
            {
                await ledger.RepriceAsync(
                    scope.Workspace,
                    differing,
                    record => Repricing.Apply(record, prices, catalogueOf),
                    cancellationToken
                );
            }

            cursor = page.Next;
        } while (cursor is not null);

        return summary;
    }
}

/// <summary>Which records to price again.</summary>
public sealed record RepriceScope
{
    /// <summary>Whose.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>From, inclusive, on the request's start.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>To, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>All must hold.</summary>
    public ImmutableArray<UsageFilter> Filters { get; init; } = [];
}

/// <summary>What pricing again came to, or would come to.</summary>
public sealed record RepriceSummary
{
    /// <summary>The prices charged at.</summary>
    public required string PriceVersion { get; init; }

    /// <summary>Records looked at.</summary>
    public long Examined { get; init; }

    /// <summary>Of these, with another figure than before.</summary>
    public long Changed { get; init; }

    /// <summary>Of these, with tokens and still without a known cost.</summary>
    public long Unpriced { get; init; }

    /// <summary>Sum of the known costs before, over all that were looked at.</summary>
    public Money Before { get; init; }

    /// <summary>Sum of the known costs after, over all that were looked at.</summary>
    public Money After { get; init; }
}
