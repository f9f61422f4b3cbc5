using Weir.Foundation;

namespace Weir.Ledger.Rollups;

/// <summary>What a rollup cell sums up. Also a difference, then its numbers may be negative. Not thread-safe.</summary>
internal sealed class RollupSums
{
    /// <summary>How many numbers <see cref="Values"/> has, in the order of the table's columns.</summary>
    public const int Count = 13;

    private readonly long[] values = new long[Count];

    /// <summary>requests, errors, unpriced, estimated, five token classes, reasoning, cost, billed, savings.</summary>
    public Span<long> Values => values;

    /// <summary>Durations.</summary>
    public Sketch Latency { get; } = new();

    /// <summary>Times to first token.</summary>
    public Sketch FirstToken { get; } = new();

    /// <summary>Counts a record in (<paramref name="sign"/> 1) or out (-1).</summary>
    /// <remarks>
    /// Sums wrap around rather than throw: a ledger that stands still over one absurd figure would lose all that follow, and
    /// a figure taken out again leaves the exact sum.
    /// </remarks>
    public void Add(UsageRecord record, int sign)
    {
        unchecked
        {
            var usage = record.Usage;
            values[0] += sign;
            values[1] += record.Status > RequestStatus.CallerAborted ? sign : 0;
            values[2] += record.Cost is null && !usage.IsUnknown ? sign : 0;
            values[3] += record.Quality == UsageQuality.Estimated ? sign : 0;
            values[4] += sign * (usage.Input ?? 0);
            values[5] += sign * (usage.CacheRead ?? 0);
            values[6] += sign * (usage.CacheWrite5m ?? 0);
            values[7] += sign * (usage.CacheWrite1h ?? 0);
            values[8] += sign * (usage.Output ?? 0);
            values[9] += sign * (usage.Reasoning ?? 0);
            values[10] += sign * (record.Cost?.NanoUsd ?? 0);
            values[11] += sign * (record.Billed?.NanoUsd ?? 0);
            values[12] += sign * (record.Saving?.NanoUsd ?? 0);
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
        for (var i = 0; i < Count; i++)
        {
            values[i] = unchecked(values[i] + other.values[i]);
        }

        Latency.Add(other.Latency);
        FirstToken.Add(other.FirstToken);
    }

    /// <summary>The same as the facade tells it.</summary>
    public UsageTotals ToTotals() =>
        new()
        {
            Requests = values[0],
            Errors = values[1],
            Unpriced = values[2],
            Estimated = values[3],
            Tokens = new TokenUsage
            {
                Input = values[4],
                CacheRead = values[5],
                CacheWrite5m = values[6],
                CacheWrite1h = values[7],
                Output = values[8],
                Reasoning = values[9],
            },
            Cost = new Money(values[10]),
            Billed = new Money(values[11]),
            Savings = new Money(values[12]),
            Latency = Quantiles(Latency),
            TimeToFirstToken = Quantiles(FirstToken),
        };

    private static Percentiles Quantiles(Sketch sketch) =>
        new(sketch.QuantileMs(0.5), sketch.QuantileMs(0.95), sketch.QuantileMs(0.99));
}
