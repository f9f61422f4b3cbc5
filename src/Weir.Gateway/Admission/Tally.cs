namespace Weir.Gateway.Admission;

/// <summary>What stands against a bound.</summary>
/// <param name="Spent">What requests came to. Below zero only by differences that were given so.</param>
/// <param name="Reserved">What is set aside for requests under way.</param>
/// <param name="AtRisk">How much more than what is set aside they can come to.</param>
internal readonly record struct Level(long Spent, long Reserved, long AtRisk)
{
    /// <summary>What is taken of the bound.</summary>
    public long Taken => Amounts.Plus(Spent, Reserved);
}

/// <summary>
/// One counter's sums over its window. A request belongs to the moment when it was let in, for good: what is set aside for
/// it and what it comes to leave the window together, however long it takes. So does the ledger date it. Not thread-safe.
/// </summary>
internal abstract class Tally
{
    /// <summary>The tally for a window.</summary>
    public static Tally For(WindowConfig window) =>
        window.Kind == WindowKind.Sliding ? new SlidingTally(window.Length) : new CalendarTally(window);

    /// <summary>What stands now.</summary>
    public abstract Level Read(in Moment now);

    /// <summary>Sets aside, and says where: a place that <see cref="Settle"/> takes.</summary>
    public abstract long Reserve(in Moment now, long amount, long risk);

    /// <summary>Gives back what was set aside at a place and charges what it came to; nothing where the place has left the window.</summary>
    public abstract void Settle(long place, long amount, long risk, long actual);

    /// <summary>Charges what was spent at a moment, also a negative amount; nothing where that is before the window.</summary>
    /// <param name="now">Now.</param>
    /// <param name="at">The moment; one that is to come counts as now.</param>
    /// <param name="amount">The amount.</param>
    public abstract void Charge(in Moment now, in Moment at, long amount);

    /// <summary>Whether nothing is kept that could count one day.</summary>
    public abstract bool IsEmpty(in Moment now);

    /// <summary>
    /// How long until so much is free of what is taken, if no request ends before; null when that is not to be told: the window
    /// has no end, or not so much is taken.
    /// </summary>
    public abstract TimeSpan? FreeAfter(in Moment now, long amount);

    /// <summary>How long until all that is taken now counts no more; zero when nothing is, null without an end.</summary>
    public abstract TimeSpan? ResetAfter(in Moment now);
}
