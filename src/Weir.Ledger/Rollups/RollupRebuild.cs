using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups.Pages;

namespace Weir.Ledger.Rollups;

/// <summary>
/// Takes away what the rollups say of one day, and what their month says of it, so that the day can be summed up anew. Works in
/// the connection's open transaction. Not thread-safe.
/// </summary>
/// <param name="connection">The writer's.</param>
/// <param name="workspace">Whose.</param>
/// <param name="day">The day's start in seconds since 1970.</param>
internal sealed class RollupRebuild(SqliteConnection connection, long workspace, long day) : IDisposable
{
    private const long Second = 1_000_000;

    private readonly PageStore pages = new(connection);

    /// <summary>Deletes the day's sums, and makes its month's of the other days' alone.</summary>
    /// <exception cref="InvalidDataException">A page of another day of the month cannot be read.</exception>
    public void Clear()
    {
        var end = day + RollupWidth.Day.Seconds();
        foreach (var set in RollupWidths.Sets)
        {
            Delete(
                $"DELETE FROM rollup WHERE workspace = ? AND set_no = {(int)set} AND width IN (0, 1, 2) AND start >= ? AND start < ?",
                end
            );
            Delete(
                $"DELETE FROM rollup_page WHERE workspace = ? AND set_no = {(int)set} AND width IN (0, 1, 2) AND start >= ? AND start < ?",
                end
            );
        }

        Delete(
            $"DELETE FROM rollup_page WHERE workspace = ? AND set_no = {(int)RollupSet.Single} AND width IN (1, 2) AND start >= ? AND start < ?",
            end
        );
        RemakeMonth(RollupWidths.MonthOf(day));
    }

    /// <summary>The ids of the day's records, by time.</summary>
    public List<RecordId> Records()
    {
        using var row = new PreparedStatement(
            connection,
            "SELECT id FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ?"
        );
        row.Bind(1, workspace);
        row.Bind(2, day * Second);
        row.Bind(3, (day + RollupWidth.Day.Seconds()) * Second);
        var ids = new List<RecordId>();
        while (row.Step())
        {
            ids.Add(new RecordId(row.Int64(0)));
        }

        return ids;
    }

    /// <summary>
    /// Deletes the pages, of all workspaces, that cannot be read; returns how many. With them go those that are made by themselves again.
    /// </summary>
    public static int DeleteUnreadablePages(SqliteConnection connection)
    {
        using (var derived = new PreparedStatement(connection, DerivedPages.DeleteAll))
        {
            derived.Run();
        }

        using var store = new PageStore(connection);
        var unreadable = new List<long>();
        using (var row = new PreparedStatement(connection, "SELECT id, cells, latency, first_token FROM rollup_page"))
        {
            var cells = new List<KeyValuePair<PageCell, RollupSums>>();
            while (row.Step())
            {
                try
                {
                    cells.Clear();
                    store.Read(row.Bytes(1), row.Bytes(2), row.Bytes(3), cells);
                }
                catch (InvalidDataException)
                {
                    unreadable.Add(row.Int64(0));
                }
            }
        }

        using var remove = new PreparedStatement(connection, "DELETE FROM rollup_page WHERE id = ?");
        foreach (var id in unreadable)
        {
            remove.Bind(1, id);
            remove.Run();
        }

        return unreadable.Count;
    }

    /// <inheritdoc />
    public void Dispose() => pages.Dispose();

    private void RemakeMonth(long month)
    {
        using (
            var remove = new PreparedStatement(
                connection,
                $"DELETE FROM rollup_page WHERE workspace = ? AND set_no = {(int)RollupSet.Single} AND width = {(int)RollupWidth.Month} AND start = ?"
            )
        )
        {
            remove.Bind(1, workspace);
            remove.Bind(2, month);
            remove.Run();
        }

        var singles = new SingleSums(SingleSums.OfMonths);
        var combination = new long[SingleSums.OfMonths.Length];
        var cells = new List<KeyValuePair<PageCell, RollupSums>>();
        using var days = new PreparedStatement(
            connection,
            $"""
            SELECT cells, latency, first_token FROM rollup_page WHERE workspace = ? AND set_no = {(int)RollupSet.Wide}
                AND width = {(int)RollupWidth.Day} AND start >= ? AND start < ?
            """
        );
        using var wide = new PreparedStatement(
            connection,
            $"SELECT {SingleSums.Columns} FROM rollup_key k WHERE k.id = ?"
        );
        days.Bind(1, workspace);
        days.Bind(2, month);
        days.Bind(3, RollupWidths.NextMonth(month));
        while (days.Step())
        {
            cells.Clear();
            pages.Read(days.Bytes(0), days.Bytes(1), days.Bytes(2), cells);
            foreach (var (cell, sums) in cells)
            {
                wide.Bind(1, cell.Key);
                // What is of no combination any more can be of no record either: that day differs and is made anew as well.
                if (wide.Step())
                {
                    for (var i = 0; i < combination.Length; i++)
                    {
                        combination[i] = wide.Int64(i);
                    }

                    singles.Add(combination, 0, sums);
                }

                wide.Reset();
            }
        }

        if (singles.Changes() is { Count: > 0 } changes)
        {
            pages.Merge(new PageId(workspace, RollupSet.Single, RollupWidth.Month, month), changes);
        }
    }

    private void Delete(string sql, long end)
    {
        using var statement = new PreparedStatement(connection, sql);
        statement.Bind(1, workspace);
        statement.Bind(2, day);
        statement.Bind(3, end);
        statement.Run();
    }
}
