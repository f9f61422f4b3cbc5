using System.Collections.Immutable;
using Weir.Foundation;

namespace Weir.Gateway.Admission;

/// <summary>How a counter stands. All amounts in the measure's unit. Immutable.</summary>
public sealed record CounterStanding
{
    /// <summary>Whose document the rule stands in; the default workspace's is the server's.</summary>
    public required WorkspaceId Owner { get; init; }

    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>How long its window is.</summary>
    public required WindowConfig Window { get; init; }

    /// <summary>What it counts.</summary>
    public required Measure Measure { get; init; }

    /// <summary>Whose counter of the rule it is.</summary>
    public required ScopeValue Scope { get; init; }

    /// <summary>What may be taken in a window, without what is granted.</summary>
    public required long Bound { get; init; }

    /// <summary>What is granted besides.</summary>
    public required long Granted { get; init; }

    /// <summary>The grants that hold.</summary>
    public required ImmutableArray<AdmissionGrant> Grants { get; init; }

    /// <summary>What the window's requests came to.</summary>
    public required long Spent { get; init; }

    /// <summary>What is set aside for those under way.</summary>
    public required long Reserved { get; init; }

    /// <summary>
    /// How much more than what is set aside those under way can come to: the most by which the bound can be exceeded. Zero
    /// where the worst case is set aside.
    /// </summary>
    public required long AtRisk { get; init; }

    /// <summary>How many requests wait for room.</summary>
    public required int Waiting { get; init; }

    /// <summary>When all that is taken counts no more, UTC; null without an end, and when nothing is taken.</summary>
    public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The highest stage that what is taken has reached, in percent of the bound; 0 for none.</summary>
    public required int Stage { get; init; }
}

/// <summary>What is left to a caller of one measure, by the rule that leaves the least.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Measure">What is counted.</param>
/// <param name="Window">How long the window is; null for what is held at once and for turns of the calendar.</param>
/// <param name="Limit">The bound.</param>
/// <param name="Remaining">What is left of it; never negative.</param>
/// <param name="ResetAfter">How long until there is all of it again, as far as nothing more is taken; null when that is not known.</param>
internal readonly record struct QuotaState(
    string Rule,
    Measure Measure,
    TimeSpan? Window,
    long Limit,
    long Remaining,
    TimeSpan? ResetAfter
);
