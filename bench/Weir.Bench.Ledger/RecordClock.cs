namespace Weir.Bench.Ledger;

/// <summary>The time is that of the newest record, so that the ledger folds as it would have over the year. Timers run as ever.</summary>
internal sealed class RecordClock : TimeProvider
{
    private long ticks = Year.Start.UtcTicks;

    /// <summary>Goes on to a moment.</summary>
    public void Reach(DateTimeOffset time) => Volatile.Write(ref ticks, time.UtcTicks);

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref ticks), TimeSpan.Zero);
}
