namespace Weir.Client;

/// <summary>How the providers of a workspace stand at a moment.</summary>
/// <param name="Providers">Its own in the order of its document, then those that are shared with it.</param>
public sealed record ProviderHealthList(IReadOnlyList<ProviderHealthItem> Providers);

/// <summary>How a provider stands.</summary>
public sealed record ProviderHealthItem
{
    /// <summary>Its name.</summary>
    public required string Provider { get; init; }

    /// <summary>Whether it stands in the server's document and is shared with the workspace.</summary>
    public required bool Shared { get; init; }

    /// <summary>Whether somebody switched it off: nothing is sent there.</summary>
    public required bool Off { get; init; }

    /// <summary>
    /// The models that were asked for there since the server started; of a shared provider only those that the workspace's own routes
    /// and aliases name. Empty where nothing is known.
    /// </summary>
    public required IReadOnlyList<ModelHealthItem> Models { get; init; }
}

/// <summary>How a model of a provider stands.</summary>
public sealed record ModelHealthItem
{
    /// <summary>The model; empty for requests that name none.</summary>
    public required string Model { get; init; }

    /// <summary><c>ready</c>, <c>returning</c>, <c>full</c>, <c>cooling</c>, <c>probing</c> or <c>open</c>.</summary>
    public required string Stands { get; init; }

    /// <summary>The seconds until that may change by itself; null where time changes nothing.</summary>
    public required double? ForSeconds { get; init; }

    /// <summary>The share of the requests that could go elsewhere which it is given, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The failed ones of <c>attempts</c>.</summary>
    public required int Failures { get; init; }

    /// <summary>The attempts that its breaker remembers; while nothing fails, none is.</summary>
    public required int Attempts { get; init; }

    /// <summary>The requests that are under way; null where <c>concurrency</c> is off.</summary>
    public required int? UnderWay { get; init; }

    /// <summary>The requests that wait for a place; null where <c>concurrency</c> is off.</summary>
    public required int? Waiting { get; init; }

    /// <summary>How many it is given at once now; null for any number.</summary>
    public required int? Limit { get; init; }
}
