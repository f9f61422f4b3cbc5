using System.Buffers;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>
/// Writes a page: cells in order go in, columns come out (docs/formats/rollups.md). Used for one page after another. Not thread-safe.
/// </summary>
internal sealed class PageBuilder
{
    private readonly long[][] columns;
    private readonly ArrayBufferWriter<byte> latency = new();
    private readonly ArrayBufferWriter<byte> firstToken = new();
    private readonly ArrayBufferWriter<byte> cells = new();
    private readonly ArrayBufferWriter<byte> data = new();

    public PageBuilder()
    {
        columns = new long[PageColumn.Count][];
        columns.AsSpan().Fill([]);
    }

    /// <summary>How many cells it has.</summary>
    public int Count { get; private set; }

    /// <summary>The sketches of durations, cell by cell; empty when no cell has one.</summary>
    public ReadOnlySpan<byte> Latency => AnyLatency ? latency.WrittenSpan : [];

    /// <summary>The sketches of times to first token likewise.</summary>
    public ReadOnlySpan<byte> FirstToken => AnyFirstToken ? firstToken.WrittenSpan : [];

    private bool AnyLatency { get; set; }

    private bool AnyFirstToken { get; set; }

    /// <summary>Begins another page.</summary>
    public void Clear()
    {
        Count = 0;
        latency.ResetWrittenCount();
        firstToken.ResetWrittenCount();
        (AnyLatency, AnyFirstToken) = (false, false);
    }

    /// <summary>Adds a cell behind the last one.</summary>
    /// <param name="cell">Which.</param>
    /// <param name="measures">Its numbers.</param>
    /// <param name="durations">Its sketch as it is stored; empty for none.</param>
    /// <param name="firstTokens">Likewise.</param>
    public void Add(
        in PageCell cell,
        ReadOnlySpan<long> measures,
        ReadOnlySpan<byte> durations,
        ReadOnlySpan<byte> firstTokens
    )
    {
        if (Count == columns[0].Length)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                Array.Resize(ref columns[i], Math.Max(256, Count * 2));
            }
        }

        columns[PageColumn.Slot][Count] = cell.Slot;
        columns[PageColumn.First][Count] = cell.First;
        columns[PageColumn.Second][Count] = cell.Second;
        columns[PageColumn.Key][Count] = cell.Key;
        for (var i = 0; i < measures.Length; i++)
        {
            columns[PageColumn.FirstMeasure + i][Count] = measures[i];
        }

        Add(latency, durations);
        Add(firstToken, firstTokens);
        AnyLatency |= !durations.IsEmpty;
        AnyFirstToken |= !firstTokens.IsEmpty;
        Count++;
    }

    /// <summary>The columns: a head of their modes and lengths, then what they hold. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Cells()
    {
        cells.ResetWrittenCount();
        data.ResetWrittenCount();
        Number(cells, (ulong)Count);
        Number(cells, PageColumn.Count);
        for (var i = 0; i < columns.Length; i++)
        {
            var before = data.WrittenCount;
            var mode = Mode(i);
            if (mode == PageMode.Differences)
            {
                Differences(columns[i].AsSpan(0, Count));
            }
            else if (mode == PageMode.Values)
            {
                Values(columns[i].AsSpan(0, Count));
            }

            Number(cells, (ulong)mode);
            Number(cells, (ulong)(data.WrittenCount - before));
        }

        cells.Write(data.WrittenSpan);
        return cells.WrittenSpan;
    }

    private PageMode Mode(int column)
    {
        var values = columns[column].AsSpan(0, Count);
        if (!values.ContainsAnyExcept(0L))
        {
            return PageMode.Zero;
        }

        // What is billed is mostly what it cost.
        return column < PageColumn.FirstMeasure ? PageMode.Differences
            : column == PageColumn.FirstMeasure + Measures.Billed
            && values.SequenceEqual(columns[column - 1].AsSpan(0, Count))
                ? PageMode.AsBefore
            : PageMode.Values;
    }

    private void Differences(ReadOnlySpan<long> values)
    {
        var last = 0L;
        foreach (var value in values)
        {
            Number(data, Varint.Fold(unchecked(value - last)));
            last = value;
        }
    }

    private void Values(ReadOnlySpan<long> values)
    {
        foreach (var value in values)
        {
            Number(data, Varint.Fold(value));
        }
    }

    private static void Add(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> sketch)
    {
        Number(to, (ulong)sketch.Length);
        to.Write(sketch);
    }

    private static void Number(ArrayBufferWriter<byte> to, ulong value) =>
        to.Advance(Varint.Write(to.GetSpan(Varint.MostBytes), value));
}

/// <summary>How a column is written. Stored: numbers never change.</summary>
internal enum PageMode
{
    /// <summary>Not at all: every value is 0.</summary>
    Zero = 0,

    /// <summary>Not at all: every value is that of the column before.</summary>
    AsBefore = 1,

    /// <summary>Each value, its sign folded.</summary>
    Values = 2,

    /// <summary>Each value less the one before, its sign folded.</summary>
    Differences = 3,
}
