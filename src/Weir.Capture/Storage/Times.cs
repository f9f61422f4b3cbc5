namespace Weir.Capture.Storage;

/// <summary>Times as <c>capture.db</c> holds them: whole microseconds since 1970, UTC, downwards.</summary>
internal static class Times
{
    private static readonly long Epoch = DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond;

    public static long ToMicroseconds(DateTimeOffset time) => (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - Epoch;

    public static long? ToMicroseconds(DateTimeOffset? time) => time is { } known ? ToMicroseconds(known) : null;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        new((microseconds + Epoch) * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
}
