namespace Weir.Ledger.Queries;

/// <summary>What is left of a range when spans are taken out of it, in order. Not thread-safe.</summary>
/// <param name="from">The range's start.</param>
/// <param name="to">Its end, exclusive.</param>
internal sealed class UncoveredSpans(long from, long to)
{
    private readonly List<(long From, long To)> left = [];
    private long reached = from;

    /// <summary>Takes a span out that begins where the one before ended, or later.</summary>
    public void Cover(long start, long end)
    {
        if (start > reached)
        {
            left.Add((reached, start));
        }

        reached = Math.Max(reached, end);
    }

    /// <summary>What is left. To be asked once.</summary>
    public List<(long From, long To)> Rest()
    {
        if (reached < to)
        {
            left.Add((reached, to));
        }

        return left;
    }
}
