using System.Collections.Immutable;

namespace Weir.Gateway;

/// <summary>How a provider stands at a moment, as one workspace may know it. Immutable.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="IsShared">Whether it stands in the server's document and is shared with the workspace.</param>
/// <param name="Models">
/// The models that were asked for there, by name, those that nothing speaks against included. Of a shared provider only those that the
/// workspace's own routes and aliases name: what others ask for is theirs.
/// </param>
/// <param name="IsOff">Whether somebody switched it off.</param>
public sealed record ProviderStanding(string Provider, bool IsShared, ImmutableArray<ModelStanding> Models, bool IsOff);

/// <summary>How a model of a provider stands. Immutable.</summary>
public sealed record ModelStanding
{
    /// <summary>The model; empty for what names none.</summary>
    public required string Model { get; init; }

    /// <summary><c>ready</c>, <c>returning</c>, <c>full</c>, <c>cooling</c>, <c>probing</c> or <c>open</c>.</summary>
    public required string Stands { get; init; }

    /// <summary>How long until that may change by itself; null where time changes nothing.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>The share of the requests that could go elsewhere which it is given, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The failed ones of the attempts that its breaker remembers; while nothing fails, none is remembered.</summary>
    public required int Failures { get; init; }

    /// <summary>The attempts that its breaker remembers.</summary>
    public required int Attempts { get; init; }

    /// <summary>The requests that are under way, and those that wait; null where <c>concurrency</c> is off.</summary>
    public (int InUse, int Waiting, int Limit)? Slots { get; init; }
}
