using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weir.Foundation;
using Weir.Foundation.Measuring;
using Weir.Gateway.Resilience;

namespace Weir.Gateway;

/// <summary>
/// Counts of what the gateway did since it started, for a metrics page. Thread-safe. The number of series is bounded:
/// beyond <see cref="MaxSeries"/> further models of a provider are counted together under the name <c>other</c>.
/// </summary>
public sealed class GatewayMetrics
{
    /// <summary>How many series there are at most, the common ones of each provider aside.</summary>
    public const int MaxSeries = 1_000;

    private readonly ConcurrentDictionary<Key, GatewaySeries> series = new();
    private long refusals;
    private long retries;
    private long opened;
    private long cooldowns;
    private long sheds;

    internal GatewayMetrics(TimeProvider clock) => Lead = new RecentDurations(clock);

    /// <summary>
    /// What passes between a request's arrival and the first attempt at a provider: the reading of its body, and any waiting for a place, are
    /// in it.
    /// </summary>
    public RecentDurations Lead { get; }

    /// <summary>Requests that Weir itself turned away: no usage record, no series.</summary>
    public long Refusals => Interlocked.Read(ref refusals);

    /// <summary>What was counted so far, by provider, model and status.</summary>
    public ImmutableArray<GatewaySeries> Series => [.. series.Values];

    /// <summary>Attempts that repeated one at the same target.</summary>
    public long Retries => Interlocked.Read(ref retries);

    /// <summary>Times that a request found no place at a target in its time: it went elsewhere, or was turned away.</summary>
    public long Sheds => Interlocked.Read(ref sheds);

    /// <summary>Times that a breaker opened, a failed probe included.</summary>
    public long BreakersOpened => Interlocked.Read(ref opened);

    /// <summary>Times that a provider's word began a rest.</summary>
    public long Cooldowns => Interlocked.Read(ref cooldowns);

    internal void Count(ResilienceEvent happened)
    {
        if (happened is BreakerOpened)
        {
            Interlocked.Increment(ref opened);
        }
        else if (happened is CooldownBegan)
        {
            Interlocked.Increment(ref cooldowns);
        }
    }

    internal void Retried() => Interlocked.Increment(ref retries);

    internal void Shed() => Interlocked.Increment(ref sheds);

    internal void Refused() => Interlocked.Increment(ref refusals);

    internal void Count(UsageRecord record)
    {
        var key = new Key(record.Provider ?? "", record.Model ?? record.RequestedModel ?? "", record.Status);
        if (!series.TryGetValue(key, out var found))
        {
            if (series.Count >= MaxSeries)
            {
                key = key with { Model = "other" };
            }

            found = series.GetOrAdd(key, static k => new GatewaySeries(k.Provider, k.Model, k.Status));
        }

        found.Count(record);
    }

    private readonly record struct Key(string Provider, string Model, RequestStatus Status);
}

/// <summary>The counts of one provider, model and status. Thread-safe.</summary>
public sealed class GatewaySeries
{
    private long requests;
    private long input;
    private long cacheRead;
    private long cacheWrite5m;
    private long cacheWrite1h;
    private long output;
    private long cost;
    private long unpriced;

    internal GatewaySeries(string provider, string model, RequestStatus status)
    {
        Provider = provider;
        Model = model;
        Status = status;
    }

    /// <summary>The provider's configured name.</summary>
    public string Provider { get; }

    /// <summary>The model that served, or was to; empty where none was named.</summary>
    public string Model { get; }

    /// <summary>How the requests ended.</summary>
    public RequestStatus Status { get; }

    /// <summary>How many there were.</summary>
    public long Requests => Interlocked.Read(ref requests);

    /// <summary>From a request's start to its last byte.</summary>
    public LatencyHistogram Durations { get; } = new();

    /// <summary>From a request's start to the first content of its answer, of those that had any.</summary>
    public LatencyHistogram FirstTokens { get; } = new();

    /// <summary>Fresh prompt tokens.</summary>
    public long InputTokens => Interlocked.Read(ref input);

    /// <summary>Prompt tokens read from the provider's cache.</summary>
    public long CacheReadTokens => Interlocked.Read(ref cacheRead);

    /// <summary>Prompt tokens written to it for five minutes.</summary>
    public long CacheWrite5mTokens => Interlocked.Read(ref cacheWrite5m);

    /// <summary>Prompt tokens written to it for an hour.</summary>
    public long CacheWrite1hTokens => Interlocked.Read(ref cacheWrite1h);

    /// <summary>Generated tokens.</summary>
    public long OutputTokens => Interlocked.Read(ref output);

    /// <summary>The list cost of the requests with a known price.</summary>
    public Money Cost => new(Interlocked.Read(ref cost));

    /// <summary>Requests with tokens but no known price: they are in no cost.</summary>
    public long Unpriced => Interlocked.Read(ref unpriced);

    internal void Count(UsageRecord record)
    {
        Interlocked.Increment(ref requests);
        var usage = record.Usage;
        Add(ref input, usage.Input);
        Add(ref cacheRead, usage.CacheRead);
        Add(ref cacheWrite5m, usage.CacheWrite5m);
        Add(ref cacheWrite1h, usage.CacheWrite1h);
        Add(ref output, usage.Output);
        Add(ref cost, record.Cost?.NanoUsd);
        Add(ref unpriced, record.Cost is null && !usage.IsUnknown ? 1 : null);
        if (record.Duration is { } duration)
        {
            Durations.Count(duration);
        }

        if (record.TimeToFirstToken is { } first)
        {
            FirstTokens.Count(first);
        }
    }

    private static void Add(ref long sum, long? more)
    {
        if (more is > 0 and var count)
        {
            Interlocked.Add(ref sum, count);
        }
    }
}
