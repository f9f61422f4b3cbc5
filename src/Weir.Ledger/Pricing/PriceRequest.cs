using Weir.Foundation;

namespace Weir.Ledger;

/// <summary>What is to be priced.</summary>
public readonly record struct PriceRequest
{
    /// <summary>The catalogue to look in: <c>anthropic</c>, <c>openai</c>, <c>google</c>, <c>openrouter</c> …</summary>
    public required string Catalogue { get; init; }

    /// <summary>The configured provider's name, which overrides may name instead of the catalogue.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that served, as the upstream named it.</summary>
    public string? Served { get; init; }

    /// <summary>The model that was sent upstream: tried when the served name has no price.</summary>
    public string? Requested { get; init; }

    /// <summary>The tokens.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary>
    /// <c>fast</c>, <c>priority</c> …; null, <c>standard</c>, <c>default</c> and <c>auto</c> for standard. A mode that the
    /// list has no rates for (<c>batch</c> and <c>flex</c>, mostly) makes the cost unknown.
    /// </summary>
    public string? Mode { get; init; }

    /// <summary>Web searches billed by the piece; where no price is listed for them they add nothing.</summary>
    public int? WebSearches { get; init; }

    /// <summary>When the request started.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The outcome of pricing.</summary>
/// <param name="Cost">Null when unknown.</param>
/// <param name="PriceVersion">The version charged at; null when unknown.</param>
public readonly record struct Charge(Money? Cost, string? PriceVersion);
