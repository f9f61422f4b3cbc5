using static Weir.Gateway.Activities.ActivityText;

namespace Weir.Gateway.Activities;

/// <summary>A breaker opened: most attempts failed, and no request tries the target for a while.</summary>
/// <param name="Failures">The failed ones of the attempts that it remembers.</param>
/// <param name="Attempts">The attempts that it remembers.</param>
/// <param name="ForMs">For how long, milliseconds.</param>
public sealed record BreakerOpenedDetails(int Failures, int Attempts, long ForMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Target(subject)}: {Failures} of the last {Attempts} attempts failed; nothing is sent there for {Span(ForMs)}";
}

/// <summary>A probe failed: the breaker stays open for longer.</summary>
/// <param name="Times">How often in a row the breaker has opened, 2 or more.</param>
/// <param name="ForMs">For how long nothing is sent there, milliseconds.</param>
public sealed record ProbeFailedDetails(int Times, long ForMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Target(subject)}: tried again and failed; nothing is sent there for {Span(ForMs)}";
}

/// <summary>A breaker closed.</summary>
/// <param name="AfterMs">How long it had been open, milliseconds.</param>
public sealed record BreakerClosedDetails(long AfterMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"{Target(subject)}: works again after {Span(AfterMs)}";
}

/// <summary>A target rests because its provider wants it to.</summary>
/// <param name="ForMs">For how long, as far as is known, milliseconds.</param>
/// <param name="Scope">The limit that is used up, by the provider's name for it; null when it said none.</param>
public sealed record CooldownBeganDetails(long ForMs, string? Scope) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        Scope is null or "retry"
            ? $"{Target(subject)}: the provider asks to wait {Span(ForMs)}"
            : $"{Target(subject)}: the provider's limit on {Scope} is used up for {Span(ForMs)}";
}

/// <summary>A target's rest is over. Told when somebody next looks at it.</summary>
/// <param name="AfterMs">How long after it began, milliseconds.</param>
public sealed record CooldownEndedDetails(long AfterMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"{Target(subject)}: has rested for {Span(AfterMs)}";
}

/// <summary>A target is passed over from now on.</summary>
/// <param name="Because"><c>open</c> (its breaker) or <c>cooling</c> (its provider).</param>
public sealed record TargetLeftDetails(string Because) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Target(subject)}: passed over, {(Because == "open" ? "its breaker is open" : "it rests")}";
}

/// <summary>A target is asked again.</summary>
/// <param name="AfterMs">How long it had been passed over, milliseconds.</param>
public sealed record TargetReturnedDetails(long AfterMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) => $"{Target(subject)}: asked again after {Span(AfterMs)}";
}

/// <summary>A provider refused one of its own keys.</summary>
/// <param name="Status">With this HTTP status.</param>
/// <param name="ForMs">For how long the key is passed over, milliseconds.</param>
public sealed record AccountRefusedDetails(int Status, long ForMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Target(subject)}: the key {subject.Account} is refused ({Status}) and passed over for {Span(ForMs)}";
}

/// <summary>One of a provider's keys rests because its account is used up for now.</summary>
/// <param name="ForMs">For how long it is passed over, milliseconds.</param>
public sealed record AccountRestedDetails(long ForMs) : ActivityDetails
{
    internal override string Say(ActivitySubject subject) =>
        $"{Target(subject)}: the key {subject.Account} is used up and rests for {Span(ForMs)}";
}
