using System.Collections.Immutable;

namespace Weir.Gateway.Admission;

/// <summary>How many requests or tokens may pass, as it was written and found sound. Immutable.</summary>
public sealed record LimitConfig
{
    /// <summary>Its name; unique among the limits of its document.</summary>
    public required string Name { get; init; }

    /// <summary>Whose requests it holds; empty for all that its document speaks for.</summary>
    public AdmissionScope Scope { get; init; } = new();

    /// <summary>Its bounds; a request keeps to every one. Not empty, none twice.</summary>
    public required ImmutableArray<LimitBound> Bounds { get; init; }

    /// <summary>How much of a cache read counts as input, in percent, 0 to 100.</summary>
    public int CacheReadPercent { get; init; } = 100;

    /// <summary>How many tokens are set aside before a request is sent.</summary>
    public EstimateMode Estimate { get; init; } = EstimateMode.Learned;
}

/// <summary>One bound of a limit.</summary>
/// <param name="Measure">What is counted; not <see cref="Measure.Cost"/>.</param>
/// <param name="Most">How much may pass in a window; for <see cref="Measure.Concurrent"/> at once. 0 lets nothing pass.</param>
/// <param name="Window">Over which time; forever for <see cref="Measure.Concurrent"/>.</param>
public sealed record LimitBound(Measure Measure, long Most, WindowConfig Window);

/// <summary>What a rule counts, and in which unit.</summary>
public enum Measure
{
    /// <summary>Nano-dollars.</summary>
    Cost,

    /// <summary>Requests.</summary>
    Requests,

    /// <summary>Tokens of the prompt, cache writes included, cache reads by a configured share.</summary>
    InputTokens,

    /// <summary>Tokens of the output.</summary>
    OutputTokens,

    /// <summary>Both together.</summary>
    Tokens,

    /// <summary>Requests under way.</summary>
    Concurrent,
}
