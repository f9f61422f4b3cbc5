using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>Which series a point belongs to.</summary>
/// <param name="Workspace">The tenant.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Scope">The instrumentation scope.</param>
/// <param name="Resource">See <see cref="Origin.Series"/>.</param>
/// <param name="Attributes">See <see cref="PointItem.Series"/>.</param>
internal readonly record struct SeriesKey(
    WorkspaceId Workspace,
    string Metric,
    string Scope,
    ulong Resource,
    ulong Attributes
);

/// <summary>
/// What cumulative series said last, so that the next point tells what was added. Bounded: series that were quiet for longest are
/// forgotten. A series that is met for the first time counts from its beginning only when that lies after the receiver's own, or
/// after it last forgot one: anything else may have been counted before. Used by one thread at a time.
/// </summary>
internal sealed class MetricSeries(DateTimeOffset since, int most = 20_000)
{
    private readonly Dictionary<SeriesKey, Last> staged = [];
    private Dictionary<SeriesKey, Last> young = [];
    private Dictionary<SeriesKey, Last> old = [];
    private ulong knownSince = (ulong)Math.Max(0, since.ToUnixTimeMilliseconds()) * 1_000_000;

    /// <summary>How many series are remembered.</summary>
    public int Count => young.Count + old.Count;

    /// <summary>
    /// How much a point adds to what its series had said; 0 for one that came before, and for a beginning that cannot be known to be
    /// new. It counts for later points once <see cref="Commit"/> is called.
    /// </summary>
    public double Advance(SeriesKey key, ulong start, ulong time, double value)
    {
        var known =
            staged.TryGetValue(key, out var last) || young.TryGetValue(key, out last) || old.TryGetValue(key, out last);
        if (known && time <= last.Time)
        {
            return 0;
        }

        staged[key] = new Last(start, time, value);
        if (!known)
        {
            return start >= knownSince ? value : 0;
        }

        var beganAnew = start != last.Start || value < last.Value;
        return beganAnew ? value : value - last.Value;
    }

    /// <summary>What was advanced has been taken.</summary>
    public void Commit()
    {
        foreach (var (key, last) in staged)
        {
            old.Remove(key);
            young[key] = last;
            if (young.Count >= most / 2)
            {
                if (old.Count > 0)
                {
                    knownSince = Math.Max(knownSince, old.Values.Max(forgotten => forgotten.Time));
                }

                (old, young) = (young, []);
            }
        }

        staged.Clear();
    }

    /// <summary>What was advanced has not been taken, and will come again.</summary>
    public void Rollback() => staged.Clear();

    private readonly record struct Last(ulong Start, ulong Time, double Value);
}
