namespace Weir.Ledger.Rollups;

/// <summary>One sum: a combination in one span of time. Ordered as the table is.</summary>
/// <param name="Workspace">Whose.</param>
/// <param name="Set">The set that <paramref name="Key"/> belongs to.</param>
/// <param name="Width">The span.</param>
/// <param name="Start">The span's start in seconds since 1970.</param>
/// <param name="Key">The combination's id in its set.</param>
internal readonly record struct RollupCell(int Workspace, RollupSet Set, RollupWidth Width, long Start, long Key)
    : IComparable<RollupCell>
{
    /// <inheritdoc />
    public int CompareTo(RollupCell other)
    {
        var order = Workspace.CompareTo(other.Workspace);
        order = order != 0 ? order : Set.CompareTo(other.Set);
        order = order != 0 ? order : Width.CompareTo(other.Width);
        order = order != 0 ? order : Start.CompareTo(other.Start);
        return order != 0 ? order : Key.CompareTo(other.Key);
    }
}

/// <summary>
/// The differences that a batch of entries makes, one for each cell that it touches, in the finest span of each set. Not
/// thread-safe.
/// </summary>
internal sealed class RollupBatch
{
    private const int MostKept = 1_024;

    private readonly Dictionary<RollupCell, RollupSums> cells = [];
    private readonly List<KeyValuePair<RollupCell, RollupSums>> changes = [];

    // Sums of earlier batches, used again: made anew they outlive young collections, each of which copies them.
    private readonly Stack<RollupSums> kept = new();

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        foreach (var sums in cells.Values)
        {
            if (kept.Count == MostKept)
            {
                break;
            }

            sums.Clear();
            kept.Push(sums);
        }

        cells.Clear();
        changes.Clear();
    }

    /// <summary>The difference of the cell that a moment falls into, in the set's finest span.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="set">The set.</param>
    /// <param name="key">The combination's id in it.</param>
    /// <param name="seconds">The moment, in whole seconds since 1970.</param>
    public RollupSums At(int workspace, RollupSet set, long key, long seconds)
    {
        var width = set.Finest();
        return At(new RollupCell(workspace, set, width, RollupWidths.Floor(seconds, width.Seconds()), key));
    }

    /// <summary>Every cell that changes and by what, in the table's order: neighbours lie in neighbouring pages.</summary>
    public List<KeyValuePair<RollupCell, RollupSums>> Changes()
    {
        changes.Clear();
        foreach (var cell in cells)
        {
            if (!cell.Value.IsNothing)
            {
                changes.Add(cell);
            }
        }

        changes.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        return changes;
    }

    private RollupSums At(in RollupCell cell)
    {
        if (!cells.TryGetValue(cell, out var sums))
        {
            cells[cell] = sums = kept.TryPop(out var known) ? known : new RollupSums();
        }

        return sums;
    }
}
