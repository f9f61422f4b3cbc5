using Weir.Insights.Limits;

namespace Weir.Insights.Tests.Limits;

/// <summary>
/// A made-up account at work: spells of requests and silences between them, in windows that begin with a request; the limit
/// stops it until the window ends.
/// </summary>
internal sealed record WorkHistory(
    IReadOnlyList<LimitWindow> Past,
    RunningWindow Running,
    DateTimeOffset ResetsAt,
    IReadOnlyList<UsagePoint> Recent,
    IReadOnlyList<StoppedSpan> Stops,
    DateTimeOffset? Meets
)
{
    /// <summary>Makes one; null when the account was stopped, or idle, at the moment that chance chose.</summary>
    public static WorkHistory? Make(Random random, TimeSpan length, bool byDay)
    {
        var windows = 4 + random.Next(25);
        var points = Work(random, length * (windows + 1) * 1.5, byDay);
        var starts = new List<int>();
        var totals = new List<double>();
        for (var i = 0; i < points.Count; i++)
        {
            if (starts.Count == 0 || points[i].At >= points[starts[^1]].At + length)
            {
                starts.Add(i);
                totals.Add(0);
            }

            totals[^1] += points[i].Amount;
        }

        if (starts.Count < windows + 1)
        {
            return null;
        }

        var typical = totals.Order().ElementAt(totals.Count / 2);
        var centre = Math.Log(typical) - 0.3 + (LimitHistory.Gaussian(random) * 0.4);
        var spread = random.NextDouble() < 0.6 ? 0 : 0.15;
        var past = new List<LimitWindow>();
        var seen = new List<UsagePoint>();
        var stops = new List<StoppedSpan>();
        for (var w = 0; w <= windows; w++)
        {
            var limit = Math.Exp(centre + (LimitHistory.Gaussian(random) * spread));
            var begin = points[starts[w]].At;
            var own = points[starts[w]..(w + 1 < starts.Count ? starts[w + 1] : points.Count)]
                .Where(point => point.At < begin + length)
                .ToList();
            var (used, before, met) = (0L, 0L, default(DateTimeOffset?));
            var now = w < windows ? begin + length : begin + (length * random.NextDouble());
            foreach (var point in own)
            {
                if (used >= limit)
                {
                    met ??= point.At;
                    break;
                }

                if (point.At <= now)
                {
                    seen.Add(point);
                }

                (before, used) = (used, used + point.Amount);
                met = used >= limit ? point.At : null;
            }

            if (w < windows)
            {
                if (met is { } stopped)
                {
                    stops.Add(new StoppedSpan(stopped, begin + length));
                }

                past.Add(new LimitWindow(begin + length, used, met is null ? null : new LimitMet(before, used)));
                continue;
            }

            return met <= now
                ? null
                : new WorkHistory(
                    past,
                    new RunningWindow(now, own.Where(point => point.At <= now).Sum(point => point.Amount)),
                    begin + length,
                    seen,
                    stops,
                    met
                );
        }

        return null;
    }

    private static List<UsagePoint> Work(Random random, TimeSpan time, bool byDay)
    {
        var spell = 15 * Math.Exp(random.NextDouble() * 2);
        var silence = 10 * Math.Exp(random.NextDouble() * 3);
        var gap = 0.3 * Math.Exp(random.NextDouble() * 2.5);
        var size = 0.4 + (random.NextDouble() * 0.8);
        var points = new List<UsagePoint>();
        var at = LimitHistory.Start;
        var end = at + time;
        while (at < end)
        {
            // Some spells are intense, some are not.
            var level = 18 + (LimitHistory.Gaussian(random) * 0.5);
            var until = at + TimeSpan.FromMinutes(Exponential(random, spell));
            while (at < until)
            {
                if (
                    !byDay || (at.Hour is >= 9 and < 18 && at.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                )
                {
                    points.Add(new UsagePoint(at, (long)Math.Exp(level + (LimitHistory.Gaussian(random) * size))));
                }

                at += TimeSpan.FromMinutes(Exponential(random, gap));
            }

            at += TimeSpan.FromMinutes(Exponential(random, silence));
        }

        return points;
    }

    private static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());
}
