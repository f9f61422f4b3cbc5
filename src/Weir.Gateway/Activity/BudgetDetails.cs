using Weir.Foundation;
using static Weir.Gateway.Activities.ActivityText;

namespace Weir.Gateway.Activities;

/// <summary>A budget has reached a stage.</summary>
/// <param name="Percent">The stage, in percent of the bound.</param>
/// <param name="Action">What it does: <c>warn</c>, <c>throttle</c>, <c>downgrade</c>, <c>approve</c> or <c>block</c>; null where not known.</param>
public sealed record StageReachedDetails(int Percent, string? Action) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Budget(subject)}: {Percent} % is taken"
        + Action switch
        {
            "throttle" => "; requests are held back",
            "downgrade" => "; requests go to a cheaper model",
            "approve" => "; more needs an approval",
            "block" => "; requests are refused",
            _ => "",
        };
}

/// <summary>A budget has fallen back under a stage: its window has turned, more was granted, or its bound was raised.</summary>
/// <param name="Percent">The stage that it was at, in percent of the bound.</param>
/// <param name="Now">The stage that it is at now; 0 for none.</param>
public sealed record StageLeftDetails(int Percent, int Now) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        Now == 0
            ? $"{Budget(subject)}: has room again"
            : $"{Budget(subject)}: back from the stage of {Percent} % to that of {Now} %";
}

/// <summary>
/// Requests are refused for a budget: the first one at once, those of the time after it (<see cref="RefusalTally"/>) as one event.
/// </summary>
/// <param name="Count">How many requests were refused.</param>
/// <param name="OverMs">Within how long, milliseconds; 0 for the first.</param>
/// <param name="Bound">What may be spent, with what is granted; null, as what follows, where that is not this workspace's to know.</param>
/// <param name="Spent">What was.</param>
/// <param name="Reserved">What was set aside for requests under way.</param>
public sealed record BudgetExhaustedDetails(long Count, long OverMs, Money? Bound, Money? Spent, Money? Reserved)
    : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Budget(subject)}: {Refused(Count, OverMs)}"
        + (Spent is { } spent ? $"; {spent} of {Bound} USD is spent" : "")
        + (Reserved is { NanoUsd: not 0 } reserved ? $", {reserved} set aside" : "");
}

/// <summary>Requests are refused for a limit: the first one at once, those of the minute after it as one event.</summary>
/// <param name="Count">How many requests were refused.</param>
/// <param name="OverMs">Within how long, milliseconds; 0 for the first.</param>
/// <param name="Measure">What the limit counts: <c>requests</c>, <c>inputTokens</c>, <c>outputTokens</c>, <c>tokens</c>, <c>concurrent</c>.</param>
/// <param name="Bound">How many of them it allows.</param>
public sealed record LimitRefusedDetails(long Count, long OverMs, string Measure, long Bound) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Limit(subject)}: {Refused(Count, OverMs)}; it allows {Bound} "
        + Measure switch
        {
            "inputTokens" => "input tokens",
            "outputTokens" => "output tokens",
            "concurrent" => "requests at once",
            _ => Measure,
        };
}

/// <summary>Requests wait for somebody who approves spending beyond a budget. Counted as <see cref="BudgetExhaustedDetails"/>.</summary>
/// <param name="Count">How many requests were refused until then.</param>
/// <param name="OverMs">Within how long, milliseconds; 0 for the first.</param>
/// <param name="Bound">What may be spent without an approval; null, as what follows, where that is not this workspace's to know.</param>
/// <param name="Spent">What was.</param>
public sealed record ApprovalAskedDetails(long Count, long OverMs, Money? Bound, Money? Spent) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Budget(subject)}: {Refused(Count, OverMs)} until somebody approves more"
        + (Spent is { } spent ? $"; {spent} of {Bound} USD is spent" : "");
}

/// <summary>Somebody granted an amount beyond a budget.</summary>
/// <param name="Amount">How much.</param>
/// <param name="Until">Until when it can be spent, UTC.</param>
public sealed record ApprovalGrantedDetails(Money Amount, DateTimeOffset Until) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Budget(subject)}: {subject.Actor ?? "somebody"} granted {Amount} USD until {Time(Until)}";
}

/// <summary>A grant has ended: its time is over, or it was taken back.</summary>
/// <param name="Amount">How much it was.</param>
public sealed record ApprovalEndedDetails(Money Amount) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Budget(subject)}: the grant of {Amount} USD" + (subject.Actor is { } by ? $" by {by}" : "") + " has ended";
}
