using System.Globalization;

namespace Weir.Gateway.Routing.Strategies;

/// <summary>
/// By the smoothed time to the first token. A target that was never measured is tried first, in turns, unless it has just
/// failed; those that are slow are looked at again by exploration (<see cref="TargetOrder"/>).
/// </summary>
internal static class Latency
{
    /// <summary>The target's place: the lowest is tried first.</summary>
    public static double Rank(Target target, in RankContext context)
    {
        var mark = context.MarkOf(target);
        return mark.MsOf(context.Question.Streams)
            ?? (
                context.HealthOf(target) is { HasFailedLately: true }
                    ? double.PositiveInfinity
                    : -1 - (context.DrawAt(target) ?? 0)
            );
    }

    /// <summary>Why it stands there.</summary>
    public static string Why(Target target, in RankContext context)
    {
        var mark = context.MarkOf(target);
        return mark.MsOf(context.Question.Streams) is { } ms
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"begins to answer after {ms:0} ms ({mark.Measured} measured)"
                )
            : context.HealthOf(target) is { HasFailedLately: true } health
                ? $"not measured, and {Adaptive.InWords(health)}"
            : "not measured yet";
    }
}
