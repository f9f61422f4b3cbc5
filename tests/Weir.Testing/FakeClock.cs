namespace Weir.Testing;

/// <summary>A clock that stands still until it is told to move. Thread-safe. Timers fire inside <see cref="Advance"/>.</summary>
public sealed class FakeClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<FakeTimer> timers = [];
    private DateTimeOffset now = start;

    public FakeClock()
        : this(new DateTimeOffset(2026, 7, 2, 12, 0, 0, TimeSpan.Zero)) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Sets the clock, also back; no timer fires.</summary>
    public void Set(DateTimeOffset time)
    {
        lock (gate)
        {
            now = time;
        }
    }

    /// <summary>Moves forward, firing each timer at its own moment, in order.</summary>
    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (true)
        {
            FakeTimer? due;
            lock (gate)
            {
                due = timers.Where(t => t.Due <= until).MinBy(t => t.Due);
                now = due is null || due.Due < now ? (due is null ? until : now) : due.Due;
                due?.Reschedule();
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class FakeTimer(FakeClock clock, Action fire) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public void Reschedule()
        {
            if (period > TimeSpan.Zero)
            {
                Due += period;
            }
            else
            {
                clock.timers.Remove(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                period = newPeriod;
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = clock.now + dueTime;
                    clock.timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
