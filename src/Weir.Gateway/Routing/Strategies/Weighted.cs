using System.Globalization;

namespace Weir.Gateway.Routing.Strategies;

/// <summary>
/// Weighted rendezvous hashing: each target's draw is -ln(h) / weight, the lowest is first. A target is first for its share of
/// sessions, second for its share of the rest, and so on; one that comes or goes moves its own sessions alone.
/// </summary>
internal static class Weighted
{
    /// <summary>The target's place: the lowest is tried first.</summary>
    public static double Rank(Target target, in RankContext context) =>
        target.Weight == 0 ? double.PositiveInfinity
        : context.DrawAt(target) is { } draw ? -Math.Log(draw) / target.Weight
        // Nobody asks yet: the likeliest first.
        : 1.0 / target.Weight;

    /// <summary>Why it stands there.</summary>
    public static string Why(Target target, in RankContext context)
    {
        var all = context.Route.Targets.Sum(t => (long)t.Weight);
        return target.Weight == 0
            ? "weight 0: a last resort"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"weight {target.Weight} of {all}{(context.Question.Session is null ? ": each request draws by its id" : ", drawn by the session")}"
            );
    }
}
