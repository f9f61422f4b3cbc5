using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.Gateway.Transforms;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Routing;

/// <summary>Where a request may be sent.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model to ask for there; null for the one that the caller named.</param>
/// <param name="Weight">Its share under <see cref="RouteStrategy.Weighted"/>.</param>
/// <param name="Transforms">What is changed in requests to it; null for nothing.</param>
internal sealed record Target(ProviderModel Provider, string? Model, int Weight = 1, TransformPlan? Transforms = null);

/// <summary>A route of a configuration snapshot. Immutable.</summary>
internal sealed class RouteModel
{
    private readonly ImmutableArray<RouteCondition> conditions;

    /// <summary>A route as it is used.</summary>
    /// <param name="config">What was written.</param>
    /// <param name="providers">By name.</param>
    /// <param name="overrides">What is set in the place of what was written.</param>
    /// <param name="mayLackTargets">Whether a target that is not configured is left out.</param>
    /// <exception cref="ArgumentException">A target names a provider that is not configured, and may not.</exception>
    public RouteModel(
        RouteConfig config,
        FrozenDictionary<string, ProviderModel> providers,
        OverrideView overrides,
        bool mayLackTargets
    )
    {
        Name = config.Name;
        conditions = RouteConditions.Of(config);
        LooksInside = RouteConditions.LooksInside(config);
        Strategy = config.Strategy;
        StaysWithSession = config.StaysWithSession ?? config.Strategy != RouteStrategy.Fallback;
        Written =
        [
            .. config
                .Targets.Where(t => !mayLackTargets || providers.ContainsKey(t.Provider))
                .Select(t =>
                    providers.TryGetValue(t.Provider, out var provider)
                        ? new Target(
                            provider,
                            t.Model,
                            t.Weight,
                            TransformPlan.Of(config.Transforms, t.Transforms, provider.Config.Transforms)
                        )
                        : throw new ArgumentException(
                            $"Route {config.Name} names no configured provider: {t.Provider}."
                        )
                ),
        ];
        if (overrides.MovedTo(config.Name) is { } move && providers.TryGetValue(move.Provider ?? "", out var first))
        {
            IsMoved = true;
            Strategy = RouteStrategy.Fallback;
            StaysWithSession = false;
            Written = Before(
                Written,
                new Target(
                    first,
                    move.Model,
                    Transforms: TransformPlan.Of(config.Transforms, [], first.Config.Transforms)
                )
            );
        }

        Targets = Written.RemoveAll(target => overrides.IsOff(target.Provider.Name));
    }

    /// <summary>Its name in records.</summary>
    public string Name { get; }

    /// <summary>Tried in order; empty when none of <see cref="Written"/> may be asked.</summary>
    public ImmutableArray<Target> Targets { get; }

    /// <summary>As <see cref="Targets"/>, with those whose providers are switched off; empty when none of those that were written is there any more.</summary>
    public ImmutableArray<Target> Written { get; }

    /// <summary>Whether its requests go to another target first than the document says.</summary>
    public bool IsMoved { get; }

    /// <summary>In which order they are tried.</summary>
    public RouteStrategy Strategy { get; }

    /// <summary>Whether a session stays with the target that served it last.</summary>
    public bool StaysWithSession { get; }

    /// <summary>Whether the order is decided for each request, and its outcome is noted.</summary>
    public bool IsPlanned => Strategy != RouteStrategy.Fallback || StaysWithSession;

    /// <summary>Whether a condition looks into the request's body.</summary>
    public bool LooksInside { get; }

    /// <summary>Whether all that the route asks for holds.</summary>
    public bool Matches(in RouteQuestion question)
    {
        foreach (var condition in conditions)
        {
            if (!condition.Holds(question))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether all that the route asks for held of a request of which only its record is left.</summary>
    /// <param name="question">What the record tells.</param>
    /// <param name="open">Is given the conditions that the record leaves open, none where the answer is sure.</param>
    /// <returns>Null where that depends on those conditions.</returns>
    public bool? MatchesRecorded(in RouteQuestion question, ICollection<RouteCondition> open)
    {
        var left = new List<RouteCondition>();
        foreach (var condition in conditions)
        {
            switch (condition.Held(question))
            {
                case false:
                    return false;
                case null:
                    left.Add(condition);
                    break;
            }
        }

        foreach (var condition in left)
        {
            open.Add(condition);
        }

        return left.Count == 0 ? true : null;
    }

    // As it is written there, with its own transforms, where it is one of the route's.
    private static ImmutableArray<Target> Before(ImmutableArray<Target> targets, Target first) =>
        targets.FirstOrDefault(target => target.Provider == first.Provider && target.Model == first.Model) is { } own
            ? targets.Remove(own).Insert(0, own)
            : targets.Insert(0, first);

    /// <summary>Which of its conditions does not hold, in words; null when all do.</summary>
    public string? WhyNot(in RouteQuestion question)
    {
        foreach (var condition in conditions)
        {
            if (!condition.Holds(question))
            {
                return condition.WhyNot(question);
            }
        }

        return null;
    }
}
