using Weir.Client;
using Weir.Gateway;
using Weir.Gateway.Admission;
using Weir.Ledger;
using Weir.Server.Api.Budgets;

namespace Weir.Server.Api.Config;

/// <summary>From the gateway's own types to the public API's.</summary>
internal static class DryRunShapes
{
    /// <summary>What a dry run found.</summary>
    public static ConfigDryRunResult Result(DryRunResult from) =>
        new()
        {
            From = from.From,
            To = from.To,
            More = from.IsCut,
            Requests = from.Total.Requests,
            Same = from.Same,
            Moved = from.Moved,
            Refused = from.Refused,
            Open = from.Open,
            Unrouted = from.Unrouted,
            OpenBy = from.OpenBy,
            Cost = Cost(from.Total),
            Rows = [.. from.Rows.Select(Row)],
            RowsLeftOut = from.RowsLeftOut,
            Rules = [.. from.Rules.Select(Rule)],
        };

    private static ConfigDryRunRow Row(DryRunRow from) =>
        new()
        {
            Model = from.Asked.Model,
            Client = from.Asked.Client,
            Key = from.Asked.Key,
            Team = from.Asked.Team,
            Agent = from.Asked.IsAgent,
            Dialect = UsageNames.Of(from.Asked.Dialect),
            Streams = from.Asked.Streams,
            Requests = from.Sums.Requests,
            Outcome = from.Outcome switch
            {
                DryRunOutcome.Same => "same",
                DryRunOutcome.Moved => "moved",
                DryRunOutcome.Refused => "refused",
                _ => "open",
            },
            Went = Place(from.Went)!,
            Goes = Place(from.Goes),
            WouldGo = Place(from.WouldGo),
            Refusal = from.Refusal is { } refusal ? new RouteRefusalItem(refusal.Status, refusal.Reason) : null,
            Open = from.Open,
            Cost = Cost(from.Sums),
        };

    private static ConfigDryRunRule Rule(DryRunRule from) =>
        new()
        {
            Kind = from.Measure == Measure.Cost ? "budget" : "limit",
            Name = from.Name,
            Counts = from.Measure switch
            {
                Measure.Cost => "cost",
                Measure.Requests => "requests",
                Measure.InputTokens => "input_tokens",
                Measure.OutputTokens => "output_tokens",
                Measure.Concurrent => "concurrent",
                _ => "tokens",
            },
            Window = from.Measure == Measure.Concurrent ? null : BudgetListing.Text(from.Window),
            Refused = from.Refused,
            RefusedUsd = from.RefusedCost.ToUsd(),
            FirstAt = from.FirstAt,
            FirstScope = from.FirstScope,
            Waited = from.Waited,
            Downgraded = from.Downgraded,
            Warned = from.Warned,
        };

    private static ConfigDryRunPlace? Place(DryRunPlace? from) =>
        from is null ? null : new ConfigDryRunPlace(from.Provider, from.Model, from.Route);

    private static ConfigDryRunCost Cost(DryRunSums from) =>
        new()
        {
            CostUsd = from.Cost.ToUsd(),
            Unpriced = from.Unpriced,
            Compared = from.Compared,
            BeforeUsd = from.Before.ToUsd(),
            AfterUsd = from.After.ToUsd(),
            UnpricedAfter = from.UnpricedAfter,
        };
}
