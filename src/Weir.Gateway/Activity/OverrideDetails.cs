using static Weir.Gateway.Activities.ActivityText;

namespace Weir.Gateway.Activities;

/// <summary>Somebody set something in the place of what the documents say.</summary>
/// <param name="What"><c>spending-stopped</c>, <c>provider-off</c> or <c>route-moved</c>.</param>
/// <param name="Route">The route that is moved; null for others.</param>
/// <param name="Until">When it ends by itself, UTC; null for when it is lifted.</param>
/// <param name="Reason">What he said of it; null for nothing.</param>
public sealed record OverrideSetDetails(string What, string? Route, DateTimeOffset? Until, string? Reason)
    : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        What switch
        {
            "spending-stopped" => "spending is stopped",
            "provider-off" => $"{subject.Provider}: is switched off",
            _ => $"route {Route}: goes to {Target(subject)} first",
        }
        + (Until is { } until ? $" until {Time(until)}" : "")
        + (subject.Actor is { } by ? $", by {by}" : "")
        + (Reason is { } reason ? $": {reason}" : "");
}

/// <summary>What somebody set is over: its time has come, or it was lifted.</summary>
/// <param name="What">As of <see cref="OverrideSetDetails"/>.</param>
/// <param name="Route">As of <see cref="OverrideSetDetails"/>.</param>
public sealed record OverrideEndedDetails(string What, string? Route) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        What switch
        {
            "spending-stopped" => "spending goes on",
            "provider-off" => $"{subject.Provider}: is switched on again",
            _ => $"route {Route}: goes where the document says again",
        };
}
