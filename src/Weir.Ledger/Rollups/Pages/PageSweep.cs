using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>
/// Moves cells that have come to rest from rows into the pages of their days. Rows and pages add up to the same before and
/// after. Belongs to the writer's connection and takes part in its open transaction.
/// </summary>
internal sealed class PageSweep : IDisposable
{
    private readonly PageStore pages;
    private readonly PreparedStatement first;
    private readonly PreparedStatement rows;
    private readonly PreparedStatement remove;
    private readonly PreparedStatement lineage;
    private readonly PreparedStatement tag;
    private readonly PreparedStatement wide;
    private readonly PreparedStatement nextDay;
    private readonly PreparedStatement removeMonths;
    private readonly DerivedPages derived;
    private readonly SingleSums hours = new(SingleSums.OfHours);
    private readonly SingleSums months = new(SingleSums.OfMonths);
    private readonly List<KeyValuePair<PageCell, RollupSums>> cells = [];
    private readonly Dictionary<PageCell, RollupSums> days = [];
    private readonly Dictionary<long, long[]> combinations = [];

    public PageSweep(SqliteConnection connection)
    {
        pages = new PageStore(connection);
        derived = new DerivedPages(connection, pages);
        first = new PreparedStatement(
            connection,
            "SELECT min(start) FROM rollup WHERE workspace = ? AND set_no = ? AND width = ?"
        );
        rows = new PreparedStatement(
            connection,
            $"""
            SELECT {string.Join(", ", Measures.OfCells)}, c.latency, c.first_token, c.start, c.key FROM rollup c
            WHERE c.workspace = ? AND c.set_no = ? AND c.width = ? AND c.start >= ? AND c.start < ?
            """
        );
        remove = new PreparedStatement(
            connection,
            "DELETE FROM rollup WHERE workspace = ? AND set_no = ? AND width = ? AND start >= ? AND start < ?"
        );
        lineage = new PreparedStatement(
            connection,
            "SELECT session_id, agent_id, key FROM rollup_lineage WHERE id = ?"
        );
        wide = new PreparedStatement(connection, $"SELECT {SingleSums.Columns} FROM rollup_key k WHERE k.id = ?");
        nextDay = new PreparedStatement(
            connection,
            $"""
            SELECT p.start, p.cells, p.latency, p.first_token FROM rollup_page p WHERE p.workspace = ?
                AND p.set_no = {(int)RollupSet.Wide} AND p.width = {(int)
                RollupWidth.Day} AND p.start >= ? ORDER BY p.start LIMIT 1
            """
        );
        removeMonths = new PreparedStatement(
            connection,
            $"DELETE FROM rollup_page WHERE workspace = ? AND set_no = {(int)RollupSet.Single} AND width = {(int)RollupWidth.Month}"
        );
        tag = new PreparedStatement(connection, "SELECT tag_id, value_id, key FROM rollup_tag WHERE id = ?");
    }

    /// <summary>Moves the oldest cells of a set that ended before a moment, whole days of them.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="set">The set.</param>
    /// <param name="until">The moment, in seconds since 1970.</param>
    /// <param name="most">After so many cells it stops at the end of the day.</param>
    /// <returns>How many cells it moved; less than <paramref name="most"/> when none is left.</returns>
    public int Run(long workspace, RollupSet set, long until, int most)
    {
        var width = set.Finest();
        var end = RollupWidths.Floor(until, width.Seconds());
        var moved = 0;
        while (moved < most && First(workspace, set) is { } start && start < end)
        {
            var day = RollupWidths.Floor(start, RollupWidth.Day.Seconds());
            moved += Move(workspace, set, day, Math.Min(end, day + RollupWidth.Day.Seconds()));
        }

        return moved;
    }

    /// <summary>Adds changes to pages that never were rows.</summary>
    /// <param name="changes">All of one set and one day, in the finest width.</param>
    public void Add(ReadOnlySpan<KeyValuePair<RollupCell, RollupSums>> changes)
    {
        var any = changes[0].Key;
        var day = RollupWidths.Floor(any.Start, RollupWidth.Day.Seconds());
        cells.Clear();
        foreach (var (cell, sums) in changes)
        {
            cells.Add(new(CellOf(cell.Set, cell.Start - day, cell.Key), sums));
        }

        Merge(any.Workspace, any.Set, day);
    }

    /// <summary>Makes the sums by single dimensions anew from the pages of days: what combinations stand for has changed.</summary>
    public void RemakeMonths(long workspace)
    {
        removeMonths.Bind(1, workspace);
        removeMonths.Run();
        var from = long.MinValue;
        while (ReadDay(workspace, from) is { } day)
        {
            AddMonth(workspace, day, cells);
            cells.Clear();
            from = day + 1;
        }
    }

    /// <summary>Makes pages that are sums of others and that are not there (<see cref="DerivedPages"/>).</summary>
    public bool Derive(long until, int most) => derived.Make(until, most);

    /// <summary>Pages of a day have been changed by something else.</summary>
    public void Forget(long workspace, long day) => derived.Forget(workspace, day);

    private long? ReadDay(long workspace, long from)
    {
        nextDay.Bind(1, workspace);
        nextDay.Bind(2, from);
        if (!nextDay.Step())
        {
            nextDay.Reset();
            return null;
        }

        var day = nextDay.Int64(0);
        pages.Read(nextDay.Bytes(1), nextDay.Bytes(2), nextDay.Bytes(3), cells);
        nextDay.Reset();
        return day;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        derived.Dispose();
        pages.Dispose();
        first.Dispose();
        rows.Dispose();
        remove.Dispose();
        lineage.Dispose();
        tag.Dispose();
        wide.Dispose();
        nextDay.Dispose();
        removeMonths.Dispose();
    }

    private long? First(long workspace, RollupSet set)
    {
        first.Bind(1, workspace);
        first.Bind(2, (long)set);
        first.Bind(3, (long)set.Finest());
        var found = first.Step() && !first.IsNull(0) ? first.Int64(0) : (long?)null;
        first.Reset();
        return found;
    }

    private int Move(long workspace, RollupSet set, long day, long end)
    {
        Read(workspace, set, day, end);
        var count = cells.Count;
        Merge(workspace, set, day);
        Bind(remove, workspace, set, day, end);
        remove.Run();
        return count;
    }

    private void Merge(long workspace, RollupSet set, long day)
    {
        cells.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        var hadPage = pages.Merge(new PageId(workspace, set, set.Finest(), day), cells);
        if (set.Widest() == RollupWidth.Day)
        {
            var whole = Days();
            pages.Merge(new PageId(workspace, set, RollupWidth.Day, day), whole);
            if (set == RollupSet.Wide)
            {
                AddMonth(workspace, day, whole);
                AddHours(workspace, day, hadPage);
            }
        }

        if (set != RollupSet.Tags)
        {
            derived.Forget(workspace, day);
        }

        cells.Clear();
    }

    /// <summary>Adds changes of a day to the month's sums by single dimensions.</summary>
    private void AddMonth(long workspace, long day, List<KeyValuePair<PageCell, RollupSums>> changes)
    {
        months.Clear();
        combinations.Clear();
        foreach (var (cell, sums) in changes)
        {
            months.Add(CombinationOf(cell.Key), 0, sums);
        }

        pages.Merge(
            new PageId(workspace, RollupSet.Single, RollupWidth.Month, RollupWidths.MonthOf(day)),
            months.Changes()
        );
    }

    /// <summary>
    /// Adds the changes at hand to the day's hours by single dimensions. A day that has none although it had quarters before is an earlier version's: it
    /// goes on without.
    /// </summary>
    private void AddHours(long workspace, long day, bool hadPage)
    {
        hours.Clear();
        var quarters = RollupWidth.Hour.Seconds() / RollupWidth.Quarter.Seconds();
        foreach (var (cell, sums) in cells)
        {
            hours.Add(CombinationOf(cell.Key), cell.Slot / quarters, sums);
        }

        pages.Merge(new PageId(workspace, RollupSet.Single, RollupWidth.Hour, day), hours.Changes(), create: !hadPage);
    }

    private long[] CombinationOf(long key)
    {
        if (combinations.TryGetValue(key, out var known))
        {
            return known;
        }

        wide.Bind(1, key);
        if (!wide.Step())
        {
            wide.Reset();
            throw new InvalidDataException($"The ledger lacks combination {key}.");
        }

        var combination = new long[SingleSums.OfMonths.Length];
        for (var i = 0; i < combination.Length; i++)
        {
            combination[i] = wide.Int64(i);
        }

        wide.Reset();
        return combinations[key] = combination;
    }

    private void Read(long workspace, RollupSet set, long day, long end)
    {
        cells.Clear();
        Bind(rows, workspace, set, day, end);
        while (rows.Step())
        {
            var sums = new RollupSums();
            for (var i = 0; i < Measures.Count; i++)
            {
                sums.Values[i] = rows.Int64(i);
            }

            if (
                !sums.Latency.TryAdd(rows.Bytes(Measures.Count))
                || !sums.FirstToken.TryAdd(rows.Bytes(Measures.Count + 1))
            )
            {
                throw new InvalidDataException("A stored sketch cannot be read.");
            }

            cells.Add(new(CellOf(set, rows.Int64(Measures.Count + 2) - day, rows.Int64(Measures.Count + 3)), sums));
        }

        rows.Reset();
    }

    private PageCell CellOf(RollupSet set, long sinceMidnight, long key)
    {
        var slot = sinceMidnight / set.Finest().Seconds();
        if (set == RollupSet.Wide)
        {
            return new PageCell(slot, 0, 0, key);
        }

        var find = set == RollupSet.Lineage ? lineage : tag;
        find.Bind(1, key);
        if (!find.Step())
        {
            find.Reset();
            throw new InvalidDataException($"The ledger lacks combination {key} of set {(int)set}.");
        }

        var cell = new PageCell(slot, find.Int64(0), find.Int64(1), find.Int64(2));
        find.Reset();
        return cell;
    }

    private List<KeyValuePair<PageCell, RollupSums>> Days()
    {
        days.Clear();
        foreach (var (cell, sums) in cells)
        {
            var whole = cell with { Slot = 0 };
            if (!days.TryGetValue(whole, out var sum))
            {
                days[whole] = sum = new RollupSums();
            }

            sum.Add(sums);
        }

        var sorted = days.ToList();
        sorted.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        days.Clear();
        return sorted;
    }

    private static void Bind(PreparedStatement to, long workspace, RollupSet set, long from, long end)
    {
        to.Bind(1, workspace);
        to.Bind(2, (long)set);
        to.Bind(3, (long)set.Finest());
        to.Bind(4, from);
        to.Bind(5, end);
    }
}
