using Weir.Foundation;

namespace Weir.Identity;

/// <summary>
/// What somebody set in the place of what the documents say: at once, for a time or until it is lifted, and with nothing changed in the
/// documents. A workspace has at most one of each kind and subject. Immutable.
/// </summary>
public sealed record Override
{
    /// <summary><c>ovr_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Whose requests it holds for. A provider of the default workspace's is switched off for those too whom it is shared with.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>What it does.</summary>
    public required OverrideKind Kind { get; init; }

    /// <summary>The provider's or the route's name; empty for spending.</summary>
    public required string Subject { get; init; }

    /// <summary>Whether it holds for every workspace; of <see cref="OverrideKind.SpendingStopped"/> alone.</summary>
    public required bool Everywhere { get; init; }

    /// <summary>The provider that a route's requests go to first; null for other kinds.</summary>
    public string? Provider { get; init; }

    /// <summary>The model to ask for there; null for the one that the caller named.</summary>
    public string? Model { get; init; }

    /// <summary>When it was set.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it ends by itself; null for when it is lifted.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What its setter was: <c>key</c>, <c>user</c>, <c>system</c> or <c>local</c>.</summary>
    public required string ActorKind { get; init; }

    /// <summary>The id of his key or of himself; null for the system and for a command on the data folder.</summary>
    public string? ActorId { get; init; }

    /// <summary>What he said of it; null for nothing.</summary>
    public string? Reason { get; init; }
}

/// <summary>What an override does.</summary>
public enum OverrideKind
{
    /// <summary>No request that may cost something is passed on.</summary>
    SpendingStopped,

    /// <summary>Nothing is sent to a provider.</summary>
    ProviderOff,

    /// <summary>A route's requests go to one target first, and to those that are written behind it.</summary>
    RouteMoved,
}

/// <summary>An override to be set.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Subject">The provider's or the route's name, which the caller has seen to be there; empty for spending.</param>
public sealed record NewOverride(OverrideKind Kind, string Subject)
{
    /// <summary>As <see cref="Override.Everywhere"/>.</summary>
    public bool Everywhere { get; init; }

    /// <summary>As <see cref="Override.Provider"/>.</summary>
    public string? Provider { get; init; }

    /// <summary>As <see cref="Override.Model"/>.</summary>
    public string? Model { get; init; }

    /// <summary>In the future, 366 days at most; null for when it is lifted.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Null for none.</summary>
    public string? Reason { get; init; }
}
