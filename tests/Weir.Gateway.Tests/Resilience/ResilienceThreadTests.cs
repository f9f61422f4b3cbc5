using System.Diagnostics;
using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

/// <summary>Many threads at one target; and what the healthy path costs.</summary>
public sealed class ResilienceThreadTests(ITestOutputHelper output)
{
    [Fact]
    public void Among_threads_there_is_one_probe_at_a_time_and_nothing_is_left_behind()
    {
        var told = 0;
        var clock = new FastClock();
        var context = new HealthContext(clock, () => 0, _ => Interlocked.Increment(ref told));
        var config = new ResilienceConfig
        {
            Breaker = new BreakerConfig
            {
                Failures = 5,
                OpenFor = TimeSpan.FromMilliseconds(100),
                Longest = TimeSpan.FromMilliseconds(200),
            },
            Concurrency = new ConcurrencyConfig(true, 2, 8),
        };
        var target = new TargetState(new TargetKey(WorkspaceId.Default, "p", "m"), config, context);
        var under = new List<TimeSpan>();
        var (twins, probes, turnedAway) = (0, 0, 0);
        Parallel.For(
            0,
            16,
            thread =>
            {
                var random = new Random(thread);
                for (var i = 0; i < 20_000; i++)
                {
                    if (!target.TryBegin(random.NextDouble(), out var attempt))
                    {
                        Interlocked.Increment(ref turnedAway);
                        clock.Advance(TimeSpan.FromMilliseconds(5));
                        continue;
                    }

                    if (attempt.IsProbe)
                    {
                        lock (under)
                        {
                            // Beside one whose patience has run out, because its thread was left standing, another may be sent;
                            // the one left standing may also be the one that comes here last.
                            twins += under.Count(other =>
                                (attempt.StartedAt - other).Duration() < Breaker.ProbePatience
                            );
                            under.Add(attempt.StartedAt);
                            probes++;
                        }

                        Thread.Yield();
                        lock (under)
                        {
                            under.Remove(attempt.StartedAt);
                        }
                    }

                    if (random.Next(8) != 0)
                    {
                        attempt.FirstByte(TimeSpan.FromMilliseconds(random.Next(100, 500)));
                        attempt.Tell(random.Next(5) < 3 ? AttemptOutcome.Good : AttemptOutcome.Failed);
                    }

                    attempt.Dispose();
                    attempt.Dispose();
                }
            }
        );

        output.WriteLine($"{probes} probes, {turnedAway} turned away, {told} changes told");
        Assert.Equal(0, twins);
        Assert.InRange(probes, 10, 320_000);
        Assert.Equal(0, target.Governor!.InUse);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(target.TryBegin(0, out var last));
        last.Dispose();
    }

    [Fact]
    public void The_healthy_path_allocates_nothing()
    {
        var context = new HealthContext(TimeProvider.System, () => 0, _ => { });
        var book = new HealthBook(context);
        var bounded = new ResilienceConfig { Concurrency = new ConcurrencyConfig(true, 4, 200) };
        var plain = book.Of(WorkspaceId.Default, "plain", ResilienceConfig.Default);
        var governed = book.Of(WorkspaceId.Default, "governed", bounded);
        var targets = new TargetState[2];

        foreach (var (name, provider) in new[] { ("plain", plain), ("governed", governed) })
        {
            Repeat(provider, 20_000);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Repeat(provider, 1_000_000);
            var took = Stopwatch.GetElapsedTime(start);

            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            output.WriteLine($"{name}: {took.TotalNanoseconds / 1_000_000:0} ns a request, 0 bytes");
        }

        void Repeat(ProviderHealth provider, int times)
        {
            for (var i = 0; i < times; i++)
            {
                provider.Retries.Request();
                targets[0] = provider.Of("claude-sonnet-5");
                targets[1] = provider.Of("claude-haiku-5");
                var walk = new TargetWalk(0.5);
                walk.TryNext(targets, out var step);
                using var attempt = step.Attempt;
                attempt.FirstByte(TimeSpan.FromMilliseconds(300));
                attempt.Tell(AttemptOutcome.Good);
            }
        }
    }

    /// <summary>A clock without a lock, so that it does not put the threads in line.</summary>
    private sealed class FastClock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);

        public override long GetTimestamp() => Volatile.Read(ref ticks);

        public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);
    }
}
