using System.Collections.Immutable;

namespace Weir.Gateway;

/// <summary>A route of a workspace, as it is in force. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Model">The model that it is for, or a pattern; null for any.</param>
/// <param name="Strategy">In which order its targets are tried.</param>
/// <param name="IsMoved">Whether somebody set its first target in the place of what the document says.</param>
/// <param name="Targets">In the order in which they stand; those that are switched off among them.</param>
public sealed record RouteStanding(
    string Name,
    string? Model,
    RouteStrategy Strategy,
    bool IsMoved,
    ImmutableArray<RouteTargetStanding> Targets
);

/// <summary>A target of a route. Immutable.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model to ask for there; null for the one that the caller named.</param>
/// <param name="Weight">Its share, beside the others' weights, where they take turns by weight.</param>
/// <param name="IsOff">Whether nothing is sent there.</param>
public sealed record RouteTargetStanding(string Provider, string? Model, int Weight, bool IsOff);
