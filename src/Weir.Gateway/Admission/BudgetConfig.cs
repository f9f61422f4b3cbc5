using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>An amount of money that requests may cost, as it was written and found sound. Immutable.</summary>
public sealed record BudgetConfig
{
    /// <summary>Its name; unique among the budgets of its document.</summary>
    public required string Name { get; init; }

    /// <summary>Whose requests it holds; empty for all that its document speaks for.</summary>
    public AdmissionScope Scope { get; init; } = new();

    /// <summary>The bound for a window; zero lets nothing through that costs anything.</summary>
    public required Money Limit { get; init; }

    /// <summary>Over which time it is summed.</summary>
    public WindowConfig Window { get; init; } = WindowConfig.Month;

    /// <summary>What happens to a request that would lead beyond the bound.</summary>
    public BudgetStage OnExceed { get; init; } = new(100, StageAction.Block);

    /// <summary>What happens on the way there, by rising share of the bound; each share is below 100.</summary>
    public ImmutableArray<BudgetStage> Stages { get; init; } = [];

    /// <summary>How much of the worst case is set aside before a request is sent.</summary>
    public EstimateMode Estimate { get; init; } = EstimateMode.Worst;

    /// <summary>Which money it counts.</summary>
    public CostBasis Counts { get; init; } = CostBasis.Billed;

    /// <summary>Whether a request is refused whose price nobody knows. Otherwise it passes and counts nothing until its cost is known.</summary>
    public bool RefusesUnpriced { get; init; }
}

/// <summary>A share of a bound, and what happens beyond it.</summary>
/// <param name="Percent">Of the bound, 1 to 100.</param>
/// <param name="Action">What happens.</param>
/// <param name="Model">The model to ask for instead, with <see cref="StageAction.Downgrade"/>; null otherwise.</param>
/// <param name="Delay">
/// How long each request is held back, with <see cref="StageAction.Throttle"/>; null there for one request at a time for each
/// key, and otherwise.
/// </param>
public sealed record BudgetStage(int Percent, StageAction Action, string? Model = null, TimeSpan? Delay = null);

/// <summary>What happens beyond a share of a budget.</summary>
public enum StageAction
{
    /// <summary>The request passes, and it is told.</summary>
    Warn,

    /// <summary>The request passes later: after a delay, or when no other of its key is under way.</summary>
    Throttle,

    /// <summary>The request is to ask for a cheaper model; one that does so passes.</summary>
    Downgrade,

    /// <summary>The request is refused until somebody grants more.</summary>
    Approve,

    /// <summary>The request is refused.</summary>
    Block,
}

/// <summary>How much is set aside for a request.</summary>
public enum EstimateMode
{
    /// <summary>The most that it can cost or use.</summary>
    Worst,

    /// <summary>The share of the most that requests of its key and model really used, with a margin.</summary>
    Learned,
}

/// <summary>Which money a budget counts.</summary>
public enum CostBasis
{
    /// <summary>What somebody really pays: nothing for subscriptions, simulators and free models.</summary>
    Billed,

    /// <summary>The list cost of every request.</summary>
    List,
}
