using System.Collections.Immutable;
using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Tests.Rollups;

public sealed class PageTests
{
    [Fact]
    public void A_page_s_bytes_are_frozen()
    {
        var builder = new PageBuilder();
        builder.Add(new PageCell(0, 0, 0, 7), Sums(1, 5, 5).AsSpan(), [4], []);
        builder.Add(new PageCell(0, 0, 0, 9), Sums(2, -1, -1).AsSpan(), [], []);
        builder.Add(new PageCell(95, 0, 0, 7), Sums(300, long.MaxValue, long.MaxValue).AsSpan(), [6, 8], []);
        Assert.Equal(
            "0311"
                + "0304" // slots: 0, 0, 95, as differences
                + "00000000" // neither session nor agent
                + "0303" // keys
                + "0204" // requests
                + string.Concat(Enumerable.Repeat("0000", 9))
                + "020C" // cost
                + "0100" // billed: as cost
                + "0000"
                + "0000BE01" // 0, 0, +95
                + "0E0403" // 7, +2, -2
                + "0204D804" // 1, 2, 300
                + "0A01FEFFFFFFFFFFFFFFFF01", // 5, -1, the largest
            Convert.ToHexString(builder.Cells())
        );
        Assert.Equal("0104" + "00" + "020608", Convert.ToHexString(builder.Latency));
        Assert.True(builder.FirstToken.IsEmpty);
    }

    [Fact]
    public void Any_page_reads_as_it_was_written_whatever_columns_are_asked_for()
    {
        var builder = new PageBuilder();
        using var reader = new PageReader();
        for (var seed = 0; seed < 300; seed++)
        {
            var chance = new Random(seed);
            var cells = Cells(chance, chance.Next(400));
            builder.Clear();
            foreach (var (cell, sums) in cells)
            {
                builder.Add(cell, sums.AsSpan(), [], []);
            }

            var page = builder.Cells().ToArray();
            reader.Begin(page);
            Assert.Equal(cells.Count, reader.Count);
            var column = chance.Next(PageColumn.Count);
            Assert.Equal(cells.Select(c => Of(c.Cell, c.Values, column)), reader.Column(page, column).ToArray());
            var measure = chance.Next(Measures.Count);
            var begin = chance.Next(cells.Count + 1);
            var end = chance.Next(begin, cells.Count + 1);
            var stretch = cells[begin..end];
            Assert.Equal(
                stretch.Select(c => Of(c.Cell, c.Values, column)),
                reader.Column(page, column, begin, end).ToArray()
            );
            var read = reader.Measure(page, measure, begin, end) is { Length: > 0 } values
                ? values[begin..end]
                : new long[stretch.Count];
            Assert.Equal(stretch.Select(c => c.Values[measure]), read);
        }
    }

    [Fact]
    public void A_damaged_page_is_refused_or_read_and_never_more()
    {
        var builder = new PageBuilder();
        foreach (var (cell, values) in Cells(new Random(1), 60))
        {
            builder.Add(cell, values.AsSpan(), [2, 4], []);
        }

        var page = builder.Cells().ToArray();
        using var reader = new PageReader();
        for (var seed = 0; seed < 20_000; seed++)
        {
            var chance = new Random(seed);
            var damaged = page[..chance.Next(page.Length + 1)];
            for (var i = chance.Next(4); i > 0 && damaged.Length > 0; i--)
            {
                damaged[chance.Next(Math.Min(damaged.Length, 80))] = (byte)chance.Next(256);
            }

            try
            {
                reader.Begin(damaged);
                for (var i = 0; i < PageColumn.Count && reader.Count < 100_000; i++)
                {
                    reader.Column(damaged, i);
                }
            }
            catch (InvalidDataException) { }
        }
    }

    private static ImmutableArray<long> Sums(long requests, long cost, long billed)
    {
        var values = new long[Measures.Count];
        values[Measures.Requests] = requests;
        values[Measures.Cost] = cost;
        values[Measures.Billed] = billed;
        return [.. values];
    }

    private static List<(PageCell Cell, ImmutableArray<long> Values)> Cells(Random chance, int count)
    {
        var cells = new SortedDictionary<PageCell, ImmutableArray<long>>();
        for (var i = 0; i < count; i++)
        {
            var values = new long[Measures.Count];
            for (var m = 0; m < values.Length; m++)
            {
                values[m] = chance.Next(3) == 0 ? 0 : chance.NextInt64() >> chance.Next(64) << chance.Next(2);
            }

            values[Measures.Billed] = chance.Next(40) == 0 ? 1 : values[Measures.Cost];
            cells[
                new PageCell(chance.Next(96), chance.Next(3), chance.NextInt64() >> chance.Next(64), chance.Next(900))
            ] = [.. values];
        }

        return [.. cells.Select(c => (c.Key, c.Value))];
    }

    private static long Of(in PageCell cell, ImmutableArray<long> values, int column) =>
        column switch
        {
            PageColumn.Slot => cell.Slot,
            PageColumn.First => cell.First,
            PageColumn.Second => cell.Second,
            PageColumn.Key => cell.Key,
            _ => values[column - PageColumn.FirstMeasure],
        };
}
