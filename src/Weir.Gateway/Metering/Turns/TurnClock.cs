namespace Weir.Gateway.Metering;

/// <summary>When a turn began and first said something.</summary>
internal struct TurnClock(TimeProvider clock)
{
    private readonly long startedTimestamp = clock.GetTimestamp();

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <summary>From its start until the first content; null before it.</summary>
    public TimeSpan? FirstContent { get; private set; }

    /// <summary>Since its start.</summary>
    public readonly TimeSpan Elapsed => clock.GetElapsedTime(startedTimestamp);

    /// <summary>Content has come.</summary>
    public void Content() => FirstContent ??= Elapsed;
}
