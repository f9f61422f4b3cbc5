using Microsoft.Data.Sqlite;
using Weir.Foundation.Storage;
using Weir.Ledger.Rollups;

namespace Weir.Ledger.Upkeep;

/// <summary>Copies everything but the sums out of a damaged ledger into a new one. Indexes are made anew on the way.</summary>
internal static class RecordCopy
{
    private const long MicrosecondsOfDay = 86_400L * 1_000_000;

    // Sums, and the combinations that are found again while they are made.
    private static readonly string[] Remade = ["rollup", "rollup_page", "rollup_lineage", "rollup_tag"];

    /// <summary>Copies; returns why it cannot be done, null when it is.</summary>
    /// <param name="ledger">The damaged file.</param>
    /// <param name="target">The new one, with the same schema and nothing in it.</param>
    /// <param name="progress">Told which table is at work.</param>
    /// <param name="cancellationToken">Ends it between two tables.</param>
    public static string? Run(
        string ledger,
        SqliteDatabase target,
        Action<string, double>? progress,
        CancellationToken cancellationToken
    )
    {
        using var to = target.OpenWriter();
        Execute(to, $"ATTACH '{ledger.Replace("'", "''", StringComparison.Ordinal)}' AS damaged");
        var tables = Names(to);
        using (var transaction = to.BeginTransaction())
        {
            for (var i = 0; i < tables.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Invoke(tables[i], (double)i / tables.Count);
                try
                {
                    Execute(
                        to,
                        $"DELETE FROM main.{tables[i]}; INSERT INTO main.{tables[i]} SELECT * FROM damaged.{tables[i]} NOT INDEXED"
                    );
                }
                catch (SqliteException e)
                {
                    return $"{ledger}: the table {tables[i]} cannot be read, and nothing else holds what stood in it: {e.Message}";
                }
            }

            foreach (var table in HasOld(to) ? Remade : [])
            {
                try
                {
                    Execute(to, Old(table));
                }
                catch (SqliteException e)
                {
                    return $"{ledger}: the table {table} cannot be read, and nothing else holds the sums of requests that are kept no longer: {e.Message}";
                }
            }

            transaction.Commit();
        }

        return Lost(to) is > 0 and var lost ? $"{ledger}: {lost} records that its index knows cannot be read" : null;
    }

    /// <summary>
    /// The end of the last day, in seconds since 1970, that has lost records when those before a moment were let go of: what they came to
    /// is told by sums alone.
    /// </summary>
    public static long CutDay(long microseconds) =>
        microseconds == long.MinValue
            ? long.MinValue
            : RollupWidths.Floor(microseconds - 1, MicrosecondsOfDay) / MicrosecondsOfDay * RollupWidth.Day.Seconds()
                + RollupWidth.Day.Seconds();

    private static bool HasOld(SqliteConnection connection)
    {
        using var row = new PreparedStatement(
            connection,
            "SELECT 1 FROM main.kept_since WHERE records > -9223372036854775808"
        );
        return row.Step();
    }

    // The sums of days of which records were let go of; of the months of these, which are made anew when another of their days is. A week
    // is of other days too, and made by itself.
    private static string Old(string table) =>
        table is "rollup" or "rollup_page"
            ? $"""
                INSERT INTO main.{table} SELECT t.* FROM damaged.{table} t JOIN kept_since k ON k.workspace = t.workspace
                WHERE k.records > -9223372036854775808
                    AND t.width <> {(int)
                    RollupWidth.Week} AND t.start < ((k.records - 1) / {MicrosecondsOfDay} + ((k.records - 1) % {MicrosecondsOfDay} >= 0)) * {RollupWidth.Day.Seconds()}
                """
            : $"INSERT INTO main.{table} SELECT * FROM damaged.{table}";

    /// <summary>The days that have records, by workspace.</summary>
    public static List<(int Workspace, long Day)> DaysOf(SqliteDatabase database)
    {
        using var connection = database.OpenReader();
        using var row = new PreparedStatement(
            connection,
            $"SELECT DISTINCT workspace, started_at / {MicrosecondsOfDay} - (started_at % {MicrosecondsOfDay} < 0) FROM record"
        );
        var days = new List<(int, long)>();
        while (row.Step())
        {
            days.Add(((int)row.Int64(0), row.Int64(1) * RollupWidth.Day.Seconds()));
        }

        days.Sort();
        return days;
    }

    /// <summary>How many records the index by time has that the table has lost; 0 when the index cannot be read either.</summary>
    private static long Lost(SqliteConnection to)
    {
        try
        {
            using var row = new PreparedStatement(
                to,
                """
                SELECT count(*) FROM damaged.record r INDEXED BY record_by_time
                WHERE r.workspace > -9223372036854775808 AND r.id NOT IN (SELECT id FROM main.record)
                """
            );
            return row.Step() ? row.Int64(0) : 0;
        }
        catch (SqliteException)
        {
            return 0;
        }
    }

    private static List<string> Names(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return [.. names.Except(Remade, StringComparer.Ordinal)];
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
