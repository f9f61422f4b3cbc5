using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

/// <summary>A hundred thousand requests over two targets, the first of which has its bad days.</summary>
public sealed class FaultScheduleTests(ITestOutputHelper output)
{
    private const int Requests = 100_000;
    private const double PerSecond = 500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_dying_provider_costs_nobody_an_answer_and_is_not_run_over_when_it_gets_up(int seed)
    {
        // Dead from 20 to 60 s: half refuses the connection, half is silent for a second.
        var random = new Random(seed);
        var dying = new SimulatedProvider(
            "dying",
            now =>
                now.TotalSeconds is < 20 or >= 60 ? SimulatedAnswer.Good(100)
                : random.Next(2) == 0 ? SimulatedAnswer.Bad(RequestStatus.Unreachable, 5)
                : SimulatedAnswer.Bad(RequestStatus.Timeout, 1000)
        );
        var world = new Simulation(seed, dying, SimulatedProvider.Healthy("other"));
        world.Run(Requests, PerSecond);

        Ended(world);
        Assert.Equal(0, world.Errors);
        output.WriteLine($"{dying.Between(20, 60)} asked a dead target, at most {dying.MostAtOnce} at once");
        // Twenty thousand came in that time.
        Assert.InRange(dying.Between(20, 60), 10, 100);
        var closed = world.Health.Told.OfType<BreakerClosed>().Single();
        var back = (closed.At - world.Health.Clock.GetUtcNow() + world.Health.Context.Now).TotalSeconds;
        // Two probes, one after the other; then a tenth, and never a jump.
        Assert.Equal(2, dying.Between(60, back));
        Assert.InRange(dying.Between(back, back + 1), 40, PerSecond * 0.2);
        for (var second = 0; second < 40; second++)
        {
            var rise =
                dying.Between(back + second + 1, back + second + 2) - dying.Between(back + second, back + second + 1);
            Assert.InRange(rise, -PerSecond * 0.1, PerSecond * 0.2);
        }

        Assert.Equal((int)PerSecond, dying.Between(back + 40, back + 41));
        Assert.InRange(dying.MostAtOnce, 1, (int)(PerSecond * 0.2) + 10);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(5.0)]
    [InlineData(null)]
    public void Storms_of_429_are_sat_out_elsewhere(double? retryAfter)
    {
        // It bears 200 a second, refilled steadily, and is asked 500.
        var (tokens, last) = (200.0, TimeSpan.Zero);
        var limited = new SimulatedProvider(
            "limited",
            now =>
            {
                tokens = Math.Min(200, tokens + ((now - last).TotalSeconds * 200));
                last = now;
                if (tokens < 1)
                {
                    return SimulatedAnswer.Bad(RequestStatus.RateLimited, 20, retryAfter);
                }

                tokens--;
                return SimulatedAnswer.Good(100);
            }
        );
        var world = new Simulation(4, limited, SimulatedProvider.Healthy("other"));
        world.Run(Requests, PerSecond);

        Ended(world);
        Assert.Equal(0, world.Errors);
        var refused = limited.Asked.Count(a => a.Status == RequestStatus.RateLimited);
        output.WriteLine($"retry-after {retryAfter}: {refused} refused of {limited.Asked.Count} asked");
        Assert.InRange(refused, 10, Requests / 50);
        // It is used for what it bears, not left for good.
        Assert.InRange(limited.Asked.Count - refused, Requests / 12, Requests / 2);
        Assert.DoesNotContain(world.Health.Told, e => e is BreakerOpened);
    }

    [Fact]
    public void A_target_that_answers_ten_times_slower_is_relieved_early()
    {
        SimulatedProvider Slow(bool isGoverned) =>
            new("slow", now => SimulatedAnswer.Good(now.TotalSeconds is >= 60 and < 120 ? 1000 : 100))
            {
                Config = new ResilienceConfig { Concurrency = isGoverned ? new ConcurrencyConfig(true, 4, 400) : null },
            };
        var (governed, free) = (Slow(isGoverned: true), Slow(isGoverned: false));
        var relieved = new Simulation(5, governed, SimulatedProvider.Healthy("other"));
        relieved.Run(Requests, PerSecond);
        var plain = new Simulation(5, free, SimulatedProvider.Healthy("other"));
        plain.Run(Requests, PerSecond);

        Ended(relieved);
        Assert.Equal((0, 0), (relieved.Errors, plain.Errors));
        var (mean, without) = (Mean(relieved, 80, 120), Mean(plain, 80, 120));
        output.WriteLine($"mean time to the first byte: {mean:0} ms, ungoverned {without:0} ms");
        Assert.InRange(without, 990, 1010);
        Assert.InRange(mean, 100, 150);
        Assert.InRange(governed.Between(80, 120), 1, 40 * PerSecond * 0.02);
        // All of it is back half a minute after the target is itself again.
        Assert.Equal((int)(10 * PerSecond), governed.Between(40, 50));
        Assert.Equal((int)(10 * PerSecond), governed.Between(150, 160));

        static double Mean(Simulation world, double from, double until) =>
            world
                .Served.Where(s => s.At.TotalSeconds >= from && s.At.TotalSeconds < until)
                .Average(s => s.Took.TotalMilliseconds);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0.5)]
    [InlineData(20)]
    public void A_target_that_comes_and_goes_is_given_little(double half)
    {
        var flapping = new SimulatedProvider(
            "flapping",
            now =>
                (int)(now.TotalSeconds / half) % 2 == 0
                    ? SimulatedAnswer.Good(100)
                    : SimulatedAnswer.Bad(RequestStatus.UpstreamError, 50)
        );
        var world = new Simulation(6, flapping, SimulatedProvider.Healthy("other"));
        world.Run(Requests, PerSecond);

        Ended(world);
        Assert.Equal(0, world.Errors);
        var failed = flapping.Asked.Count(a => a.Status != RequestStatus.Ok);
        output.WriteLine($"every {half} s: {failed} failed of {flapping.Asked.Count} asked, of {Requests} requests");
        Assert.InRange(failed, 10, Requests / 200);
    }

    [Fact]
    public void Where_the_other_one_fails_now_and_then_it_is_asked_again()
    {
        var random = new Random(8);
        var dead = new SimulatedProvider("dead", _ => SimulatedAnswer.Bad(RequestStatus.Unreachable, 5));
        var shaky = new SimulatedProvider(
            "shaky",
            _ => random.Next(50) == 0 ? SimulatedAnswer.Bad(RequestStatus.Overloaded, 50) : SimulatedAnswer.Good(100)
        );
        var world = new Simulation(8, dead, shaky);
        world.Run(Requests, PerSecond);

        Ended(world);
        output.WriteLine($"{world.Errors} errors, {world.Retried} asked again, of {Requests}");
        Assert.InRange(world.Errors, 0, Requests / 1000);
        Assert.InRange(world.Retried, Requests / 100, Requests / 10);
    }

    [Fact]
    public void Where_all_are_dead_every_request_is_still_sent_and_all_is_well_soon_after()
    {
        SimulatedAnswer Answer(TimeSpan now) =>
            now.TotalSeconds is >= 20 and < 40
                ? SimulatedAnswer.Bad(RequestStatus.UpstreamError, 20)
                : SimulatedAnswer.Good(100);
        var (first, second) = (new SimulatedProvider("first", Answer), new SimulatedProvider("second", Answer));
        var world = new Simulation(9, first, second);
        world.Run(Requests, PerSecond);

        Ended(world);
        // Each of those that failed was tried at both.
        Assert.InRange(world.Errors, 9_000, 10_000);
        Assert.InRange(first.Between(20, 40), 9_900, 13_000);
        Assert.InRange(second.Between(20, 40), 9_900, 13_000);
        Assert.DoesNotContain(
            world.Served.GroupBy(s => (int)s.At.TotalSeconds),
            s => s.Key > 40 && s.Count() < PerSecond
        );
    }

    [Fact]
    public void Callers_who_go_leave_nothing_behind()
    {
        var health = new Health();
        var target = health.Target(Health.Quick with { Concurrency = new ConcurrencyConfig(true, 4, 50) });
        var random = new Random(10);
        var open = new List<TargetAttempt>();
        for (var i = 0; i < Requests; i++)
        {
            health.Clock.Set(health.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(3));
            open.Add(target.TryBegin(random.NextDouble(), out var attempt) ? attempt : target.Begin());
            if (random.Next(10) == 0)
            {
                open[random.Next(open.Count)].Tell(AttemptOutcome.Failed);
            }

            while (open.Count > random.Next(40))
            {
                var at = random.Next(open.Count);
                open[at].Dispose();
                open.RemoveAt(at);
            }
        }

        open.ForEach(attempt => attempt.Dispose());
        Assert.Contains(health.Told, e => e is BreakerOpened);
        Assert.Equal((0, 0), (target.Governor!.InUse, target.Governor.Waiting));
        health.After(600);
        Assert.True(target.TryBegin(0, out var last));
        last.Dispose();
    }

    private static void Ended(Simulation world)
    {
        Assert.Equal(Requests, world.Requests);
        Assert.Equal(Requests, world.Served.Count + world.Errors);
        Assert.All(world.Providers, provider => Assert.True(provider.IsIdle));
        Assert.All(world.States, state => Assert.Equal(0, state.Governor?.InUse ?? 0));
    }
}
