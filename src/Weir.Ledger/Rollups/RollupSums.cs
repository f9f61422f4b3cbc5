using Weir.Foundation;

namespace Weir.Ledger.Rollups;

/// <summary>
/// What a cell sums up. Also a difference; then its numbers may be negative. Sums are kept modulo 2⁶⁴ rather than checked: a
/// ledger that stood still over one absurd figure would lose all that follow, and when the figure is taken out again the
/// sum is exact. Not thread-safe.
/// </summary>
internal sealed class RollupSums
{
    private readonly long[] values = new long[Measures.Count];
    private Sketch? latency;
    private Sketch? firstToken;

    /// <summary>The numbers, as <see cref="Measures"/> orders them.</summary>
    public Span<long> Values => values;

    /// <summary>How many records.</summary>
    public long Requests => values[Measures.Requests];

    /// <summary>Durations.</summary>
    public Sketch Latency => latency ??= new Sketch();

    /// <summary>Times to first token.</summary>
    public Sketch FirstToken => firstToken ??= new Sketch();

    /// <summary>True when adding it would change nothing.</summary>
    public bool IsNothing =>
        !values.AsSpan().ContainsAnyExcept(0L)
        && latency is null or { IsEmpty: true }
        && firstToken is null or { IsEmpty: true };

    /// <summary>Makes it the sum of nothing.</summary>
    public void Clear()
    {
        values.AsSpan().Clear();
        latency?.Clear();
        firstToken?.Clear();
    }

    /// <summary>Counts a record in (<paramref name="sign"/> 1) or out (-1).</summary>
    public void Add(UsageRecord record, int sign)
    {
        var usage = record.Usage;
        var cost = record.Cost?.NanoUsd;
        unchecked
        {
            values[Measures.Requests] += sign;
            values[Measures.Errors] += record.Status > RequestStatus.CallerAborted ? sign : 0;
            values[Measures.Unpriced] += cost is null && !usage.IsUnknown ? sign : 0;
            values[Measures.Estimated] += record.Quality == UsageQuality.Estimated ? sign : 0;
            values[Measures.Input] += sign * (usage.Input ?? 0);
            values[Measures.CacheRead] += sign * (usage.CacheRead ?? 0);
            values[Measures.CacheWrite5m] += sign * (usage.CacheWrite5m ?? 0);
            values[Measures.CacheWrite1h] += sign * (usage.CacheWrite1h ?? 0);
            values[Measures.Output] += sign * (usage.Output ?? 0);
            values[Measures.Reasoning] += sign * (usage.Reasoning ?? 0);
            values[Measures.Cost] += sign * (cost ?? 0);
            values[Measures.Billed] += record.Billing == Billing.Metered ? sign * (cost ?? 0) : 0;
            values[Measures.Savings] += sign * Saving(record.RequestedCost?.NanoUsd, cost);
        }

        if (record.Duration is { } duration)
        {
            Latency.Add(duration.Ticks / TimeSpan.TicksPerMicrosecond, sign);
        }

        if (record.TimeToFirstToken is { } first)
        {
            FirstToken.Add(first.Ticks / TimeSpan.TicksPerMicrosecond, sign);
        }
    }

    /// <summary>Adds another cell.</summary>
    public void Add(RollupSums other)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = unchecked(values[i] + other.values[i]);
        }

        if (other.latency is { IsEmpty: false } durations)
        {
            Latency.Add(durations);
        }

        if (other.firstToken is { IsEmpty: false } times)
        {
            FirstToken.Add(times);
        }
    }

    /// <summary>True when both tell the same, quantiles included.</summary>
    public bool IsSame(RollupSums other) =>
        values.AsSpan().SequenceEqual(other.values)
        && Latency.IsSame(other.Latency)
        && FirstToken.IsSame(other.FirstToken);

    /// <summary>The same as the facade tells it.</summary>
    public UsageTotals ToTotals() =>
        new()
        {
            Requests = values[Measures.Requests],
            Errors = values[Measures.Errors],
            Unpriced = values[Measures.Unpriced],
            Estimated = values[Measures.Estimated],
            Tokens = new TokenUsage
            {
                Input = values[Measures.Input],
                CacheRead = values[Measures.CacheRead],
                CacheWrite5m = values[Measures.CacheWrite5m],
                CacheWrite1h = values[Measures.CacheWrite1h],
                Output = values[Measures.Output],
                Reasoning = values[Measures.Reasoning],
            },
            Cost = new Money(values[Measures.Cost]),
            Billed = new Money(values[Measures.Billed]),
            Savings = new Money(values[Measures.Savings]),
            Latency = Quantiles(latency),
            TimeToFirstToken = Quantiles(firstToken),
        };

    // Ends at the ends of the range, as the same difference does in SQL (see Measures.OfRecords).
    private static long Saving(long? asked, long? paid) =>
        asked is { } a && paid is { } p ? (long)Int128.Clamp((Int128)a - p, long.MinValue, long.MaxValue) : 0;

    private static Percentiles Quantiles(Sketch? sketch)
    {
        if (sketch is null)
        {
            return default;
        }

        Span<double?> told = stackalloc double?[3];
        sketch.QuantilesMs([0.5, 0.95, 0.99], told);
        return new Percentiles(told[0], told[1], told[2]);
    }
}
