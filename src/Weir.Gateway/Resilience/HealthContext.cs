namespace Weir.Gateway.Resilience;

/// <summary>What all that is known of targets shares: its time, its chance, and who is told. Thread-safe.</summary>
/// <param name="clock">Where the time comes from.</param>
/// <param name="random">From 0 to below 1; called from any thread.</param>
/// <param name="told">Is given what changed, from any thread and outside every lock. What it throws is a bug of its own.</param>
internal sealed class HealthContext(TimeProvider clock, Func<double> random, Action<ResilienceEvent> told)
{
    private readonly long start = clock.GetTimestamp();

    /// <summary>Where the time comes from.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>From 0 to below 1.</summary>
    public Func<double> Random { get; } = random;

    /// <summary>The time since the beginning. It never runs backwards, as the time of day may.</summary>
    public TimeSpan Now => Clock.GetElapsedTime(start);

    /// <summary>Tells what changed, in its order; null for nothing.</summary>
    public void Tell(List<ResilienceEvent>? events)
    {
        if (events is not null)
        {
            foreach (var happened in events)
            {
                told(happened);
            }
        }
    }
}
