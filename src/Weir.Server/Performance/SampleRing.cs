using System.Collections.Immutable;

namespace Weir.Server.Performance;

/// <summary>How far back a timeline goes, and how wide its steps are.</summary>
/// <param name="Name">As a question names it.</param>
/// <param name="Length">How far back.</param>
/// <param name="Step">The width of a step.</param>
internal sealed record TimelineRange(string Name, TimeSpan Length, TimeSpan Step)
{
    /// <summary>Each sample of the last hour.</summary>
    public static TimelineRange Hour { get; } = new("1h", TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));

    /// <summary>A day by five minutes.</summary>
    public static TimelineRange Day { get; } = new("24h", TimeSpan.FromHours(24), TimeSpan.FromMinutes(5));

    /// <summary>A week by half hours.</summary>
    public static TimelineRange Week { get; } = new("7d", TimeSpan.FromDays(7), TimeSpan.FromMinutes(30));

    /// <summary>Those that there are.</summary>
    public static ImmutableArray<TimelineRange> All { get; } = [Hour, Day, Week];
}

/// <summary>A step of a timeline: means and maxima by <see cref="Measure"/>; NaN is "not known".</summary>
internal readonly record struct TimelineStep(DateTimeOffset Time, double[] Mean, double[] Max);

/// <summary>
/// The samples of the last hour, each as it was, and of the last week as means and maxima of five minutes. It holds no more than that,
/// however long the process runs. Thread-safe.
/// </summary>
internal sealed class SampleRing
{
    /// <summary>How often a sample is taken.</summary>
    public static readonly TimeSpan Pace = TimelineRange.Hour.Step;

    /// <summary>What is put together of older ones.</summary>
    public static readonly TimeSpan Span = TimelineRange.Day.Step;

    private static readonly int MostSamples = (int)(TimelineRange.Hour.Length / Pace);
    private static readonly int MostSpans = (int)(TimelineRange.Week.Length / Span) + 1;

    private readonly Lock gate = new();
    private readonly Queue<(DateTimeOffset Time, double[] Values)> samples = new();
    private readonly Queue<Gathered> spans = new();
    private Gathered? running;

    /// <summary>The newest sample; null before the first.</summary>
    public double[]? Latest { get; private set; }

    /// <summary>Takes a sample.</summary>
    /// <param name="time">When it was taken; one before the newest is passed over.</param>
    /// <param name="values">By <see cref="Measure"/>; NaN for what is not known.</param>
    public void Add(DateTimeOffset time, double[] values)
    {
        lock (gate)
        {
            Latest = values;
            samples.Enqueue((time, values));
            if (samples.Count > MostSamples)
            {
                samples.Dequeue();
            }

            var start = Floor(time, Span);
            if (running is null || running.Time < start)
            {
                running = new Gathered(start);
                spans.Enqueue(running);
                if (spans.Count > MostSpans)
                {
                    spans.Dequeue();
                }
            }

            running.Add(values);
        }
    }

    /// <summary>What is known of a range, oldest first; steps without a sample are left out.</summary>
    public ImmutableArray<TimelineStep> Read(TimelineRange range, DateTimeOffset now)
    {
        lock (gate)
        {
            if (range.Step <= Pace)
            {
                return
                [
                    .. samples
                        .Where(sample => sample.Time > now - range.Length)
                        .Select(sample => new TimelineStep(sample.Time, sample.Values, sample.Values)),
                ];
            }

            return
            [
                .. spans
                    .Where(span => span.Time > now - range.Length - Span)
                    .GroupBy(span => Floor(span.Time, range.Step))
                    .Select(step => Gathered.Join(step.Key, step)),
            ];
        }
    }

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan step) =>
        new(time.UtcTicks - (time.UtcTicks % step.Ticks), TimeSpan.Zero);

    private sealed class Gathered(DateTimeOffset time)
    {
        private readonly double[] sums = new double[Measures.All.Length];
        private readonly int[] counts = new int[Measures.All.Length];
        private readonly double[] most = [.. Measures.All.Select(_ => double.NaN)];

        public DateTimeOffset Time { get; } = time;

        public void Add(double[] values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (!double.IsNaN(values[i]))
                {
                    sums[i] += values[i];
                    counts[i]++;
                    most[i] = Larger(most[i], values[i]);
                }
            }
        }

        public static TimelineStep Join(DateTimeOffset time, IEnumerable<Gathered> parts)
        {
            var all = new Gathered(time);
            foreach (var part in parts)
            {
                for (var i = 0; i < all.sums.Length; i++)
                {
                    all.sums[i] += part.sums[i];
                    all.counts[i] += part.counts[i];
                    all.most[i] = Larger(all.most[i], part.most[i]);
                }
            }

            return new TimelineStep(
                time,
                [.. all.sums.Select((sum, i) => all.counts[i] == 0 ? double.NaN : sum / all.counts[i])],
                all.most
            );
        }

        // Math.Max would give NaN where one of them is.
        private static double Larger(double known, double value) =>
            double.IsNaN(known) || value > known ? value : known;
    }
}
