using Weir.Client;
using Weir.Gateway.Activities;

namespace Weir.Server.Api.Activities;

/// <summary>Events as the API tells them.</summary>
internal static class ActivityShapesOf
{
    /// <summary>One event.</summary>
    public static ActivityEventItem Item(StoredActivity stored)
    {
        var happened = stored.Event;
        return new ActivityEventItem
        {
            Cursor = stored.Cursor,
            At = happened.At,
            Instance = happened.Workspace is null,
            Kind = happened.Kind.Name,
            Severity = Word(happened.Kind.Severity),
            Subject = Subject(happened.Subject),
            Details = Details(happened.Details),
            Text = happened.Text,
        };
    }

    /// <summary>How much it matters, in a word.</summary>
    public static string Word(ActivitySeverity severity) =>
        severity switch
        {
            ActivitySeverity.Info => "info",
            ActivitySeverity.Warning => "warning",
            _ => "error",
        };

    private static ActivitySubjectItem Subject(ActivitySubject subject) =>
        new()
        {
            Provider = subject.Provider,
            Model = subject.Model,
            Account = subject.Account,
            Budget = subject.Budget,
            Limit = subject.Limit,
            Organisation = subject.Organisation,
            Team = subject.Team,
            User = subject.User,
            Key = subject.Key,
            Tag = subject.Tag,
            Actor = subject.Actor,
        };

    private static ActivityDetailsItem Details(ActivityDetails details) =>
        details switch
        {
            BreakerOpenedDetails d => new()
            {
                Failures = d.Failures,
                Attempts = d.Attempts,
                ForMs = d.ForMs,
            },
            ProbeFailedDetails d => new() { Times = d.Times, ForMs = d.ForMs },
            BreakerClosedDetails d => new() { AfterMs = d.AfterMs },
            CooldownBeganDetails d => new() { ForMs = d.ForMs, Scope = d.Scope },
            CooldownEndedDetails d => new() { AfterMs = d.AfterMs },
            TargetLeftDetails d => new() { Because = d.Because },
            TargetReturnedDetails d => new() { AfterMs = d.AfterMs },
            AccountRefusedDetails d => new() { Status = d.Status, ForMs = d.ForMs },
            AccountRestedDetails d => new() { ForMs = d.ForMs },
            StageReachedDetails d => new() { Percent = d.Percent, Action = d.Action },
            StageLeftDetails d => new() { Percent = d.Percent, NowPercent = d.Now },
            BudgetExhaustedDetails d => new()
            {
                Count = d.Count,
                OverMs = d.OverMs,
                BoundUsd = d.Bound?.ToUsd(),
                SpentUsd = d.Spent?.ToUsd(),
                ReservedUsd = d.Reserved?.ToUsd(),
            },
            LimitRefusedDetails d => new()
            {
                Count = d.Count,
                OverMs = d.OverMs,
                Measure = d.Measure,
                Bound = d.Bound,
            },
            ApprovalAskedDetails d => new()
            {
                Count = d.Count,
                OverMs = d.OverMs,
                BoundUsd = d.Bound?.ToUsd(),
                SpentUsd = d.Spent?.ToUsd(),
            },
            ApprovalGrantedDetails d => new() { AmountUsd = d.Amount.ToUsd(), Until = d.Until },
            ApprovalEndedDetails d => new() { AmountUsd = d.Amount.ToUsd() },
            OverrideSetDetails d => new()
            {
                Override = d.What,
                Route = d.Route,
                Until = d.Until,
                Because = d.Reason,
            },
            OverrideEndedDetails d => new() { Override = d.What, Route = d.Route },
            ConfigAppliedDetails d => new() { Version = d.Version, How = d.How },
            ConfigRolledBackDetails d => new() { Version = d.Version, Restores = d.Restores },
            ConfigRefusedDetails d => new() { Count = d.Faults, How = d.How },
            ConfigWarnedDetails d => new()
            {
                BeforePercent = d.BeforePercent,
                AfterPercent = d.AfterPercent,
                Count = d.Requests,
            },
            JournalFullDetails d => new() { Because = d.Reason },
            JournalRecoveredDetails d => new() { AfterMs = d.AfterMs },
            LedgerBehindDetails d => new() { Count = d.Pending, Failure = d.Failure },
            LedgerCaughtUpDetails d => new() { AfterMs = d.AfterMs },
            BackupFailedDetails d => new() { Because = d.Reason },
            ActivityDroppedDetails d => new() { Count = d.Count },
            _ => throw new NotSupportedException($"No shape of {details.GetType()}."),
        };
}
