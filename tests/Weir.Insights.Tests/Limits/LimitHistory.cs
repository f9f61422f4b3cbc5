using Weir.Insights.Limits;

namespace Weir.Insights.Tests.Limits;

/// <summary>How an account's limit behaves in truth, in the simulation.</summary>
public enum Truth
{
    Fixed,
    Daily,
    Step,
    Drift,
    Light,
    Readings,
    Misread,
}

/// <summary>A made-up account: windows as they would be seen, and the running window's true limit.</summary>
internal sealed record LimitHistory(IReadOnlyList<LimitWindow> Past, RunningWindow Running, double Limit)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Makes an account of a family, with one to sixty windows that are over.</summary>
    public static LimitHistory Make(Truth truth, Random random)
    {
        var count = 1 + random.Next(60);
        var centre = Math.Log(1e9) + (random.NextDouble() * Math.Log(1000));
        var spread = truth switch
        {
            Truth.Fixed or Truth.Step or Truth.Drift => 0,
            Truth.Daily => 0.03 + (random.NextDouble() * 0.32),
            _ => random.NextDouble() < 0.5 ? 0 : random.NextDouble() * 0.25,
        };
        var change = truth == Truth.Step ? 1 + random.Next(count) : int.MaxValue;
        var factor = Math.Log(new[] { 0.2, 0.5, 2, 4, 5, 20 }[random.Next(6)]);
        var demand = truth == Truth.Light ? -0.9 - random.NextDouble() : -0.8 + (random.NextDouble() * 1.6);
        var request = 0.002 + (random.NextDouble() * 0.04);
        var told = truth == Truth.Readings || random.NextDouble() < 0.15;
        var wanted = centre;
        var past = new List<LimitWindow>();
        for (var i = 0; i <= count; i++)
        {
            centre +=
                i == change ? factor
                : truth == Truth.Drift ? Gaussian(random) * 0.03
                : 0;
            if (i == change && random.NextDouble() < 0.7)
            {
                // Most who buy more use more; who is cut meets the limit.
                wanted += factor;
            }

            var end = Start + (i * TimeSpan.FromHours(12));
            var limit = Math.Exp(centre + (Gaussian(random) * spread));
            var want = Math.Exp(wanted + demand + (Gaussian(random) * 0.5));
            var readings = told ? Told(random, Math.Min(want, limit), limit) : [];
            if (i < count)
            {
                past.Add(Window(end, want, limit, request, readings, truth == Truth.Misread, random));
                continue;
            }

            var used = Math.Min(want, limit) * random.NextDouble() * 0.999;
            return new LimitHistory(
                past,
                new RunningWindow(end, (long)used, [.. readings.Where(reading => reading.Used <= used)]),
                limit
            );
        }

        throw new InvalidOperationException();
    }

    private static LimitWindow Window(
        DateTimeOffset end,
        double want,
        double limit,
        double request,
        List<QuotaReading> readings,
        bool misread,
        Random random
    )
    {
        if (misread && random.NextDouble() < 0.02)
        {
            // A message that only looked like one, somewhere in the window.
            var at = Math.Min(want, limit) * random.NextDouble();
            return new LimitWindow(
                end,
                (long)at,
                new LimitMet((long)at, (long)(at * (1 + request))),
                [.. readings.Where(reading => reading.Used <= at)]
            );
        }

        if (want < limit)
        {
            return new LimitWindow(end, (long)want, null, readings);
        }

        // Requests of random size: the one that crosses is let in, the next is refused.
        var size = limit * request * (0.2 + (random.NextDouble() * 1.6));
        var below = limit - (size * random.NextDouble());
        return new LimitWindow(end, (long)(below + size), new LimitMet((long)below, (long)(below + size)), readings);
    }

    private static List<QuotaReading> Told(Random random, double most, double limit)
    {
        var readings = new List<QuotaReading>();
        for (var k = random.Next(1, 6); k > 0; k--)
        {
            var used = most * random.NextDouble();
            readings.Add(new QuotaReading((long)used, Math.Round(used / limit * 100), 1, QuotaRounding.Nearest));
        }

        return readings;
    }

    /// <summary>Standard normal.</summary>
    public static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
