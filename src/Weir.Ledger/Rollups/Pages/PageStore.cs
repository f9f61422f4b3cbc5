using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>The writer's statements over <c>rollup_page</c>, and how changes come into a page. Belongs to one connection.</summary>
internal sealed class PageStore : IDisposable
{
    private readonly PreparedStatement read;
    private readonly PreparedStatement write;
    private readonly PreparedStatement remove;
    private readonly PageReader reader = new();
    private readonly PageBuilder builder = new();
    private readonly Sketch sketch = new();
    private readonly Sketch firsts = new();
    private readonly byte[] latency = new byte[Sketch.MostBytes];
    private readonly byte[] firstToken = new byte[Sketch.MostBytes];

    public PageStore(SqliteConnection connection)
    {
        read = new PreparedStatement(
            connection,
            """
            SELECT cells, latency, first_token FROM rollup_page
            WHERE workspace = ? AND set_no = ? AND width = ? AND start = ?
            """
        );
        write = new PreparedStatement(
            connection,
            """
            INSERT INTO rollup_page (workspace, set_no, width, start, cells, latency, first_token) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (workspace, set_no, width, start)
            DO UPDATE SET cells = excluded.cells, latency = excluded.latency, first_token = excluded.first_token
            """
        );
        remove = new PreparedStatement(
            connection,
            "DELETE FROM rollup_page WHERE workspace = ? AND set_no = ? AND width = ? AND start = ?"
        );
    }

    /// <summary>Adds changes to a page; what nothing is left of goes.</summary>
    /// <param name="page">Which.</param>
    /// <param name="changes">The changes, in order, one for each cell; emptied of nothing.</param>
    /// <param name="create">Whether it is made when it is not there.</param>
    /// <returns>Whether it was there.</returns>
    public bool Merge(in PageId page, List<KeyValuePair<PageCell, RollupSums>> changes, bool create = true)
    {
        Bind(read, page);
        builder.Clear();
        var isThere = read.Step();
        if (isThere)
        {
            Merge(read.Bytes(0), read.Bytes(1), read.Bytes(2), changes);
        }
        else if (!create)
        {
            read.Reset();
            return false;
        }
        else
        {
            foreach (var (cell, sums) in changes)
            {
                Add(cell, sums);
            }
        }

        read.Reset();
        if (builder.Count == 0)
        {
            Bind(remove, page);
            remove.Run();
        }
        else
        {
            Write(page);
        }

        return isThere;
    }

    /// <summary>Reads a page's cells; none when it is not there.</summary>
    public void Read(in PageId page, List<KeyValuePair<PageCell, RollupSums>> into)
    {
        Bind(read, page);
        if (read.Step())
        {
            Read(read.Bytes(0), read.Bytes(1), read.Bytes(2), into);
        }

        read.Reset();
    }

    /// <summary>Makes a page that is not there the sum of others. Takes the memory of their bytes, not of their sums.</summary>
    /// <param name="page">Which.</param>
    /// <param name="parts">Those that it is the sum of; what is not there is nothing.</param>
    public void Sum(in PageId page, IEnumerable<PageId> parts)
    {
        var walks = new List<PageWalk>();
        foreach (var part in parts)
        {
            Bind(read, part);
            if (read.Step())
            {
                walks.Add(new PageWalk(read.Bytes(0).ToArray(), read.Bytes(1).ToArray(), read.Bytes(2).ToArray()));
            }

            read.Reset();
        }

        try
        {
            Sum(page, walks);
        }
        finally
        {
            walks.ForEach(walk => walk.Dispose());
        }
    }

    private void Sum(in PageId page, List<PageWalk> walks)
    {
        builder.Clear();
        Span<long> values = stackalloc long[Measures.Count];
        while (Least(walks) is { } cell)
        {
            values.Clear();
            sketch.Clear();
            firsts.Clear();
            foreach (var walk in walks)
            {
                if (walk.Cell == cell && !walk.TryTake(values, sketch, firsts))
                {
                    throw new InvalidDataException("A stored sketch cannot be read.");
                }
            }

            builder.Add(cell, values, sketch.Encode(latency), firsts.Encode(firstToken));
        }

        if (builder.Count > 0)
        {
            Write(page);
        }
    }

    /// <summary>Reads a page's cells.</summary>
    public void Read(
        ReadOnlySpan<byte> cells,
        ReadOnlySpan<byte> durations,
        ReadOnlySpan<byte> firstTokens,
        List<KeyValuePair<PageCell, RollupSums>> into
    )
    {
        var columns = new PageColumns(reader, cells);
        var (durationAt, firstTokenAt) = (0, 0);
        for (var i = 0; i < reader.Count; i++)
        {
            var sums = new RollupSums();
            columns.AddTo(sums.Values, i);
            if (
                !sums.Latency.TryAdd(PageReader.NextSketch(durations, ref durationAt))
                || !sums.FirstToken.TryAdd(PageReader.NextSketch(firstTokens, ref firstTokenAt))
            )
            {
                throw new InvalidDataException("A stored sketch cannot be read.");
            }

            into.Add(new(columns.Cell(i), sums));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        reader.Dispose();
        read.Dispose();
        write.Dispose();
        remove.Dispose();
    }

    private void Merge(
        ReadOnlySpan<byte> cells,
        ReadOnlySpan<byte> durations,
        ReadOnlySpan<byte> firstTokens,
        List<KeyValuePair<PageCell, RollupSums>> changes
    )
    {
        var columns = new PageColumns(reader, cells);
        Span<long> values = stackalloc long[Measures.Count];
        var (next, durationAt, firstTokenAt) = (0, 0, 0);
        for (var i = 0; i < reader.Count; i++)
        {
            var cell = columns.Cell(i);
            while (next < changes.Count && changes[next].Key.CompareTo(cell) < 0)
            {
                Add(changes[next].Key, changes[next].Value);
                next++;
            }

            values.Clear();
            columns.AddTo(values, i);
            var duration = PageReader.NextSketch(durations, ref durationAt);
            var first = PageReader.NextSketch(firstTokens, ref firstTokenAt);
            if (next < changes.Count && changes[next].Key == cell)
            {
                var change = changes[next++].Value;
                for (var m = 0; m < values.Length; m++)
                {
                    values[m] = unchecked(values[m] + change.Values[m]);
                }

                duration = Sum(duration, change.Latency, latency);
                first = Sum(first, change.FirstToken, firstToken);
                if (!values.ContainsAnyExcept(0L) && duration.IsEmpty && first.IsEmpty)
                {
                    continue;
                }
            }

            builder.Add(cell, values, duration, first);
        }

        for (; next < changes.Count; next++)
        {
            Add(changes[next].Key, changes[next].Value);
        }
    }

    private void Write(in PageId page)
    {
        Bind(write, page);
        write.Bind(5, builder.Cells());
        write.Bind(6, builder.Latency);
        write.Bind(7, builder.FirstToken);
        write.Run();
    }

    private static PageCell? Least(List<PageWalk> walks)
    {
        PageCell? least = null;
        foreach (var walk in walks)
        {
            if (walk.Cell is { } cell && (least is not { } known || cell.CompareTo(known) < 0))
            {
                least = cell;
            }
        }

        return least;
    }

    private void Add(in PageCell cell, RollupSums sums)
    {
        if (!sums.IsNothing)
        {
            builder.Add(cell, sums.Values, sums.Latency.Encode(latency), sums.FirstToken.Encode(firstToken));
        }
    }

    private ReadOnlySpan<byte> Sum(ReadOnlySpan<byte> stored, Sketch change, byte[] into)
    {
        if (change.IsEmpty)
        {
            return stored;
        }

        sketch.Clear();
        sketch.Add(change);
        return sketch.TryAdd(stored)
            ? sketch.Encode(into)
            : throw new InvalidDataException("A stored sketch cannot be read.");
    }

    private static void Bind(PreparedStatement to, in PageId page)
    {
        to.Bind(1, page.Workspace);
        to.Bind(2, (long)page.Set);
        to.Bind(3, (long)page.Width);
        to.Bind(4, page.Start);
    }
}

/// <summary>A page: the cells of one width that a set has on one day.</summary>
/// <param name="Workspace">Whose.</param>
/// <param name="Set">The set.</param>
/// <param name="Width">The cells' width.</param>
/// <param name="Start">The day's start in seconds since 1970.</param>
internal readonly record struct PageId(long Workspace, RollupSet Set, RollupWidth Width, long Start);
