using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;

namespace Weir.Gateway.Activities;

/// <summary>The reading connection to <c>activity.db</c>. Not thread-safe.</summary>
internal sealed class ActivityReader(SqliteDatabase database) : IDisposable
{
    private const int FirstText = 7;

    private readonly SqliteConnection connection = database.OpenReader();

    /// <summary>Answers a question; all of it from one state of the file.</summary>
    public ActivityReading Read(ActivityQuery query)
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var newest = Number("SELECT seq FROM sqlite_sequence WHERE name = 'event'");
        var (after, isGap) = (query.After, false);
        if (after is { } known)
        {
            var floor = Number(
                "SELECT max(id) FROM floor WHERE workspace = ?1 OR (?2 AND workspace = 0)",
                query.Workspace.Value,
                query.WithInstance ? 1 : 0
            );
            // A number that was never given is another data folder's, or one from before a backup was put back.
            isGap = known < floor || known > newest;
            after = known > newest ? newest : known;
        }

        var found = Rows(query, after);
        long? next = null;
        if (found.Count > query.Limit)
        {
            found.RemoveAt(query.Limit);
            next = found[^1].Cursor;
        }

        // After a cursor all up to the newest has been looked at, or up to where the page or the question ends.
        var cursor = after is null ? newest : next ?? Math.Min(newest, query.Before - 1 ?? newest);
        return new ActivityReading(
            [.. found.Select(row => row.Activity).OfType<StoredActivity>()],
            cursor,
            next,
            isGap
        );
    }

    /// <inheritdoc />
    public void Dispose() => connection.Dispose();

    private List<(long Cursor, StoredActivity? Activity)> Rows(ActivityQuery query, long? after)
    {
        var found = new List<(long, StoredActivity?)>();
        if (query.Kinds.IsEmpty)
        {
            return found;
        }

        var kinds = Parameters(FirstText, query.Kinds.Length);
        var people = Parameters(FirstText + query.Kinds.Length, query.People.Length);
        var ofPeople = query.People.IsEmpty
            ? ""
            : $"AND (user_name IN ({people}) OR key_name IN ({people}) OR actor IN ({people}))";
        using var rows = new PreparedStatement(
            connection,
            $"""
            SELECT id, {ActivityRow.Columns} FROM event
            WHERE (workspace = ?1 OR (?2 AND workspace IS NULL)) AND id > ?3 AND id < ?4 AND at >= ?5 AND kind IN ({kinds}) {ofPeople}
            ORDER BY id {(after is null ? "DESC" : "ASC")} LIMIT ?6
            """
        );
        rows.Bind(1, query.Workspace.Value);
        rows.Bind(2, query.WithInstance ? 1 : 0);
        rows.Bind(3, after ?? 0);
        rows.Bind(4, query.Before ?? long.MaxValue);
        rows.Bind(5, query.From?.ToUnixTimeMilliseconds() ?? long.MinValue);
        rows.Bind(6, query.Limit + 1L);
        var parameter = FirstText;
        foreach (var text in query.Kinds.Concat(query.People))
        {
            rows.Bind(parameter++, text);
        }

        while (rows.Step())
        {
            found.Add((rows.Int64(0), ActivityRow.Read(rows)));
        }

        return found;
    }

    private static string Parameters(int first, int count) =>
        string.Join(", ", Enumerable.Range(first, count).Select(number => $"?{number}"));

    private long Number(string sql, params ReadOnlySpan<long> parameters)
    {
        using var row = new PreparedStatement(connection, sql);
        for (var i = 0; i < parameters.Length; i++)
        {
            row.Bind(i + 1, parameters[i]);
        }

        return row.Step() ? row.Int64(0) : 0;
    }
}
