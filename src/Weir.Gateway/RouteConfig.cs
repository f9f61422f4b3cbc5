using System.Collections.Immutable;

namespace Weir.Gateway;

/// <summary>A rule that sends matching requests to targets. All conditions that are not null must hold.</summary>
public sealed record RouteConfig
{
    /// <summary>Its name in records; made from its position when not given.</summary>
    public required string Name { get; init; }

    /// <summary>The model's exact name or a pattern with <c>*</c>; null for any.</summary>
    public string? Model { get; init; }

    /// <summary>The calling program's name or pattern; null for any.</summary>
    public string? Client { get; init; }

    /// <summary>The key's name or pattern; null for any.</summary>
    public string? Key { get; init; }

    /// <summary>The name or pattern of the team that the key stands for; null for any.</summary>
    public string? Team { get; init; }

    /// <summary>Headers that must be there, with a value or pattern.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it is one of Claude Code's helper calls; null for either.</summary>
    public bool? Background { get; init; }

    /// <summary>Whether it turns thinking or reasoning on; null for either.</summary>
    public bool? Thinking { get; init; }

    /// <summary>The name or pattern of a tool that is offered; null for any or none.</summary>
    public string? Tool { get; init; }

    /// <summary>Whether a search of the vendor's own is offered; null for either.</summary>
    public bool? WebSearch { get; init; }

    /// <summary>Whether it holds a picture; null for either.</summary>
    public bool? Image { get; init; }

    /// <summary>The input has more tokens than this; null for any size.</summary>
    public long? TokensAbove { get; init; }

    /// <summary>Whether a subagent of a coding agent asks, and which; null for whoever asks.</summary>
    public SubagentConfig? Subagent { get; init; }

    /// <summary>When it holds; null for always.</summary>
    public ScheduleConfig? Schedule { get; init; }

    /// <summary>In the order of the document.</summary>
    public ImmutableArray<TargetConfig> Targets { get; init; } = [];

    /// <summary>What is changed in its requests, before what each target changes.</summary>
    public ImmutableArray<TransformConfig> Transforms { get; init; } = [];

    /// <summary>In which order the targets are tried.</summary>
    public RouteStrategy Strategy { get; init; }

    /// <summary>
    /// Whether a session stays with the target that served it last; null: with every strategy but
    /// <see cref="RouteStrategy.Fallback"/>.
    /// </summary>
    public bool? StaysWithSession { get; init; }
}

/// <summary>Where a route may send a request.</summary>
/// <param name="Provider">A configured provider's name.</param>
/// <param name="Model">The model to ask for there; null for the one that the caller named.</param>
/// <param name="Weight">Its share, beside the others' weights, under <see cref="RouteStrategy.Weighted"/>; 0 for a last resort.</param>
public sealed record TargetConfig(string Provider, string? Model, int Weight = 1)
{
    /// <summary>What is changed in requests that go there by this route, after what the route changes.</summary>
    public ImmutableArray<TransformConfig> Transforms { get; init; } = [];
}

/// <summary>In which order a route's targets are tried.</summary>
public enum RouteStrategy
{
    /// <summary>As they are written.</summary>
    Fallback,

    /// <summary>Drawn by weight: for each session, or for each request without one.</summary>
    Weighted,

    /// <summary>The one that begins to answer soonest first.</summary>
    Latency,

    /// <summary>The one that the request costs least at first.</summary>
    Cost,

    /// <summary>As <see cref="Latency"/>, behind them those that failed lately.</summary>
    Adaptive,
}

/// <summary>Whether a subagent asks.</summary>
/// <param name="Is">Whether it must be one; false: it must be none.</param>
/// <param name="Name">Its id, or how its instructions begin: a name or pattern; null for any.</param>
public sealed record SubagentConfig(bool Is, string? Name);

/// <summary>The hours of a week.</summary>
/// <param name="Days">On these days; all seven for every day.</param>
/// <param name="From">From this time of the day on.</param>
/// <param name="To">
/// Until this one. At or before <paramref name="From"/>: that of the next day, so that the span belongs to the day that it begins on.
/// </param>
/// <param name="Zone">Whose clock tells the time.</param>
public sealed record ScheduleConfig(ImmutableArray<DayOfWeek> Days, TimeOnly From, TimeOnly To, TimeZoneInfo Zone);

/// <summary>A name that callers ask for in the place of a model.</summary>
public sealed record AliasConfig
{
    /// <summary>What callers ask for.</summary>
    public required string Name { get; init; }

    /// <summary>The model that it stands for; null with <see cref="Targets"/>.</summary>
    public string? Model { get; init; }

    /// <summary>Other models for keys of a name or pattern; the first that matches wins, before <see cref="Teams"/>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Keys { get; init; } = [];

    /// <summary>Other models for teams of a name or pattern; the first that matches wins.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Teams { get; init; } = [];

    /// <summary>Where requests for it go, before any route is looked at; none with <see cref="Model"/>.</summary>
    public ImmutableArray<TargetConfig> Targets { get; init; } = [];

    /// <summary>In which order the targets are tried.</summary>
    public RouteStrategy Strategy { get; init; }

    /// <summary>As <see cref="RouteConfig.StaysWithSession"/>.</summary>
    public bool? StaysWithSession { get; init; }
}
