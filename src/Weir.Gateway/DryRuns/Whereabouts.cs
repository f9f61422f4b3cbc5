using System.Collections.Immutable;
using Weir.Gateway.Routing;

namespace Weir.Gateway.DryRuns;

/// <summary>Where a request would go by one configuration: all that its record leaves possible. Immutable.</summary>
internal sealed class Whereabouts
{
    private readonly ImmutableArray<Branch> branches;

    public Whereabouts(ImmutableArray<Branch> branches)
    {
        this.branches = branches;
        var first = branches[0];
        Sure = branches.All(branch => branch.OrderedBy is null && branch.LeadsWhere(first)) ? first : null;
        Place = Sure?.Target is { } target
            ? new DryRunPlace(
                target.Provider.Name,
                first.ModelAt(target),
                branches.All(branch => branch.Decision.Route == first.Decision.Route) ? first.Decision.Route : null
            )
            : null;
    }

    /// <summary>What is sure to become of it; null where its record leaves it open.</summary>
    public Branch? Sure { get; }

    /// <summary>Where it is sure to go; null where that is open, and for a refusal.</summary>
    public DryRunPlace? Place { get; }

    /// <summary>The refusal that is sure; null for none.</summary>
    public RouteRefusal? Refusal =>
        Sure is { Decision.Refusal: { } reason } branch ? new RouteRefusal(branch.Decision.Status, reason) : null;

    /// <summary>What leaves it open: names of conditions and strategies.</summary>
    public IEnumerable<string> Open =>
        Sure is null
            ? branches.SelectMany(branch =>
                branch.Conditions.Select(condition => condition.Name).Concat(branch.OrderedBy is { } by ? [by] : [])
            )
            : [];

    /// <summary>Whether another configuration asks the same of what is not known, in the same order, and sends it to the same places.</summary>
    public bool IsSameAs(Whereabouts other) =>
        Sure is not null && other.Sure is not null
            ? Sure.LeadsWhere(other.Sure)
            : branches.Length == other.branches.Length
                && branches.Zip(other.branches).All(pair => pair.First.IsSameAs(pair.Second));
}

/// <summary>One of the things that may become of a request. Immutable.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Asked">The model asked for, its alias resolved.</param>
/// <param name="OrderedBy">The strategy that nobody can tell the order of any more; null where the order is sure.</param>
/// <param name="Conditions">What must have held for it, and the record does not tell; empty for what is sure once it is come to.</param>
/// <param name="Prices">The version of the prices that it was decided by.</param>
internal sealed record Branch(
    RouteDecision Decision,
    string Asked,
    string? OrderedBy,
    IReadOnlyCollection<RouteCondition> Conditions,
    string Prices
)
{
    /// <summary>What a choice by cost is called.</summary>
    public const string CostWord = "cost";

    /// <summary>The target that is tried first; null for a refusal.</summary>
    public Target? Target => Decision.Targets.IsDefaultOrEmpty ? null : Decision.Targets[0];

    /// <summary>What the decision wants to hear of the attempt.</summary>
    public RoutePlan? Plan => Decision.Plan;

    /// <summary>The model that a target is asked for.</summary>
    public string ModelAt(Target target) => target.Model ?? Decision.Model ?? Asked;

    /// <summary>Whether another leads to the same provider and model, or is a refusal too.</summary>
    public bool LeadsWhere(Branch other) => Goal(Target) == other.Goal(other.Target);

    /// <summary>Whether another is come to by the same conditions, and has the same targets.</summary>
    public bool IsSameAs(Branch other) =>
        OrderedBy == other.OrderedBy
        && Conditions.Select(Worded).SequenceEqual(other.Conditions.Select(Worded))
        && (OrderedBy != CostWord || Prices == other.Prices)
        && (
            OrderedBy is null
                ? LeadsWhere(other)
                : Decision
                    .Targets.Select(target => Goal(target))
                    .ToHashSet()
                    .SetEquals(other.Decision.Targets.Select(target => other.Goal(target)))
        );

    private (string, string)? Goal(Target? target) => target is null ? null : (target.Provider.Name, ModelAt(target));

    private static (string, string) Worded(RouteCondition condition) => (condition.Name, condition.Wanted);
}
