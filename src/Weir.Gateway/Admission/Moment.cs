namespace Weir.Gateway.Admission;

/// <summary>A moment by two clocks: what the calendar says, and what only ever goes on. Both in ticks.</summary>
/// <param name="Utc">Of the wall clock: people and time servers set it, also back.</param>
/// <param name="Steady">Since some moment long ago, by a clock that nobody sets.</param>
internal readonly record struct Moment(long Utc, long Steady)
{
    /// <summary>Now.</summary>
    public static Moment Now(TimeProvider clock)
    {
        var stamp = clock.GetTimestamp();
        var frequency = clock.TimestampFrequency;
        // Nearly everywhere it is a thousand millionths: dividing 128 bits takes ten times as long.
        var steady =
            frequency % TimeSpan.TicksPerSecond == 0
                ? stamp / (frequency / TimeSpan.TicksPerSecond)
                : (long)((Int128)stamp * TimeSpan.TicksPerSecond / frequency);
        return new Moment(clock.GetUtcNow().UtcTicks, steady);
    }

    /// <summary>The moment that the wall clock of now would call by this name.</summary>
    public Moment At(DateTimeOffset time) =>
        new(time.UtcTicks, Amounts.Plus(Steady, Amounts.Minus(time.UtcTicks, Utc)));
}
