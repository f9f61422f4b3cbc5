using System.Collections.Concurrent;
using Weir.Foundation;
using Weir.Gateway.Admission;
using Weir.Gateway.Resilience;
using Weir.Identity;

namespace Weir.Gateway.Activities;

// Where each room's own events become those of the feed: one line at each place that has news.
public sealed partial class ActivityFeed
{
    private const int MostCooling = 10_000;

    private readonly RefusalTally refusals;
    private readonly StageWatch stages;
    private readonly ConcurrentDictionary<TargetKey, DateTimeOffset> cooling = new();

    /// <summary>Something changed in a target's health. For <see cref="HealthContext"/>.</summary>
    internal void Tell(ResilienceEvent happened)
    {
        var (target, at) = (happened.Target, happened.At);
        var subject = new ActivitySubject { Provider = target.Provider, Model = target.Model };
        switch (happened)
        {
            case BreakerOpened { Times: > 1 } again:
                Health(new ProbeFailedDetails(again.Times, Ms(again.For)));
                break;
            case BreakerOpened opened:
                Health(new BreakerOpenedDetails(opened.Failures, opened.Attempts, Ms(opened.For)));
                break;
            case BreakerClosed closed:
                Health(new BreakerClosedDetails(Ms(closed.After)));
                break;
            case CooldownBegan began:
                if (cooling.Count < MostCooling)
                {
                    cooling.TryAdd(target, at);
                }

                Health(new CooldownBeganDetails(Ms(began.For), ActivitySubject.Name(began.Scope)));
                break;
            case TargetLeft left:
                Health(new TargetLeftDetails(left.Because == StandingKind.Cooling ? "cooling" : "open"));
                break;
            case TargetReturned returned:
                // Resilience tells of the return alone: that a rest was what it returned from is known here.
                if (cooling.TryRemove(target, out var since))
                {
                    Health(new CooldownEndedDetails(Ms(at - since)));
                }

                Health(new TargetReturnedDetails(Ms(returned.After)));
                break;
        }

        void Health(ActivityDetails details) => Publish(new ActivityEvent(at, target.Owner, subject, details));
    }

    /// <summary>
    /// What became of a request at the door: the stages that it passed, and why it was refused. To be called for every outcome; costs
    /// nothing where there is neither.
    /// </summary>
    /// <param name="workspace">Whose request it was.</param>
    /// <param name="outcome">What became of it.</param>
    internal void Tell(WorkspaceId workspace, in AdmissionOutcome outcome)
    {
        foreach (var warning in outcome.Warnings)
        {
            var counter = CounterName.Of(workspace, warning.Rule, Measure.Cost, warning.Scope);
            if (stages.Reach(counter, warning.Percent))
            {
                Publish(counter, new StageReachedDetails(warning.Percent, Word(warning.Action)));
            }
        }

        if (outcome.Refusal is { } refusal)
        {
            if (refusal.Measure == Measure.Cost && refusal.Spent >= refusal.Bound)
            {
                stages.Reach(CounterName.Of(workspace, refusal.Rule, Measure.Cost, refusal.Scope), 100);
            }

            refusals.Add(workspace, refusal);
        }
    }

    /// <summary>
    /// How a budget's counter stands: tells when it has fallen back under a stage that its workspace was told of. Never tells that
    /// one was reached, for the counters of a server's rule are those of all workspaces.
    /// </summary>
    /// <param name="workspace">Whose rules they are.</param>
    /// <param name="standing">How one of their counters stands.</param>
    internal void Tell(WorkspaceId workspace, CounterStanding standing)
    {
        if (standing.Measure != Measure.Cost)
        {
            return;
        }

        var counter = CounterName.Of(workspace, standing.Rule, Measure.Cost, standing.Scope);
        if (stages.FallTo(counter, standing.Stage) is { } before)
        {
            Publish(counter, new StageLeftDetails(before, standing.Stage));
        }
    }

    /// <summary>A budget was given more room by somebody.</summary>
    internal void Granted(BudgetGrant grant) =>
        Publish(grant.Workspace, SubjectOf(grant), new ApprovalGrantedDetails(grant.Amount, grant.Until));

    /// <summary>A grant is over, or was taken back.</summary>
    internal void GrantEnded(BudgetGrant grant) =>
        Publish(grant.Workspace, SubjectOf(grant), new ApprovalEndedDetails(grant.Amount));

    /// <summary>Somebody set something in the place of what the documents say.</summary>
    /// <param name="workspace">Who may see it.</param>
    /// <param name="set">What was set.</param>
    internal void Set(WorkspaceId workspace, Override set) =>
        Publish(workspace, SubjectOf(set), new OverrideSetDetails(WordOf(set), RouteOf(set), set.Until, set.Reason));

    /// <summary>That is over, or was lifted.</summary>
    internal void Ended(WorkspaceId workspace, Override set) =>
        Publish(workspace, SubjectOf(set) with { Actor = null }, new OverrideEndedDetails(WordOf(set), RouteOf(set)));

    /// <summary>One of a provider's own keys was refused, or has to rest.</summary>
    /// <param name="owner">Whose document names the provider.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="account">Which key, by the name that records have.</param>
    /// <param name="status">The status that it was refused with: 401, 402, 403 or 429.</param>
    /// <param name="rests">How long it is passed over.</param>
    internal void AccountRests(WorkspaceId owner, string provider, string account, int status, TimeSpan rests) =>
        Publish(
            owner,
            new ActivitySubject { Provider = provider, Account = account },
            status == 429 ? new AccountRestedDetails(Ms(rests)) : new AccountRefusedDetails(status, Ms(rests))
        );

    /// <summary>What is known of the last change of a document: tells when it did harm.</summary>
    internal void Tell(WorkspaceId workspace, in RollbackFinding finding)
    {
        if (finding.Verdict == RollbackVerdict.Worse)
        {
            Publish(
                workspace,
                ActivitySubject.None,
                new ConfigWarnedDetails(finding.Before.Share * 100, finding.After.Share * 100, finding.After.All)
            );
        }
    }

    /// <summary>Something happened now.</summary>
    /// <param name="workspace">Who may see it; null for what concerns the instance.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="details">What happened.</param>
    public void Publish(WorkspaceId? workspace, ActivitySubject subject, ActivityDetails details) =>
        Publish(new ActivityEvent(clock.GetUtcNow(), workspace, subject, details));

    private static ActivitySubject SubjectOf(BudgetGrant grant) =>
        ActivitySubject.Of(grant.Budget, Measure.Cost, ScopeValue.Of(grant.Scope)) with
        {
            Actor = grant.ActorId ?? grant.ActorKind,
        };

    private static ActivitySubject SubjectOf(Override set) =>
        new()
        {
            Provider = set.Kind == OverrideKind.ProviderOff ? set.Subject : set.Provider,
            Model = set.Model,
            Actor = set.ActorId ?? set.ActorKind,
        };

    private static string? RouteOf(Override set) => set.Kind == OverrideKind.RouteMoved ? set.Subject : null;

    private static string WordOf(Override set) =>
        set.Kind switch
        {
            OverrideKind.SpendingStopped => "spending-stopped",
            OverrideKind.ProviderOff => "provider-off",
            _ => "route-moved",
        };

    private void Publish(in CounterName counter, ActivityDetails details) =>
        Publish(counter.Workspace, ActivitySubject.Of(counter.Rule, counter.Measure, counter.Scope), details);

    private static long Ms(TimeSpan span) => (long)span.TotalMilliseconds;

    private static string Word(StageAction action) =>
        action switch
        {
            StageAction.Throttle => "throttle",
            StageAction.Downgrade => "downgrade",
            StageAction.Approve => "approve",
            StageAction.Block => "block",
            _ => "warn",
        };
}
