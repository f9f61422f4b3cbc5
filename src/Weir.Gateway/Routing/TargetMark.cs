namespace Weir.Gateway.Routing;

/// <summary>What was measured of a target. A value; the default says that nothing was.</summary>
internal readonly record struct TargetMark
{
    /// <summary>How much the newest measurement weighs against all before it.</summary>
    private const double Newest = 0.2;

    /// <summary>How many answers were measured.</summary>
    public long Measured { get; init; }

    /// <summary>Milliseconds to the first token of streams, smoothed; null before the first.</summary>
    public double? StreamMs { get; init; }

    /// <summary>Milliseconds to the first byte of answers that come whole, smoothed; null before the first.</summary>
    public double? WholeMs { get; init; }

    /// <summary>The smoothed time of that kind of answer, else of the other: better than nothing to go by; null before the first.</summary>
    public double? MsOf(bool streams) => streams ? StreamMs ?? WholeMs : WholeMs ?? StreamMs;

    /// <summary>With the time that an answer took to begin.</summary>
    public TargetMark Took(TimeSpan time, bool streams) =>
        (
            streams
                ? this with
                {
                    StreamMs = Smooth(StreamMs, time.TotalMilliseconds),
                }
                : this with
                {
                    WholeMs = Smooth(WholeMs, time.TotalMilliseconds),
                }
        ) with
        {
            Measured = Measured + 1,
        };

    private static double Smooth(double? before, double now) => before is { } old ? old + (Newest * (now - old)) : now;
}
