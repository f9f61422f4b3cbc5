using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Weir.Foundation.Storage;

/// <summary>Copies a database that others write to meanwhile, as it was at one moment.</summary>
public static class SqliteSnapshot
{
    private const int Pages = 2_000;

    /// <summary>
    /// Copies page by page inside one read transaction: writers go on, and what they write is not in the copy.
    /// </summary>
    /// <param name="source">The database.</param>
    /// <param name="target">The new file's path; must not exist.</param>
    /// <param name="begun">Called once the moment is fixed: what was committed before is in the copy.</param>
    /// <param name="progress">Called with pages copied and pages in all.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="SqliteException">The disk is full, or one of the files is damaged. What was written stays.</exception>
    public static void Copy(
        SqliteDatabase source,
        string target,
        Action? begun,
        Action<int, int>? progress,
        CancellationToken cancellationToken
    )
    {
        using var from = source.OpenReader();
        // With a transaction of our own open, a commit by another does not make the copying begin anew.
        using var moment = from.BeginTransaction(deferred: true);
        using (var look = from.CreateCommand())
        {
            look.Transaction = moment;
            look.CommandText = "SELECT count(*) FROM sqlite_master";
            look.ExecuteScalar();
        }

        begun?.Invoke();
        using var to = new SqliteDatabase(target).OpenWriter();
        using (var quick = to.CreateCommand())
        {
            quick.CommandText = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;";
            quick.ExecuteNonQuery();
        }

        using var backup = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main");
        var result = raw.SQLITE_OK;
        while (result == raw.SQLITE_OK)
        {
            cancellationToken.ThrowIfCancellationRequested();
            result = raw.sqlite3_backup_step(backup, Pages);
            var all = raw.sqlite3_backup_pagecount(backup);
            progress?.Invoke(all - raw.sqlite3_backup_remaining(backup), all);
        }

        if (result != raw.SQLITE_DONE)
        {
            throw new SqliteException($"{source.Path}: {raw.sqlite3_errstr(result).utf8_to_string()}", result);
        }
    }
}
