namespace Weir.Client;

/// <summary>What providers answered to the cheapest question that they take.</summary>
/// <param name="Sound">Whether nothing failed.</param>
/// <param name="Providers">In the order of the document.</param>
public sealed record ConfigLiveCheck(bool Sound, IReadOnlyList<ConfigLiveProvider> Providers);

/// <summary>How one provider answered.</summary>
public sealed record ConfigLiveProvider
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>ok</c>; <c>refused</c> (the credential), <c>unreachable</c>, <c>tls</c>, <c>timeout</c>, <c>forbidden</c> (an address that may not be
    /// connected to) and <c>failed</c> for what is wrong; <c>unasked</c> for what cannot be asked without a bill or without a key.
    /// </summary>
    public required string Outcome { get; init; }

    /// <summary>What happened, for a person; null where there is nothing to say.</summary>
    public required string? Detail { get; init; }

    /// <summary>The status that it answered with; null when it did not.</summary>
    public required int? Status { get; init; }

    /// <summary>How long it took, in milliseconds; null when it was not asked.</summary>
    public required double? Milliseconds { get; init; }

    /// <summary>How many models it lists; null when its list is not known.</summary>
    public required int? Models { get; init; }

    /// <summary>Models that the document names for it and that its list, which holds all, lacks.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}
