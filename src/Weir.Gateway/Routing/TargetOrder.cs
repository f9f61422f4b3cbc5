using System.Collections.Immutable;
using System.Globalization;
using Weir.Gateway.Routing.Strategies;

namespace Weir.Gateway.Routing;

/// <summary>Puts a route's targets into the order in which they are tried. Stateless.</summary>
internal static class TargetOrder
{
    /// <summary>One request in so many goes elsewhere than to the fastest, so that what is known of the others stays true.</summary>
    public const int ExploresOneIn = 20;

    /// <summary>The order, and why it is that.</summary>
    /// <param name="targets">Those that can serve the request, as they are written; at least one.</param>
    /// <param name="context">What strategies go by.</param>
    public static Order Arrange(ImmutableArray<Target> targets, in RankContext context)
    {
        var route = context.Route;
        if (targets.Length == 1)
        {
            return new Order(targets, null);
        }

        var (order, reason) =
            route.Strategy == RouteStrategy.Fallback
                ? (targets, null)
                : (Ranked(targets, context), WordOf(route.Strategy));
        if (HolderAmong(order, context) is { } holder)
        {
            return new Order(ToFront(order, holder), "affinity");
        }

        return Explored(order, context) is { } other
            ? new Order(ToFront(order, other), "explore")
            : new Order(order, reason);
    }

    /// <summary>The strategy, as configuration and records call it.</summary>
    public static string WordOf(RouteStrategy strategy) =>
        strategy switch
        {
            RouteStrategy.Weighted => "weighted",
            RouteStrategy.Latency => "latency",
            RouteStrategy.Cost => "cost",
            RouteStrategy.Adaptive => "adaptive",
            _ => "fallback",
        };

    /// <summary>Why a target stands where it stands, for a person.</summary>
    public static string Why(Target target, ImmutableArray<Target> among, in RankContext context)
    {
        var why = context.Route.Strategy switch
        {
            RouteStrategy.Weighted => Weighted.Why(target, context),
            RouteStrategy.Latency => Latency.Why(target, context),
            RouteStrategy.Cost => Cost.Why(target, context),
            RouteStrategy.Adaptive => Adaptive.Why(target, context),
            _ => "as written",
        };
        return HolderAmong(among, context) == target && LeftOf(context) is { } left
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"served this session last, whose prompt it may hold for another {left.TotalMinutes:0.#} min; {why}"
            )
            : why;
    }

    private static ImmutableArray<Target> Ranked(ImmutableArray<Target> targets, RankContext context)
    {
        var ranks = new double[targets.Length];
        var order = new Target[targets.Length];
        targets.CopyTo(order);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = RankOf(targets[i], context);
        }

        // By insertion: targets are few, and what is equal must stay in the order of the document.
        for (var i = 1; i < order.Length; i++)
        {
            for (var j = i; j > 0 && ranks[j] < ranks[j - 1]; j--)
            {
                (ranks[j], ranks[j - 1]) = (ranks[j - 1], ranks[j]);
                (order[j], order[j - 1]) = (order[j - 1], order[j]);
            }
        }

        return [.. order];
    }

    private static double RankOf(Target target, in RankContext context) =>
        context.Route.Strategy switch
        {
            RouteStrategy.Weighted => Weighted.Rank(target, context),
            RouteStrategy.Latency => Latency.Rank(target, context),
            RouteStrategy.Cost => Cost.Rank(target, context),
            _ => Adaptive.Rank(target, context),
        };

    /// <summary>The target that served the session last, unless it has failed since; null for none.</summary>
    private static Target? HolderAmong(ImmutableArray<Target> targets, in RankContext context)
    {
        if (
            !context.Route.StaysWithSession
            || context.Question.Session is not { } session
            || !context.Question.CachesPrompts
            || context.State.HolderOf(new SessionKey(context.Workspace, context.Route.Name, session)) is not { } held
        )
        {
            return null;
        }

        foreach (var target in targets)
        {
            var key = context.KeyOf(target);
            if (key.Provider == held.Provider && key.Model == held.Model)
            {
                return context.HealthOf(target) is { HasFailedLately: true } ? null : target;
            }
        }

        return null;
    }

    private static TimeSpan? LeftOf(in RankContext context) =>
        context.Question.Session is { } session
            ? context.State.HolderOf(new SessionKey(context.Workspace, context.Route.Name, session))?.Left
            : null;

    /// <summary>The target that is looked at this time in place of the first; null when it is not the time.</summary>
    private static Target? Explored(ImmutableArray<Target> order, in RankContext context)
    {
        if (
            context.Route.Strategy is not (RouteStrategy.Latency or RouteStrategy.Adaptive)
            || context.Question.Id is not { } id
        )
        {
            return null;
        }

        var draw = SpreadHash.Of(id.Value, context.Route.Name);
        if (draw % ExploresOneIn != 0)
        {
            return null;
        }

        var other = order[1 + (int)(draw / ExploresOneIn % (ulong)(order.Length - 1))];
        return context.Route.Strategy == RouteStrategy.Adaptive && context.HealthOf(other) is { HasFailedLately: true }
            ? null
            : other;
    }

    private static ImmutableArray<Target> ToFront(ImmutableArray<Target> order, Target target) =>
        order[0] == target ? order : order.Remove(target).Insert(0, target);
}

/// <summary>An order of targets.</summary>
/// <param name="Targets">Tried in this order.</param>
/// <param name="Reason">What made it that: <c>weighted</c>, <c>latency</c>, <c>cost</c>, <c>adaptive</c>, <c>explore</c>, <c>affinity</c>; null where they stand as written.</param>
internal readonly record struct Order(ImmutableArray<Target> Targets, string? Reason);
