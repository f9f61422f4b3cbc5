using Weir.Foundation;

namespace Weir.Gateway.Resilience;

/// <summary>Whose health it is: a model of a provider of a workspace's document.</summary>
/// <param name="Owner">Whose document names the provider. What two workspaces ask of one vendor stays apart.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model that is asked for there; empty where none is named.</param>
internal readonly record struct TargetKey(WorkspaceId Owner, string Provider, string Model);

/// <summary>Something that changed in a target's health, for whoever follows what Weir does.</summary>
/// <param name="Target">Whose.</param>
/// <param name="At">When.</param>
internal abstract record ResilienceEvent(TargetKey Target, DateTimeOffset At);

/// <summary>A breaker opened, or a probe failed.</summary>
/// <param name="Target">Whose.</param>
/// <param name="At">When.</param>
/// <param name="Failures">The failed ones of the attempts that it remembers.</param>
/// <param name="Attempts">The attempts that it remembers.</param>
/// <param name="For">How long no request tries it.</param>
/// <param name="Times">How often in a row; 1 for the first.</param>
internal sealed record BreakerOpened(
    TargetKey Target,
    DateTimeOffset At,
    int Failures,
    int Attempts,
    TimeSpan For,
    int Times
) : ResilienceEvent(Target, At);

/// <summary>A breaker closed.</summary>
/// <param name="Target">Whose.</param>
/// <param name="At">When.</param>
/// <param name="After">How long it had been open.</param>
internal sealed record BreakerClosed(TargetKey Target, DateTimeOffset At, TimeSpan After) : ResilienceEvent(Target, At);

/// <summary>A target rests because its provider wants it to.</summary>
/// <param name="Target">Whose.</param>
/// <param name="At">When.</param>
/// <param name="For">How long, as far as is known now.</param>
/// <param name="Scope">The limit that is used up, by its name; <c>retry</c> for a plain word to wait; null for none said.</param>
internal sealed record CooldownBegan(TargetKey Target, DateTimeOffset At, TimeSpan For, string? Scope)
    : ResilienceEvent(Target, At);

/// <summary>A target is passed over from now on.</summary>
/// <param name="Target">Whose.</param>
/// <param name="At">When.</param>
/// <param name="Because">Why: open or cooling.</param>
internal sealed record TargetLeft(TargetKey Target, DateTimeOffset At, StandingKind Because)
    : ResilienceEvent(Target, At);

/// <summary>A target is asked again. Of one that only rested this is told when somebody next looks at it.</summary>
/// <param name="Target">Whose.</param>
/// <param name="At">When.</param>
/// <param name="After">How long it had been passed over.</param>
internal sealed record TargetReturned(TargetKey Target, DateTimeOffset At, TimeSpan After)
    : ResilienceEvent(Target, At);
