using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Rollups.Pages;

/// <summary>
/// Pages that are sums of other pages and that can be done without: weeks of the wide set, and days by session. Each is made once what it is of
/// has ended and rests. Any change there deletes it, and who reads finds none and reads what it was of. Belongs to the writer's
/// connection and takes part in its open transaction.
/// </summary>
internal sealed class DerivedPages(SqliteConnection connection, PageStore pages) : IDisposable
{
    private static readonly string Are =
        $"(set_no = {(int)RollupSet.Single} AND width = {(int)RollupWidth.Day}) OR (set_no = {(int)RollupSet.Wide} AND width = {(int)RollupWidth.Week})";

    /// <summary>The statement that deletes all of them.</summary>
    public static string DeleteAll { get; } = $"DELETE FROM rollup_page WHERE {Are}";

    private readonly PreparedStatement remove = new(
        connection,
        "DELETE FROM rollup_page WHERE workspace = ? AND set_no = ? AND width = ? AND start = ?"
    );
    private readonly PreparedStatement lineage = new(connection, "SELECT lineage FROM rollup_key WHERE id = ?");
    private readonly List<KeyValuePair<PageCell, RollupSums>> cells = [];
    private HashSet<PageId>? missing; // null until they are looked for

    /// <summary>Deletes those that are of a day: it has changed.</summary>
    public void Forget(long workspace, long day)
    {
        foreach (var page in Of(workspace, day))
        {
            remove.Bind(1, page.Workspace);
            remove.Bind(2, (long)page.Set);
            remove.Bind(3, (long)page.Width);
            remove.Bind(4, page.Start);
            remove.Run();
            missing?.Add(page);
        }
    }

    /// <summary>Makes those that are not there.</summary>
    /// <param name="until">What has ended by then, in seconds since 1970.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>Whether none is left.</returns>
    public bool Make(long until, int most)
    {
        missing ??= Missing();
        var ended = missing.Where(page => page.Start + page.Width.Seconds() <= until).Take(most).ToList();
        foreach (var page in ended)
        {
            if (page.Width == RollupWidth.Week)
            {
                pages.Sum(page, Enumerable.Range(0, 7).Select(day => DayOf(page, day)));
            }
            else
            {
                MakeDay(page.Workspace, page.Start);
            }

            missing.Remove(page);
        }

        return ended.Count < most;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        remove.Dispose();
        lineage.Dispose();
    }

    private static PageId[] Of(long workspace, long day) =>
        [
            new PageId(workspace, RollupSet.Single, RollupWidth.Day, day),
            new PageId(workspace, RollupSet.Wide, RollupWidth.Week, RollupWidths.WeekOf(day)),
        ];

    private static PageId DayOf(in PageId week, int day) =>
        week with
        {
            Width = RollupWidth.Day,
            Start = week.Start + (day * RollupWidth.Day.Seconds()),
        };

    private HashSet<PageId> Missing()
    {
        var found = new HashSet<PageId>();
        using (
            var day = new PreparedStatement(
                connection,
                $"SELECT workspace, start FROM rollup_page WHERE set_no = {(int)RollupSet.Wide} AND width = {(int)RollupWidth.Day}"
            )
        )
        {
            while (day.Step())
            {
                found.UnionWith(Of(day.Int64(0), day.Int64(1)));
            }
        }

        using var there = new PreparedStatement(
            connection,
            $"SELECT workspace, set_no, width, start FROM rollup_page WHERE {Are}"
        );
        while (there.Step())
        {
            found.Remove(
                new PageId(there.Int64(0), (RollupSet)there.Int64(1), (RollupWidth)there.Int64(2), there.Int64(3))
            );
        }

        return found;
    }

    /// <summary>Sums up a day by session: of the wide set what has neither session nor agent, and of lineage the rest.</summary>
    private void MakeDay(long workspace, long day)
    {
        var sessions = new Dictionary<PageCell, RollupSums>();
        cells.Clear();
        pages.Read(new PageId(workspace, RollupSet.Lineage, RollupSet.Lineage.Finest(), day), cells);
        foreach (var (cell, sums) in cells)
        {
            Add(sessions, cell.First, sums);
        }

        cells.Clear();
        pages.Read(new PageId(workspace, RollupSet.Wide, RollupWidth.Day, day), cells);
        foreach (var (cell, sums) in cells)
        {
            lineage.Bind(1, cell.Key);
            if (lineage.Step() && lineage.Int64(0) == 0)
            {
                Add(sessions, 0, sums);
            }

            lineage.Reset();
        }

        cells.Clear();
        cells.AddRange(sessions);
        cells.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        pages.Merge(new PageId(workspace, RollupSet.Single, RollupWidth.Day, day), cells);
        cells.Clear();
    }

    private static void Add(Dictionary<PageCell, RollupSums> sessions, long session, RollupSums sums)
    {
        var cell = new PageCell(0, (long)UsageDimensionKind.Session, session, 0);
        if (!sessions.TryGetValue(cell, out var sum))
        {
            sessions[cell] = sum = new RollupSums();
        }

        for (var i = 0; i < sum.Values.Length; i++)
        {
            sum.Values[i] = unchecked(sum.Values[i] + sums.Values[i]);
        }
    }
}
