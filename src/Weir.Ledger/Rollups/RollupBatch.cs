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
/// The differences that a batch of entries makes, one for each cell that it touches: summed up in the finest span of each
/// set, then folded into the wider ones. Not thread-safe.
/// </summary>
internal sealed class RollupBatch
{
    private readonly Dictionary<RollupCell, RollupSums> cells = [];
    private readonly List<KeyValuePair<RollupCell, RollupSums>> finer = [];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        cells.Clear();
        finer.Clear();
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
    public List<KeyValuePair<RollupCell, RollupSums>> Fold()
    {
        Fold(RollupWidth.Quarter);
        Fold(RollupWidth.Hour);
        finer.Clear();
        finer.AddRange(cells.Where(cell => !cell.Value.IsNothing));
        finer.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        return finer;
    }

    private void Fold(RollupWidth from)
    {
        finer.Clear();
        finer.AddRange(cells.Where(cell => cell.Key.Width == from && cell.Key.Set.Widest() > from));
        foreach (var (cell, sums) in finer)
        {
            var width = from + 1;
            At(cell with { Width = width, Start = RollupWidths.Floor(cell.Start, width.Seconds()) }).Add(sums);
        }
    }

    private RollupSums At(in RollupCell cell)
    {
        if (!cells.TryGetValue(cell, out var sums))
        {
            cells[cell] = sums = new RollupSums();
        }

        return sums;
    }
}
