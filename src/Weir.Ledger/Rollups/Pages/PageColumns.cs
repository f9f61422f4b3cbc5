namespace Weir.Ledger.Rollups.Pages;

/// <summary>All columns of a page, cell by cell. Valid until the reader reads another.</summary>
internal readonly struct PageColumns
{
    private readonly long[] slots;
    private readonly long[] firsts;
    private readonly long[] seconds;
    private readonly long[] keys;
    private readonly long[][] measures;

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidDataException">It is no page.</exception>
    public PageColumns(PageReader reader, ReadOnlySpan<byte> cells)
    {
        reader.Begin(cells);
        Count = reader.Count;
        slots = reader.Whole(cells, PageColumn.Slot);
        firsts = reader.Whole(cells, PageColumn.First);
        seconds = reader.Whole(cells, PageColumn.Second);
        keys = reader.Whole(cells, PageColumn.Key);
        measures = new long[Measures.Count][];
        for (var i = 0; i < measures.Length; i++)
        {
            measures[i] = reader.Measure(cells, i, 0, reader.Count);
        }
    }

    /// <summary>How many cells there are.</summary>
    public int Count { get; }

    /// <summary>A cell.</summary>
    public PageCell Cell(int at) => new(slots[at], firsts[at], seconds[at], keys[at]);

    /// <summary>Adds what a cell comes to.</summary>
    public void AddTo(Span<long> sums, int at)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            if (measures[i] is { Length: > 0 } column)
            {
                sums[i] = unchecked(sums[i] + column[at]);
            }
        }
    }
}
