namespace Weir.Foundation;

/// <summary>
/// Makes <see cref="RecordId"/>s. Thread-safe. Ids never repeat and never fall, also when the clock is set back or more
/// than 4,096 are made in a millisecond: the source then runs ahead of the clock.
/// </summary>
public sealed class RecordIdSource
{
    private const long EpochMs = 1_704_067_200_000; // 2024-01-01T00:00:00Z
    private const int NodeBits = 10;
    private const int SequenceBits = RecordId.NodeShift;
    private const long SequenceMask = (1L << SequenceBits) - 1;

    private readonly TimeProvider clock;
    private readonly long node;
    private long last; // milliseconds and sequence, without the node

    /// <summary>Starts above <paramref name="highest"/>, the largest id that the data folder holds.</summary>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="node">0 to 1023, without those of <see cref="DerivedRecordId"/>; 0 on a single node.</param>
    /// <param name="highest">The largest id already used, or default.</param>
    public RecordIdSource(TimeProvider clock, int node = 0, RecordId highest = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(node, RecordId.MaxNode);
        if (node is >= DerivedRecordId.FirstNode and <= DerivedRecordId.LastNode)
        {
            throw new ArgumentOutOfRangeException(nameof(node), node, "Set aside for derived ids.");
        }

        this.clock = clock;
        this.node = node;
        last = (highest.Value >> (NodeBits + SequenceBits) << SequenceBits) | (highest.Value & SequenceMask);
    }

    /// <summary>A new id.</summary>
    public RecordId Next()
    {
        var now = Math.Max(0, clock.GetUtcNow().ToUnixTimeMilliseconds() - EpochMs) << SequenceBits;
        while (true)
        {
            var seen = Volatile.Read(ref last);
            var next = Math.Max(seen + 1, now);
            if (Interlocked.CompareExchange(ref last, next, seen) == seen)
            {
                var ms = next >> SequenceBits;
                return new RecordId((((ms << NodeBits) | node) << SequenceBits) | (next & SequenceMask));
            }
        }
    }
}
