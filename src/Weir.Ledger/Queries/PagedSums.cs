using System.Buffers;
using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Queries;

/// <summary>Reads the pages of a range into a sink: of each those columns alone that the sink needs. Not thread-safe.</summary>
internal sealed class PagedSums(
    SqliteConnection connection,
    WorkspaceId workspace,
    Combinations combinations,
    SumSink sink
) : IDisposable
{
    private readonly PageReader reader = new();
    private readonly long[][] measures = new long[sink.CellMeasures.Length][];
    private int[] into = [];
    private int[] outOf = [];

    /// <summary>Adds the cells of a set that start in a range.</summary>
    /// <param name="set">The set.</param>
    /// <param name="width">The cells' width: the set's finest, or days.</param>
    /// <param name="from">Inclusive, in seconds since 1970; a whole span of that width.</param>
    /// <param name="to">Exclusive, likewise.</param>
    /// <param name="cuts">Days of the range that are cut once: each is read as a day, and of its finest cells the smaller part.</param>
    public void Add(RollupSet set, RollupWidth width, long from, long to, CutDays? cuts = null)
    {
        using (var row = Pages(set, width, from, to))
        {
            while (row.Step())
            {
                var day = row.Int64(0);
                var cut = cuts?.Of(day, from, to);
                Add(set, width, day, cut is { } part ? part.From : from, cut is { } end ? end.To : to, row, cut?.Other);
            }
        }

        if (cuts is null)
        {
            return;
        }

        using var days = Pages(set, RollupWidth.Day, from, to);
        while (days.Step())
        {
            var day = days.Int64(0);
            if (cuts.Of(day, from, to) is { } cut)
            {
                Add(set, RollupWidth.Day, cut.Other, cut.Other, cut.Other + RollupWidth.Day.Seconds(), days, null);
            }
        }
    }

    /// <summary>Adds whole months of a query that is about one dimension alone.</summary>
    /// <param name="kind">The dimension.</param>
    /// <param name="from">The first month's start, in seconds since 1970.</param>
    /// <param name="to">The start of the month after the last.</param>
    public void AddMonths(UsageDimensionKind kind, long from, long to)
    {
        var text = new QueryText();
        using var row = text.Prepare(
            connection,
            $"""
            SELECT p.start, p.cells{(sink.WithSketches ? ", p.latency, p.first_token" : "")} FROM rollup_page p
            WHERE p.workspace = {text.Add(workspace.Value)} AND p.set_no = {text.Add((long)RollupSet.Single)}
                AND p.width = {text.Add((long)RollupWidth.Month)} AND p.start >= {text.Add(
                from
            )} AND p.start < {text.Add(to)}
            """
        );
        while (row.Step())
        {
            var page = row.Bytes(1);
            var latency = sink.WithSketches ? row.Bytes(2) : [];
            var firstToken = sink.WithSketches ? row.Bytes(3) : [];
            reader.Begin(page);
            var kinds = reader.Column(page, PageColumn.First);
            var (begin, end) = (FirstAt(kinds, (long)kind), FirstAt(kinds, (long)kind + 1));
            if (begin == end)
            {
                continue;
            }

            var names = reader.Column(page, PageColumn.Second);
            Room(end - begin);
            for (var i = begin; i < end; i++)
            {
                into[i - begin] = combinations.GroupOf(kind, names[i]);
            }

            ReadMeasures(page, begin, end);
            sink.AddCells(
                new CellColumns
                {
                    Groups = into.AsSpan(0, end - begin),
                    Slots = reader.Column(page, PageColumn.Slot)[begin..end],
                    Begin = begin,
                    Day = row.Int64(0),
                    Width = 0,
                    Measures = measures,
                    Latency = PageReader.Behind(latency, begin),
                    FirstToken = PageReader.Behind(firstToken, begin),
                }
            );
        }
    }

    /// <summary>
    /// Adds a query that is about one dimension alone from the pages of days that have its sums by that alone, hours or days of them.
    /// </summary>
    /// <param name="kind">The dimension.</param>
    /// <param name="width">The cells' width.</param>
    /// <param name="from">Inclusive, in seconds since 1970; a whole span of that width.</param>
    /// <param name="to">Exclusive, likewise.</param>
    /// <returns>What of the range has no such pages.</returns>
    public List<(long From, long To)> AddSingles(UsageDimensionKind kind, RollupWidth width, long from, long to)
    {
        var left = new UncoveredSpans(from, to);
        using var row = Pages(RollupSet.Single, width, from, to);
        while (row.Step())
        {
            var day = row.Int64(0);
            left.Cover(day, day + RollupWidth.Day.Seconds());
            Add(RollupSet.Single, width, day, from, to, row, null, kind);
        }

        return left.Rest();
    }

    /// <summary>Adds the weeks of the wide set that lie in a range of days.</summary>
    /// <returns>What of the range is in none.</returns>
    public List<(long From, long To)> AddWeeks(long from, long to)
    {
        var left = new UncoveredSpans(from, to);
        var week = RollupWidth.Week.Seconds();
        var first = RollupWidths.WeekOf(from + week - 1);
        if (first + week > to)
        {
            return left.Rest();
        }

        using var row = Pages(RollupSet.Wide, RollupWidth.Week, first, RollupWidths.WeekOf(to));
        while (row.Step())
        {
            var start = row.Int64(0);
            left.Cover(start, start + week);
            Add(RollupSet.Wide, RollupWidth.Week, start, from, to, row, null);
        }

        return left.Rest();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        reader.Dispose();
        Dispose(into, outOf);
        (into, outOf) = ([], []);
    }

    private static void Dispose(params ReadOnlySpan<int[]> rented)
    {
        foreach (var array in rented)
        {
            if (array.Length > 0)
            {
                ArrayPool<int>.Shared.Return(array);
            }
        }
    }

    private PreparedStatement Pages(RollupSet set, RollupWidth width, long from, long to)
    {
        var text = new QueryText();
        return text.Prepare(
            connection,
            $"""
            SELECT p.start, p.cells{(sink.WithSketches ? ", p.latency, p.first_token" : "")} FROM rollup_page p
            WHERE p.workspace = {text.Add(workspace.Value)} AND p.set_no = {text.Add((long)set)}
                AND p.width = {text.Add((long)width)}
                AND p.start >= {text.Add(RollupWidths.Floor(from, RollupWidth.Day.Seconds()))} AND p.start < {text.Add(
                to
            )}
            ORDER BY p.start
            """
        );
    }

    /// <summary>Adds the cells of a page that start in a range.</summary>
    /// <param name="set">Its set.</param>
    /// <param name="width">The cells' width.</param>
    /// <param name="day">When the page's day begins, or what its cells are to be counted as.</param>
    /// <param name="from">The range.</param>
    /// <param name="to">Its end.</param>
    /// <param name="row">The page.</param>
    /// <param name="takenFrom">A moment that the cells are taken out at, for its interval has the whole day's; null for none.</param>
    /// <param name="kind">Of a page of single dimensions the one that counts.</param>
    private void Add(
        RollupSet set,
        RollupWidth width,
        long day,
        long from,
        long to,
        PreparedStatement row,
        long? takenFrom,
        UsageDimensionKind? kind = null
    )
    {
        var page = row.Bytes(1);
        reader.Begin(page);
        var slots = reader.Column(page, PageColumn.Slot);
        var (begin, end) = (
            FirstAt(slots, (from - day) / width.Seconds()),
            FirstAt(slots, (to - day) / width.Seconds())
        );
        if (begin == end || !(kind is { } one ? FindGroups(one, page, begin, end) : FindGroups(set, page, begin, end)))
        {
            return;
        }

        ReadMeasures(page, begin, end);
        var cells = new CellColumns
        {
            Groups = into.AsSpan(0, end - begin),
            Slots = slots[begin..end],
            Begin = begin,
            Day = day,
            Width = width.Seconds(),
            Measures = measures,
            Latency = sink.WithSketches ? PageReader.Behind(row.Bytes(2), begin) : [],
            FirstToken = sink.WithSketches ? PageReader.Behind(row.Bytes(3), begin) : [],
        };
        Add(set, cells);
        if (takenFrom is { } moment)
        {
            Add(set, cells with { Day = moment, Width = 0, Sign = -1 });
        }
    }

    private void Add(RollupSet set, in CellColumns cells)
    {
        sink.AddCells(cells);
        if (set == RollupSet.Tags)
        {
            sink.AddCells(cells with { Groups = outOf.AsSpan(0, cells.Groups.Length), Sign = -cells.Sign });
        }
    }

    /// <summary>Finds the groups of cells of the page that was begun; false when they are in none.</summary>
    private bool FindGroups(RollupSet set, ReadOnlySpan<byte> page, int begin, int end)
    {
        Room(end - begin);
        if (set == RollupSet.Wide && combinations.AreOne)
        {
            into.AsSpan(0, end - begin).Fill(combinations.GroupOfAll());
            return true;
        }

        var keys = reader.Column(page, PageColumn.Key, begin, end);
        var any = false;
        if (set == RollupSet.Wide)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                into[i] = combinations.GroupOfWide(keys[i]);
                any |= into[i] >= 0;
            }

            return any;
        }

        var firsts = reader.Column(page, PageColumn.First, begin, end);
        var seconds = reader.Column(page, PageColumn.Second, begin, end);
        for (var i = 0; i < keys.Length; i++)
        {
            (into[i], outOf[i]) = combinations.GroupsOf(set, new PageCell(0, firsts[i], seconds[i], keys[i]));
            any |= into[i] != outOf[i];
        }

        return any;
    }

    /// <summary>The same of a page of single dimensions.</summary>
    private bool FindGroups(UsageDimensionKind kind, ReadOnlySpan<byte> page, int begin, int end)
    {
        Room(end - begin);
        var kinds = reader.Column(page, PageColumn.First, begin, end);
        var values = reader.Column(page, PageColumn.Second, begin, end);
        var any = false;
        for (var i = 0; i < values.Length; i++)
        {
            into[i] = kinds[i] == (long)kind ? combinations.GroupOf(kind, values[i]) : -1;
            any |= into[i] >= 0;
        }

        return any;
    }

    private void Room(int cells)
    {
        if (into.Length < cells)
        {
            Dispose(into, outOf);
            (into, outOf) = (ArrayPool<int>.Shared.Rent(cells), ArrayPool<int>.Shared.Rent(cells));
        }
    }

    private void ReadMeasures(ReadOnlySpan<byte> page, int begin, int end)
    {
        for (var i = 0; i < measures.Length; i++)
        {
            measures[i] = reader.Measure(page, sink.CellMeasures[i], begin, end);
        }
    }

    // Slots and dimensions rise: the first cell whose number is not below.
    private static int FirstAt(ReadOnlySpan<long> numbers, long number)
    {
        var (low, high) = (0, numbers.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = numbers[middle] < number ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
