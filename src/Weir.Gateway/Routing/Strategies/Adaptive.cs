using System.Globalization;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Routing.Strategies;

/// <summary>As <see cref="Latency"/>, but what failed lately stands behind all others, what fails least of it first.</summary>
internal static class Adaptive
{
    /// <summary>Above every time that is measured: a day in milliseconds.</summary>
    private const double Behind = 86_400_000;

    /// <summary>The target's place: the lowest is tried first.</summary>
    public static double Rank(Target target, in RankContext context) =>
        context.HealthOf(target) is { HasFailedLately: true } health
            ? Behind * (1 + health.FailedShare)
            : Math.Min(Latency.Rank(target, context), Behind);

    /// <summary>Why it stands there.</summary>
    public static string Why(Target target, in RankContext context) =>
        context.HealthOf(target) is { HasFailedLately: true } health
            ? $"behind: {InWords(health)}"
            : Latency.Why(target, context);

    /// <summary>What is the matter with it, in words.</summary>
    public static string InWords(TargetState health) =>
        health.SinceFailure is { } since
            ? string.Create(CultureInfo.InvariantCulture, $"failed {since.TotalSeconds:0} s ago")
            : "its provider asked to be left alone";
}
