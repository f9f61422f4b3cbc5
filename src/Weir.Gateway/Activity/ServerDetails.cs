using static Weir.Gateway.Activities.ActivityText;

namespace Weir.Gateway.Activities;

/// <summary>A document of the configuration came into force.</summary>
/// <param name="Version">Its number among the workspace's versions; null where it has none (its file is gone).</param>
/// <param name="How"><c>api</c>, <c>file</c> or <c>start</c> (changed while no server ran).</param>
public sealed record ConfigAppliedDetails(long? Version, string How) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"configuration: {(Version is { } number ? $"version {Whole(number)}" : "no document")} is in force"
        + How switch
        {
            "api" => subject.Actor is { } by ? $", by {by}" : "",
            "start" => ", found at the start",
            _ => ", from the file",
        };
}

/// <summary>An earlier version of a document came into force again.</summary>
/// <param name="Version">The number that it has now; null when not known.</param>
/// <param name="Restores">The number of the version whose text it is.</param>
public sealed record ConfigRolledBackDetails(long? Version, long Restores) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"configuration: version {Whole(Restores)} is in force again" + (subject.Actor is { } by ? $", by {by}" : "");
}

/// <summary>A document was refused; the one before it stays in force.</summary>
/// <param name="Faults">How many faults it has.</param>
/// <param name="How"><c>api</c> or <c>file</c>.</param>
public sealed record ConfigRefusedDetails(int Faults, string How) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"configuration: {(How == "api" ? $"a change{(subject.Actor is { } by ? $" by {by}" : "")}" : "the changed file")} "
        + $"was refused ({(Faults == 1 ? "1 fault" : $"{Whole(Faults)} faults")})";
}

/// <summary>Requests fail more often since a document came into force.</summary>
/// <param name="BeforePercent">The share of good requests before it, 0 to 100.</param>
/// <param name="AfterPercent">The share since, 0 to 100.</param>
/// <param name="Requests">How many requests came since.</param>
public sealed record ConfigWarnedDetails(double BeforePercent, double AfterPercent, long Requests) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"configuration: {Share(AfterPercent)} of {Whole(Requests)} requests succeed since the last change, {Share(BeforePercent)} did before it";
}

/// <summary>The journal takes nothing more: new requests are refused.</summary>
/// <param name="Reason">Why, as the ledger says it.</param>
public sealed record JournalFullDetails(string Reason) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"journal: requests are refused, {Reason}";
}

/// <summary>The journal takes records again.</summary>
/// <param name="AfterMs">How long it had not, milliseconds.</param>
public sealed record JournalRecoveredDetails(long AfterMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"journal: takes records again after {Span(AfterMs)}";
}

/// <summary>Records wait in the journal because the ledger cannot be written fast enough, or not at all.</summary>
/// <param name="Pending">How many wait.</param>
/// <param name="Failure">Why it cannot be written; null when it is only slow.</param>
public sealed record LedgerBehindDetails(long Pending, string? Failure) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"ledger: {Whole(Pending)} records wait in the journal" + (Failure is null ? "" : $", {Failure}");
}

/// <summary>The ledger has stored what waited.</summary>
/// <param name="AfterMs">How long it had been behind, milliseconds.</param>
public sealed record LedgerCaughtUpDetails(long AfterMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"ledger: has caught up after {Span(AfterMs)}";
}

/// <summary>A backup that the server makes by itself failed; told again only after one that did not.</summary>
/// <param name="Reason">Why.</param>
public sealed record BackupFailedDetails(string Reason) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"backup: failed, {Reason}";
}

/// <summary>Events were let go because more came at once than could be kept: here the feed has a hole.</summary>
/// <param name="Count">How many.</param>
public sealed record ActivityDroppedDetails(long Count) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"activity: {(Count == 1 ? "1 event was" : $"{Whole(Count)} events were")} let go, more came at once than could be kept";
}
