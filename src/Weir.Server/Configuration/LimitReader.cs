using System.Collections.Immutable;
using Weir.Gateway.Admission;

namespace Weir.Server.Configuration;

/// <summary>Reads the list <c>limits</c>.</summary>
internal static class LimitReader
{
    private const int MostLimits = 200;
    private const long MostRequests = 1_000_000_000;
    private const long MostTokens = 1_000_000_000_000_000;

    private static readonly ImmutableArray<(string Key, Measure Measure)> Measures =
    [
        ("requests", Measure.Requests),
        ("tokens", Measure.Tokens),
        ("inputTokens", Measure.InputTokens),
        ("outputTokens", Measure.OutputTokens),
    ];

    private static readonly ImmutableArray<(string Key, TimeSpan Length)> Spans =
    [
        ("PerMinute", TimeSpan.FromMinutes(1)),
        ("PerHour", TimeSpan.FromHours(1)),
        ("PerDay", TimeSpan.FromDays(1)),
    ];

    /// <summary>The limits that could be read.</summary>
    /// <param name="reading">Where faults go.</param>
    /// <param name="document">The document.</param>
    /// <param name="isServers">Whether it is the server's.</param>
    public static ImmutableArray<LimitConfig> Read(ConfigReading reading, MapReader document, bool isServers)
    {
        var limits = ImmutableArray.CreateBuilder<LimitConfig>();
        foreach (var (map, name) in RuleNames.Read(reading, document, "limits", "limit", MostLimits, isRequired: false))
        {
            var limit = new LimitConfig
            {
                Name = name,
                Scope = ScopeReader.Read(map, isServers),
                Bounds = Bounds(map),
                CacheReadPercent = (int)(map.Whole("cacheReadPercent", 0, 100) ?? 100),
                Estimate = map.Word("estimate", BudgetReader.Estimates) ?? EstimateMode.Learned,
            };
            map.Finish();
            limits.Add(limit);
        }

        return limits.ToImmutable();
    }

    private static ImmutableArray<LimitBound> Bounds(MapReader map)
    {
        var bounds = ImmutableArray.CreateBuilder<LimitBound>();
        var written = false;
        foreach (var (what, measure) in Measures)
        {
            foreach (var (per, length) in Spans)
            {
                var key = what + per;
                written |= map.Has(key);
                if (map.Whole(key, 0, measure == Measure.Requests ? MostRequests : MostTokens) is { } most)
                {
                    bounds.Add(new LimitBound(measure, most, WindowConfig.Sliding(length)));
                }
            }
        }

        written |= map.Has("concurrent");
        if (map.Whole("concurrent", 0, MostRequests) is { } atOnce)
        {
            bounds.Add(new LimitBound(Measure.Concurrent, atOnce, WindowConfig.Forever));
        }

        if (!written)
        {
            map.Missing("requestsPerMinute", "a limit needs a bound: requestsPerMinute, tokensPerMinute, concurrent …");
        }

        return bounds.ToImmutable();
    }
}
