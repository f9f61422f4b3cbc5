using System.Collections.Immutable;
using Weir.Client;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Identity;
using Weir.Server.Configuration;

namespace Weir.Server.Api.Budgets;

/// <summary>Puts together what is written of budgets and limits, how they stand and what is granted, as one workspace may see it.</summary>
/// <param name="documents">What is written.</param>
/// <param name="workspace">Who looks.</param>
/// <param name="name">Its name.</param>
/// <param name="standings">How the counters stand that hold for it.</param>
/// <param name="grants">What is granted, to all workspaces.</param>
internal sealed class BudgetListing(
    Documents documents,
    WorkspaceId workspace,
    string name,
    ImmutableArray<CounterStanding> standings,
    ImmutableArray<BudgetGrant> grants
)
{
    /// <summary>The listing.</summary>
    public BudgetList Make(DateTimeOffset now) =>
        new(
            now,
            [
                .. from owner in Owners()
                from budget in documents.Of(owner)?.Current.Config.Gateway.Budgets ?? []
                where IsSeen(owner, budget.Scope)
                select Item(owner, budget),
            ],
            [
                .. from owner in Owners()
                from limit in documents.Of(owner)?.Current.Config.Gateway.Limits ?? []
                where IsSeen(owner, limit.Scope)
                from bound in limit.Bounds
                select Item(owner, limit, bound),
            ]
        );

    /// <summary>A scope by the parts that are written.</summary>
    public static ImmutableSortedDictionary<string, string> ScopeOf(AdmissionScope scope)
    {
        (string, string?)[] all =
        [
            ("organisation", scope.Organisation),
            ("workspace", scope.Workspace),
            ("team", scope.Team),
            ("user", scope.User),
            ("key", scope.Key),
            ("model", scope.Model),
            ("provider", scope.Provider),
            ($"tag.{scope.TagName}", scope.Tag),
        ];
        return all.Where(part => part.Item2 is not null)
            .ToImmutableSortedDictionary(part => part.Item1, part => part.Item2!, StringComparer.Ordinal);
    }

    /// <summary>A grant.</summary>
    public static BudgetGrantItem Item(BudgetGrant grant) =>
        new()
        {
            Id = grant.Id,
            Budget = grant.Budget,
            Scope = grant.Scope,
            AmountUsd = grant.Amount.ToUsd(),
            At = grant.At,
            Until = grant.Until,
            ByKind = grant.ActorKind,
            By = grant.ActorId,
            Reason = grant.Reason,
        };

    private IEnumerable<WorkspaceId> Owners() =>
        workspace == WorkspaceId.Default ? [workspace] : [WorkspaceId.Default, workspace];

    /// <summary>What the server's document says of others, and of all together, is not this workspace's to see.</summary>
    private bool IsSeen(WorkspaceId owner, AdmissionScope scope) =>
        owner == workspace
        || scope.Workspace == "*"
        || string.Equals(scope.Workspace, name, StringComparison.OrdinalIgnoreCase);

    private IEnumerable<CounterStanding> Of(WorkspaceId owner, string rule, Measure measure) =>
        standings.Where(standing =>
            standing.Owner == owner
            && standing.Rule == rule
            && standing.Measure == measure
            && (
                owner == workspace
                || standing.Scope.Workspace is null && !standing.Scope.IsRest
                || string.Equals(standing.Scope.Workspace, name, StringComparison.OrdinalIgnoreCase)
            )
        );

    private BudgetItem Item(WorkspaceId owner, BudgetConfig budget) =>
        new()
        {
            Name = budget.Name,
            Document = Document(owner),
            Scope = ScopeOf(budget.Scope),
            LimitUsd = budget.Limit.ToUsd(),
            Window = Text(budget.Window),
            TimeZone = budget.Window.Kind == WindowKind.Sliding ? null : budget.Window.Zone.Id,
            Estimate = Word(budget.Estimate),
            Counts = Word(budget.Counts),
            Stages =
            [
                .. budget
                    .Stages.Append(budget.OnExceed)
                    .Select(stage => new BudgetStageItem(
                        stage.Percent,
                        Word(stage.Action),
                        stage.Model,
                        stage.Delay?.TotalSeconds
                    )),
            ],
            Counters = [.. Of(owner, budget.Name, Measure.Cost).Select(Counter)],
        };

    private BudgetCounterItem Counter(CounterStanding standing)
    {
        var held = standing.Grants.Select(grant => grant.Id).ToHashSet(StringComparer.Ordinal);
        return new BudgetCounterItem
        {
            Scope = standing.Scope.Parts,
            SpentUsd = Usd(standing.Spent),
            ReservedUsd = Usd(standing.Reserved),
            GrantedUsd = Usd(standing.Granted),
            RemainingUsd = Usd(Left(standing)),
            AtRiskUsd = Usd(standing.AtRisk),
            Stage = standing.Stage,
            Waiting = standing.Waiting,
            ResetsAt = standing.ResetsAt,
            Grants = [.. grants.Where(grant => held.Contains(grant.Id)).Select(Item)],
        };
    }

    private RateLimitItem Item(WorkspaceId owner, LimitConfig limit, LimitBound bound) =>
        new()
        {
            Name = limit.Name,
            Document = Document(owner),
            Scope = ScopeOf(limit.Scope),
            Measure = bound.Measure switch
            {
                Measure.InputTokens => "input_tokens",
                Measure.OutputTokens => "output_tokens",
                var other => Word(other),
            },
            Window = bound.Measure == Measure.Concurrent ? null : Text(bound.Window),
            Bound = bound.Most,
            Counters =
            [
                .. Of(owner, limit.Name, bound.Measure)
                    .Where(standing => bound.Measure == Measure.Concurrent || standing.Window == bound.Window)
                    .Select(standing => new RateLimitCounterItem(
                        standing.Scope.Parts,
                        standing.Spent,
                        standing.Reserved,
                        Left(standing),
                        standing.Waiting,
                        standing.ResetsAt
                    )),
            ],
        };

    private string Document(WorkspaceId owner) => owner == WorkspaceId.Default ? "server" : "workspace";

    private static long Left(CounterStanding standing) =>
        (long)
            Int128.Clamp(
                (Int128)standing.Bound + standing.Granted - standing.Spent - standing.Reserved,
                0,
                long.MaxValue
            );

    private static decimal Usd(long nano) => new Money(nano).ToUsd();

    /// <summary>A window, as it is written.</summary>
    public static string Text(WindowConfig window) =>
        window.Kind == WindowKind.Sliding ? Durations.ToText(window.Length) : Word(window.Kind);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
