using System.Collections.Concurrent;
using Weir.Foundation;
using Weir.Gateway.Resilience;
using Weir.Testing;

namespace Weir.Gateway.Tests.Resilience;

/// <summary>What these tests share: a clock that stands still, no chance, and all that was told.</summary>
internal sealed class Health
{
    public Health(Func<double>? random = null) => Context = new HealthContext(Clock, random ?? (() => 0), Told.Enqueue);

    public FakeClock Clock { get; } = new();

    public ConcurrentQueue<ResilienceEvent> Told { get; } = new();

    public HealthContext Context { get; }

    /// <summary>Opens after three failures of six, for five seconds.</summary>
    public static ResilienceConfig Quick { get; } =
        new()
        {
            Breaker = new BreakerConfig { Failures = 3, OpenFor = TimeSpan.FromSeconds(5) },
        };

    public TargetState Target(ResilienceConfig? config = null, string name = "a") =>
        new(new TargetKey(WorkspaceId.Default, name, "m"), config ?? Quick, Context);

    public void After(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>One attempt from its beginning to its end; false when the target turned it away.</summary>
    public static bool Ask(TargetState target, AttemptOutcome outcome, CooldownWord? word = null, double place = 0.5)
    {
        if (!target.TryBegin(place, out var attempt))
        {
            return false;
        }

        using (attempt)
        {
            attempt.Tell(outcome, word);
        }

        return true;
    }

    public static void Break(TargetState target)
    {
        for (var i = 0; i < 100 && target.Stand().Kind != StandingKind.Open; i++)
        {
            Assert.True(Ask(target, AttemptOutcome.Failed, place: 0));
        }

        Assert.Equal(StandingKind.Open, target.Stand().Kind);
    }
}
