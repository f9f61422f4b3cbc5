using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Gateway.Routing;
using Weir.Ledger;

namespace Weir.Gateway.DryRuns;

/// <summary>
/// Says what other documents would have done to the requests of the past. It reads the ledger's records of the gateway, newest first
/// and no more than <see cref="DryRunQuery.MostRecords"/>, and goes through them in the order in which they came. Stateless.
/// </summary>
internal static class DryRunner
{
    private const int Page = 1000;
    private static readonly ImmutableArray<UsageFilter> SeenByTheGateway =
    [
        new(new UsageDimension(UsageDimensionKind.Source), [UsageNames.Of(UsageSource.Gateway)]),
    ];

    /// <summary>Runs it.</summary>
    /// <param name="query">What is tried, on whose requests.</param>
    /// <param name="inForce">The documents in force, built.</param>
    /// <param name="tried">Those that are tried, built.</param>
    /// <param name="ledger">Where the records are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DryRunResult> RunAsync(
        DryRunQuery query,
        GatewaySnapshot inForce,
        GatewaySnapshot tried,
        UsageLedger ledger,
        CancellationToken cancellationToken
    )
    {
        var (requests, isCut) = await ReadAsync(query, ledger, cancellationToken);
        return await Task.Run(
            () => Run(query, inForce, tried, ledger, requests, isCut, cancellationToken),
            cancellationToken
        );
    }

    private static async Task<(List<PastRequest> Requests, bool IsCut)> ReadAsync(
        DryRunQuery query,
        UsageLedger ledger,
        CancellationToken cancellationToken
    )
    {
        var wanted = new UsageQuery
        {
            Workspace = query.Workspace,
            From = query.From,
            To = query.To,
            Filters = SeenByTheGateway,
        };
        var requests = new List<PastRequest>();
        string? cursor = null;
        do
        {
            var page = await ledger.Queries.RecordsAsync(
                wanted,
                cursor,
                Math.Min(Page, DryRunQuery.MostRecords - requests.Count),
                cancellationToken
            );
            requests.AddRange(page.Items.Select(item => PastRequest.Of(item.Record)));
            cursor = page.Next;
        } while (cursor is not null && requests.Count < DryRunQuery.MostRecords);

        requests.Reverse();
        return (requests, cursor is not null);
    }

    private static DryRunResult Run(
        DryRunQuery query,
        GatewaySnapshot inForce,
        GatewaySnapshot tried,
        UsageLedger ledger,
        List<PastRequest> requests,
        bool isCut,
        CancellationToken cancellationToken
    )
    {
        var from = isCut ? requests[0].StartedAt : query.From;
        var clock = new ReplayClock(from);
        var now = new RecordedRouting(inForce.Of(query.Workspace)!, query.InForce.Prices, clock);
        var then = new RecordedRouting(tried.Of(query.Workspace)!, query.Tried.Prices, clock);
        var rules = new RuleReplay(ledger, tried, query.Workspace, clock);
        var table = new DryRunTable();
        foreach (var request in requests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            clock.GoTo(request.StartedAt);
            if (!request.IsRouted)
            {
                table.AddUnrouted(request);
                Hold(WouldCome.Of(request, request.Provider, request.Cost, request.Billing));
                continue;
            }

            var (goes, would) = (now.Ask(request), then.Ask(request));
            var outcome =
                would.IsSameAs(goes) ? DryRunOutcome.Same
                : would.Sure is null || goes.Sure is null ? DryRunOutcome.Open
                : would.Refusal is not null ? DryRunOutcome.Refused
                : DryRunOutcome.Moved;
            var comes = ReplayedCost.Of(request, outcome, now, then, would);
            table.Add(request, outcome, goes, would, would.Refusal is null ? comes.Cost : Money.Zero);
            if (would.Refusal is null)
            {
                Hold(comes);
            }

            void Hold(WouldCome comes)
            {
                if (!rules.IsEmpty)
                {
                    rules.Hold(request, comes, model => ReplayedCost.With(request, then, model));
                }
            }
        }

        return table.Result(from, query.To, isCut, rules.Results);
    }
}
