using Weir.Gateway.Resilience;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Tests.Configuration;

public sealed class ResilienceReaderTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var config = Sound(
            """
            retries: 3
            breaker: { failures: 5, ratio: 0.25, window: 1m, openFor: 500ms, longest: 10m }
            cooldown: 5m
            concurrency: { adaptive: true, min: 2, max: 50 }
            probe: 10s
            timeouts: { connect: 5s, firstByte: 60s, silence: 2m }
            """
        );

        Assert.Equal(
            new ResilienceConfig
            {
                Retries = 3,
                Breaker = new BreakerConfig
                {
                    Failures = 5,
                    Ratio = 0.25,
                    Window = TimeSpan.FromMinutes(1),
                    OpenFor = TimeSpan.FromMilliseconds(500),
                    Longest = TimeSpan.FromMinutes(10),
                },
                LongestCooldown = TimeSpan.FromMinutes(5),
                Concurrency = new ConcurrencyConfig(true, 2, 50),
                Probe = TimeSpan.FromSeconds(10),
                Timeouts = new TimeoutConfig
                {
                    Connect = TimeSpan.FromSeconds(5),
                    FirstByte = TimeSpan.FromSeconds(60),
                    Silence = TimeSpan.FromMinutes(2),
                },
            },
            config
        );
    }

    [Fact]
    public void What_is_not_written_is_as_before()
    {
        var all = ResilienceConfig.Default with { Retries = 1, Concurrency = new ConcurrencyConfig(true, 3, 30) };

        Assert.Equal(all, Read("{}", all).Config);
        Assert.Equal(ResilienceConfig.Default, Sound("{}"));
        var one = Read("concurrency: { max: 20 }\nbreaker: { failures: 3 }", all).Config;
        Assert.Equal(new ConcurrencyConfig(true, 3, 20), one.Concurrency);
        Assert.Equal((3, 0.5), (one.Breaker!.Failures, one.Breaker.Ratio));
    }

    [Fact]
    public void What_is_off_is_off()
    {
        var config = Sound("retries: 0\nbreaker: off\ncooldown: off\nconcurrency: off\nprobe: off");

        Assert.Equal(0, config.Retries);
        Assert.Null(config.Breaker);
        Assert.Equal(TimeSpan.Zero, config.LongestCooldown);
        Assert.Null(config.Concurrency);
        Assert.Null(config.Probe);
    }

    [Theory]
    [InlineData("retries: 11", "p.retries")]
    [InlineData("retries: -1", "p.retries")]
    [InlineData("breaker: on", "p.breaker")]
    [InlineData("breaker: { failures: 0 }", "p.breaker.failures")]
    [InlineData("breaker: { ratio: 0 }", "p.breaker.ratio")]
    [InlineData("breaker: { ratio: 1.1 }", "p.breaker.ratio")]
    [InlineData("breaker: { window: 30 }", "p.breaker.window")]
    [InlineData("breaker: { openFor: 10m }", "p.breaker.openFor")]
    [InlineData("breaker: { longest: 1s }", "p.breaker.longest")]
    [InlineData("breaker: { faliures: 3 }", "p.breaker.faliures")]
    [InlineData("cooldown: 0s", "p.cooldown")]
    [InlineData("cooldown: 2d", "p.cooldown")]
    [InlineData("concurrency: 20", "p.concurrency")]
    [InlineData("concurrency: {}", "p.concurrency.max")]
    [InlineData("concurrency: { max: 0 }", "p.concurrency.max")]
    [InlineData("concurrency: { max: 20, min: 2 }", "p.concurrency.min")]
    [InlineData("concurrency: { adaptive: true, min: 20, max: 2 }", "p.concurrency.min")]
    [InlineData("concurrency: { adaptive: true, max: 2 }", "p.concurrency.max")]
    [InlineData("probe: never", "p.probe")]
    [InlineData("timeouts: { firstByte: 6m }", "p.timeouts.firstByte")]
    [InlineData("timeouts: { firstByte: 60s, silence: 30s }", "p.timeouts.firstByte")]
    [InlineData("timeouts: { first: 60s }", "p.timeouts.first")]
    public void A_fault_is_told_at_its_place(string text, string path)
    {
        var (_, faults) = Read("# a line\n" + text, ResilienceConfig.Default);

        Assert.Equal((path, 2), faults.Select(f => (f.Key, f.Line)).First());
    }

    private static ResilienceConfig Sound(string text)
    {
        var (config, faults) = Read(text, ResilienceConfig.Default);
        Assert.Empty(faults);
        return config;
    }

    private static (ResilienceConfig Config, List<ConfigFault> Faults) Read(string text, ResilienceConfig otherwise)
    {
        var reading = new ConfigReading(_ => null);
        var map = MapReader.Of(reading, YamlTree.Read(text, reading.Sink)!, "p")!;
        var config = ResilienceReader.Read(map, otherwise);
        map.Finish();
        return (config, [.. reading.Faults]);
    }
}
