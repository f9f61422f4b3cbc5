using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Identity;
using static Weir.Gateway.Activities.ActivitySeverity;

namespace Weir.Gateway.Activities;

/// <summary>A kind of event in words.</summary>
/// <param name="Name">As the API and the store write it: <c>breaker.opened</c>. Never renamed.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Needs">What somebody must be permitted who is told of it.</param>
/// <param name="Meaning">What happened, for a person who reads the table of kinds.</param>
/// <param name="Details">The type that tells more.</param>
public sealed record ActivityKindInfo(
    string Name,
    ActivitySeverity Severity,
    Permission Needs,
    string Meaning,
    Type Details
);

/// <summary>The one table of kinds: store, API and documents are made of it. Immutable, thread-safe.</summary>
public static class ActivityKinds
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<ActivityKindInfo> All { get; } =
    [
        Health<BreakerOpenedDetails>(
            "breaker.opened",
            Error,
            "most attempts failed: nothing is sent there for a while"
        ),
        Health<BreakerClosedDetails>("breaker.closed", Info, "the target works again"),
        Health<ProbeFailedDetails>("probe.failed", Error, "an open breaker's target was tried and failed again"),
        Health<CooldownBeganDetails>(
            "cooldown.began",
            Warning,
            "the provider asks to be left alone, or its limit is used up"
        ),
        Health<CooldownEndedDetails>("cooldown.ended", Info, "that time is over"),
        Health<TargetLeftDetails>("target.left", Warning, "the target is passed over from now on"),
        Health<TargetReturnedDetails>("target.returned", Info, "the target is asked again"),
        Health<AccountRefusedDetails>("provider_key.refused", Error, "a provider refused one of its own keys"),
        Health<AccountRestedDetails>("provider_key.rested", Warning, "a provider's key is used up for now and rests"),
        Of<StageReachedDetails>(
            "budget.stage_reached",
            Warning,
            Permission.BudgetsView,
            "a budget has reached a stage"
        ),
        Of<StageLeftDetails>("budget.stage_left", Info, Permission.BudgetsView, "a budget fell back under a stage"),
        Of<BudgetExhaustedDetails>(
            "budget.exhausted",
            Error,
            Permission.BudgetsView,
            "requests are refused for a budget"
        ),
        Of<LimitRefusedDetails>("limit.refused", Warning, Permission.BudgetsView, "requests are refused for a limit"),
        Of<ApprovalAskedDetails>("approval.asked", Warning, Permission.BudgetsView, "requests wait for an approval"),
        Of<ApprovalGrantedDetails>("approval.granted", Info, Permission.BudgetsView, "somebody approved an amount"),
        Of<ApprovalEndedDetails>(
            "approval.ended",
            Info,
            Permission.BudgetsView,
            "an approved amount can be spent no longer"
        ),
        Of<OverrideSetDetails>(
            "override.set",
            Warning,
            Permission.AnalyticsView,
            "somebody stopped spending, switched a provider off or moved a route"
        ),
        Of<OverrideEndedDetails>("override.ended", Info, Permission.AnalyticsView, "that is over"),
        Of<ConfigAppliedDetails>("config.applied", Info, Permission.ConfigRead, "a document came into force"),
        Of<ConfigRefusedDetails>(
            "config.refused",
            Error,
            Permission.ConfigRead,
            "a document has faults; the one before it stays"
        ),
        Of<ConfigRolledBackDetails>(
            "config.rolled_back",
            Warning,
            Permission.ConfigRead,
            "an earlier document is in force again"
        ),
        Of<ConfigWarnedDetails>(
            "config.warned",
            Warning,
            Permission.ConfigRead,
            "more requests fail since a document came into force"
        ),
        Of<JournalFullDetails>(
            "journal.full",
            Error,
            Permission.InstanceView,
            "the journal takes nothing: requests are refused"
        ),
        Of<JournalRecoveredDetails>(
            "journal.recovered",
            Info,
            Permission.InstanceView,
            "the journal takes records again"
        ),
        Of<LedgerBehindDetails>("ledger.behind", Warning, Permission.InstanceView, "records wait in the journal"),
        Of<LedgerCaughtUpDetails>("ledger.caught_up", Info, Permission.InstanceView, "they are stored"),
        Of<BackupFailedDetails>(
            "backup.failed",
            Error,
            Permission.InstanceView,
            "a backup that the server makes by itself failed"
        ),
        Of<ActivityDroppedDetails>(
            "activity.dropped",
            Warning,
            Permission.AnalyticsView,
            "events were let go: the feed has a hole"
        ),
    ];

    private static readonly FrozenDictionary<Type, ActivityKindInfo> ByType = All.ToFrozenDictionary(kind =>
        kind.Details
    );

    private static readonly FrozenDictionary<string, ActivityKindInfo> ByName = All.ToFrozenDictionary(
        kind => kind.Name,
        StringComparer.Ordinal
    );

    /// <summary>The kind of an event.</summary>
    public static ActivityKindInfo Of(ActivityDetails details) => ByType[details.GetType()];

    /// <summary>The kind whose details are of a type.</summary>
    internal static ActivityKindInfo Of<T>()
        where T : ActivityDetails => ByType[typeof(T)];

    /// <summary>A kind by its name; null when there is none.</summary>
    public static ActivityKindInfo? Find(string name) => ByName.GetValueOrDefault(name);

    private static ActivityKindInfo Health<T>(string name, ActivitySeverity severity, string meaning)
        where T : ActivityDetails => Of<T>(name, severity, Permission.AnalyticsView, meaning);

    private static ActivityKindInfo Of<T>(string name, ActivitySeverity severity, Permission needs, string meaning)
        where T : ActivityDetails => new(name, severity, needs, meaning, typeof(T));
}
