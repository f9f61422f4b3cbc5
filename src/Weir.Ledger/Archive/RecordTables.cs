using Microsoft.Data.Sqlite;
using Weir.Foundation;
using Weir.Foundation.Storage;

namespace Weir.Ledger.Archive;

/// <summary>
/// What a query reads records from: <c>record</c>, and where its range reaches into archived months also their tables in the cache. A
/// month that is not in the cache is asked for by <see cref="MonthsNeededException"/>, and the query begins anew.
/// </summary>
internal static class RecordTables
{
    /// <summary>What stands behind FROM for the records of a workspace between two moments, as <c>r</c>.</summary>
    public static string Of(SqliteConnection connection, WorkspaceId workspace, long from, long to) =>
        Of(Ready(connection, ArchivedMonth.Between(connection, workspace.Value, from, to)));

    /// <summary>
    /// A range in pieces, the newest first, each with what stands behind FROM for it: whoever reads until he has enough asks for no
    /// month that he does not need.
    /// </summary>
    public static IEnumerable<(string Table, long From, long To)> NewestFirst(
        SqliteConnection connection,
        WorkspaceId workspace,
        long from,
        long to
    )
    {
        var months = ArchivedMonth.Between(connection, workspace.Value, from, to);
        for (var i = months.Count - 1; i >= 0 && from < to; i--)
        {
            var month = months[i];
            if (month.Upto < to)
            {
                yield return (Live, Math.Max(from, month.Upto), to);
            }

            var (first, end) = (Math.Max(from, month.Start), Math.Min(to, month.Upto));
            Ready(connection, [month]);
            yield return (HasLive(connection, workspace, first, end) ? Of([month]) : Of(month), first, end);
            to = month.Start;
        }

        if (from < to)
        {
            yield return (Live, from, to);
        }
    }

    /// <summary>What stands behind FROM, one after another, for the records of one workspace or of all between two moments.</summary>
    public static IEnumerable<string> OfAll(SqliteConnection connection, WorkspaceId? workspace, long from, long to) =>
        Ready(
                connection,
                [
                    .. ArchivedMonth
                        .All(connection)
                        .Where(month =>
                            (workspace is null || month.Workspace == workspace.Value.Value)
                            && month.Upto > month.Start
                            && month.Start < to
                            && month.Upto > from
                        ),
                ]
            )
            .Select(Of)
            .Prepend(Live);

    /// <summary>The archived month that has a record; null when none has.</summary>
    public static string? OfId(SqliteConnection connection, WorkspaceId workspace, RecordId id, MonthIds ids)
    {
        foreach (var month in ArchivedMonth.Between(connection, workspace.Value, long.MinValue, long.MaxValue))
        {
            if (ids.Has(month, id.Value))
            {
                return Of(Ready(connection, [month])[0]);
            }
        }

        return null;
    }

    /// <summary>Up to when the records of a range are archived; the beginning of time when none is.</summary>
    public static long ArchivedUpto(SqliteConnection connection, WorkspaceId workspace, long from, long to) =>
        ArchivedMonth.Between(connection, workspace.Value, from, to) is { Count: > 0 } months
            ? months[^1].Upto
            : long.MinValue;

    /// <summary>Where a piece of a range ends that has at most one archived month.</summary>
    public static long NextEnd(SqliteConnection connection, WorkspaceId workspace, long from, long to) =>
        ArchivedMonth.Between(connection, workspace.Value, from, to) is { Count: > 0 } months
            ? Math.Min(to, months[0].Start > from ? months[0].Start : months[0].Until)
            : to;

    private const string Live = "record r";

    private static string Of(ArchivedMonth month) =>
        $"(SELECT * FROM {MonthCache.Schema}.{month.Table} WHERE started_at < {month.Upto}) r";

    private static string Of(List<ArchivedMonth> months) =>
        months.Count == 0
            ? Live
            : $"(SELECT * FROM record{string.Concat(months.Select(month => $" UNION ALL SELECT * FROM {MonthCache.Schema}.{month.Table} WHERE started_at < {month.Upto}"))}) r";

    // What came when the month's file could not be read stands beside it.
    private static bool HasLive(SqliteConnection connection, WorkspaceId workspace, long from, long to)
    {
        using var row = StatementCache.Prepare(
            connection,
            "SELECT 1 FROM record WHERE workspace = ? AND started_at >= ? AND started_at < ? LIMIT 1"
        );
        row.Bind(1, workspace.Value);
        row.Bind(2, from);
        row.Bind(3, to);
        return row.Step();
    }

    private static List<ArchivedMonth> Ready(SqliteConnection connection, List<ArchivedMonth> months)
    {
        if (months.Count == 0)
        {
            return months;
        }

        using var attached = StatementCache.Prepare(
            connection,
            $"SELECT 1 FROM pragma_database_list WHERE name = '{MonthCache.Schema}'"
        );
        if (!attached.Step())
        {
            throw new MonthsNeededException(months);
        }

        using var row = StatementCache.Prepare(
            connection,
            $"SELECT 1 FROM {MonthCache.Schema}.sqlite_master WHERE name = ?"
        );
        foreach (var month in months)
        {
            row.Bind(1, month.Table);
            var isThere = row.Step();
            row.Reset();
            if (!isThere)
            {
                throw new MonthsNeededException(months);
            }
        }

        return months;
    }
}

/// <summary>Archived months that a query needs are not in the cache. Never leaves <see cref="Queries.QueryConnections"/>.</summary>
internal sealed class MonthsNeededException(IReadOnlyList<ArchivedMonth> months) : Exception
{
    /// <summary>Which.</summary>
    public IReadOnlyList<ArchivedMonth> Months { get; } = months;
}
