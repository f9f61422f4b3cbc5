using System.Buffers;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>
/// Reads pages: those columns alone that are asked for, into rented arrays that the next page is read into too. Not thread-safe.
/// </summary>
internal sealed class PageReader : IDisposable
{
    private readonly long[][] columns;
    private readonly PageMode[] modes = new PageMode[PageColumn.Count];
    private readonly int[] starts = new int[PageColumn.Count + 1];

    public PageReader()
    {
        columns = new long[PageColumn.Count][];
        columns.AsSpan().Fill([]);
    }

    /// <summary>How many cells the page has.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the head. Every column that is needed is then read by <see cref="Column(ReadOnlySpan{byte}, int)"/>.</summary>
    /// <param name="cells">The page.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public void Begin(ReadOnlySpan<byte> cells)
    {
        var at = 0;
        var count = Varint.Read(cells, ref at);
        var stored = Varint.Read(cells, ref at);
        if (count > (ulong)cells.Length || stored > 1000)
        {
            throw Unreadable();
        }

        Count = (int)count;
        Array.Clear(modes);
        Span<int> lengths = stackalloc int[PageColumn.Count];
        lengths.Clear();
        for (var i = 0; i < (int)stored; i++)
        {
            var (mode, length) = ((PageMode)Varint.Read(cells, ref at), Varint.Read(cells, ref at));
            if (i < PageColumn.Count)
            {
                (modes[i], lengths[i]) = (mode, (int)Math.Min(length, int.MaxValue));
            }
        }

        starts[0] = at;
        for (var i = 0; i < lengths.Length; i++)
        {
            starts[i + 1] = (int)Math.Min((long)starts[i] + lengths[i], int.MaxValue);
        }

        if (starts[^1] > cells.Length)
        {
            throw new InvalidDataException("A page of rollups is cut off.");
        }
    }

    /// <summary>A column of the page that was begun; valid until the same column of the next one is read.</summary>
    public ReadOnlySpan<long> Column(ReadOnlySpan<byte> cells, int column) => Column(cells, column, 0, Count);

    /// <summary>The same as an array, which may be longer than the page.</summary>
    public long[] Whole(ReadOnlySpan<byte> cells, int column)
    {
        Column(cells, column);
        return columns[Own(column)];
    }

    /// <summary>A stretch of a column; valid as above.</summary>
    /// <param name="cells">The page.</param>
    /// <param name="column">Its number.</param>
    /// <param name="begin">The first cell.</param>
    /// <param name="end">The cell behind the last.</param>
    public ReadOnlySpan<long> Column(ReadOnlySpan<byte> cells, int column, int begin, int end)
    {
        if (modes[column] == PageMode.AsBefore)
        {
            return column > 0 ? Column(cells, column - 1, begin, end) : throw Unreadable();
        }

        if (columns[column].Length < Count)
        {
            Return(column);
            columns[column] = ArrayPool<long>.Shared.Rent(Math.Max(256, Count));
        }

        var values = columns[column].AsSpan(0, end);
        var data = cells[starts[column]..starts[column + 1]];
        switch (modes[column])
        {
            case PageMode.Zero:
                values.Clear();
                break;
            case PageMode.Values:
                Varint.ReadSigned(data[Varint.Behind(data, begin)..], values[begin..]);
                break;
            case PageMode.Differences:
                Varint.ReadSigned(data, values);
                var last = 0L;
                foreach (ref var value in values)
                {
                    value = last = unchecked(last + value);
                }

                break;
            default:
                throw Unreadable();
        }

        return values[begin..];
    }

    /// <summary>
    /// The column of a measure, in which a stretch of cells has its values; empty when all are 0. Valid as <see cref="Column(ReadOnlySpan{byte}, int)"/>
    /// says.
    /// </summary>
    public long[] Measure(ReadOnlySpan<byte> cells, int measure, int begin, int end)
    {
        var column = Own(PageColumn.FirstMeasure + measure);
        if (modes[column] == PageMode.Zero)
        {
            return [];
        }

        Column(cells, column, begin, end);
        return columns[column];
    }

    // The column whose values one has.
    private int Own(int column)
    {
        while (column > 0 && modes[column] == PageMode.AsBefore)
        {
            column--;
        }

        return column;
    }

    /// <summary>The sketches behind those of the first cells; empty when the page has none.</summary>
    public static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> sketches, int cells)
    {
        var at = 0;
        for (var i = 0; i < cells; i++)
        {
            NextSketch(sketches, ref at);
        }

        return sketches[at..];
    }

    /// <summary>The next cell's sketch out of a page's; empty when the page has none.</summary>
    public static ReadOnlySpan<byte> NextSketch(ReadOnlySpan<byte> sketches, ref int at)
    {
        if (sketches.IsEmpty)
        {
            return [];
        }

        var length = Varint.Read(sketches, ref at);
        if (length > (ulong)(sketches.Length - at))
        {
            throw new InvalidDataException("A page of rollups is cut off.");
        }

        var sketch = sketches.Slice(at, (int)length);
        at += (int)length;
        return sketch;
    }

    /// <summary>Gives the arrays back; nothing that was read is valid any more.</summary>
    public void Dispose()
    {
        for (var i = 0; i < columns.Length; i++)
        {
            Return(i);
        }
    }

    private void Return(int column)
    {
        if (columns[column].Length > 0)
        {
            ArrayPool<long>.Shared.Return(columns[column]);
            columns[column] = [];
        }
    }

    private static InvalidDataException Unreadable() => new("A page of rollups cannot be read.");
}
