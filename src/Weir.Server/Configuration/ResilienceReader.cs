using Weir.Gateway.Resilience;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// Reads how a provider's failures are met: <c>retries</c>, <c>breaker</c>, <c>cooldown</c>, <c>concurrency</c>, <c>probe</c> and
/// <c>timeouts</c> of a map, which is a provider's own or one that speaks for all of them.
/// </summary>
internal static class ResilienceReader
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>What the map says; what it does not say is as before. Faults are noted, and read as not said.</summary>
    /// <param name="map">The map; whoever gives it calls its <see cref="MapReader.Finish"/>.</param>
    /// <param name="otherwise">What holds where the map says nothing.</param>
    public static ResilienceConfig Read(MapReader map, ResilienceConfig otherwise) =>
        otherwise with
        {
            Retries = (int?)map.Whole("retries", 0, 10) ?? otherwise.Retries,
            Breaker = Breaker(map, otherwise.Breaker),
            LongestCooldown = IsOff(map, "cooldown")
                ? TimeSpan.Zero
                : map.Duration("cooldown", Second, TimeSpan.FromDays(1)) ?? otherwise.LongestCooldown,
            Concurrency = Concurrency(map, otherwise.Concurrency),
            Probe = IsOff(map, "probe") ? null : map.Duration("probe", Second, Hour) ?? otherwise.Probe,
            Timeouts = Timeouts(map, otherwise.Timeouts),
        };

    private static bool IsOff(MapReader map, string key) => map.Take(key) is YamlScalar { Text: "off" };

    private static BreakerConfig? Breaker(MapReader parent, BreakerConfig? otherwise)
    {
        if (IsOff(parent, "breaker"))
        {
            return null;
        }

        if (parent.Map("breaker") is not { } map)
        {
            return otherwise;
        }

        var before = otherwise ?? BreakerConfig.Default;
        var ratio = map.Amount("ratio", 1, "a share");
        if (ratio < 0.05m)
        {
            map.Fault("ratio", $"a share from 0.05 to 1 was expected, not \"{map.Written("ratio")}\"");
            ratio = null;
        }

        var breaker = before with
        {
            Failures = (int?)map.Whole("failures", 1, 100) ?? before.Failures,
            Ratio = (double?)ratio ?? before.Ratio,
            Window = map.Duration("window", Second, Hour) ?? before.Window,
            OpenFor = map.Duration("openFor", TimeSpan.FromMilliseconds(100), Hour) ?? before.OpenFor,
            Longest = map.Duration("longest", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)) ?? before.Longest,
        };
        if (breaker.OpenFor > breaker.Longest)
        {
            map.Fault(
                map.Has("openFor") ? "openFor" : "longest",
                $"a breaker that is never open longer than {Durations.ToText(breaker.Longest)} cannot open for {Durations.ToText(breaker.OpenFor)}",
                "make openFor shorter, or longest longer"
            );
        }

        map.Finish();
        return breaker;
    }

    private static ConcurrencyConfig? Concurrency(MapReader parent, ConcurrencyConfig? otherwise)
    {
        if (IsOff(parent, "concurrency"))
        {
            return null;
        }

        if (parent.Map("concurrency") is not { } map)
        {
            return otherwise;
        }

        var before = otherwise ?? new ConcurrencyConfig(Adaptive: false);
        var concurrency = new ConcurrencyConfig(
            map.Flag("adaptive") ?? before.Adaptive,
            (int?)map.Whole("min", 1, 10_000) ?? before.Least,
            (int?)map.Whole("max", 1, 10_000) ?? before.Most
        );
        if (map.Has("min") && !concurrency.Adaptive)
        {
            map.Fault("min", "a bound that does not adapt has no least", "add \"adaptive: true\", or remove it");
        }
        else if (concurrency.Adaptive && concurrency.Least > concurrency.Most)
        {
            map.Fault(
                map.Has("min") ? "min" : "max",
                $"the least, {concurrency.Least}, is more than the most, {concurrency.Most}"
            );
        }

        if (!concurrency.Adaptive && !map.Has("max") && otherwise is null)
        {
            map.Missing("max", "how many requests at once, or \"adaptive: true\"");
        }

        map.Finish();
        return concurrency;
    }

    private static TimeoutConfig Timeouts(MapReader parent, TimeoutConfig otherwise)
    {
        if (parent.Map("timeouts") is not { } map)
        {
            return otherwise;
        }

        var timeouts = otherwise with
        {
            Connect = map.Duration("connect", Millisecond * 100, TimeSpan.FromMinutes(2)) ?? otherwise.Connect,
            FirstByte = map.Duration("firstByte", Millisecond * 100, Hour) ?? otherwise.FirstByte,
            Silence = map.Duration("silence", Second, Hour) ?? otherwise.Silence,
        };
        if (timeouts.FirstByte > timeouts.Silence)
        {
            map.Fault(
                map.Has("firstByte") ? "firstByte" : "silence",
                $"a silence of {Durations.ToText(timeouts.Silence)} ends an attempt before {Durations.ToText(timeouts.FirstByte.Value)} without a first byte can",
                "make firstByte shorter, or silence longer"
            );
        }

        map.Finish();
        return timeouts;
    }
}
