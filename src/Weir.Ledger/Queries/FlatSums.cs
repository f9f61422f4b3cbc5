using Weir.Ledger.Rollups;

namespace Weir.Ledger.Queries;

/// <summary>Every measure of groups that are numbered from 0: 104 bytes for each. Not thread-safe.</summary>
internal sealed class FlatSums
{
    private long[] sums = [];

    /// <summary>How many groups have had something added so far, or a lower one than one that had.</summary>
    public int Count { get; private set; }

    /// <summary>The sums of a group (<see cref="Measures"/>).</summary>
    public Span<long> this[int group] => sums.AsSpan(group * Measures.Count, Measures.Count);

    /// <summary>The sums of a group that may be a new one.</summary>
    public Span<long> Of(int group)
    {
        if (group >= Count)
        {
            Count = group + 1;
            if (Count * Measures.Count > sums.Length)
            {
                Array.Resize(ref sums, Math.Max(16, Count * 2) * Measures.Count);
            }
        }

        return this[group];
    }

    /// <summary>Adds cells, measure by measure: those that are 0 in a whole page cost nothing.</summary>
    /// <param name="cells">With all <see cref="Measures"/>, in their order.</param>
    public void Add(in CellColumns cells)
    {
        var groups = cells.Groups;
        var most = -1;
        foreach (var group in groups)
        {
            most = Math.Max(most, group);
        }

        if (most < 0)
        {
            return;
        }

        Of(most);
        for (var m = 0; m < Measures.Count; m++)
        {
            var values = cells.Measure(m);
            var to = sums.AsSpan(m);
            for (var i = 0; i < values.Length; i++)
            {
                if (groups[i] >= 0)
                {
                    ref var sum = ref to[groups[i] * Measures.Count];
                    sum = unchecked(sum + (cells.Sign * values[i]));
                }
            }
        }
    }
}
