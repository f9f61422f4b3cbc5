using Weir.Capture.Agents;

namespace Weir.Capture.Otlp;

/// <summary>
/// When something was, of what a record says and of when it came. A sender's clock may be wrong: a moment before 2015 or more than
/// a day after the record came is not believed.
/// </summary>
/// <param name="receivedAt">When the record came.</param>
internal readonly struct Moments(DateTimeOffset receivedAt)
{
    private static readonly DateTimeOffset Earliest = new(2015, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the record came.</summary>
    public DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>The moment of nanoseconds since 1970; null when it is not believed.</summary>
    public DateTimeOffset? Of(ulong nanoseconds)
    {
        // 2262 is where a signed number of nanoseconds ends; a tick is a hundred of them.
        if (nanoseconds is 0 or > long.MaxValue)
        {
            return null;
        }

        return Believed(DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100)));
    }

    /// <summary>The moment itself, or null when it is not believed.</summary>
    public DateTimeOffset? Believed(DateTimeOffset? moment) =>
        moment >= Earliest && moment <= ReceivedAt.AddDays(1) ? moment : null;

    /// <summary>When a log record was, as it says itself; else when it came.</summary>
    public DateTimeOffset Of(LogItem log) =>
        Of(log.Time) ?? Believed(log.Attributes[Known.EventTimestamp].Moment()) ?? Of(log.ObservedTime) ?? ReceivedAt;
}

/// <summary>What one interpreter of telemetry works with.</summary>
/// <param name="Caught">Where it puts what it finds.</param>
/// <param name="Moments">When things were.</param>
internal sealed record Reading(Catch Caught, Moments Moments);
