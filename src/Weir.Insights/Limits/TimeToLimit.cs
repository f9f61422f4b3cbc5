namespace Weir.Insights.Limits;

/// <summary>Something that was used.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Amount">How much, in the unit of the limit.</param>
public readonly record struct UsagePoint(DateTimeOffset At, long Amount);

/// <summary>A span in which a limit stopped the work: its silence says nothing of the rhythm.</summary>
/// <param name="From">When the limit was met, UTC.</param>
/// <param name="To">When the window began anew.</param>
public readonly record struct StoppedSpan(DateTimeOffset From, DateTimeOffset To);

/// <summary>When the limit of the running window will be met.</summary>
/// <param name="NotBeforeReset">How probable it is that it is not met before the window begins anew, 0 to 1.</param>
/// <param name="Earliest">One in twenty meets it before; null when that is not before the reset.</param>
/// <param name="Median">Half meet it before; null likewise.</param>
/// <param name="Latest">Nineteen in twenty meet it before; null likewise.</param>
public sealed record TimeToLimitForecast(
    double NotBeforeReset,
    DateTimeOffset? Earliest,
    DateTimeOffset? Median,
    DateTimeOffset? Latest
);

/// <summary>
/// Foretells when the running window's limit is met: walks into the future in the rhythm of what was used, against limits
/// drawn from what is believed of it. The same question gets the same answer. Pure; safe from any thread.
/// </summary>
public static class TimeToLimit
{
    private const int Walks = 1000;
    private const int StepsInWindow = 30;

    /// <summary>The forecast; null when nothing was used lately, when the limit is not estimated or when the window has ended.</summary>
    /// <param name="limit">What was learned of the limit, for this window.</param>
    /// <param name="used">What was used in this window so far.</param>
    /// <param name="recent">
    /// What was used lately, in any order, best some days of it: the rhythm of work is learned from it. Points of the running
    /// window alone are enough; the interval is then wider.
    /// </param>
    /// <param name="window">The window's length; above zero.</param>
    /// <param name="now">The moment of the question.</param>
    /// <param name="resetsAt">When the window begins anew.</param>
    /// <param name="stops">The spans within <paramref name="recent"/> in which a limit stopped the work; none when null.</param>
    public static TimeToLimitForecast? Forecast(
        LearnedLimit limit,
        long used,
        IReadOnlyList<UsagePoint> recent,
        TimeSpan window,
        DateTimeOffset now,
        DateTimeOffset resetsAt,
        IReadOnlyList<StoppedSpan>? stops = null
    )
    {
        var met = Moments(limit, used, recent, window, now, resetsAt, stops);
        if (met is null)
        {
            return null;
        }

        return new TimeToLimitForecast(
            met.Count(at => double.IsPositiveInfinity(at)) / (double)met.Length,
            At(0.05),
            At(0.5),
            At(0.95)
        );

        DateTimeOffset? At(double share) =>
            met[(int)(share * met.Length)] is var after && double.IsPositiveInfinity(after)
                ? null
                : now + TimeSpan.FromSeconds(after);
    }

    /// <summary>The moments at which each walk meets its limit, in seconds from now, sorted; infinity: not before the reset.</summary>
    internal static double[]? Moments(
        LearnedLimit limit,
        long used,
        IReadOnlyList<UsagePoint> recent,
        TimeSpan window,
        DateTimeOffset now,
        DateTimeOffset resetsAt,
        IReadOnlyList<StoppedSpan>? stops = null
    )
    {
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(recent);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        if (
            limit.Distribution is not { } belief
            || resetsAt <= now
            || UsageRhythm.Of(recent, stops ?? [], window / StepsInWindow, now) is not { } rhythm
        )
        {
            return null;
        }

        var draws = new Draws((ulong)now.UtcTicks ^ (ulong)used);
        var left = (resetsAt - now).TotalSeconds;
        var step = rhythm.Step.TotalSeconds;
        var amounts = new double[(int)Math.Ceiling(left / step)];
        var gone = belief.Below(used);
        var met = new double[Walks];
        for (var walk = 0; walk < Walks; walk++)
        {
            // Evenly over the belief: the limits' part of the chance is then not left to chance.
            var room = belief.Quantile(gone + ((1 - gone) * (walk + draws.Uniform()) / Walks)) - used;
            rhythm.Walk(draws, amounts);
            met[walk] = Crossing(amounts, room, step, left);
        }

        Array.Sort(met);
        return met;
    }

    private static double Crossing(double[] amounts, double room, double step, double left)
    {
        for (var i = 0; i < amounts.Length; i++)
        {
            if (amounts[i] >= room)
            {
                var at = (i + (Math.Max(0, room) / amounts[i])) * step;
                return at <= left ? at : double.PositiveInfinity;
            }

            room -= amounts[i];
        }

        return double.PositiveInfinity;
    }
}
