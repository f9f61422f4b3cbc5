using System.Collections.Immutable;

namespace Weir.Gateway;

/// <summary>How a provider answered the question for its models. Immutable; holds no key.</summary>
/// <param name="Name">The provider's name.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record ProviderAnswer(string Name, ProviderOutcome Outcome)
{
    /// <summary>What happened, for a person; null where there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>The status that it answered with; null when it did not.</summary>
    public int? Status { get; init; }

    /// <summary>How long it took; null when it was not asked.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>How many models it lists; null when its list is not known.</summary>
    public int? Models { get; init; }

    /// <summary>Models that the document names for it and that are not in its list, where that holds all that it has.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsSound => Outcome is ProviderOutcome.Ok or ProviderOutcome.Unasked && Missing.IsEmpty;
}

/// <summary>What came of asking a provider.</summary>
public enum ProviderOutcome
{
    /// <summary>It answered.</summary>
    Ok,

    /// <summary>It refused the credential.</summary>
    Refused,

    /// <summary>No connection came about.</summary>
    Unreachable,

    /// <summary>Its certificate or its TLS will not do.</summary>
    Tls,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>Its address may not be connected to.</summary>
    Forbidden,

    /// <summary>It answered something else than a list.</summary>
    Failed,

    /// <summary>It cannot be asked, or not without a bill.</summary>
    Unasked,
}
