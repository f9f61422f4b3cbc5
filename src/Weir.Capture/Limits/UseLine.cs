using Weir.Ledger;
using UsagePoint = Weir.Insights.Limits.UsagePoint;

namespace Weir.Capture.Limits;

/// <summary>What was used, by time, so that the sum of any stretch is found at once. Immutable.</summary>
internal sealed class UseLine
{
    private readonly long[] ticks;
    private readonly long[] upTo;

    /// <param name="costs">The requests, by time.</param>
    /// <param name="modelClass">The class of models that counts, a part of their names; null for all.</param>
    public UseLine(IReadOnlyCollection<UsageCost> costs, string? modelClass)
    {
        var counted = modelClass is null
            ? costs
            : costs
                .Where(cost => cost.Model?.Contains(modelClass, StringComparison.OrdinalIgnoreCase) == true)
                .ToArray();
        ticks = new long[counted.Count];
        upTo = new long[counted.Count + 1];
        var i = 0;
        foreach (var cost in counted)
        {
            ticks[i] = cost.At.UtcTicks;
            // Absurd prices must not turn a sum around.
            upTo[i + 1] = (long)Int128.Min(long.MaxValue, (Int128)upTo[i] + cost.Cost.NanoUsd);
            i++;
        }
    }

    /// <summary>When each request began.</summary>
    public IEnumerable<DateTimeOffset> Times => ticks.Select(at => new DateTimeOffset(at, TimeSpan.Zero));

    /// <summary>What was used from a moment on, and up to another, which counts.</summary>
    public long Between(DateTimeOffset from, DateTimeOffset through) =>
        Math.Max(0, upTo[Count(through.UtcTicks + 1)] - upTo[Count(from.UtcTicks)]);

    /// <summary>The last request of a stretch, both ends counting; zero when there is none.</summary>
    public long LastOf(DateTimeOffset from, DateTimeOffset through) =>
        Count(through.UtcTicks + 1) is var count && count > Count(from.UtcTicks) ? upTo[count] - upTo[count - 1] : 0;

    /// <summary>The requests since a moment.</summary>
    public List<UsagePoint> Since(DateTimeOffset from)
    {
        var points = new List<UsagePoint>();
        for (var i = Count(from.UtcTicks); i < ticks.Length; i++)
        {
            points.Add(new UsagePoint(new DateTimeOffset(ticks[i], TimeSpan.Zero), upTo[i + 1] - upTo[i]));
        }

        return points;
    }

    // How many began before a moment.
    private int Count(long before)
    {
        var (low, high) = (0, ticks.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ticks[middle] < before ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
