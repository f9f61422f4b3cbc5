namespace Weir.Gateway.DryRuns;

/// <summary>A clock that stands where the records have come to. Not thread-safe.</summary>
internal sealed class ReplayClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset now = start;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Goes on to a moment; one that is past leaves it where it stands.</summary>
    public void GoTo(DateTimeOffset time) => now = time > now ? time : now;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => now;

    /// <inheritdoc />
    public override long GetTimestamp() => now.UtcTicks;
}
