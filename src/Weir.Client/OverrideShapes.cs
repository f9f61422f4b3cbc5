using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>What is set in the place of what the documents say, and holds now.</summary>
/// <param name="Overrides">Those of the workspace and those of the server that hold for it, the oldest first.</param>
public sealed record OverrideList(IReadOnlyList<OverrideItem> Overrides);

/// <summary>What somebody set in the place of what the documents say.</summary>
public sealed record OverrideItem
{
    /// <summary><c>ovr_…</c>; another one each time that it is set.</summary>
    public required string Id { get; init; }

    /// <summary><c>spending-stopped</c>, <c>provider-off</c> or <c>route-moved</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The provider's or the route's name; empty for spending.</summary>
    public required string Subject { get; init; }

    /// <summary>Where the route's requests go first; null for other kinds.</summary>
    public required OverrideTarget? Target { get; init; }

    /// <summary>Whether it holds for every workspace of the server.</summary>
    public required bool Everywhere { get; init; }

    /// <summary>Whether the caller's workspace set it, and can lift it; else who runs the server did.</summary>
    public required bool Own { get; init; }

    /// <summary>When it was set.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it ends by itself; null for when it is lifted.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>What set it: <c>key</c>, <c>user</c> or <c>local</c>.</summary>
    public required string ByKind { get; init; }

    /// <summary>The id of the key or person; null for a command on the data folder, and where another workspace set it.</summary>
    public required string? By { get; init; }

    /// <summary>What was said of it; null for nothing.</summary>
    public required string? Reason { get; init; }
}

/// <summary>A target of a route.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model to ask for there; null for the one that the caller named.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OverrideTarget(string? Provider, string? Model = null);

/// <summary>An override to be set, as of <c>PUT /overrides/providers/{provider}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public record OverrideEdit
{
    /// <summary>When it ends by itself: in the future, a year at most; null for when it is lifted.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Why, for the audit trail and for callers that are refused: at most 128 characters on one line; null for nothing.</summary>
    public string? Reason { get; init; }
}

/// <summary>Spending to be stopped.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SpendingStop : OverrideEdit
{
    /// <summary>Whether that of every workspace is; for who manages the instance, in the workspace <c>default</c>.</summary>
    public bool Everywhere { get; init; }
}

/// <summary>A route to be moved.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RouteMove : OverrideEdit
{
    /// <summary>Where its requests go first; one of its targets, or any other provider that the workspace has.</summary>
    public OverrideTarget? Target { get; init; }
}

/// <summary>The routes that are in force.</summary>
/// <param name="Routes">In the order in which they are looked at.</param>
public sealed record RouteList(IReadOnlyList<RouteItem> Routes);

/// <summary>A route that is in force.</summary>
public sealed record RouteItem
{
    /// <summary>Its name; made from its position where the document gives none.</summary>
    public required string Name { get; init; }

    /// <summary>The model that it is for, or a pattern; null for any. Further conditions stand in the document.</summary>
    public required string? Model { get; init; }

    /// <summary><c>fallback</c>, <c>weighted</c>, <c>latency</c>, <c>cost</c> or <c>adaptive</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>Whether somebody set its first target in the place of what the document says.</summary>
    public required bool Moved { get; init; }

    /// <summary>In the order in which they stand.</summary>
    public required IReadOnlyList<RouteTargetStandingItem> Targets { get; init; }
}

/// <summary>A target of a route that is in force.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model to ask for there; null for the one that the caller named.</param>
/// <param name="Weight">Its share beside the others' weights; of <c>weighted</c> alone.</param>
/// <param name="Off">Whether nothing is sent there: somebody switched the provider off.</param>
public sealed record RouteTargetStandingItem(string Provider, string? Model, int Weight, bool Off);
