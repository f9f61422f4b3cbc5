using Weir.Foundation;
using Weir.Gateway.Resilience;

namespace Weir.Gateway.Tests.Resilience;

/// <summary>
/// Requests that arrive at an even pace and are sent as the pipeline sends them: through their targets, asked again where the policy
/// says so. Time is made up: the same seed runs the same way.
/// </summary>
internal sealed class Simulation
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> events = new();
    private readonly Random random;
    private readonly RetryBudget budget;
    private long order;

    public Simulation(int seed, params SimulatedProvider[] providers)
    {
        random = new Random(seed);
        Health = new Health(random.NextDouble);
        budget = new RetryBudget(Health.Context);
        Providers = providers;
        States = [.. providers.Select(p => Health.Target(p.Config, p.Name))];
    }

    public Health Health { get; }

    public SimulatedProvider[] Providers { get; }

    public TargetState[] States { get; }

    public int Requests { get; private set; }

    public int Errors { get; private set; }

    public int Retried { get; private set; }

    /// <summary>Each request's time to its first byte, by when it arrived.</summary>
    public List<(TimeSpan At, TimeSpan Took)> Served { get; } = [];

    /// <summary>Runs so many requests at so many a second, and on until the last has ended.</summary>
    public void Run(int requests, double perSecond)
    {
        for (var i = 0; i < requests; i++)
        {
            At(TimeSpan.FromSeconds(i / perSecond), Arrive);
        }

        while (events.TryDequeue(out var act, out var when))
        {
            Health.Clock.Set(Health.Clock.GetUtcNow() + (when.At - Health.Context.Now));
            act();
        }
    }

    private void Arrive()
    {
        Requests++;
        budget.Request();
        new Request(this, random.NextDouble(), Health.Context.Now).Next();
    }

    private void At(TimeSpan when, Action act) => events.Enqueue(act, (when, order++));

    private sealed class Request(Simulation world, double place, TimeSpan arrived)
    {
        private TargetWalk walk = new(place);
        private int retries;

        public void Next()
        {
            retries = 0;
            if (!walk.TryNext(world.States, out var step))
            {
                world.Errors++;
                return;
            }

            Assert.False(step.Attempt.NeedsSlot, "No line in this world: where one target is bounded, another is not.");
            world.At(world.Health.Context.Now + step.WaitFirst, () => Send(step));
        }

        private void Send(WalkStep step)
        {
            var now = world.Health.Context.Now;
            var provider = world.Providers[step.Index];
            var answer = provider.Ask(now);
            world.At(
                now + answer.FirstByte,
                () =>
                {
                    if (answer.Status == RequestStatus.Ok)
                    {
                        step.Attempt.FirstByte(answer.FirstByte);
                        step.Attempt.Tell(AttemptOutcome.Good);
                        world.Served.Add((arrived, now + answer.FirstByte - arrived));
                        world.At(now + (answer.FirstByte * 2), () => End(provider, step));
                        return;
                    }

                    step.Attempt.Tell(AttemptOutcomes.Of(answer.Status, null), answer.Word);
                    End(provider, step);
                    Fail(step, answer);
                }
            );
        }

        private static void End(SimulatedProvider provider, WalkStep step)
        {
            provider.Left();
            step.Attempt.Dispose();
        }

        private void Fail(WalkStep step, SimulatedAnswer answer)
        {
            var failure = new FailedAttempt(
                answer.Status,
                retries,
                IsReplayable: true,
                WasSeen: false,
                walk.HasGood(world.States),
                answer.Word?.For,
                TimeSpan.FromSeconds(10)
            );
            var config = world.Providers[step.Index].Config;
            if (RetryPolicy.Decide(failure, config, world.budget, world.random.NextDouble()).After is not { } wait)
            {
                Next();
                return;
            }

            retries++;
            world.Retried++;
            world.At(
                world.Health.Context.Now + wait,
                () => Send(step with { Attempt = world.States[step.Index].Begin() })
            );
        }
    }
}

/// <summary>A provider that answers by a schedule, and what it was asked.</summary>
internal sealed class SimulatedProvider(string name, Func<TimeSpan, SimulatedAnswer> schedule)
{
    private int active;

    public string Name => name;

    public ResilienceConfig Config { get; init; } = ResilienceConfig.Default;

    public List<(TimeSpan At, RequestStatus Status)> Asked { get; } = [];

    public int MostAtOnce { get; private set; }

    public bool IsIdle => active == 0;

    public SimulatedAnswer Ask(TimeSpan now)
    {
        var answer = schedule(now);
        Asked.Add((now, answer.Status));
        MostAtOnce = Math.Max(MostAtOnce, ++active);
        return answer;
    }

    public void Left() => active--;

    /// <summary>How often it was asked from one second until another.</summary>
    public int Between(double from, double until) =>
        Asked.Count(a => a.At.TotalSeconds >= from && a.At.TotalSeconds < until);

    public static SimulatedProvider Healthy(string name) => new(name, _ => SimulatedAnswer.Good(100));
}

/// <summary>What a provider answers.</summary>
internal readonly record struct SimulatedAnswer(RequestStatus Status, TimeSpan FirstByte, CooldownWord? Word = null)
{
    public static SimulatedAnswer Good(double milliseconds) =>
        new(RequestStatus.Ok, TimeSpan.FromMilliseconds(milliseconds));

    public static SimulatedAnswer Bad(RequestStatus status, double milliseconds, double? retryAfter = null) =>
        new(
            status,
            TimeSpan.FromMilliseconds(milliseconds),
            retryAfter is { } seconds ? new CooldownWord(TimeSpan.FromSeconds(seconds), "retry") : null
        );
}
