namespace Weir.Gateway.Admission;

/// <summary>
/// The sums of the span before now, in sub-buckets of a sixtieth. The oldest, of which a part is still within the span, counts
/// whole: so what is read is never less than what was used, and at most what was used in a sixtieth more. It goes by the
/// steady clock: whoever sets the other neither frees nor blocks anything.
/// </summary>
internal sealed class SlidingTally : Tally
{
    private const int Parts = 60;

    // The part that has begun, and the oldest, of which a piece is left.
    private const int Slots = Parts + 1;

    private readonly long width;
    private Slot[]? slots;
    private long newest = long.MinValue;
    private Level sum;

    public SlidingTally(TimeSpan length) => width = Math.Max(1, (length.Ticks + Parts - 1) / Parts);

    public override Level Read(in Moment now)
    {
        Advance(now);
        return sum;
    }

    public override long Reserve(in Moment now, long amount, long risk)
    {
        Advance(now);
        Add(newest, 0, amount, risk);
        return newest;
    }

    public override void Settle(long place, long amount, long risk, long actual)
    {
        if (slots is not null && place > newest - Slots && place <= newest)
        {
            Add(place, actual, Amounts.Minus(0, amount), Amounts.Minus(0, risk));
        }
    }

    public override void Charge(in Moment now, in Moment at, long amount)
    {
        Advance(now);
        var place = Math.Min(IndexOf(at), newest);
        if (place > newest - Slots)
        {
            Add(place, amount, 0, 0);
        }
    }

    public override bool IsEmpty(in Moment now)
    {
        Advance(now);
        if (slots is not null)
        {
            foreach (ref readonly var slot in slots.AsSpan())
            {
                if (slot != default)
                {
                    return false;
                }
            }
        }

        return true;
    }

    public override TimeSpan? FreeAfter(in Moment now, long amount)
    {
        Advance(now);
        var freed = 0L;
        for (var index = newest - Slots + 1; slots is not null && index <= newest; index++)
        {
            ref readonly var slot = ref slots[PlaceOf(index)];
            freed = Amounts.Plus(freed, Amounts.Plus(slot.Spent, slot.Reserved));
            if (freed >= amount)
            {
                return Until(now, index);
            }
        }

        return null;
    }

    public override TimeSpan? ResetAfter(in Moment now)
    {
        Advance(now);
        for (var index = newest; slots is not null && index > newest - Slots; index--)
        {
            if (slots[PlaceOf(index)] is { Spent: not 0 } or { Reserved: not 0 })
            {
                return Until(now, index);
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>How long until a sub-bucket counts no more.</summary>
    private TimeSpan Until(in Moment now, long index) => new(Math.Max(1, ((index + Slots) * width) - now.Steady));

    // Rounded down, also before the clock's own beginning.
    private long IndexOf(in Moment moment) => (moment.Steady >= 0 ? moment.Steady : moment.Steady - width + 1) / width;

    private static int PlaceOf(long index) => (int)(((index % Slots) + Slots) % Slots);

    /// <summary>Lets go of what has left the span.</summary>
    private void Advance(in Moment now)
    {
        var index = IndexOf(now);
        if (index <= newest)
        {
            return;
        }

        if (slots is not null)
        {
            if (newest == long.MinValue || index - newest >= Slots)
            {
                slots.AsSpan().Clear();
                sum = default;
            }
            else
            {
                for (var old = newest + 1; old <= index; old++)
                {
                    ref var slot = ref slots[PlaceOf(old)];
                    sum = new Level(
                        Amounts.Minus(sum.Spent, slot.Spent),
                        Amounts.Minus(sum.Reserved, slot.Reserved),
                        Amounts.Minus(sum.AtRisk, slot.AtRisk)
                    );
                    slot = default;
                }
            }
        }

        newest = index;
    }

    private void Add(long index, long spent, long reserved, long risk)
    {
        // Two kilobytes, for counters that are used.
        slots ??= new Slot[Slots];
        ref var slot = ref slots[PlaceOf(index)];
        slot = new Slot(
            Amounts.Plus(slot.Spent, spent),
            Amounts.Plus(slot.Reserved, reserved),
            Amounts.Plus(slot.AtRisk, risk)
        );
        sum = new Level(
            Amounts.Plus(sum.Spent, spent),
            Amounts.Plus(sum.Reserved, reserved),
            Amounts.Plus(sum.AtRisk, risk)
        );
    }

    private readonly record struct Slot(long Spent, long Reserved, long AtRisk);
}
