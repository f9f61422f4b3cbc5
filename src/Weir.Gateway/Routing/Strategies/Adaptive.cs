using System.Globalization;

namespace Weir.Gateway.Routing.Strategies;

/// <summary>As <see cref="Latency"/>, but what failed lately stands behind all others, what fails least of it first.</summary>
internal static class Adaptive
{
    /// <summary>Above every time that is measured: a day in milliseconds.</summary>
    private const double Behind = 86_400_000;

    /// <summary>The target's place: the lowest is tried first.</summary>
    public static double Rank(Target target, in RankContext context)
    {
        var mark = context.MarkOf(target);
        return context.State.HasFailedLately(mark)
            ? Behind * (1 + mark.Failures)
            : Math.Min(Latency.Rank(target, context), Behind);
    }

    /// <summary>Why it stands there.</summary>
    public static string Why(Target target, in RankContext context)
    {
        var mark = context.MarkOf(target);
        return context.State.HasFailedLately(mark)
            ? $"behind: {FailedIn(mark, context)}"
            : Latency.Why(target, context);
    }

    /// <summary>How lately it failed, in words.</summary>
    public static string FailedIn(in TargetMark mark, in RankContext context) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"failed {context.State.SinceFailure(mark)?.TotalSeconds ?? 0:0} s ago"
        );
}
