using Weir.Foundation;
using Weir.Gateway.Resilience;
using Weir.Ledger;

namespace Weir.Gateway.Routing.Strategies;

/// <summary>What strategies go by.</summary>
/// <param name="Workspace">Whose request it is.</param>
/// <param name="Route">The route.</param>
/// <param name="Question">The request.</param>
/// <param name="Prices">What models cost.</param>
/// <param name="State">What was measured.</param>
internal readonly record struct RankContext(
    WorkspaceId Workspace,
    RouteModel Route,
    RouteQuestion Question,
    PriceSnapshot Prices,
    RouteState State
)
{
    /// <summary>What is measured of a target of this request's.</summary>
    public TargetMark MarkOf(Target target) => State.Of(KeyOf(target));

    /// <summary>What is known of its health; null for nothing.</summary>
    public TargetState? HealthOf(Target target) => target.Provider.Health.Find(target.Model ?? Question.Model);

    /// <summary>Where it is measured.</summary>
    public TargetKey KeyOf(Target target) => new(Workspace, target.Provider.Name, target.Model ?? Question.Model);

    /// <summary>A fraction above 0 and below 1 that is the session's, or the request's, at a target; null for a request without an id.</summary>
    public double? DrawAt(Target target)
    {
        var name = $"{target.Provider.Name}\n{target.Model}\n{Route.Name}";
        return Question.Session is { } session ? SpreadHash.Fraction(SpreadHash.Of(session, name))
            : Question.Id is { } id ? SpreadHash.Fraction(SpreadHash.Of(id.Value, name))
            : null;
    }
}
